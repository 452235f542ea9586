"""Smooth maps between two faces: thin plate splines.

Bookstein, "Principal warps: thin-plate splines and the decomposition of deformations", PAMI 1989.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.pictures.compositing import warp

_STEP = 16  # px between the nodes at which the spline is evaluated; it is smooth, so few will do
_STIFFNESS = 0.05  # how far the map may miss its points for the sake of bending less


def backward_map(
    target: NDArray[np.floating], source: NDArray[np.floating], side: int
) -> NDArray[np.float32]:
    """Map a picture's pixels to another's by points that they share.

    Args:
        target: (N, 2) px of the target picture.
        source: (N, 2) px, the same points in the source picture.
        side: of the target picture, px.

    Returns:
        (side, side, 2) float32, for each target pixel the source position to fetch it from.
    """
    scale = float(np.ptp(target, axis=0).max())
    knots = np.asarray(target, np.float64) / scale
    count = len(knots)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _radial(knots, knots) + _STIFFNESS * np.eye(count)
    system[:count, count] = 1
    system[:count, count + 1 :] = knots
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.solve(system, np.vstack([source, np.zeros((3, 2))]))

    nodes = np.arange(0, side + _STEP, _STEP)
    grid = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2) / scale
    values = _radial(grid, knots) @ weights[:count] + weights[count] + grid @ weights[count + 1 :]
    coarse = values.reshape(len(nodes), len(nodes), 2).astype(np.float32)
    to_full = np.array([[_STEP, 0, 0], [0, _STEP, 0]], np.float32)
    return warp(coarse, to_full, (side, side), border=cv2.BORDER_REPLICATE)


def _radial(points: NDArray[np.float64], knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """r² log r between every point and every knot."""
    squared = ((points[:, None] - knots[None]) ** 2).sum(axis=-1)
    values: NDArray[np.float64] = 0.5 * squared * np.log(np.maximum(squared, 1e-12))
    return values
