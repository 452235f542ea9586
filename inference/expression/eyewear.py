"""Frames of glasses: whether there are any, and how to keep them from bending.

A frame crosses the bridge of the nose, where skin alone shows no level edge: on 3,600 portraits
the strongest one there told glasses from none with an AUC of 0.98.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import eyesight
from inference.face import topology
from inference.face.report import Lab

EDGE = (12.0, 24.0)
"""Level edge over the bridge, in percent of the skin's lightness: none up to, sure from."""

STIFF = 0.95
"""How much of the movement behind sure frames is held back."""

LENS = (0.5, 0.44, 0.45)
"""Half width, height above and below the eye of what a lens covers, in eye distances."""

_COLUMNS, _ROWS = 16, 24


def _eyes(landmarks: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.asarray(landmarks[:, :2], np.float64)
    left, right = (points[list(corners)].mean(axis=0) for corners in topology.EYE_CORNERS)
    return left, right


def detect(image: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> float:
    """Tell whether a face wears glasses.

    Args:
        image: (H, W, 3) RGB uint8.
        landmarks: (478, 2 or 3) px of the image.

    Returns:
        0 (none) to 1 (surely).
    """
    left, right = _eyes(landmarks)
    distance = float(np.linalg.norm(right - left))
    along = (right - left) / distance
    down = np.array([-along[1], along[0]])
    across = ((np.arange(_COLUMNS) + 0.5) / _COLUMNS - 0.5) * 0.26 * distance
    below = ((np.arange(_ROWS) + 0.5) / _ROWS - 0.42) * 0.55 * distance
    bridge = landmarks[topology.NOSE_ROOT, :2] - 0.5
    spots = bridge + across[None, :, None] * along + below[:, None, None] * down
    grid = spots.astype(np.float32)
    patch = cv2.remap(image, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR)
    light = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32) * (100 / 255)
    # an edge of a frame runs through all columns, a wrinkle or an eyelash through some
    edge = np.abs(np.median(np.diff(light, axis=0), axis=1)).max()
    share = 100.0 * float(edge) / max(30.0, float(np.median(light)))
    return float(np.clip((share - EDGE[0]) / (EDGE[1] - EDGE[0]), 0.0, 1.0))


def worn(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.floating],
    skin: Lab,
    hair: NDArray[np.uint8] | None = None,
) -> float:
    """Tell whether a face wears glasses, by their frame or by what hides an eye.

    One hidden eye is enough: light plays on dark lenses so that the other may seem to be seen, and
    hair or a hand should not bend either.

    Args:
        image: (H, W, 3) RGB uint8.
        landmarks: (478, 2 or 3) px of the image.
        skin: the person's.
        hair: (H, W) uint8, strands before the eyes.

    Returns:
        0 (none) to 1 (surely).
    """
    seen = min(eyesight.seen(image, landmarks, skin, hair))
    return 1.0 - (1.0 - detect(image, landmarks)) * seen


def stiffened(
    landmarks: NDArray[np.floating], offset: NDArray[np.float64], glasses: float
) -> NDArray[np.float64]:
    """Hold movements back where glasses would bend with the skin.

    Args:
        landmarks: (478, 2 or 3) px.
        offset: (478, 3) px, how each landmark is to move.
        glasses: 0..1, see ``worn``.

    Returns:
        (478, 3) px.
    """
    if glasses == 0.0:
        return offset
    left, right = _eyes(landmarks)
    distance = float(np.linalg.norm(right - left))
    along = (right - left) / distance
    down = np.array([-along[1], along[0]])
    behind = np.zeros(len(landmarks))
    for eye in (left, right):
        x = (landmarks[:, :2] - eye) @ along / distance / LENS[0]
        y = (landmarks[:, :2] - eye) @ down / distance
        y = np.where(y < 0, y / LENS[1], y / LENS[2])
        behind = np.maximum(behind, np.clip(2.5 * (1.2 - np.hypot(x, y)), 0.0, 1.0))
    return np.asarray(offset * (1.0 - STIFF * glasses * behind)[:, None])
