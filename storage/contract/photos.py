"""What a photo may be, wherever it comes from."""

MAX_BYTES = 20 * 2**20
"""The largest file taken; Telegram's bots get no larger ones either."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
"""What the names of pictures end in, for files that come without a type."""
