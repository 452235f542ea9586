"""Portraits at the size a picture of them will have: fewer pixels, less work."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face.report import Portrait
from inference.pictures.images import resampling


def resized(portrait: Portrait, side: int) -> Portrait:
    """Return the portrait reduced to ``side`` px, or as it is where that would enlarge it."""
    scale = side / len(portrait.alpha)
    if scale >= 1:
        return portrait

    def reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(
            cv2.resize(picture, (side, side), interpolation=resampling(scale)), np.uint8
        )

    landmarks = (portrait.report.landmarks * np.float32(scale)).astype(np.float32)
    return Portrait(
        image=reduced(portrait.image),
        alpha=reduced(portrait.alpha),
        hair_mask=reduced(portrait.hair_mask),
        report=replace(portrait.report, landmarks=landmarks),
    )
