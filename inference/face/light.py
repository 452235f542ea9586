"""The colour of the light, told by skin: without it blue light makes blue hair."""

import numpy as np

from inference.face.report import Lab

_HUES = np.radians((36.0, 70.0))
"""Skin of all tones in white light lies between these hues of Lab."""
_CHROMA = (9.0, 34.0)
_NO_COLOUR = 4.0  # chroma of skin and everything else in a gray photograph
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


def is_gray(*colours: Lab) -> bool:
    """Tell whether colours, skin among them, are those of a gray photograph."""
    return all(float(np.hypot(*colour[1:])) < _NO_COLOUR for colour in colours)
