"""Another head of hair on the person's own photo: worn, dyed or shaved off.

Layers lie over each other: the person as far as the own hair does not hide them, skin where it
did (forehead, ears, scalp), the body where long hair hung before it, and the new hair with its
shadow. What none of them covers becomes transparent.
"""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab, Portrait
from inference.layers import head_map
from inference.layers.baring import Bare
from inference.layers.pieces import Piece, index, load, turned
from inference.layers.placing import Patch, dyed, fetch, laid_over, lit, toned
from inference.layers.planes import Plane, join, split
from inference.layers.sketch import Sketch
from inference.pictures.compositing import rescale, resize

_LIFTED = 3.0  # most by which bleach widens the contrast of own hair
_SOLID, _LIT = 200, 60  # of 255; percentile of L* that takes the dye's own colour
_STRAND, _APART, _COMBED = 0.03, 4.0, 2.5  # face heights, L* between strands, most it is widened
_RELIEF = 0.45  # how much of a borrowed scalp's light and shade the wearer's takes on
_RIM, _GAP = 0.04, 0.15  # face heights: hair's outer rim, and half of a bare gap above the face
_BACK = 0.6  # brightness of hair behind the neck
_NAPE, _UNEVEN = 0.16, 0.03  # face heights by which it is shorter there, and its strands differ
_THINNING, _STREAKS = 0.1, 0.2  # face heights over which strands end; how they differ in light
_DIMMEST, _BRIGHTEST = 0.65, 1.25


def wear(
    portrait: Portrait, piece: Piece, colour: Lab | None = None, bare: Bare | None = None
) -> Portrait:
    """Replace the person's hair.

    Args:
        portrait: one whose image is free of what was behind the person.
        piece: of the kind "hair".
        colour: what to dye the piece to, or None to leave it as it is.
        bare: ``Bare.of(portrait)``, to be given where one portrait tries on several pieces.

    Returns:
        A portrait with new image, alpha and hair mask, larger where the hair needs room; ``image``
        is meant to be seen through ``alpha``.
    """
    piece = turned(piece, portrait.report.pose.yaw)
    given = portrait
    portrait, laid = head_map.place(portrait, piece)
    if bare is None or portrait is not given:
        bare = Bare.of(portrait)
    skin, side = portrait.report.colours.skin, len(portrait.alpha)
    hair = laid.fetch(lit(piece, skin, colour), piece, side)
    hair.image[max(0, _floor(portrait) - hair.top) :, :, 3] = 0
    share = hair.share(side)

    def ears(sketch: Sketch) -> NDArray[np.uint8] | None:
        if piece.under is None:
            return None
        return _to_sketch(toned(piece.under, piece.skin, skin), laid, sketch)

    behind = _hanging(bare.under(_lining(portrait, share), ears), share, _middle(hair.image))
    worn = laid_over(behind, hair)
    return replace(worn, hair_mask=np.asarray(cv2.convertScaleAbs(share, alpha=255), np.uint8))


def _lining(portrait: Portrait, share: Plane) -> Plane:
    """(H, W) at quarter size: where skin lies under hair, not shining through its outer rim."""
    landmarks, side = portrait.report.landmarks[:, :2] / 4, len(share) // 4
    unit = topology.face_height(landmarks)
    little = resize(share, (side, side), cv2.INTER_AREA)
    rim, gap = _disc(_RIM * unit), _disc(_GAP * unit)
    face = topology.fill((side, side), landmarks, topology.FACE_OVAL)
    head = cv2.morphologyEx(np.maximum(little, face.astype(np.float32)), cv2.MORPH_CLOSE, gap)
    return np.asarray(np.minimum(little, cv2.erode(head, rim)), np.float32)


def _disc(radius: float) -> NDArray[np.uint8]:
    width = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), np.uint8)


