"""Filling holes with the colours around them.

Pull-push: Gortler et al., "The Lumigraph", SIGGRAPH 1996.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_SHRINK = 4  # what fills a hole is smooth, so it is found at this fraction of the size


def spread(image: NDArray[np.uint8], trusted: Plane) -> Plane:
    """Continue the trusted colours smoothly everywhere.

    image: (H, W, 3) uint8. trusted: (H, W) 0..1, how much each pixel counts. Returns (H, W, 3)
    float32 0..255, smooth also where trusted is 1.
    """
    height, width = trusted.shape
    small = (max(2, width // _SHRINK), max(2, height // _SHRINK))
    weight = cv2.resize(trusted, small, interpolation=cv2.INTER_AREA)
    weighted = cv2.resize(
        image * trusted[..., None], small, interpolation=cv2.INTER_AREA
    )  # premultiplied, so that no untrusted colour leaks in
    levels = [(weighted, weight)]
    while min(levels[-1][1].shape) > 2:
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    colour, share = levels.pop()
    filled = colour / np.maximum(share, 1e-6)[..., None]
    for colour, share in reversed(levels):
        above = cv2.pyrUp(filled, dstsize=(share.shape[1], share.shape[0]))
        known = np.minimum(share, 1)[..., None]
        filled = np.where(known > 1e-3, colour + (1 - known) * above, above)
    return cv2.resize(filled, (width, height)).astype(np.float32, copy=False)
