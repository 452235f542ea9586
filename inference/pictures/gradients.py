"""Histograms of oriented gradients: where a picture has edges, and which way they run.

N. Dalal, B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.pictures.compositing import Size, resize


def histograms(
    grey: NDArray[np.float32],
    cells: Size,
    orientations: int = 9,
    *,
    aperture: int = 3,
    soft: bool = False,
) -> NDArray[np.float32]:
    """Sum a picture's gradients by cell and direction, not yet normalised.

    Args:
        grey: (H, W) float32, of any range.
        cells: how many across and down.
        orientations: unsigned directions, the first one horizontal.
        aperture: of the Sobel operator, px; 1 is a plain difference.
        soft: whether a gradient counts for the two nearest directions by how near it is, rather
            than for one.

    Returns:
        (down, across, orientations) float32, mean strength of the gradients in each cell.
    """
    x, y = (cv2.Sobel(grey, cv2.CV_32F, *way, ksize=aperture) for way in ((1, 0), (0, 1)))
    strength, angle = cv2.cartToPolar(x, y)
    position = angle * (orientations / np.pi)
    if soft:
        position %= orientations
    found = np.empty((cells[1], cells[0], orientations), np.float32)
    for k in range(orientations):
        if soft:
            away = np.abs(position - k)
            share = np.maximum(0, 1 - np.minimum(away, orientations - away))
        else:
            share = position.astype(np.int32) % orientations == k
        found[..., k] = resize(np.asarray(share * strength, np.float32), cells, cv2.INTER_AREA)
    return found