def _hanging(portrait: Portrait, share: Plane, tone: NDArray[np.uint8]) -> Portrait:
    """Let long hair hang behind the neck, too, in its own shade.

    share: (S, S) 0..1, the hair before face and body. tone: (3,) its colour. Found at quarter size.
    """
    landmarks, side = portrait.report.landmarks, len(portrait.alpha)
    unit = topology.face_height(landmarks) / 4
    little = share[2 : side - side % 4 : 4, 2 : side - side % 4 : 4] > 0.5
    left, right = (int(landmarks[i, 0] / 4) for i in topology.FACE_SIDES)
    top = int(landmarks[list(topology.BROW_TOPS), 1].mean() / 4)
    behind = np.zeros_like(little)
    for row in range(max(0, top), len(little)):
        columns = np.flatnonzero(little[row])
        if columns.size and columns[0] < left and columns[-1] > right:
            behind[row, columns[0] : columns[-1]] = True
    if not behind.any():
        return portrait
    rows, columns = (np.flatnonzero(behind.any(axis=axis)) for axis in (1, 0))
    strands = _strands(little.shape[1])
    middle, half = (left + right) / 2, max(1.0, (right - left) / 2)
    across = np.minimum(np.abs(np.arange(little.shape[1]) - middle) / half, 1)
    ends = rows[-1] + 1 - unit * (_NAPE * (1 - across**2) + _UNEVEN * (1 + strands))
    hangs = np.clip((ends[None] - np.arange(len(little))[:, None]) / (_THINNING * unit), 0, 1)
    box = np.s_[4 * rows[0] : 4 * (rows[-1] + 1), 4 * columns[0] : 4 * (columns[-1] + 1)]
    soft = cv2.GaussianBlur(cv2.erode(behind.astype(np.float32), np.ones((3, 3))), (0, 0), 2.0)
    soft = np.asarray(soft * hangs.astype(np.float32), np.float32)
    image, alpha = portrait.image.copy(), portrait.alpha.copy()
    above = alpha[box] * np.float32(1 / 255)
    back = rescale(soft, 4)[box]
    total = above + (1 - above) * back
    part = above / np.maximum(total, np.float32(1e-3))
    part[total < 1e-3] = 1
    lines = resize(strands[None], (4 * len(strands), 1))[0, box[1]]
    shade = np.clip(tone * _BACK * (1 + _STREAKS * lines[:, None]), 0, 255).astype(np.uint8)
    shade = np.ascontiguousarray(np.broadcast_to(shade, (*part.shape, 3)))
    image[box] = cv2.blendLinear(np.ascontiguousarray(image[box]), shade, part, 1 - part)
    alpha[box] = cv2.convertScaleAbs(total, alpha=255)
    return replace(portrait, image=image, alpha=alpha)


@lru_cache(maxsize=8)
def _strands(count: int) -> NDArray[np.float32]:
    """(count,) -1..1: how strands side by side differ."""
    noise = np.random.default_rng(0).standard_normal((1, count), np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 0.8)[0]
    return np.asarray(np.clip(smooth / (2 * smooth.std() + 1e-6), -1, 1), np.float32)


