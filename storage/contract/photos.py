"""What a photo may be, wherever it comes from."""

from pathlib import PurePath

MAX_BYTES = 20 * 2**20
"""The largest file taken; Telegram's bots get no larger ones either."""

MAX_PIXELS = 40_000_000
"""The largest picture decoded whole, read from its head before: 160 MB as Pillow holds it."""

MAX_PIXELS_OF = {"JPEG": 210_000_000, "HEIF": 50_000_000}
"""More of some formats: of a JPEG only an eighth to a half of each side is ever decoded, unless it
is progressive; and phones of 48 megapixels write HEIC."""

SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp",
})  # fmt: skip
"""What the names of pictures end in, for files that come without a type."""

_NAMELESS = frozenset({"", "application/octet-stream"})  # types that tell nothing


def most_pixels(form: str, *, progressive: bool = False) -> int:
    """The largest picture taken of a format, by Pillow's name of it.

    progressive: whether a JPEG comes in several scans, which are all held before it is scaled.
    """
    return MAX_PIXELS if progressive else MAX_PIXELS_OF.get(form, MAX_PIXELS)


def may_be_photo(media_type: str, name: str) -> bool:
    """Tell whether a file can be worth fetching, by its type and name as a platform has them.

    HEIC comes as ``application/octet-stream`` at times; what has neither type nor ending is known
    by its bytes alone. A vector drawing is no photo.
    """
    if media_type == "image/svg+xml":
        return False
    suffix = PurePath(name).suffix.lower()
    if media_type in _NAMELESS and not suffix:
        return True
    return media_type.startswith("image/") or suffix in SUFFIXES


_FOOTAGE = frozenset({".mp4", ".mov", ".m4v", ".webm", ".gif", ".mkv", ".3gp", ".avi"})


def may_be_footage(media_type: str, name: str) -> bool:
    """Tell whether a file can be a film or a GIF, of which the best frame is taken."""
    if media_type == "image/gif" or media_type.startswith("video/"):
        return True
    return PurePath(name).suffix.lower() in _FOOTAGE


def is_footage(data: bytes) -> bool:
    """Tell by its first bytes whether a file is a film or a GIF; a head alone proves nothing."""
    if data.startswith((b"GIF87a", b"GIF89a", b"\x1a\x45\xdf\xa3")):
        return True
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return True
    return data[4:8] == b"ftyp" and data[8:12].lower() not in _STILLS


_STILLS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)
"""Brands of single pictures in the same container."""
