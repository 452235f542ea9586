"""Lab in three planes, from and to 8-bit sRGB: what layers compute colours in.

At 8 bits a conversion takes a fifth of the time it takes in floats, and planes a fraction of the
time that arithmetic on interleaved pixels takes; the steps of 0.4 in L* do not show.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face.report import Lab

Plane = NDArray[np.float32]
"""(H, W) float32."""

Planes = tuple[Plane, Plane, Plane]
"""L* 0..100, a and b."""


def split(image: NDArray[np.uint8]) -> Planes:
    """Convert sRGB to Lab in three planes.

    Args:
        image: (H, W, 3) RGB or (H, W, 4) RGBA uint8.
    """
    colours = image if image.shape[2] == 3 else cv2.cvtColor(image, cv2.COLOR_RGBA2RGB)
    lab = cv2.cvtColor(colours, cv2.COLOR_RGB2LAB)
    light, a, b = (np.asarray(plane, np.float32) for plane in cv2.split(lab))
    return light * np.float32(100 / 255), a - np.float32(128), b - np.float32(128)


def join(lab: Planes) -> NDArray[np.uint8]:
    """Convert Lab in three planes to sRGB, clipped to what 8 bits hold.

    Args:
        lab: L* 0..100, a and b.

    Returns:
        (H, W, 3) RGB uint8.
    """
    light, a, b = lab
    planes = [
        cv2.convertScaleAbs(np.maximum(light, 0), alpha=2.55),
        cv2.convertScaleAbs(np.maximum(a + np.float32(128), 0)),
        cv2.convertScaleAbs(np.maximum(b + np.float32(128), 0)),
    ]
    return np.asarray(cv2.cvtColor(cv2.merge(planes), cv2.COLOR_LAB2RGB), np.uint8)


def distance(lab: Planes, tone: Lab) -> Plane:
    """Measure the distance of each pixel from a tone.

    Args:
        lab: of the picture.
        tone: to compare with.

    Returns:
        (H, W) float32.
    """
    light, a, b = (plane - np.float32(value) for plane, value in zip(lab, tone, strict=True))
    return np.asarray(np.sqrt(light * light + a * a + b * b), np.float32)


def tint(lab: Planes, tone: Lab) -> Plane:
    """Measure how far each pixel is from a tone in a or in b, whichever is more.

    Args:
        lab: of the picture.
        tone: to compare with.

    Returns:
        (H, W) float32.
    """
    _, a, b = lab
    return np.asarray(np.maximum(np.abs(a - np.float32(tone[1])), np.abs(b - np.float32(tone[2]))))
