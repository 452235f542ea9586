"""Another head of hair on the person's own photo.

Four layers are laid over each other: the person as far as the own hair does not hide them, skin
where it did (forehead, ears, scalp), the body where long hair hung before it, and the new hair
with its shadow. What none of them covers becomes transparent.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.images import from_lab, to_lab
from inference.layers.filling import Plane, spread
from inference.layers.library import Piece, index, load, turned
from inference.layers.placing import dyed, fetch, laid_over, lit, toned
from inference.layers.thin_plate import backward_map

_HIDDEN = 0.5  # share of a borrowed ear over own hair from which the wearer's own was hidden
_SKIN_SPREAD = 26.0  # L* from the median beyond which skin is a highlight or a shadow
_SKIN_TINT = 18.0  # farther in a or b from the skin's median than this, a crown is no bare scalp
_WISP = 7.0  # L* below its surroundings from which a line on the forehead is a strand


def wear(portrait: Portrait, piece: Piece, colour: Lab | None = None) -> Portrait:
    """Replace the person's hair.

    colour: what to dye the piece to, or None to leave it as it is. Returns a portrait with new
    image, alpha and hair mask; ``image`` is meant to be seen through ``alpha``.
    """
    landmarks, side = portrait.report.landmarks, portrait.image.shape[0]
    piece = turned(piece, portrait.report.pose.yaw)
    positions = backward_map(landmarks[list(regions.FACE_OVAL), :2], piece.points, side)
    lighted = lit(piece, portrait.report.colours.skin, colour)
    hair = fetch(lighted, positions)
    uncovered = bare(portrait, None if piece.under is None else fetch(
        toned(piece.under, piece.skin, portrait.report.colours.skin), positions
    ), hair[..., 3])  # fmt: skip
    return replace(laid_over(uncovered, hair), hair_mask=hair[..., 3])


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
    share = portrait.hair_mask[box].astype(np.float32)[..., None] * np.float32(amount / 255)
    seen = portrait.image[box]
    tinted = from_lab(dyed(to_lab(seen), own, colour))
    image = portrait.image.copy()
    image[box] = np.rint(seen + (tinted.astype(np.float32) - seen) * share)
    return replace(portrait, image=image)


def shave(portrait: Portrait) -> Portrait:
    """Leave the person bald: a scalp of the nearest skin tone in the wearer's own."""
    report = portrait.report
    forehead = _forehead(portrait)
    piece = min(
        (load("scalp", name) for name in index("scalp")),
        key=lambda piece: abs(piece.skin[0] - forehead[0]),
    )
    piece = turned(piece, report.pose.yaw)
    side = portrait.image.shape[0]
    oval = report.landmarks[list(regions.FACE_OVAL), :2]
    positions = backward_map(oval, piece.points, side)
    scalp = fetch(toned(piece.image, piece.skin, forehead), positions)
    return laid_over(bare(portrait, None, scalp[..., 3]), scalp, shade=0)


def _forehead(portrait: Portrait) -> Lab:
    """Median of the forehead where no hair hides it, else of the skin."""
    shape = portrait.hair_mask.shape
    seen = regions.fill(shape, portrait.report.landmarks, regions.FOREHEAD)
    seen &= portrait.hair_mask < 64
    if seen.sum() < 50:
        return portrait.report.colours.skin
    lightness, a, b = np.median(to_lab(portrait.image)[seen], axis=0)
    return float(lightness), float(a), float(b)


