"""Sharp edges out of soft ones: Weickert's coherence-enhancing shock filter (DAGM 2003).

Dark grows where a picture is concave across its edges, light where it is convex, so a blurred
line becomes a drawn one. It runs along edges, not across them, so they do not fray.
"""

from typing import cast

import cv2
import numpy as np

from inference.pictures.images import Image

_SEEN, _BLOCK = 5, 5  # px of the second derivatives, and of what says where an edge runs
_PIXEL = 3


def shocked(image: Image, times: int = 4, share: float = 0.5) -> Image:
    """Sharpen the edges of a soft picture.

    Args:
        image: (H, W, 3) RGB uint8.
        times: rounds; each reaches a pixel further.
        share: 0..1 of the way, each round.

    Returns:
        (H, W, 3) RGB uint8.
    """
    for _ in range(times):
        gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        vectors = cv2.cornerEigenValsAndVecs(gray, _BLOCK, _PIXEL)
        across, down = vectors[..., 2], vectors[..., 3]
        xx, xy, yy = (
            cv2.Sobel(gray, cv2.CV_32F, *order, ksize=_SEEN) for order in ((2, 0), (1, 1), (0, 2))
        )
        bend = across**2 * xx + 2 * across * down * xy + down**2 * yy
        darker, lighter = (
            grow(image, np.ones((_PIXEL, _PIXEL), np.uint8)) for grow in (cv2.erode, cv2.dilate)
        )
        grown = np.where(bend[..., None] < 0, lighter, darker)
        image = cast("Image", cv2.addWeighted(image, 1 - share, grown, share, 0))
    return image
