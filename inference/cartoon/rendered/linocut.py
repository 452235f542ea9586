"""Linocut: dark ink over bright colours, half-tones carved in lines that follow the form."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.rendered.lines import Plane, drawn_lines, grain, smoothstep
from inference.pictures.images import from_lab, to_lab

_PITCH = 7.5  # px between cuts
_INK = np.array([12.0, 3.0, -7.0], np.float32)


def linocut(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Carve and print.

    Args:
        canvas: what to print.
        strength: how far colour gives way to ink, 0..1.

    Returns:
        RGB float32 0..255.
    """
    lab = to_lab(np.asarray(cv2.bilateralFilter(canvas.flat, 9, 36, 6), np.uint8))
    light = np.ascontiguousarray(lab[..., 0])
    small = cv2.resize(light, (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_AREA)
    form = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.2), (SIDE, SIDE))
    broad = cv2.resize(cv2.GaussianBlur(small, (0, 0), 9), (SIDE, SIDE))
    even = light - 0.6 * (broad - 55)
    phase = _straight() + 0.55 * form
    carved = np.sin(phase * np.float32(2 * np.pi / _PITCH))
    carved *= 1 - 0.85 * canvas.features
    dark = smoothstep((44 - 5 * canvas.skin + 17 * carved - even) / 5 + 0.5)
    dark = np.maximum(dark, drawn_lines(to_lab(canvas.flat)[..., 0], 1.0))
    paper = lab.copy()
    paper[..., 0] = 22 + 0.78 * light
    paper[..., 1:] *= (1.45 - 0.2 * canvas.skin)[..., None]
    printed = paper + dark[..., None] * (_INK - paper)
    return np.asarray(from_lab(lab + (0.6 + 0.4 * strength) * (printed - lab)), np.float32)


@cache
def _straight() -> Plane:
    """How far each place lies across the cuts, px, before the form bends them; read-only."""
    rows, columns = np.indices((SIDE, SIDE), np.float32)
    lines = rows + np.float32(0.35) * columns + 2 * grain(SIDE, 90, 1, 11)
    lines.setflags(write=False)
    return lines