def _middle(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(3,) median of what is solid."""
    solid = rgba[::3, ::3][rgba[::3, ::3, 3] > 200]
    if not len(solid):
        return np.zeros(3, np.uint8)
    return np.asarray(np.median(solid[:, :3], axis=0), np.uint8)


def dye(portrait: Portrait, colour: Lab, amount: float = 1.0) -> Portrait:
    """Dye the person's own hair.

    A bald or covered head stays as it is.

    Args:
        portrait: of any size.
        colour: of the dye.
        amount: 0 (as it is) to 1.
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
    light, a, b = split(seen)
    solid = portrait.hair_mask[box] > _SOLID
    lit = own[0]
    if solid.any() and colour[0] > own[0]:  # bleach shows what the dark hides
        unit = topology.face_height(portrait.report.landmarks)
        light = _combed(light, _STRAND * unit)
        lit = max(lit, float(np.percentile(light[solid], _LIT)))
    tinted = join(dyed((light, a, b), (lit, *own[1:]), colour, _LIFTED))
    image = portrait.image.copy()
    image[box] = cv2.blendLinear(tinted, seen, share, 1 - share)
    return replace(portrait, image=image)


def _combed(light: Plane, width: float) -> Plane:
    """Bring out strands where L* hardly tells them apart. width: of a lock, px."""
    even = cv2.GaussianBlur(light, (0, 0), width)
    strands = light - even
    size = (max(1, light.shape[1] // 4), max(1, light.shape[0] // 4))
    power = cv2.GaussianBlur(resize(strands * strands, size, cv2.INTER_AREA), (0, 0), width / 2)
    gain = np.clip(_APART / (np.sqrt(power) + 0.5), 1, _COMBED).astype(np.float32)
    return even + strands * resize(gain, (light.shape[1], light.shape[0]))


def shave(portrait: Portrait) -> Portrait:
    """Leave the person bald: their own skin up to the crown, with a scalp's light and shade.

    Args:
        portrait: one whose image is free of what was behind the person.
    """
    skin = portrait.report.colours.skin
    pieces = [load("scalp", name) for name in index("scalp")]
    piece = min(pieces, key=lambda piece: abs(piece.skin[0] - skin[0]))
    piece = turned(piece, portrait.report.pose.yaw)
    portrait, laid = head_map.place(portrait, piece)
    side = len(portrait.alpha)
    own = toned(piece.image, piece.skin, skin)
    scalp = laid.fetch(own, piece, side)
    upper = _above_brows(portrait.report.landmarks, np.arange(side))
    roof = scalp.share(side) * upper

    def ears(sketch: Sketch) -> NDArray[np.uint8]:
        found = _to_sketch(own, laid, sketch)
        lower = 1 - _above_brows(sketch.landmarks, np.arange(len(found)))
        found[..., 3] = found[..., 3] * lower
        return found

    return _in_relief(Bare.of(portrait).under(roof, ears), scalp, roof[scalp.box])


def _above_brows(landmarks: NDArray[np.float32], rows: NDArray[np.integer]) -> Plane:
    """(H, 1): 1 above the brows, 0 below them."""
    brows = float(landmarks[list(topology.BROW_TOPS), 1].mean())
    share = np.clip((brows - rows) / (0.12 * topology.face_height(landmarks)), 0, 1)
    return np.asarray(share, np.float32)[:, None]


def _to_sketch(
    rgba: NDArray[np.uint8], laid: head_map.HeadMap, sketch: Sketch
) -> NDArray[np.uint8]:
    return fetch(rgba, laid.positions((0, 0, *sketch.size), sketch.scale))


def _in_relief(portrait: Portrait, scalp: Patch, share: Plane) -> Portrait:
    """Light and shade of a borrowed scalp, relative to its own middle tone."""
    sharp = cv2.cvtColor(scalp.image, cv2.COLOR_RGBA2GRAY).astype(np.float32)
    solid = share > 0.5
    if not solid.any():
        return portrait
    unit = topology.face_height(portrait.report.landmarks)
    grey = np.maximum(cv2.GaussianBlur(sharp, (0, 0), 0.03 * unit), 1)
    ratio = np.clip((grey / np.median(grey[solid])) ** _RELIEF, _DIMMEST, _BRIGHTEST)
    factor = (1 + (ratio - 1) * share).astype(np.float32)
    image = portrait.image.copy()
    image[scalp.box] = np.minimum(image[scalp.box] * factor[..., None], 255)
    return replace(portrait, image=image)


def _floor(portrait: Portrait) -> int:
    """First row below the person: where the photo ends, nothing hangs on."""
    rows = np.flatnonzero((portrait.alpha > 128).any(axis=1))
    return int(rows[-1]) + 1 if rows.size else 0
