"""A beard or moustache on the person's own photo."""

from dataclasses import replace

import numpy as np

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.layers.library import Piece
from inference.layers.placing import fetch, lit
from inference.layers.thin_plate import backward_map

_CONTRAST = 0.9  # a beard lies in its own shade: highlights of a lighter dye would look like holes
_JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152,
        377, 400, 378, 379, 365, 397, 288, 361, 323, 454)  # fmt: skip
POINTS = (*_JAW, *regions.LIPS_OUTER, 98, 327, 2, 4, 50, 280, 205, 425)
"""Landmarks that place a beard: jaw, lips, nose, cheeks."""


def grow(
    portrait: Portrait, piece: Piece, colour: Lab | None = None, density: float = 1.0
) -> Portrait:
    """Let facial hair grow.

    colour: what to dye it to, or None to leave it as it is. density: 0 (none) to 1.
    """
    landmarks = portrait.report.landmarks
    positions = backward_map(landmarks[list(POINTS), :2], piece.points, portrait.image.shape[0])
    hair = fetch(lit(piece, portrait.report.colours.skin, colour, _CONTRAST), positions)
    share = hair[..., 3].astype(np.float32) * np.float32(density / 255)
    lips = regions.fill(share.shape, landmarks, regions.LIPS_INNER)
    share[lips] = 0
    image = portrait.image + (hair[..., :3] - portrait.image.astype(np.float32)) * share[..., None]
    alpha = portrait.alpha.astype(np.float32)
    return replace(
        portrait,
        image=np.rint(image).astype(np.uint8),
        alpha=np.rint(alpha + share * (255 - alpha)).astype(np.uint8),
    )
