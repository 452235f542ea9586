"""Brings what people type into one form: what cannot be seen goes, digits and signs are ASCII."""

import re
import unicodedata

_JOINED = re.compile(r"\u200d[^\w\s][\ufe0f\U0001f3fb-\U0001f3ff]*")
"""What a joiner ties to an emoji: the sign of a woman, arrows, another head."""

_BLANKS = re.compile(r"[\u00a0\u115f\u1160\u2800\u3164\uffa0]")
"""Letters and signs that look like a space."""

_SHADES = re.compile(r"[\u034f\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]")
"""What only varies the sign before it: skin tones, variation selectors, the frame of a key."""

_SIGNS = str.maketrans({"٫": ".", "٬": "", "٪": "%", "،": ",", "؛": ";", "؟": "?", "−": "-"})


def legible(text: str) -> str:
    """Return a text without what cannot be seen, in half width, with ASCII digits.

    An emoji is left in its plainest form: ``👍🏽`` is ``👍`` and ``3️⃣`` is ``3``.
    """
    text = _BLANKS.sub(" ", _SHADES.sub("", _JOINED.sub("", text)))
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return "".join(map(_plain, text)) if not text.isascii() else text


def plain(text: str) -> str:
    """Return a text as it is compared: legible, and without capitals."""
    return legible(text).casefold()


def _plain(letter: str) -> str:
    match unicodedata.category(letter):
        case "Cf":  # joiners, marks of direction, tags, soft hyphens
            return ""
        case "Nd":
            return str(unicodedata.decimal(letter))
        case _:
            return letter
