"""Toon: few even tones, ink lines, eyes a little larger; all at the photo's own sharpness."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import Canvas
from inference.cartoon.drawn.dabs import calmest
from inference.cartoon.drawn.lines import along, few_tones, ink
from inference.face import topology
from inference.pictures.images import from_lab, to_lab

_LARGER = 0.2  # by how much eyes grow at full strength
_REACH = 1.3  # of that, in widths of an eye
_STEP = 14.0  # L* between tones
_INK = np.array([9.0, 4.0, -3.0], np.float32)  # Lab, mixed with the colour it lies on
_OWN = 0.2  # how much of that colour the ink takes on


def toon(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Draw a toon. strength: of tones, lines and eyes, 0..1. Returns RGB float32 0..255."""
    picture = larger_eyes(canvas.flat, canvas.landmarks, _LARGER * strength)
    sharp = to_lab(picture)
    lab = calmest(sharp, 4)
    fine = canvas.features
    lab += (0.9 * fine)[..., None] * (sharp - lab)
    skin = canvas.skin > 0.6
    anchor = float(np.median(lab[skin, 0])) if skin.any() else 55.0
    kept = 1 - 0.7 * fine
    tones = few_tones(lab[..., 0], _STEP, anchor, 3 + 4 * strength)
    lab[..., 0] += (0.45 + 0.5 * strength) * kept * (tones - lab[..., 0])
    lab[..., 0] += 3 * strength
    lab[..., 1:] *= 1 + 0.4 * strength
    lines = drawn_lines(np.ascontiguousarray(sharp[..., 0]), 0.6 + 0.6 * strength)
    lines = np.maximum(lines, (0.35 + 0.5 * strength) * _lids(canvas))
    lab += lines[..., None] * (1 - _OWN) * (_INK - lab)
    return np.asarray(from_lab(lab), np.float32)


def drawn_lines(lightness: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Ink lines of two widths, joined along edges, (H, W) 0..1."""
    fine = ink(lightness, 1.0, 1.3, 4.5)
    broad = ink(lightness, 2.2, 2.2, 6.5)
    joined = along(np.maximum(0.8 * fine, broad), lightness, 3)
    return np.asarray(np.clip(1.4 * strength * joined, 0, 1), np.float32)


def _lids(canvas: Canvas) -> NDArray[np.float32]:
    """The line of the upper lashes, (512, 512) 0..1."""
    lines = np.zeros(canvas.alpha.shape, np.uint8)
    width = max(1, round(0.011 * topology.face_height(canvas.landmarks)))
    left, right = topology.UPPER_LIDS
    for lid in (left, right[::-1]):  # from the outer corners inwards
        points = np.rint(canvas.landmarks[list(lid)] * 16).astype(np.int32)
        cv2.polylines(lines, [points], False, 255, width, cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(lines, (0, 0), 0.7).astype(np.float32) / 255, np.float32)


def larger_eyes(
    picture: NDArray[np.uint8], landmarks: NDArray[np.float32], amount: float
) -> NDArray[np.uint8]:
    """Enlarge both eyes about their middle, fading out towards brows and nose.

    picture: (H, W, C). landmarks: (478, 2) px. amount: 0.1 makes an eye about a tenth larger.
    """
    result = picture.copy()
    for eye in topology.EYES:
        points = landmarks[list(eye)]
        x, y = points.mean(axis=0).tolist()
        reach = _REACH * float(np.ptp(points[:, 0]))
        left, top = max(0, int(x - reach)), max(0, int(y - reach))
        box = np.s_[top : int(y + reach) + 1, left : int(x + reach) + 1]
        height, width = picture[box].shape[:2]
        if reach < 2 or not height or not width:
            continue
        columns, rows = np.meshgrid(
            np.arange(width, dtype=np.float32) + np.float32(left - x),
            np.arange(height, dtype=np.float32) + np.float32(top - y),
        )
        fading = np.clip(1 - (columns**2 + rows**2) / reach**2, 0, 1) ** 2
        nearer = (1 - amount * fading).astype(np.float32)
        result[box] = cv2.remap(
            picture,
            columns * nearer + np.float32(x),
            rows * nearer + np.float32(y),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    return result
