"""Beards as they are seen: how long, and of what colour."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab, Portrait
from inference.pictures.images import lab_of_pixels, to_lab

_ENOUGH = 60  # pixels that a colour is measured on at least
_UNLIKE = 11.0  # Lab distance, lightness halved, from which a pixel is hair rather than skin
_STRIP = (0.2, 0.6)  # below the chin: half width and depth, face heights
_LONG, _FULL = 0.4, 0.1  # face heights that a beard hangs below the chin
_DENSE = 0.75  # share of chin and jaw that a full beard hides


def colour(portrait: Portrait) -> Lab | None:
    """Measure the colour of what may grow about the mouth: the pixels least like skin.

    Args:
        portrait: a studied face.
    """
    points, skin = portrait.report.landmarks, portrait.report.colours.skin
    rings = (topology.GOATEE, *topology.WHISKERS)
    around = topology.fill(portrait.alpha.shape, points, *rings)
    pixels = lab_of_pixels(portrait.image, around)
    if len(pixels) < _ENOUGH:
        return None
    away = _away(pixels, skin)
    hairs = pixels[away >= np.percentile(away, 50)]
    lightness, a, b = (float(value) for value in np.median(hairs, axis=0))
    return lightness, a, b


def length(portrait: Portrait, hairs: Lab | None) -> Mapping[str, float]:
    """Tell how long a beard is, if there is one.

    Args:
        portrait: a studied face.
        hairs: the beard's colour.

    Returns:
        "short", "full" and "long" -> probability.
    """
    if hairs is None:
        return {"short": 1.0, "full": 0.0, "long": 0.0}
    points, skin = portrait.report.landmarks, portrait.report.colours.skin
    unit = topology.face_height(points)
    around = topology.fill(portrait.alpha.shape, points, topology.GOATEE, *topology.WHISKERS)
    dense = float((_away(lab_of_pixels(portrait.image, around), skin) > _UNLIKE).mean())
    hangs = _below(portrait, hairs, unit)
    long = _ramp(hangs, _LONG - 0.06, _LONG + 0.06)
    full = max(_ramp(hangs, _FULL - 0.05, _FULL + 0.05), _ramp(dense, _DENSE - 0.1, _DENSE + 0.1))
    return {"short": (1 - full) * (1 - long), "full": full * (1 - long), "long": long}


def _below(portrait: Portrait, hairs: Lab, unit: float) -> float:
    """How far below the chin it looks like the beard rather than like skin, face heights."""
    points = portrait.report.landmarks
    half, deep = (round(share * unit) for share in _STRIP)
    x, y = (round(float(value)) for value in points[topology.CHIN, :2])
    strip = np.s_[y : y + deep, max(0, x - half // 2) : x + half // 2]
    if not portrait.alpha[strip].size:
        return 0.0
    pixels = to_lab(np.ascontiguousarray(portrait.image[strip]))
    like = _away(pixels, hairs) < _away(pixels, portrait.report.colours.skin)
    rows = (like & (portrait.alpha[strip] > 200)).mean(axis=1) > 0.6
    ends = np.flatnonzero(~rows)
    # to the strip's very end it is more likely cloth of the beard's colour
    return float(ends[0]) / unit if len(ends) else 0.0


def _away(pixels: NDArray[np.float32], colour: Lab) -> NDArray[np.float32]:
    apart = (pixels - np.array(colour, np.float32)) * np.array([0.5, 1, 1], np.float32)
    return np.asarray(np.linalg.norm(apart, axis=-1), np.float32)


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
