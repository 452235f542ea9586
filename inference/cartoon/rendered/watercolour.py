"""Watercolour: thin wet washes with dark rims on rough paper."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.rendered.dabs import calmest
from inference.cartoon.rendered.lines import Plane, few_tones, grain, ink
from inference.pictures.images import from_lab, to_lab

_WOBBLE = 5.0  # px by which a brush leaves the line, less in the face


def watercolour(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Paint in washes.

    Pigment density after Bousseau et al., "Interactive watercolor rendering with temporal coherence
    and abstraction", NPAR 2006: c' = c - (c - c^2)(d - 1).

    Args:
        canvas: what to paint.
        strength: of rims, wobble and blots, 0..1.

    Returns:
        RGB float32 0..255.
    """
    sharp = to_lab(canvas.flat)
    face = _face(canvas)
    lab = calmest(sharp, 6)
    lab += ((0.5 + 0.4 * canvas.features) * face)[..., None] * (sharp - lab)
    light = lab[..., 0]
    light += (0.85 - 0.5 * face) * strength * (few_tones(light, 17, 52, 6) - light)
    light += strength * 0.26 * (1 - 0.7 * canvas.skin) * (100 - light)
    lab[..., 1:] *= (1 + strength * (0.75 - 0.45 * canvas.skin))[..., None]
    wash = _wobbled(from_lab(lab), strength * (1 - 0.9 * face))
    colour = wash.astype(np.float32) / 255
    grey = cv2.cvtColor(wash, cv2.COLOR_RGB2GRAY).astype(np.float32)
    steep = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.6), cv2.CV_32F))
    rim = np.clip(cv2.GaussianBlur(steep, (0, 0), 0.8) / 10, 0, 1)
    blots = 0.38 * grain(SIDE, 90, 5, 2) * (1 - 0.6 * face) + 0.16 * grain(SIDE, 3.5, 2, 1)
    density = 1 + strength * (blots + 1.1 * rim)
    density += 1.3 * ink(np.ascontiguousarray(sharp[..., 0]), 1.1, 1.3, 5.5)
    colour -= (colour - colour * colour) * (density[..., None] - 1)
    return np.asarray(np.clip(colour, 0, 1) * 255, np.float32)


def _face(canvas: Canvas) -> Plane:
    mask = np.zeros((SIDE, SIDE), np.float32)
    hull = cv2.convexHull(np.rint(canvas.landmarks).astype(np.int32))
    cv2.fillConvexPoly(mask, hull, 1.0)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 6), np.float32)


def _wobbled(picture: NDArray[np.uint8], amount: Plane) -> NDArray[np.uint8]:
    ticks = np.arange(SIDE, dtype=np.float32)
    columns, rows = np.meshgrid(ticks, ticks)
    return np.asarray(
        cv2.remap(
            picture,
            columns + _WOBBLE * amount * grain(SIDE, 30, 2, 3),
            rows + _WOBBLE * amount * grain(SIDE, 30, 2, 4),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )
