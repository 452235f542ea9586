"""The geometric engine: landmarks move as blendshapes say, the picture follows."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from inference.expression import displacements, landmarks, lids, warp
from inference.expression.fit import fit
from inference.expression.mixes import movement
from storage.kinds import Setting

CLOSED_GAP = (0.03, 0.09)
"""Gap between the inner lips over the mouth's width: closed up to the first, open from the last."""


def moved(points: NDArray[np.floating], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Return (478, 3) landmarks in pixels after blendshapes by name moved them.

    points: (478, 3) landmarks, z in the same scale. Lips that touch stay together.
    """
    table = displacements.load()
    laid = fit(table.base, points)
    offset = laid.turned(table.mixed(weights))
    return np.asarray(points, np.float64) + _kept_together(points, offset)


def _kept_together(
    points: NDArray[np.floating], offset: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Let both lips of a closed mouth share their movement, so that no slit tears open."""
    upper = np.array(landmarks.INNER_UPPER_LIP[1:-1])
    lower = np.array(landmarks.INNER_LOWER_LIP[1:-1])
    corners = points[[landmarks.INNER_UPPER_LIP[0], landmarks.INNER_UPPER_LIP[-1]], :2]
    width = float(np.linalg.norm(corners[1] - corners[0]))
    gap = float(np.linalg.norm(points[upper, :2] - points[lower, :2], axis=1).max()) / width
    low, high = CLOSED_GAP
    closed = float(np.clip((high - gap) / (high - low), 0.0, 1.0))
    shared = (offset[upper] + offset[lower]) / 2
    result = offset.copy()
    result[upper] += closed * (shared - offset[upper])
    result[lower] += closed * (shared - offset[lower])
    return result


def express(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    points: NDArray[np.floating],
    settings: Iterable[Setting],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return picture and alpha with another expression.

    image: (H, W, 3) RGB; alpha: (H, W); points: (478, 3) landmarks in their pixels; settings:
    names of ``mixes.MIXES`` with amounts -1..1. All amounts 0 give back the very input; outside
    the face nothing changes. KeyError for a name that is not there.
    """
    asked = movement(settings)
    if asked.close_left or asked.close_right:
        image = lids.close(image, points, left=asked.close_left, right=asked.close_right)
    if asked.weights:
        height, width = alpha.shape
        field = warp.flow(points, moved(points, asked.weights), width, height)
        image, alpha = field.applied(image), field.applied(alpha)
    return image, alpha
