"""The common crop in which faces are compared: eyes level, 64 px apart, 320 px square.

It is the FFHQ crop (Karras et al., 2019) at 256 px with a rim of 32 px for the hair.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.pictures.compositing import warp

SIZE = 320
EYE_DISTANCE = 64.0
EYE_CENTRE = (160.0, 151.4)
"""Where the middle between the irises comes to lie."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One face in the common crop.

    image: (320, 320, 3) uint8 RGB. alpha, hair_mask: (320, 320) uint8, how much of a pixel is the
    person's, and their hair's. landmarks: (478, 3) float32 px of the crop. blendshapes: (52,)
    float32 0..1.
    """

    image: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    hair_mask: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]


def align(portrait: Portrait) -> Aligned:
    """Bring a studied face into the common crop; kept with the portrait, so read-only.

    What lies outside of the portrait repeats its edge.

    Args:
        portrait: a studied face.
    """
    return portrait.once(_align)


def _align(portrait: Portrait) -> Aligned:
    landmarks = portrait.report.landmarks
    transform = alignment_transform(landmarks)
    size = (SIZE, SIZE)
    reduced = float(np.hypot(transform[0, 0], transform[1, 0])) < 1
    method = cv2.INTER_AREA if reduced else cv2.INTER_LINEAR
    image = warp(portrait.image, transform, size, method, cv2.BORDER_REPLICATE)
    alpha, hair_mask = (
        warp(mask, transform, size, method) for mask in (portrait.alpha, portrait.hair_mask)
    )
    for kept in (image, alpha, hair_mask):
        kept.setflags(write=False)
    return Aligned(
        image, alpha, hair_mask, transformed(landmarks, transform), portrait.report.blendshapes
    )


def alignment_transform(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Find the similarity that brings a face into the common crop.

    Args:
        landmarks: (478, 2 or 3) px of the picture.

    Returns:
        (2, 3) float32, from px of the picture to px of the crop.
    """
    left, right = (landmarks[i, :2].astype(np.float64) for i in topology.IRIS_CENTRES)
    along = right - left
    scale = EYE_DISTANCE / max(float(np.hypot(*along)), 1.0)
    cosine, sine = scale * along / max(float(np.hypot(*along)), 1.0)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    shift = np.array(EYE_CENTRE) - turn @ ((left + right) / 2)
    return np.column_stack([turn, shift]).astype(np.float32)


def transformed(
    landmarks: NDArray[np.float32], transform: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Move landmarks by a similarity; depth is scaled along.

    Args:
        landmarks: (478, 3) px.
        transform: (2, 3).

    Returns:
        (478, 3) float32 px.
    """
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    flat = landmarks[:, :2] @ transform[:, :2].T + transform[:, 2]
    return np.column_stack([flat, landmarks[:, 2] * scale]).astype(np.float32)
