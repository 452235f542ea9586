"""Freckles, where they are: small round spots, darker and more coloured than the skin around them.

Nobody was asked to label freckles. None of 625 faces has any by these bounds (wrinkles are no round
spots, pores have no colour, gray-haired people have spots of another kind); where
``inference.latent.retouch`` painted some at 0.8, they are found on 0.6 of those under 55.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.attributes import Probabilities
from inference.face.report import Portrait
from inference.pictures.images import to_lab

_NOSE = (168, 114, 129, 98, 2, 327, 358, 343)
_AROUND = 0.05  # face heights around eyes, brows and lips in which none counts
_FINE, _COARSE, _APART = 0.004, 0.014, 0.018  # face heights: smoothing, surroundings, next spot
_ROUND = 0.5  # least curvature, of the greatest
_DARKER, _COLOURED = 2.0, 1.2  # L* as on skin of 60, a* and b* together, than around it
_DENSE, _EITHER = 50.0, 3  # spots a squared face height, and on each half of the face
_OLD = 0.5  # how probable gray hair must be for spots to be those of age
_HAIR = 40  # of 255


def find(portrait: Portrait, perceived: Probabilities) -> NDArray[np.float64]:
    """Return where freckles are, (N, 2) px of the portrait; none where there are but a few."""
    landmarks = portrait.report.landmarks[:, :2]
    unit = topology.face_height(landmarks)
    low = np.maximum(np.floor(landmarks.min(axis=0)).astype(int), 0)
    high = np.ceil(landmarks.max(axis=0)).astype(int)
    box = np.s_[low[1] : high[1], low[0] : high[0]]
    lab = to_lab(np.ascontiguousarray(portrait.image[box]))
    points = landmarks - low
    bare = _bare((len(lab), lab.shape[1]), points, unit) & (portrait.hair_mask[box] < _HAIR)
    nobody = np.empty((0, 2))
    old = sum(perceived["hair_colour"].get(name, 0.0) for name in ("gray", "white"))
    if old > _OLD or not bare.any():
        return nobody
    spots = np.argwhere(_spots(lab, unit, float(np.median(lab[..., 0][bare]))) & bare)[:, ::-1]
    middle = points[[topology.NOSE_ROOT, topology.CHIN]].mean(axis=0)
    left = int((spots[:, 0] < middle[0]).sum())
    either = min(left, len(spots) - left)
    if len(spots) < _DENSE * bare.sum() / unit**2 or either < _EITHER:
        return nobody
    return np.asarray(spots + low + 0.5, np.float64)


def _bare(shape: tuple[int, int], points: NDArray[np.floating], unit: float) -> NDArray[np.bool_]:
    """Cheeks and nose, (H, W)."""
    inside = topology.fill(shape, points, *topology.WIDE_CHEEKS, _NOSE)
    features = (*topology.EYES, *topology.BROWS, topology.LIPS_OUTER)
    near = topology.fill(shape, points, *features).astype(np.uint8)
    size = 2 * max(1, round(_AROUND * unit)) + 1
    return np.asarray(inside & (cv2.dilate(near, np.ones((size, size))) == 0))


def _spots(lab: NDArray[np.float32], unit: float, usual: float) -> NDArray[np.bool_]:
    """Where a spot's middle is, (H, W). usual: lightness of the skin."""
    fine, coarse = (
        cv2.GaussianBlur(lab, (0, 0), max(0.5, reach * unit)) for reach in (_FINE, _COARSE)
    )
    apart, light = fine - coarse, np.ascontiguousarray(fine[..., 0])
    xx, yy, xy = (
        cv2.Sobel(light, cv2.CV_32F, *order) for order in ((2, 0), (0, 2), (1, 1))
    )  # fmt: skip
    bend, twist = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    round_ = (bend + twist > 0) & (bend - twist > _ROUND * (bend + twist))
    size = max(3, round(_APART * unit) | 1)
    lowest = light == cv2.erode(light, np.ones((size, size)))
    darker = -apart[..., 0] * 60 / max(usual, 15.0) > _DARKER
    coloured = apart[..., 1:].sum(axis=2) > _COLOURED
    return np.asarray(lowest & round_ & darker & coloured)
