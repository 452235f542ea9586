"""Regions of the face by landmark index, and how to fill them.

Indices are those of the 478-point topology (468 of the face mesh, then two irises of five).
Left and right are the picture's.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
FOREHEAD_TOP = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
LIPS_OUTER = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)  # fmt: skip
LIPS_INNER = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)  # fmt: skip
BROWS = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (336, 296, 334, 293, 300, 276, 283, 282, 295, 285),
)
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (362, 382, 381, 380, 374, 373, 390, 249, 263, 466, 388, 387, 386, 385, 384, 398),
)
IRISES = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))
CHEEKS = ((117, 118, 101, 36, 205, 187, 123), (346, 347, 330, 266, 425, 411, 352))
FOREHEAD = (109, 10, 338, 337, 336, 9, 107, 108)
NOSE_BRIDGE = (6, 197, 195, 5)
BROW_TOPS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)
CHIN, BROW_MIDDLE, FOREHEAD_MIDDLE = 152, 9, 10
FACE_SIDES = (234, 454)


def fill(
    shape: tuple[int, int], landmarks: NDArray[np.floating], *polygons: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Return (H, W) bool, true inside any of the polygons. landmarks: (478, 2 or 3) px."""
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.rint(landmarks[list(polygon), :2]).astype(np.int32)], 1)
    return mask.astype(np.bool_)


def face_height(landmarks: NDArray[np.floating]) -> float:
    """Pixels from the top of the forehead to the chin: the unit of everything about the head."""
    return float(np.linalg.norm(landmarks[FOREHEAD_MIDDLE, :2] - landmarks[CHIN, :2]))
