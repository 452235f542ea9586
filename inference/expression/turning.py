"""Turn and nod a head by a few degrees: near points move further than far ones (parallax)."""

import numpy as np
from numpy.typing import NDArray

from inference.expression import warp
from inference.face import topology

MOST = 12.0
"""Degrees at an amount of 1; beyond it the far cheek would have to show what no photo saw."""

RINGS = (1.5, 1.75)
"""Multiples of the face oval on which nothing moves: hair and ears come along, shoulders stay."""

REACH = 0.45
"""Over the width of the face oval: how far outside it the movement fades out."""

_LEVELS = (4, 8, 16)  # cells of the flow: a head is rigid, and its outline must not fray


def turn(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    points: NDArray[np.floating],
    across: float,
    up: float,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Turn and nod a head.

    Args:
        image: (H, W, 3) RGB.
        alpha: (H, W).
        points: (478, 3) landmarks, px.
        across: to the person's left, -1..1.
        up: -1..1.

    Returns:
        Picture and alpha; the very input where both are 0.
    """
    if not across and not up:
        return image, alpha
    before = np.asarray(points, np.float64)
    after = turned(before, across * MOST, up * MOST)
    height, width = alpha.shape
    flow = warp.flow(before, after, width, height, rings=RINGS, reach=REACH, levels=_LEVELS)
    both = flow.applied(np.dstack([image, alpha]))
    return both[..., :3], both[..., 3]


def turned(points: NDArray[np.float64], yaw: float, pitch: float) -> NDArray[np.float64]:
    """Rotate landmarks about the middle between the ears.

    Args:
        points: (478, 3) px.
        yaw: degrees towards the person's left.
        pitch: degrees upwards.

    Returns:
        (478, 3) px.
    """
    pivot = points[list(topology.FACE_SIDES)].mean(axis=0)
    x, y, z = (points - pivot).T
    across, up = np.deg2rad(yaw), np.deg2rad(pitch)
    x, z = x * np.cos(across) - z * np.sin(across), x * np.sin(across) + z * np.cos(across)
    y, z = y * np.cos(up) + z * np.sin(up), z * np.cos(up) - y * np.sin(up)
    return np.asarray(np.stack([x, y, z], axis=1) + pivot)
