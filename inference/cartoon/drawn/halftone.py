"""Halftone: a comic page of the sixties, bright colours shaded with dots."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.drawn.lines import Plane, hatched
from inference.cartoon.drawn.toon import drawn_lines
from inference.pictures.images import from_lab, to_lab

_CELL = 8.0  # px between dots
_ANGLE = np.deg2rad(45)
_CHROMA = 1.7, 1.35  # elsewhere, on skin
_INK = np.array([7.0, 2.0, -6.0], np.float32)


def halftone(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Print in dots. strength: of dots and lines, 0..1. Returns RGB float32 0..255."""
    lab = to_lab(np.asarray(cv2.bilateralFilter(canvas.flat, 9, 36, 6), np.uint8))
    shade = 0.6 + 0.4 * strength
    printed = hatched(lab, _screen(), 17 * shade, 26 * shade)
    kept = 0.85 * canvas.features[..., None]
    printed += kept * (lab - printed)
    chroma = _CHROMA[0] + (_CHROMA[1] - _CHROMA[0]) * canvas.skin
    printed[..., 1:] *= (1 + (chroma - 1) * shade)[..., None]
    lines = drawn_lines(to_lab(canvas.flat)[..., 0], 0.5 + 0.6 * strength)
    printed += lines[..., None] * (_INK - printed)
    return np.asarray(from_lab(printed), np.float32)


@cache
def _screen() -> Plane:
    """Round dots on a turned grid, every darkness equally often; read-only."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    turn = 2 * np.pi / _CELL
    u = (columns * np.cos(_ANGLE) + rows * np.sin(_ANGLE)) * turn
    v = (rows * np.cos(_ANGLE) - columns * np.sin(_ANGLE)) * turn
    return even(np.asarray(-np.cos(u) - np.cos(v), np.float32))


def even(plane: Plane) -> Plane:
    """Spread values so that each of 0..1 is equally frequent; the result is read-only."""
    ranks = np.argsort(np.argsort(plane, axis=None)).reshape(plane.shape)
    result = (ranks / plane.size).astype(np.float32)
    result.setflags(write=False)
    return result
