"""Lighter or darker skin, everywhere the skin shows: face, ears, neck."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.pictures.images import to_lab

_SPREAD = (26.0, 8.0, 10.0)  # of L*, a*, b* within which a colour is the skin's
_REACH = 0.55  # face heights from the face's oval where skin may be
_SOFT = 0.012  # face heights
_FEATURES = 0.35  # how much lips and brows take of it; eyes and teeth take nothing


def skin(portrait: Portrait) -> NDArray[np.float32]:
    """Where a portrait shows skin, (S, S) 0..1."""
    points = portrait.report.landmarks
    unit = topology.face_height(points)
    shape = portrait.alpha.shape
    lab = to_lab(portrait.image)
    apart = (lab - np.array(portrait.report.colours.skin, np.float32)) / np.array(
        _SPREAD, np.float32
    )
    alike = np.clip(2.2 * np.exp(-0.5 * (apart * apart).sum(axis=2)) - 0.6, 0, 1)
    face = topology.fill(shape, points, topology.FACE_OVAL)
    away = cv2.distanceTransform((~face).astype(np.uint8), cv2.DIST_L2, 3) / unit
    share = np.where(face, np.maximum(alike, 0.0), alike * np.clip(2 - away / _REACH * 2, 0, 1))
    inner = cv2.erode(face.astype(np.float32), np.ones((3, 3)), iterations=round(0.03 * unit))
    soft = max(0.6, _SOFT * unit)
    # within the face also shade and highlights are skin, but a beard isn't
    dark = lab[..., 0] < 0.45 * portrait.report.colours.skin[0]
    share = np.maximum(share, cv2.GaussianBlur(inner, (0, 0), 3 * soft) * ~dark)
    share[topology.fill(shape, points, topology.LIPS_OUTER, *topology.BROWS)] *= _FEATURES
    share[topology.fill(shape, points, topology.LIPS_INNER, *topology.EYES)] = 0
    share = cv2.GaussianBlur(share.astype(np.float32), (0, 0), soft)
    bare = portrait.alpha.astype(np.float32) - portrait.hair_mask
    return np.asarray(share * np.clip(bare / 255, 0, 1), np.float32)


def toned(
    picture: NDArray[np.uint8], share: NDArray[np.float32], gain: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Multiply skin by a colour; what is nearly white keeps its detail.

    Args:
        picture: (S, S, 3) uint8 RGB.
        share: (S, S), see ``skin``.
        gain: (3,), what RGB is multiplied by where the share is 1.
    """
    rows, columns = (np.flatnonzero(share.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return picture
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    levels = np.arange(256, dtype=np.float32)
    result = picture.copy()
    seen = picture[box]
    for channel, factor in enumerate(gain):
        # a curve through black and white whose slope at black is the gain
        bend = max(float(factor), 1e-3)
        curve = 255 * bend * levels / (255 + (bend - 1) * levels)
        moved = (curve - levels)[seen[..., channel]] * share[box]
        result[box][..., channel] = np.clip(np.rint(seen[..., channel] + moved), 0, 255)
    return result
