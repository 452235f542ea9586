"""A beard or moustache on the person's own photo."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.layers.library import Piece
from inference.layers.placing import Patch, fetch, laid_over, lit
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
    landmarks = portrait.report.landmarks
    chin = float(piece.points[POINTS.index(regions.CHIN), 1])
    hair = lit(piece, portrait.report.colours.skin, colour, _CONTRAST)
    hair[..., 3] = thinned(hair[..., 3], chin, density)
    left, top, right, bottom = _window(portrait)
    target = landmarks[list(POINTS), :2] - np.array([left, top], np.float32)
    positions = backward_map(target, piece.points, max(right - left, bottom - top))
    patch = Patch(fetch(hair, positions[: bottom - top, : right - left]), left, top)
    lips = regions.fill(portrait.alpha.shape, landmarks, regions.LIPS_INNER)[patch.box]
    patch.image[..., 3][lips] = 0
    return laid_over(portrait, patch, shade=0)


def _window(portrait: Portrait) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of where a beard may be."""
    landmarks, side = portrait.report.landmarks, len(portrait.alpha)
    unit = regions.face_height(landmarks)
    points = landmarks[list(POINTS), :2]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    reach = (x0 - 0.15 * unit, y0 - 0.05 * unit, x1 + 0.15 * unit, y1 + 0.6 * unit)
    left, top, right, bottom = np.clip(np.rint(reach), 0, side).astype(int).tolist()
    return left, top, right, bottom


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
