"""Filling holes with the colours around them.

Pull-push: Gortler et al., "The Lumigraph", SIGGRAPH 1996.
"""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_SURE = 4.0  # this many times its mean weight, at most 1, is what a coarser pixel counts


def spread(image: NDArray[np.uint8], trusted: Plane) -> Plane:
    """Continue the trusted colours smoothly everywhere, the nearest counting most.

    Args:
        image: (H, W, 3) uint8.
        trusted: (H, W) 0..1, how much each pixel counts.

    Returns:
        (H, W, 3) float32 0..255; where trusted is 1 it is the image itself.
    """
    weight: MatLike = trusted
    colour = _weighed(image, weight)  # premultiplied, so no untrusted colour leaks in
    levels = [(colour, weight)]
    while min(levels[-1][1].shape) > 2:
        colour, weight = cv2.pyrDown(colour), cv2.pyrDown(weight)
        surer = np.minimum(_SURE * weight, 1)
        colour = _weighed(colour, surer / np.maximum(weight, np.float32(1e-6)))
        weight = surer
        levels.append((colour, weight))
    colour, weight = levels.pop()
    filled = _weighed(colour, 1 / np.maximum(weight, np.float32(1e-6)))
    for colour, weight in reversed(levels):
        above = cv2.pyrUp(filled, dstsize=(weight.shape[1], weight.shape[0]))
        filled = cv2.add(colour, _weighed(above, 1 - weight))
    return np.asarray(filled, np.float32)


def _weighed(picture: MatLike, weight: MatLike) -> MatLike:
    """(H, W, 3) times (H, W) float32, as float32; NumPy takes thrice as long over it."""
    return cv2.multiply(picture, cv2.merge([weight] * 3), dtype=cv2.CV_32F)


def texture(image: NDArray[np.uint8], known: NDArray[np.bool_], blur: float) -> Plane:
    """Continue the fine detail of the known pixels by reflection at their border.

    Args:
        image: (H, W, 3).
        known: (H, W) bool.
        blur: standard deviation in px; detail is what a blur of that size takes.

    Returns:
        (H, W, 3) float32, to be added to a smooth fill: 0 where nothing can be reflected.
    """
    share = known.astype(np.float32)
    mean = cv2.GaussianBlur(share, (0, 0), blur) + np.float32(1e-3)
    smooth = _weighed(cv2.GaussianBlur(_weighed(image, share), (0, 0), blur), 1 / mean)
    detail = _weighed(cv2.subtract(image, smooth, dtype=cv2.CV_32F), share)
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(known)
    nearest = np.zeros((2, len(rows) + 1), np.float32)
    nearest[:, labels[rows, columns]] = columns, rows
    height, width = known.shape
    x = 2 * nearest[0][labels] - np.arange(width, dtype=np.float32)
    y = 2 * nearest[1][labels] - np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(cv2.remap(detail, x, y, cv2.INTER_LINEAR), np.float32)