def bare(portrait: Portrait, skin: NDArray[np.uint8] | None, roof: NDArray[np.uint8]) -> Portrait:
    """Take the person's own hair away.

    skin: (S, S, 4) RGBA of ears and scalp to show in its place, or None. roof: (S, S) uint8, what
    will lie above (below it there is skin, whatever it covers).
    """
    report, side = portrait.report, portrait.image.shape[0]
    landmarks = report.landmarks
    unit = regions.face_height(landmarks)
    rows = np.arange(side, dtype=np.float32)[:, None]
    oval = regions.fill((side, side), landmarks, regions.FACE_OVAL)
    own = _own_hair(portrait, oval, unit)
    alpha = portrait.alpha.astype(np.float32) / 255
    gone = cv2.GaussianBlur(own.astype(np.float32), (0, 0), 0.012 * unit)
    stays = np.where(own, alpha * (1 - gone), alpha)

    skin_layer, skin_alpha = _skin(portrait, oval, own, skin, roof, unit)
    chin = landmarks[regions.CHIN, 1]
    torso = (alpha > 0.5) & ~own & (rows > chin - 0.2 * unit)
    body_alpha = _torso(torso, landmarks, unit) * gone * (1 - oval)
    body = spread(portrait.image, torso.astype(np.float32))

    under_alpha = skin_alpha + (1 - skin_alpha) * body_alpha
    share = (skin_alpha / np.maximum(under_alpha, 1e-3))[..., None]
    under = skin_layer * share + body * (1 - share)
    total = stays + (1 - stays) * under_alpha
    share = (stays / np.maximum(total, 1e-3))[..., None]
    image = np.where(share == 1, portrait.image, portrait.image * share + under * (1 - share))
    return replace(
        portrait,
        image=np.clip(np.rint(image), 0, 255).astype(np.uint8),
        alpha=np.rint(total * 255).astype(np.uint8),
        hair_mask=np.zeros_like(portrait.hair_mask),
    )


def _own_hair(portrait: Portrait, oval: NDArray[np.bool_], unit: float) -> NDArray[np.bool_]:
    """Where the own hair, or a hat instead, has to go; never the features of the face."""
    landmarks = portrait.report.landmarks
    reach = 2 * max(1, round(0.02 * unit)) + 1
    own = portrait.hair_mask > 50
    brows = landmarks[list(regions.BROW_TOPS), 1].mean()
    crown = (portrait.alpha > 50) & (np.arange(own.shape[0])[:, None] < brows) & ~oval
    if not portrait.report.hair.covered:  # what the hair mask missed, but not a bald scalp
        tint = cv2.cvtColor(portrait.image, cv2.COLOR_RGB2LAB).astype(np.float32)[..., 1:] - 128
        skin = np.array(portrait.report.colours.skin[1:], np.float32)
        crown &= np.abs(tint - skin).max(axis=2) > _SKIN_TINT
    own |= crown | _wisps(portrait, brows, unit) & oval
    own = cv2.dilate(own.astype(np.uint8), np.ones((reach, reach))).astype(np.bool_)
    return own & ~_features(own.shape, landmarks)


def _wisps(portrait: Portrait, brows: float, unit: float) -> NDArray[np.bool_]:
    """Thin strands over the forehead, too fine for the hair mask: dark, and near found hair."""
    reach = 2 * round(0.12 * unit) + 1
    near = cv2.dilate((portrait.hair_mask > 50).astype(np.uint8), np.ones((reach, reach))) > 0
    light = cv2.cvtColor(portrait.image, cv2.COLOR_RGB2LAB)[..., 0] * np.float32(100 / 255)
    wide = cv2.blur(light, (2 * round(0.06 * unit) + 1,) * 2)
    above = np.arange(len(light))[:, None] < brows - 0.04 * unit
    return np.asarray(near & above & (light < wide - _WISP))


