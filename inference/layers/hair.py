"""Another head of hair on the person's own photo: worn, dyed or shaved off.

Layers lie over each other: the person as far as the own hair does not hide them, skin where it
did (forehead, ears, scalp), the body where long hair hung before it, and the new hair with its
shadow. What none of them covers becomes transparent.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.images import from_lab, to_lab
from inference.layers import head_map
from inference.layers.baring import bare
from inference.layers.library import Piece, index, load, turned
from inference.layers.placing import dyed, fetch, laid_over, lit, toned
from inference.layers.sketch import Plane

_RELIEF = 0.45  # how much of a borrowed scalp's light and shade the wearer's takes on
_DIMMEST, _BRIGHTEST = 0.65, 1.25


def wear(portrait: Portrait, piece: Piece, colour: Lab | None = None) -> Portrait:
    """Replace the person's hair.

    colour: what to dye the piece to, or None to leave it as it is. Returns a portrait with new
    image, alpha and hair mask, larger where the hair needs room; ``image`` is meant to be seen
    through ``alpha``.
    """
    piece = turned(piece, portrait.report.pose.yaw)
    portrait, laid = head_map.place(portrait, piece)
    skin, side = portrait.report.colours.skin, portrait.image.shape[0]
    hair = fetch(lit(piece, skin, colour), laid.positions((side, side)))
    hair[_floor(portrait) :, :, 3] = 0
    ears = None
    if piece.under is not None:
        small = side // 2, side // 2
        ears = fetch(toned(piece.under, piece.skin, skin), laid.positions(small, 0.5))
    bared = bare(portrait, _share(hair), ears)
    return replace(laid_over(bared, hair), hair_mask=hair[..., 3])


def dye(portrait: Portrait, colour: Lab, amount: float = 1.0) -> Portrait:
    """Dye the person's own hair. amount: 0 (as it is) to 1.

    A bald or covered head stays as it is.
    """
    own = portrait.report.colours.hair
    if own is None:
        return portrait
    rows, columns = (np.flatnonzero(portrait.hair_mask.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return portrait
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    share = portrait.hair_mask[box] * np.float32(amount / 255)
    seen = np.ascontiguousarray(portrait.image[box])
    tinted = from_lab(dyed(to_lab(seen), own, colour))
    image = portrait.image.copy()
    image[box] = cv2.blendLinear(tinted, seen, share, 1 - share)
    return replace(portrait, image=image)


def shave(portrait: Portrait) -> Portrait:
    """Leave the person bald: their own skin up to the crown, with a scalp's light and shade."""
    skin = portrait.report.colours.skin
    pieces = [load("scalp", name) for name in index("scalp")]
    piece = min(pieces, key=lambda piece: abs(piece.skin[0] - skin[0]))
    piece = turned(piece, portrait.report.pose.yaw)
    portrait, laid = head_map.place(portrait, piece)
    side = portrait.image.shape[0]
    landmarks = portrait.report.landmarks
    unit = regions.face_height(landmarks)
    scalp = fetch(toned(piece.image, piece.skin, skin), laid.positions((side, side)))
    rows = np.arange(side, dtype=np.float32)[:, None]
    brows = float(landmarks[list(regions.BROW_TOPS), 1].mean())
    upper = np.clip((brows - rows) / (0.12 * unit), 0, 1)
    roof = _share(scalp) * upper
    ears = scalp.copy()
    ears[..., 3] = cv2.multiply(scalp[..., 3], np.broadcast_to(1 - upper, roof.shape), dtype=0)
    return _in_relief(bare(portrait, roof, ears), scalp, roof, unit)


def _in_relief(portrait: Portrait, scalp: NDArray[np.uint8], share: Plane, unit: float) -> Portrait:
    """Light and shade of a borrowed scalp, relative to its own middle tone."""
    sharp = cv2.cvtColor(scalp[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(sharp, (0, 0), 0.01 * unit)
    solid = share > 0.5
    if not solid.any():
        return portrait
    middle = max(float(np.median(grey[solid])), 1.0)
    ratio = np.clip((np.maximum(grey, 1) / middle) ** _RELIEF, _DIMMEST, _BRIGHTEST)
    factor = 1 + (ratio - 1) * share
    image = cv2.multiply(portrait.image, cv2.merge([factor] * 3), dtype=cv2.CV_8U)
    return replace(portrait, image=np.asarray(image, np.uint8))


def _floor(portrait: Portrait) -> int:
    """First row below the person: where the photo ends, nothing hangs on."""
    rows = np.flatnonzero((portrait.alpha > 128).any(axis=1))
    return int(rows[-1]) + 1 if rows.size else 0


def _share(piece: NDArray[np.uint8]) -> Plane:
    return np.asarray(piece[..., 3] * np.float32(1 / 255))
