"""What the light does to colours, told by skin: its tint, and how little of it there is."""

import numpy as np

from inference.face.report import Lab

_HUES = np.radians((36.0, 70.0))
"""Skin of all tones in white light lies between these hues of Lab."""
_CHROMA = (9.0, 34.0)
_NO_COLOUR = 4.0  # chroma of skin and everything else in a gray photograph
_SELDOM_DARKER = (72.9, 72.2, 64.0, 60.7, 52.0, 37.1)
"""Lightness that two in three faces of each tone reach (723 faces)."""
_CAUTION = 0.75  # tones darker than read, so that no skin becomes paler than it is
_MOST = 22.0  # of lightness
_DARK_SHARE = (0.25, 1.1)  # a cast weighs less on what is dark


def cast(skin: Lab) -> tuple[float, float]:
    """Find how far light moves skin from where skin lies.

    Args:
        skin: Lab of the photo.

    Returns:
        (a, b), what to take from skin's; (0, 0) for any skin in white light.
    """
    a, b = skin[1:]
    hue = float(np.clip(np.arctan2(b, a), *_HUES)) if a > 0 or b > 0 else float(_HUES[0])
    chroma = float(np.clip(a * np.cos(hue) + b * np.sin(hue), *_CHROMA))
    return a - chroma * float(np.cos(hue)), b - chroma * float(np.sin(hue))


def balanced(colour: Lab, skin: Lab) -> Lab:
    """Bring a colour into the light in which the skin beside it would look like skin.

    Args:
        colour: Lab of the photo.
        skin: of the same person in the same light.
    """
    share = float(np.clip(colour[0] / max(skin[0], 1.0), *_DARK_SHARE))
    a, b = cast(skin)
    return colour[0], colour[1] - share * a, colour[2] - share * b


def missing(skin: Lab, tone: float) -> float:
    """Find how much lighter a face in the shade would be in good light.

    Only lightness: cameras keep the colours of what is dark.

    Args:
        skin: Lab of the photo.
        tone: of the skin as people see it, 1 (palest) to 6, which shade hardly changes.

    Returns:
        lightness to add, 0 where skin is as light as most of its tone, or lighter.
    """
    least = float(np.interp(tone + _CAUTION, np.arange(1, 7), _SELDOM_DARKER))
    return float(np.clip(least - skin[0], 0, _MOST))


def is_gray(*colours: Lab) -> bool:
    """Tell whether colours, skin among them, are those of a gray photograph."""
    return all(float(np.hypot(*colour[1:])) < _NO_COLOUR for colour in colours)