def _features(shape: tuple[int, int], landmarks: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Convex hulls of eyes with brows, nose and mouth."""
    mask = np.zeros(shape, np.uint8)
    pairs = zip(regions.EYES, regions.BROWS, strict=True)
    groups = [(*eye, *brow) for eye, brow in pairs]
    for group in (*groups, regions.LIPS_OUTER, (98, 327, 4, 6)):
        hull = cv2.convexHull(np.rint(landmarks[list(group), :2]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
    return mask.astype(np.bool_)


def _skin(
    portrait: Portrait,
    oval: NDArray[np.bool_],
    own: NDArray[np.bool_],
    borrowed: NDArray[np.uint8] | None,
    roof: NDArray[np.uint8],
    unit: float,
) -> tuple[Plane, Plane]:
    """The wearer's own skin continued over forehead and scalp, with borrowed ears.

    Returns (S, S, 3) float32 colours and (S, S) 0..1 alpha.
    """
    landmarks, shape = portrait.report.landmarks, own.shape
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    mouth, lobes = landmarks[[61, 291], 1].mean(), landmarks[[132, 361], 1].mean()
    light = cv2.cvtColor(portrait.image, cv2.COLOR_RGB2LAB)[..., 0] * np.float32(100 / 255)
    grown = cv2.dilate(_features(shape, landmarks).astype(np.uint8), np.ones((5, 5))) > 0
    level = np.abs(light - portrait.report.colours.skin[0]) < _SKIN_SPREAD
    trusted = oval & ~own & ~grown & (rows < mouth) & level
    colour = spread(portrait.image, trusted.astype(np.float32))

    covered = np.maximum(roof.astype(np.float32) / 255, oval)
    if borrowed is not None:
        ears = _missing_ears(borrowed[..., 3], own, landmarks)
        away = cv2.distanceTransform((~oval).astype(np.uint8), cv2.DIST_L2, 3)
        share = (np.clip(away / (0.12 * unit), 0, 1) * ears)[..., None]
        colour = colour * (1 - share) + borrowed[..., :3] * share
        covered = np.maximum(covered, ears)
    brows = landmarks[list(regions.BROW_TOPS), 1].mean()
    covered = np.where(rows < brows, np.maximum(covered, _closed(covered, 0.3 * unit)), covered)
    fade = np.clip((lobes + 0.07 * unit - rows) / (0.1 * unit), 0, 1)
    alpha = np.maximum(covered * fade, oval)
    return colour, cv2.GaussianBlur(alpha, (0, 0), 0.006 * unit).astype(np.float32, copy=False)


def _closed(mask: Plane, gap: float) -> Plane:
    """Close the gaps of a mask (0..1) up to ``gap`` px; at quarter size, so the rim is smooth."""
    little = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    side = 2 * round(gap / 8) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    rim = np.pad(little, side)
    closed = cv2.erode(cv2.dilate(rim, disc), disc)[side:-side, side:-side]
    height, width = mask.shape
    return cv2.resize(closed, (width, height)).astype(np.float32, copy=False)


def _missing_ears(
    ears: NDArray[np.uint8], own: NDArray[np.bool_], landmarks: NDArray[np.float32]
) -> Plane:
    """Keep a borrowed ear (0..1) only on a side where the own hair hid the wearer's."""
    kept: Plane = ears.astype(np.float32) / np.float32(255)
    middle = round(float(landmarks[regions.NOSE_BRIDGE[0], 0]))
    for half in (np.s_[:, :middle], np.s_[:, middle:]):
        ear = kept[half] > 0.5
        if own[half][ear].sum() < _HIDDEN * ear.sum():
            kept[half] = 0
    return kept


def _torso(visible: NDArray[np.bool_], landmarks: NDArray[np.float32], unit: float) -> Plane:
    """Neck and shoulders where hair hid them: the hull of what is visible, and a plain neck."""
    mask, chin = np.zeros(visible.shape, np.uint8), landmarks[regions.CHIN, 1]
    shoulders = visible & (np.arange(len(visible))[:, None] > chin + 0.2 * unit)
    small = cv2.resize(shoulders.astype(np.uint8), None, fx=0.25, fy=0.25)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(small)
    solid = (stats[:, cv2.CC_STAT_AREA] > (0.1 * unit / 4) ** 2)[parts] & (small > 0)
    points = cv2.findNonZero(solid.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(mask, cv2.convexHull(points * 4), 1)
    left, right = landmarks[[172, 397], 0]
    inset = 0.12 * (right - left)
    neck = [left + inset, chin - 0.25 * unit, right - inset, chin + 0.4 * unit]
    x0, y0, x1, y1 = (round(float(v)) for v in neck)
    mask[max(0, y0) : y1, max(0, x0) : x1] = 1
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.015 * unit)
    return soft.astype(np.float32, copy=False)
