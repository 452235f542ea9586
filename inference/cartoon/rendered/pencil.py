"""Coloured pencil: crossing strokes in each colour's own tones, contours drawn again."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.rendered.lines import Plane, along, even, grain, hatched, ink
from inference.pictures.images import from_lab, to_lab

_ANGLES = (58, 40)  # degrees
_INK = np.array([16.0, 3.0, 2.0], np.float32)


def pencil(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Draw with coloured pencils.

    Args:
        canvas: what to draw.
        strength: of the strokes, 0..1.

    Returns:
        RGB float32 0..255.
    """
    lab = to_lab(np.asarray(cv2.bilateralFilter(canvas.flat, 9, 30, 5), np.uint8))
    lab[..., 0] = 100 - (100 - lab[..., 0]) * (1 - 0.1 * strength)
    shade = 0.5 + 0.6 * strength
    drawn = hatched(lab, _screen(), 17 * shade, 15 * shade)
    drawn += (0.45 * canvas.skin)[..., None] * (lab - drawn)
    kept = 0.6 * canvas.features[..., None]
    drawn += kept * (lab - drawn)
    paler = np.clip((drawn[..., 0] - lab[..., 0]) / 24, -0.4, 1)
    drawn[..., 1:] *= (1.3 - 0.5 * paler)[..., None]
    light = to_lab(canvas.flat)[..., 0]
    lines = along(np.maximum(0.9 * ink(light, 0.9, 1, 4), ink(light, 2, 2.4, 8)), light, 2)
    lines *= (0.5 + 0.6 * _screen()) * (0.6 + 0.6 * strength)
    drawn += np.clip(lines, 0, 1)[..., None] * (_INK - drawn)
    return np.asarray(from_lab(drawn), np.float32)


@cache
def _screen() -> Plane:
    """Strokes of two directions, every darkness equally often; read-only."""
    first, second = (even(_strokes(angle, seed)) for seed, angle in enumerate(_ANGLES))
    where = 1 / (1 + np.exp(-4 * grain(SIDE, 90, 2, 43)))
    return even(np.asarray(first + where * (np.minimum(first, second) * 0.9 - first), np.float32))


def _strokes(angle: float, seed: int) -> Plane:
    """Noise drawn out along a direction, like strokes side by side."""
    noise = grain(SIDE, 1.6, 1, 40 + seed)
    length = 41
    line = np.zeros((length, length), np.float32)
    middle = length // 2
    reach = middle * np.array([np.cos(np.deg2rad(angle)), -np.sin(np.deg2rad(angle))])
    first, last = (np.rint(middle + side * reach).astype(int).tolist() for side in (-1, 1))
    cv2.line(line, first, last, 1.0, 1, cv2.LINE_AA)
    return np.asarray(
        cv2.filter2D(noise, cv2.CV_32F, line / line.sum(), borderType=cv2.BORDER_REFLECT),
        np.float32,
    )
