"""What colours are called: the nearest of a few names that people use."""

from collections.abc import Sequence
from functools import cache

NAMED = {
    "black": "#1f1b1a", "dark-brown": "#3d2a21", "brown": "#6b4530", "light-brown": "#94694a",
    "blond": "#cda96c", "light-blond": "#e5cf9c", "red": "#b0322c", "auburn": "#7c3319",
    "copper": "#b5592b", "orange": "#e88b3d", "yellow": "#f2c14e",
    "green": "#5d9a4a", "teal": "#2f9c95", "light-blue": "#6fb3d9", "blue": "#3a66ad",
    "violet": "#7a4fa3", "pink": "#e78fb3",
    "magenta": "#b8336a", "dark-gray": "#40454d", "gray": "#8a8d92", "light-gray": "#bcc0c5",
    "white": "#f1efec", "beige": "#ead2b4", "peach": "#f5cdae", "tan": "#c99b70",
}  # fmt: skip
"""Name -> "#rrggbb"."""


def name_of(colour: str) -> str:
    """Return the name nearest to a colour, "#rrggbb"."""
    return min(NAMED, key=lambda name: _distance(NAMED[name], colour))


def nearest(name: str, colours: Sequence[str]) -> str:
    """Return which of some colours is nearest to what a name means.

    Raises:
        ValueError: there are none.
    """
    return min(colours, key=lambda colour: _distance(NAMED[name], colour))


def _distance(one: str, other: str) -> float:
    """CIE76: the squared distance in Lab."""
    return sum((a - b) ** 2 for a, b in zip(_lab(one), _lab(other), strict=True))


@cache
def _lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of sRGB."""
    rgb = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(share: float) -> float:
    return float(share ** (1 / 3)) if share > 0.008856 else 7.787 * share + 4 / 29
