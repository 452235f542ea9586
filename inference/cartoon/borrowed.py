"""A style borrowed from any picture: "paint me like this"."""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon import styles
from inference.models.calls import Calls

PICTURE = "picture"
"""The setting that takes its style from a second picture."""


def mixed(
    picture: NDArray[np.uint8], amount: float, photo: NDArray[np.uint8]
) -> Calls[styles.Code]:
    """Mix a picture's code with that of the photo: ``amount`` of the former.

    Args:
        picture: (H, W, 3) RGB uint8, of which the central square counts.
        amount: 0..1.
        photo: (H, W, 3) RGB uint8.
    """
    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    centre = picture[top : top + side, left : left + side]
    lent = yield from styles.of(centre)
    own = yield from styles.of(photo)
    return np.asarray(amount * lent + (1 - amount) * own, np.float32)
