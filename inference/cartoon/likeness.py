"""Bring back what a painting may not take from a person: the light on them and their skin."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.cartoon.canvas import Canvas

_COARSE = 4  # light and tint are compared at a quarter of the size
_BLUR = 2.5  # px at that size: finer than this is brushwork and stays
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

# how much of the photo's broad light and tint returns: elsewhere (below 0 the painting's own is
# exaggerated), and on skin
_LIGHT = (0.3, 0.9)
_TINT = (-0.25, 0.75)
# how much of the photo shows through the brushwork on skin, at amount 0 and what 1 takes off it
_SKIN_SHOWS = (0.9, 0.4)
_CALM_SHOWS = (1.0, 0.25)  # the same on calm skin, where strokes would read as scars
_AROUND = 4.0  # px: standard deviation of what "all around" is
_CALM = 2.5  # grey levels of local contrast at which skin is half calm
_FADE = 0.35  # amounts below this fade the painting out, so that 0 is the photo


def restore(painted: NDArray[np.uint8], canvas: Canvas, amount: float) -> NDArray[np.uint8]:
    """Mix the photo's light, tint and skin into its painting.

    Args:
        painted: (H, W, 3) RGB uint8, of the canvas' size.
        canvas: what was painted.
        amount: 0 (the photo) to 1.

    Returns:
        RGB uint8.
    """
    flat = canvas.flat
    lit = cv2.add(painted, _broad_difference(painted, canvas), dtype=cv2.CV_8U)
    shows, calm_shows = (full - less * amount for full, less in (_SKIN_SHOWS, _CALM_SHOWS))
    share = (shows + (calm_shows - shows) * _calmness(flat)) * canvas.skin
    return faded(cv2.blendLinear(flat, lit, share, 1 - share), canvas, amount)


def faded(picture: MatLike, canvas: Canvas, amount: float) -> NDArray[np.uint8]:
    """Let the photo through where little is asked for.

    Args:
        picture: (H, W, 3) RGB, about 0..255.
        canvas: what was drawn.
        amount: 0 (the photo) to 1.

    Returns:
        RGB uint8.
    """
    share = min(1.0, amount / _FADE)
    mixed = cv2.addWeighted(picture, share, canvas.photo, 1 - share, 0, dtype=cv2.CV_8U)
    return np.asarray(mixed, np.uint8)


def _calmness(flat: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 where the picture is even all around, towards 0 where there is something to draw."""
    grey = cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY).astype(np.float32)
    full, size = grey.shape[::-1], _coarse(grey)
    even = cv2.GaussianBlur(_reduced(grey, size), (0, 0), _AROUND / _COARSE)
    detail = cv2.absdiff(grey, cv2.resize(even, full))
    contrast = cv2.GaussianBlur(_reduced(detail, size), (0, 0), _AROUND / _COARSE)
    return np.asarray(cv2.resize(np.exp2(-np.square(contrast / _CALM)), full), np.float32)


def _broad_difference(painted: NDArray[np.uint8], canvas: Canvas) -> NDArray[np.float32]:
    """Low frequencies of what the photo has and the painting has not, by light and tint.

    They are those of the person, wherever the person is seen.
    """
    size = _coarse(painted)
    flat, own, alpha, skin, features = (
        _reduced(plane, size).astype(np.float32)
        for plane in (canvas.flat, painted, canvas.alpha, canvas.skin, canvas.features)
    )
    skin, face = skin[..., None], np.maximum(skin, features)[..., None]
    share = alpha[..., None] / 255
    broad = cv2.GaussianBlur((flat - own) * share, (0, 0), _BLUR)
    broad = broad / (cv2.GaussianBlur(share, (0, 0), _BLUR)[..., None] + 1e-3)
    light = (broad @ _LUMA)[..., None]
    of_light = _LIGHT[0] + (_LIGHT[1] - _LIGHT[0]) * skin
    of_tint = _TINT[0] + (_TINT[1] - _TINT[0]) * face
    weighed = light * of_light + (broad - light) * of_tint
    return np.asarray(cv2.resize(weighed, painted.shape[1::-1]), np.float32)


def _coarse(picture: NDArray[np.generic]) -> tuple[int, int]:
    """The width and height at which a picture is compared."""
    return picture.shape[1] // _COARSE, picture.shape[0] // _COARSE


def _reduced(picture: MatLike, size: tuple[int, int]) -> MatLike:
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
