"""Smooth surfaces through scattered values: multilevel B-splines.

S. Lee, G. Wolberg, S. Y. Shin, "Scattered data interpolation with multilevel B-splines", IEEE
TVCG 1997, made for image morphing: a coarse lattice catches the broad movement, each finer one
what is left. The result is C2, has no triangle edges, and averages where points contradict each
other instead of folding.
"""

import numpy as np
from numpy.typing import NDArray

LEVELS = (4, 8, 16, 32, 64)
"""Cells along each side of the lattices, coarse to fine, that keep eyes and lips apart."""


def _basis(positions: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the first of four control points of each position, and its (N, 4) cubic weights."""
    cell = np.floor(positions).astype(np.intp)
    t = positions - cell
    weights = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    return cell, weights / 6.0


def _basis_matrix(positions: NDArray[np.float64], cells: int) -> NDArray[np.float32]:
    """Return (len(positions), cells + 3): the weight of every control point at every position."""
    cell, weights = _basis(positions)
    matrix = np.zeros((len(positions), cells + 3), np.float32)
    for k in range(4):
        matrix[np.arange(len(positions)), cell + k] = weights[:, k]
    return matrix


def _lattice(
    points: NDArray[np.float64], values: NDArray[np.float64], cells: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit one lattice of control points to values.

    points: (N, 2) in [0, 1)²; values: (N, C). Returns the lattice, (C, cells + 3, cells + 3), and
    what it leaves over of the values, (N, C).
    """
    column, across = _basis(points[:, 0] * cells)
    row, down = _basis(points[:, 1] * cells)
    weights = (down[:, :, None] * across[:, None, :]).reshape(len(points), 16)
    side = cells + 3
    offsets = (np.arange(4)[:, None] * side + np.arange(4)).ravel()
    index = (row * side + column)[:, None] + offsets  # (N, 16)
    square = weights**2
    share = square * weights / square.sum(axis=1, keepdims=True)
    below = np.bincount(index.ravel(), square.ravel(), side * side)
    lattice = np.empty((values.shape[1], side * side))
    for channel in range(values.shape[1]):
        above = np.bincount(index.ravel(), (share * values[:, channel, None]).ravel(), side * side)
        lattice[channel] = np.where(below > 0, above / np.maximum(below, 1e-12), 0.0)
    left = values - np.stack([(weights * plane[index]).sum(axis=1) for plane in lattice], axis=1)
    return lattice.reshape(-1, side, side), left


def surface(
    points: NDArray[np.floating],
    values: NDArray[np.floating],
    width: int,
    height: int,
    levels: tuple[int, ...] = LEVELS,
) -> NDArray[np.float32]:
    """Lay a smooth surface through scattered values.

    ``levels``: cells along each side of the lattices, coarse to fine. Points outside the picture
    count as lying on its edge.

    Args:
        points: (N, 2) px; those outside the picture count as lying on its edge.
        values: (N, C).
        width: px.
        height: px.
        levels: cells along each side of the lattices, coarse to fine.

    Returns:
        (height, width, C) float32 at pixel centres.
    """
    unit = np.asarray(points, np.float64) / (width, height)
    unit = np.clip(unit, 0.0, 1.0 - 1e-6)
    left = np.asarray(values, np.float64)
    planes = np.zeros((left.shape[1], height, width), np.float32)
    xs = (np.arange(width) + 0.5) / width
    ys = (np.arange(height) + 0.5) / height
    for cells in levels:
        lattice, left = _lattice(unit, left, cells)
        across = _basis_matrix(xs * cells, cells)
        down = _basis_matrix(ys * cells, cells)
        planes += down @ lattice.astype(np.float32) @ across.T
    return np.ascontiguousarray(planes.transpose(1, 2, 0))
