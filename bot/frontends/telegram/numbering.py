"""Which number our next message can have at least: what is looked for later lies above it.

Telegram counts the messages of all of a bot's private chats and small groups together, those of
each supergroup alone.
"""

_SUPERGROUPS = -(10**12)  # whose ids lie below


class Numbering:
    """What we know of how far Telegram has counted."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._before: dict[int, int] = {}

    def saw(self, at: int, number: int) -> None:
        """Note that a message stands in a chat."""
        count = _count_of(at)
        self._newest[count] = max(number, self._newest.get(count, 0))

    def newest(self, at: int) -> int:
        """Return the highest number known where a chat is counted; 0 for none."""
        return self._newest.get(_count_of(at), 0)

    def cut_off(self, at: int, newest: int) -> None:
        """Note that sending to a chat failed, which began when ``newest`` was the highest."""
        self._before[at] = min(newest, self._before.get(at, newest))

    def found_above(self, at: int, number: int) -> int:
        """Return above which number what was cut off in a chat stands, ``number`` if not higher."""
        return max(number, self._before.pop(at, 0))


def _count_of(at: int) -> int:
    return at if at < _SUPERGROUPS else 0
