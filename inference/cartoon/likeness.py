"""Bring back what a painting may not take from a person: the light on them and their skin."""

import cv2
import numpy as np
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
_CALM = 2.5  # grey levels of local contrast at which skin is half calm
_FADE = 0.35  # amounts below this fade the painting out, so that 0 is the photo


def restore(painted: NDArray[np.float32], canvas: Canvas, amount: float) -> NDArray[np.uint8]:
    """Mix the photo's light, tint and skin into its painting.

    painted: (H, W, 3) RGB float32 0..255, of the canvas' size. amount: 0 (the photo) to
    1. Returns RGB uint8.
    """
    flat = canvas.flat.astype(np.float32)
    skin = canvas.skin[..., None]
    result = painted + _broad_difference(flat - painted, canvas)
    calm = _calmness(flat)[..., None]
    shows, calm_shows = (full - less * amount for full, less in (_SKIN_SHOWS, _CALM_SHOWS))
    result += (shows + (calm_shows - shows) * calm) * skin * (flat - result)
    return faded(result, canvas, amount)


def faded(picture: NDArray[np.float32], canvas: Canvas, amount: float) -> NDArray[np.uint8]:
    """Let the photo through where little is asked for.

    picture: (H, W, 3) RGB float32, about 0..255. amount: 0 (the photo) to 1. Returns RGB
    uint8.
    """
    if amount < _FADE:
        photo = canvas.photo.astype(np.float32)
        picture = photo + (amount / _FADE) * (picture - photo)
    return np.asarray(np.rint(np.clip(picture, 0, 255)), np.uint8)


def _calmness(flat: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 where the picture is even all around, towards 0 where there is something to draw."""
    grey = flat @ _LUMA
    contrast = cv2.GaussianBlur(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 4)), (0, 0), 4)
    return np.asarray(np.exp2(-np.square(contrast / _CALM)), np.float32)


def _broad_difference(difference: NDArray[np.float32], canvas: Canvas) -> NDArray[np.float32]:
    """The low frequencies of a difference on the person, weighed by light and tint."""
    size = (difference.shape[1] // _COARSE, difference.shape[0] // _COARSE)
    alpha = canvas.alpha.astype(np.float32)[..., None] / 255
    inside = cv2.resize(difference * alpha, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    skin = cv2.resize(canvas.skin, size, interpolation=cv2.INTER_AREA)[..., None]
    face = np.maximum(skin, cv2.resize(canvas.features, size)[..., None])
    broad = cv2.GaussianBlur(inside, (0, 0), _BLUR)
    broad = broad / (cv2.GaussianBlur(share, (0, 0), _BLUR)[..., None] + 1e-3)
    light = (broad @ _LUMA)[..., None]
    of_light = _LIGHT[0] + (_LIGHT[1] - _LIGHT[0]) * skin
    of_tint = _TINT[0] + (_TINT[1] - _TINT[0]) * face
    weighed = light * of_light + (broad - light) * of_tint
    return np.asarray(cv2.resize(weighed, difference.shape[1::-1]) * alpha, np.float32)
