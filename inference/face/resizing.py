"""Portraits at the size a picture of them will have: fewer pixels, less work."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.face.report import Portrait
from inference.pictures.compositing import resampling, resize


def resized(portrait: Portrait, side: int) -> Portrait:
    """Return the portrait reduced, or as it is where that would enlarge it.

    Args:
        portrait: of any size.
        side: px.
    """
    scale = side / len(portrait.alpha)
    if scale >= 1:
        return portrait

    def reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return resize(picture, (side, side), resampling(scale))

    landmarks = (portrait.report.landmarks * np.float32(scale)).astype(np.float32)
    return Portrait(
        image=reduced(portrait.image),
        alpha=reduced(portrait.alpha),
        hair_mask=reduced(portrait.hair_mask),
        report=replace(portrait.report, landmarks=landmarks),
    )
