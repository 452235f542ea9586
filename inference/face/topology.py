"""The atlas of the face: named groups of landmarks, and what is measured by them.

Indices are those of MediaPipe's 478 points: 468 of the face mesh, then five of either iris. Groups
that come in pairs are tuples of two, the one on the picture's left first, which is the person's
right. Lines run from the picture's left to its right, rings close themselves.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

COUNT, MESH = 478, 468
"""All landmarks, and those without the irises."""

Line = tuple[int, ...]
Ring = tuple[int, ...]
Pair = tuple[tuple[int, ...], tuple[int, ...]]

FACE_OVAL: Ring = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Clockwise as seen, from the top of the forehead."""

JAW_LINE: Line = FACE_OVAL[8:29][::-1]
"""From ear to ear by way of the chin."""

CHIN, BROW_MIDDLE, FOREHEAD_MIDDLE = 152, 9, 10
FACE_SIDES = (234, 454)
JAW_CORNERS = (58, 288)
NECK_SIDES = (172, 397)
"""On the jaw, above where the neck begins."""
EAR_LOBES = (132, 361)

UPPER_LIDS: Pair = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
)
LOWER_LIDS: Pair = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
)
IRISES: Pair = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))
"""Centres first."""
IRIS_CENTRES = (IRISES[0][0], IRISES[1][0])
EYE_CORNERS = ((33, 133), (362, 263))
OUTER_EYE_CORNERS, INNER_EYE_CORNERS = (33, 263), (133, 362)

BROWS_ABOVE: Pair = ((70, 63, 105, 66, 107), (336, 296, 334, 293, 300))
BROWS_BELOW: Pair = ((46, 53, 52, 65, 55), (285, 295, 282, 283, 276))
"""Upper and lower edges of the brows."""
BROW_TOPS = (*BROWS_ABOVE[0], *BROWS_ABOVE[1])

NOSE_BRIDGE = (6, 197, 195, 5)
NOSE_ROOT, NOSE_TIP, NOSE_BASE = 168, 4, 2
NOSTRILS = (98, 327)

OUTER_UPPER_LIP: Line = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER_LIP: Line = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
INNER_UPPER_LIP: Line = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER_LIP: Line = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
MOUTH_CORNERS = (61, 291)
LIPS_TOP, LIPS_BOTTOM = 0, 17
LIPS_MIDDLE = (13, 14)
"""Where the inner lips touch, above and below."""

CHEEKS: Pair = ((117, 118, 101, 36, 205, 187, 123), (346, 347, 330, 266, 425, 411, 352))
FOREHEAD: Ring = (109, 10, 338, 337, 336, 9, 107, 108)
"""Skin that is bare on nearly everybody."""

CHEEKBONES, CHEEK_MIDDLES = (50, 280), (205, 425)

WIDE_CHEEKS: Pair = (
    (116, 117, 118, 101, 205, 187, 147, 123),
    (345, 346, 347, 330, 425, 411, 376, 352),
)
WIDE_FOREHEAD: Ring = (
    54, 103, 67, 109, 10, 338, 297, 332, 284, 333, 299, 337, 151, 108, 69, 104,
)  # fmt: skip
MOUSTACHE: Ring = (165, 92, 39, 37, 0, 267, 269, 322, 391, 393, 164, 167)
GOATEE: Ring = (83, 18, 313, 421, 428, 369, 377, 152, 148, 140, 208, 201)
WHISKERS: Pair = (
    (132, 177, 147, 187, 207, 214, 135, 172, 58),
    (361, 401, 376, 411, 427, 434, 364, 397, 288),
)
"""Where beards grow: above the lip, on the chin, along the jaw."""

STEADY = (
    10, 151, 9, 8, 168, 6, 197, 195, 5, 33, 133, 263, 362, 127, 356, 234, 454, 54, 284, 67, 297,
    103, 332, 21, 251, 162, 389, 50, 280, 117, 346, 48, 278,
)  # fmt: skip
"""Forehead, nose, eye corners, temples, cheekbones: these follow the skull, not the expression."""


def _ring(below: Line, above: Line) -> Ring:
    """Two lines that share their ends, as one ring."""
    return (*below, *above[-2:0:-1])


EYES: Pair = (_ring(LOWER_LIDS[0], UPPER_LIDS[0]), _ring(LOWER_LIDS[1], UPPER_LIDS[1]))
LIPS_OUTER = _ring(OUTER_LOWER_LIP, OUTER_UPPER_LIP)
LIPS_INNER = _ring(INNER_LOWER_LIP, INNER_UPPER_LIP)
BROWS: Pair = (
    (*BROWS_ABOVE[0], *BROWS_BELOW[0][::-1]),
    (*BROWS_ABOVE[1], *BROWS_BELOW[1][::-1]),
)


def fill(
    shape: tuple[int, int], landmarks: NDArray[np.floating], *polygons: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Fill rings of landmarks.

    Args:
        shape: height and width of the mask, px.
        landmarks: (478, 2 or 3) px.
        polygons: rings of this atlas.

    Returns:
        (H, W) bool, true inside any of the polygons.
    """
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [np.rint(landmarks[list(polygon), :2]).astype(np.int32)], 1)
    return mask.view(np.bool_)


def face_height(landmarks: NDArray[np.floating]) -> float:
    """Measure a face: the unit of everything about the head.

    Args:
        landmarks: (478, 2 or 3) px.

    Returns:
        Pixels from the top of the forehead to the chin.
    """
    return float(np.linalg.norm(landmarks[FOREHEAD_MIDDLE, :2] - landmarks[CHIN, :2]))
