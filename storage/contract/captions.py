"""Text on a sticker: what it says and where it stands. It travels among a job's settings, sealed.

Any kind that gives a sticker takes one; families never see it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from storage.contract.kinds import Setting

BELOW = "caption:below"
ABOVE = "caption:above"

MOST = 64
"""Letters that a caption may have."""

_JOINERS = "\u200c\u200d"
_TAGS = range(0xE0020, 0xE0080)  # which spell the flags of regions


@dataclass(frozen=True, slots=True)
class Caption:
    """``text``: one line, as ``clean`` leaves it. ``above``: it stands there rather than below."""

    text: str
    above: bool = False


def clean(typed: str) -> str:
    """Return typed text as it is drawn: one line of visible signs, without quotes around it."""
    visible = "".join(
        letter if _visible(letter) else " " for letter in unicodedata.normalize("NFC", typed)
    )
    line = " ".join(visible.split())
    for opening, closing in ('""', "''", "“”", "‘’", "„“", "«»", "「」", "『』", "《》"):
        if len(line) > 1 and line.startswith(opening) and line.endswith(closing):
            return line[1:-1].strip()
    return line


def _visible(letter: str) -> bool:
    shown = unicodedata.category(letter)[0] not in "CZ" or unicodedata.category(letter) == "Cn"
    return shown or letter in _JOINERS or ord(letter) in _TAGS


def with_caption(settings: tuple[Setting, ...], caption: Caption | None) -> tuple[Setting, ...]:
    """Return a job's settings with its caption among them."""
    if caption is None:
        return settings
    return (*settings, Setting(ABOVE if caption.above else BELOW, words=caption.text))


def parted(settings: Iterable[Setting]) -> tuple[tuple[Setting, ...], Caption | None]:
    """Part a job's settings from its caption, if it has one."""
    left: list[Setting] = []
    caption = None
    for setting in settings:
        if setting.name in (ABOVE, BELOW):
            caption = Caption(setting.words, setting.name == ABOVE)
        else:
            left.append(setting)
    return tuple(left), caption
