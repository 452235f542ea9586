"""Names for the landmarks that the expression engine touches, out of MediaPipe's 478.

"left" and "right" are the person's own; in the picture the left eye is on the right. Contours run
from the picture's left to its right unless said otherwise.
"""

from dataclasses import dataclass

COUNT = 478

FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""Clockwise as seen, from the top of the forehead."""

INNER_UPPER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
OUTER_UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
OUTER_LOWER_LIP = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)

STEADY = (
    10, 151, 9, 8, 168, 6, 197, 195, 5, 33, 133, 263, 362, 127, 356, 234, 454, 54, 284, 67, 297,
    103, 332, 21, 251, 162, 389, 50, 280, 117, 346, 48, 278,
)  # fmt: skip
"""Forehead, nose, eye corners, temples, cheekbones: these follow the skull, not the expression."""


@dataclass(frozen=True, slots=True)
class Eye:
    """Contours of one eye, from corner to corner as seen from the picture's left."""

    upper_lid: tuple[int, ...]
    lower_lid: tuple[int, ...]
    brow: tuple[int, ...]
    iris: tuple[int, ...]


RIGHT_EYE = Eye(
    upper_lid=(33, 246, 161, 160, 159, 158, 157, 173, 133),
    lower_lid=(33, 7, 163, 144, 145, 153, 154, 155, 133),
    brow=(46, 53, 52, 65, 55),
    iris=(468, 469, 470, 471, 472),
)
LEFT_EYE = Eye(
    upper_lid=(362, 398, 384, 385, 386, 387, 388, 466, 263),
    lower_lid=(362, 382, 381, 380, 374, 373, 390, 249, 263),
    brow=(285, 295, 282, 283, 276),
    iris=(473, 474, 475, 476, 477),
)
