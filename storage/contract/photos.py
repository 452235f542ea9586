"""What a photo may be, wherever it comes from."""

from pathlib import PurePath

MAX_BYTES = 20 * 2**20
"""The largest file taken; Telegram's bots get no larger ones either."""

MAX_PIXELS = 40_000_000
"""The largest picture decoded, read from its head before."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
"""What the names of pictures end in, for files that come without a type."""

_MOVING = frozenset({"image/gif", "image/svg+xml"})


def may_be_photo(media_type: str, name: str) -> bool:
    """Tell whether a file can be worth fetching, by its type and name as a platform has them.

    HEIC comes as ``application/octet-stream`` at times; what moves is no photo.
    """
    if media_type in _MOVING:
        return False
    return media_type.startswith("image/") or PurePath(name).suffix.lower() in SUFFIXES
