"""Where everything in a face is: 478 points by Google's face mesh with attention.

Grishchenko et al. 2020, "Attention Mesh" (arXiv:2006.10962). The network sees 256x256 px: the
face turned level, with a quarter of its size around it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.detect import Detection
from inference.models.calls import Call, Calls
from inference.pictures.compositing import shrink, warp
from inference.pictures.images import Image

SIDE = 256
ROOM = 1.5
"""Side of the network's view over the longer side of the detector's box."""

ROOM_AROUND = 1.40
"""The same, over the longer side of a face's landmarks; like ``_LOWER`` a median over 200 faces."""

_LOWER = 0.03


@dataclass(frozen=True, slots=True)
class Region:
    """A turned square of a photo: centre and side in px, angle in radians, clockwise as seen."""

    x: float
    y: float
    side: float
    angle: float


def region_of(detection: Detection) -> Region:
    """Choose the region to look at by a detector's box and eyes.

    Args:
        detection: px of the photo.
    """
    x, y, width, height = detection.box
    (x0, y0), (x1, y1) = detection.keypoints[:2].tolist()
    angle = float(np.arctan2(y1 - y0, x1 - x0))
    return Region(x + width / 2, y + height / 2, max(width, height) * ROOM, angle)


def region_around(landmarks: NDArray[np.float32]) -> Region:
    """Choose the region to look at by an earlier look.

    A second look halves the jitter that the detector's coarse box causes.

    Args:
        landmarks: (478, 3) px of the photo.
    """
    left, right = landmarks[list(topology.OUTER_EYE_CORNERS), :2]
    angle = float(np.arctan2(right[1] - left[1], right[0] - left[0]))
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    extent = float((high - low).max())
    x, y = ((low + high) / 2).tolist()
    down = extent * _LOWER
    return Region(x - np.sin(angle) * down, y + np.cos(angle) * down, extent * ROOM_AROUND, angle)


def trace(image: Image, region: Region) -> Calls[tuple[NDArray[np.float32], float]]:
    """Trace one face.

    Args:
        image: (H, W, 3) RGB uint8.
        region: where the face is about.

    Returns:
        landmarks (478, 3) float32 in photo px (z in the same scale, towards the camera negative)
        and the probability 0..1 that a face is there.
    """
    to_photo = _to_photo(region)
    view = _view(image, region, to_photo)
    outputs = yield Call("face_landmarks", {"view": view[None]})
    traced = outputs["points"].reshape(topology.COUNT, 3)
    flat = np.column_stack([traced[:, :2], np.ones(topology.COUNT)]) @ to_photo.T  # (478, 2)
    depth = traced[:, 2:] * region.side / SIDE
    probability = 1 / (1 + np.exp(-np.clip(outputs["presence"].item(), -80, 80)))
    return np.column_stack([flat, depth]).astype(np.float32), float(probability)


def _to_photo(region: Region) -> NDArray[np.float64]:
    """The affine map (2, 3) from the network's view to the photo."""
    scale = region.side / SIDE
    cos, sin = np.cos(region.angle) * scale, np.sin(region.angle) * scale
    turn = np.array([[cos, -sin], [sin, cos]])
    offset = np.array([region.x, region.y]) - turn @ np.array([SIDE / 2, SIDE / 2])
    return np.column_stack([turn, offset])


def _view(image: Image, region: Region, to_photo: NDArray[np.float64]) -> NDArray[np.float32]:
    """The network's view (256, 256, 3) RGB 0..1, the photo's edge repeated outside."""
    # Coordinates have their origin at a pixel's outer edge, warpAffine has it at the centre.
    to_photo = to_photo.copy()
    to_photo[:, 2] += to_photo[:, :2].sum(axis=1) / 2 - 0.5
    factor = int(region.side // SIDE)
    if factor > 1:  # average first: a warp alone would skip pixels
        height, width = image.shape[:2]
        reach = 0.75 * region.side  # half the square's diagonal, and some
        left, top = max(0, int(region.x - reach)), max(0, int(region.y - reach))
        right, bottom = min(width, int(region.x + reach)), min(height, int(region.y + reach))
        part = image[top:bottom, left:right]
        size = (max(1, part.shape[1] // factor), max(1, part.shape[0] // factor))
        image = shrink(part, size)
        factors = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
        to_photo[:, 2] += 0.5 - np.array([left, top])
        to_photo = to_photo * factors[:, None]
        to_photo[:, 2] -= 0.5
    view = warp(image, to_photo, (SIDE, SIDE), border=cv2.BORDER_REPLICATE, backward=True)
    return view.astype(np.float32) / np.float32(255)
