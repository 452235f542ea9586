"""Sharp edges out of soft ones: Weickert's coherence-enhancing shock filter (DAGM 2003).

Dark grows where a picture is concave across its edges, light where it is convex, so a blurred
line becomes a drawn one. It runs along edges, not across them, so they do not fray.
"""

import cv2
import numpy as np

from inference.pictures.images import Image

_SEEN, _BLOCK = 5, 5  # px of the second derivatives, and of what says where an edge runs
_PIXEL = 3
_NEAR = np.ones((_PIXEL, _PIXEL), np.uint8)
_SHADED, _EDGE = 6.0, 20.0  # grey levels among neighbours: what stays a soft shade, what is an edge


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
        darker, lighter = cv2.erode(image, _NEAR), cv2.dilate(image, _NEAR)
        grown = np.where(bend[..., None] < 0, lighter, darker)
        contrast = np.max(lighter.astype(np.float32) - darker, axis=2)
        weight = share * np.clip((contrast - _SHADED) / (_EDGE - _SHADED), 0, 1)[..., None]
        image = np.rint(image + weight * (grown.astype(np.float32) - image)).astype(np.uint8)
    return image
