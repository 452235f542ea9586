"""A grid that stands upright on a face, however the head leans."""

import numpy as np
from numpy.typing import NDArray

from inference.face import topology


def grid(
    landmarks: NDArray[np.float32], grain: float, left: float, top: float
) -> NDArray[np.float64]:
    """The (2, 3) matrix from the grid's pixels to the portrait's.

    Args:
        landmarks: (478, 2 or 3) px.
        grain: pixels of the grid from the middle of the forehead to the chin.
        left: where the grid begins to the right of the forehead's middle, in that length.
        top: and below it.
    """
    forehead, chin = (
        landmarks[i, :2].astype(np.float64) for i in (topology.FOREHEAD_MIDDLE, topology.CHIN)
    )
    down = chin - forehead
    right = np.array([down[1], -down[0]])
    axes = np.stack([right, down], axis=1) / grain
    corner = forehead + left * right + top * down + axes @ (0.5, 0.5)
    return np.column_stack([axes, corner])
