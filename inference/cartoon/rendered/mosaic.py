"""Mosaic: small square stones laid along the picture's edges, smaller in the face.

After Hausner, "Simulating decorative mosaics", SIGGRAPH 2001, laid in one go.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.rendered.lines import Lab, tangents
from inference.pictures.images import from_lab, to_lab

_FACE, _ELSEWHERE = 7.0, 11.0  # px between stones
_FILL = 0.9  # side of a stone over the distance to the next
_GROUT = np.array([26.0, 0.0, 3.0], np.float32)


def mosaic(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Lay stones.

    Args:
        canvas: what to lay.
        strength: their size, 0..1.

    Returns:
        RGB float32 0..255.
    """
    lab = to_lab(np.asarray(cv2.bilateralFilter(canvas.flat, 9, 34, 5), np.uint8))
    labels, colours = _lay(lab, canvas.landmarks, 0.7 + 0.4 * strength)
    stones = colours[labels]
    bare = (labels == 0).astype(np.float32)
    joint = cv2.GaussianBlur(bare, (0, 0), 0.6)
    soft = cv2.GaussianBlur(bare, (0, 0), 1.2)
    relief = np.roll(soft, (1, 1), (0, 1)) - np.roll(soft, (-1, -1), (0, 1))
    stones[..., 0] += 14 * relief
    grout = _GROUT + 0.35 * (lab - _GROUT)
    stones += np.clip(1.2 * joint, 0, 1)[..., None] * (grout - stones)
    kept = 0.6 * canvas.features[..., None]
    stones += kept * (to_lab(canvas.flat) - stones)
    return np.asarray(from_lab(stones), np.float32)


def _lay(
    lab: Lab, landmarks: NDArray[np.float32], scale: float
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return which stone lies where, (512, 512), 0 for none, and each one's Lab, (N, 3)."""
    along_x, along_y = tangents(np.ascontiguousarray(lab[..., 0]), 5.0)
    chance = np.random.default_rng(6)
    face = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(face, cv2.convexHull(np.rint(landmarks).astype(np.int32)), 1)
    labels = np.zeros((SIDE, SIDE), np.int32)
    colours = [np.zeros((1, 3), np.float32)]
    label = 1
    for pitch, inside in ((_ELSEWHERE * scale, 0), (_FACE * scale, 1)):
        y, x = np.mgrid[pitch / 2 : SIDE : pitch, pitch / 2 : SIDE : pitch]
        x = x + (np.arange(x.shape[0]) % 2 * pitch / 2)[:, None]
        middles = np.stack([x.ravel(), y.ravel()], axis=1)
        middles += chance.uniform(-0.12 * pitch, 0.12 * pitch, middles.shape)
        at = np.clip(np.rint(middles), 0, SIDE - 1).astype(int)
        chosen = face[at[:, 1], at[:, 0]] == inside
        middles, (column, row) = middles[chosen], at[chosen].T
        half = pitch * _FILL / 2
        side = half * np.stack([along_x[row, column], along_y[row, column]], axis=1)
        up = side[:, ::-1] * (-1, 1)
        corners = np.stack([side + up, side - up, -side - up, -side + up], axis=1)
        for corner in np.rint((corners + middles[:, None]) * 16).astype(np.int32):
            cv2.fillConvexPoly(labels, corner, label, cv2.LINE_8, 4)
            label += 1
        found = lab[row, column] * (1, 1.3, 1.3)
        found[:, 0] += chance.normal(0, 2.0, len(found))
        colours.append(found.astype(np.float32))
    return labels, np.concatenate(colours)
