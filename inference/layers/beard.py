"""A beard or moustache on the person's own photo."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.layers.library import Piece
from inference.layers.placing import fetch, lit
from inference.layers.thin_plate import backward_map

_CONTRAST = 0.9  # a beard lies in its own shade: highlights of a lighter dye would look like holes
_TAPER = 8.0  # px of a piece over which a shortened beard ends
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
    landmarks, side = portrait.report.landmarks, portrait.image.shape[0]
    hair = lit(piece, portrait.report.colours.skin, colour, _CONTRAST)
    chin = float(piece.points[POINTS.index(regions.CHIN), 1])
    hair[..., 3] = thinned(hair[..., 3], chin, density)
    hair = fetch(hair, backward_map(landmarks[list(POINTS), :2], piece.points, side))
    hair[..., 3][regions.fill((side, side), landmarks, regions.LIPS_INNER)] = 0
    rows, columns = (np.flatnonzero(hair[..., 3].any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return portrait
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    share = hair[..., 3][box] * np.float32(1 / 255)
    image, alpha = portrait.image.copy(), portrait.alpha.copy()
    grown = np.ascontiguousarray(hair[..., :3][box])
    image[box] = cv2.blendLinear(grown, np.ascontiguousarray(image[box]), share, 1 - share)
    alpha[box] = np.rint(alpha[box] + share * (255 - alpha[box].astype(np.float32)))
    return replace(portrait, image=image, alpha=alpha)


def thinned(matte: NDArray[np.uint8], chin: float, density: float) -> NDArray[np.uint8]:
    """Thin a matte hair by hair, and shorten it: at 1 it is whole, at 0 nothing is left of it.

    chin: row of the chin, below which hair hangs.
    """
    rows = np.arange(len(matte), dtype=np.float32)[:, None]
    end = chin + (np.flatnonzero(matte.any(axis=1)).max(initial=0) - chin) * density
    kept = np.clip(2 * density - _hairs(len(matte)), 0, 1)
    if density < 1:
        kept = kept * np.clip((end - rows) / _TAPER + 1, 0, 1)
    return np.asarray(np.rint(matte * kept), np.uint8)


@lru_cache(maxsize=1)
def _hairs(side: int) -> NDArray[np.float32]:
    """(side, side) 0..1: how late in growing the hair at each place comes."""
    noise = np.random.default_rng(0).standard_normal((side, side), np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.7), np.float32)
    return np.asarray(np.clip(0.5 + noise / noise.std() / 4, 0, 1), np.float32)
