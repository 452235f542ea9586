"""Pictures as the style network takes and gives them."""

import cv2
import numpy as np
from numpy.typing import NDArray


def to_planes(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bring a picture into the network's layout.

    Args:
        picture: (H, W, 3) RGB uint8.

    Returns:
        (3, H, W) float32 0..1.
    """
    return np.stack(cv2.split(picture)) * np.float32(1 / 255)


def to_picture(planes: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring a picture back from the network's layout.

    Args:
        planes: (3, H, W) 0..1.

    Returns:
        (H, W, 3) RGB uint8.
    """
    scaled = [cv2.convertScaleAbs(plane.astype(np.float32), alpha=255) for plane in planes]
    return np.asarray(cv2.merge(scaled), np.uint8)
