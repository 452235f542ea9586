"""Heads that the photo's upper edge cuts, closed as they go on most likely.

What reads a head (its hair, its outline) was learned from whole ones, and what draws it would draw
the cut. So the part that is missing is made up: a curve as high as heads of that width are, filled
with the hair that is seen.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import hair as hairs
from inference.face import topology
from inference.face.attributes import Probabilities, classify
from inference.face.report import Lab, Portrait
from inference.pictures.images import from_lab, to_lab

_TOUCHES = 0.04  # face heights from the edge: masks fade that close to it
_GAP = 0.1  # face heights of gaps between locks
_WIDE = 0.3  # face heights of head that are cut at least: single hairs are no matter
_CROWN = (0.12, 0.28)  # face heights from the forehead's top to the head's: so many, and by width
_CROWNS = (0.36, 0.58)  # of them at least and at most; by 346 whole heads, 0.06 off
_BALD_CROWN = 0.3
_LEAST = 0.10  # face heights that are added at least
_REACH = 1.0  # face heights to either side of the face that are still head
_ROUND = 2.3  # exponent of the curve: 2 is an ellipse, more is flatter
_FOREHEAD = 0.10  # face heights from the forehead's top to where hair begins
_HAIRLINE = 0.015  # face heights by which a hairline curves at least
_DEEPEST = 0.22  # face heights below the forehead's top where brows begin: no head is closed there
_BROWS = 0.12  # face heights by which masks and traces of brows differ at most, both sides
_BARE = 0.5  # how improbable headwear must be that strange colours above the face are no cloth
_BALD = 0.5  # how probable it is that nothing grows there
_TEMPLES = 0.05  # of the cut that is hair where any grows at the temples
_SWATCHES = (0.3, 0.22, 0.16, 0.11, 0.07, 0.045)
"""Face heights of a square of hair, the largest there is."""
_HAIR = 180  # of the mask: surely hair

Mask = NDArray[np.bool_]
Photo = NDArray[np.uint8]


def closed(portrait: Portrait) -> Portrait:
    """Give a head that the photo's upper edge cuts a crown; kept with the portrait.

    Args:
        portrait: a studied face.

    Returns:
        The very same where nothing is cut; else one whose image may be higher than wide, with
        landmarks that fit it.

    Raises:
        WeightsError: the classifiers' file is missing or damaged.
    """
    return portrait.once(_closed)


def _closed(portrait: Portrait) -> Portrait:
    report = portrait.report
    points = report.landmarks[:, :2].astype(np.float64)
    edge = _upper_edge(portrait.image)
    unit = topology.face_height(report.landmarks)
    x, forehead = points[topology.FOREHEAD_MIDDLE].tolist()
    row = min(edge + max(2, round(_TOUCHES * unit)), len(portrait.alpha) - 1)
    across = _run(_without_gaps(portrait.alpha[row] > 128, _GAP * unit), x, _REACH * unit)
    width = (across.stop - across.start) / unit
    if width < _WIDE or row > forehead + _DEEPEST * unit:
        return portrait

    perceived = classify(portrait)
    covered = report.hair.covered and _hatted(perceived)
    haired = float((portrait.hair_mask[row, across] > 128).mean())
    bald = not covered and haired < _TEMPLES and _bald(perceived)
    crown = _BALD_CROWN if bald else float(np.clip(_CROWN[0] + _CROWN[1] * width, *_CROWNS))
    high = max(row - (forehead - crown * unit), _LEAST * unit)
    above = max(0, round(high - row) + 2)
    row += above
    landmarks = report.landmarks + np.array([0, above, 0], np.float32)
    photo, alpha, hair = (
        np.asarray(cv2.copyMakeBorder(plane, above, 0, 0, 0, border), np.uint8)
        for plane, border in (
            (portrait.image, cv2.BORDER_REPLICATE),
            (portrait.alpha, cv2.BORDER_CONSTANT),
            (portrait.hair_mask, cv2.BORDER_CONSTANT),
        )
    )
    added = _arch(alpha.shape, row, across, high)
    photo[:row] = _ground(photo[row], alpha[row])
    photo[:row, across] = np.where(
        added[:row, across, None], photo[row, across], photo[:row, across]
    )
    alpha[added] = 255
    found = report.colours
    if not (covered or bald):
        brows = topology.fill(alpha.shape, landmarks, *topology.BROWS)
        wide = np.ones((max(3, round(_BROWS * unit) | 1),) * 2, np.uint8)
        brows = cv2.dilate(brows.astype(np.uint8), wide) > 0  # no hair of the head's
        bare = _run((hair[row] < 128) | brows[row], x, _REACH * unit)
        if row - above > forehead + _FOREHEAD * unit:  # so little is left that brows look like it
            hair[brows] = 0
        inside = slice(max(bare.start, across.start), min(bare.stop, across.stop))
        grown = added
        if inside.stop > inside.start:
            rise = max(_HAIRLINE * unit, row - above - forehead + _FOREHEAD * unit)
            skin = _arch(alpha.shape, row, inside, min(rise, 0.7 * high))
            photo[skin] = _rgb(found.skin)
            grown = added & ~skin
        swatch = _swatch(photo, (hair > _HAIR) & ~brows, row, unit)
        photo[grown] = _rgb(found.hair or found.brows) if swatch is None else _tiled(swatch, grown)
        hair[grown] = 255
        found = replace(found, hair=found.hair or found.brows)
    return Portrait(
        image=photo,
        alpha=alpha,
        hair_mask=hair,
        report=replace(
            report,
            landmarks=landmarks,
            colours=found,
            hair=hairs.describe(to_lab(photo), landmarks, alpha, hair, found.skin),
        ),
    )


def _ground(row: Photo, alpha: NDArray[np.uint8]) -> Photo:
    """A row (W, 3) of the photo without the person: the nearest of what is behind them."""
    bare = np.flatnonzero(alpha < 30)
    if not len(bare):
        return np.full_like(row, 128)
    at = np.arange(len(row))
    after = np.clip(np.searchsorted(bare, at), 0, len(bare) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(bare[before] - at) < np.abs(bare[after] - at)
    return row[np.where(nearer, bare[before], bare[after])]


def _swatch(photo: Photo, hair: Mask, row: int, unit: float) -> Photo | None:
    """The largest square of nothing but hair below a row, the highest of its size."""
    seen = hair.astype(np.float32)
    seen[:row] = 0
    for share in _SWATCHES:
        side = max(3, round(share * unit))
        whole = cv2.boxFilter(seen, -1, (side, side), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        y, x = np.unravel_index(int((whole > 0.97).argmax()), whole.shape)
        if whole[y, x] > 0.97:
            return photo[y : y + side, x : x + side]
    return None


def _tiled(swatch: Photo, where: Mask) -> Photo:
    """Pixels (N, 3) of a mask, of a square laid there again and again, mirrored at its edges."""
    side = len(swatch)
    y, x = (np.abs((at + side) % (2 * side - 2) - side + 1) for at in np.nonzero(where))
    return swatch[y, x]


def _upper_edge(image: NDArray[np.uint8]) -> int:
    """The first row of the photo itself: above it, a portrait repeats it."""
    new = (image[1:] != image[:-1]).any(axis=(1, 2))
    return int(new.argmax()) if new.any() else 0


def _without_gaps(row: NDArray[np.bool_], widest: float) -> NDArray[np.bool_]:
    """Fill gaps in a row, up to so many px wide."""
    kernel = np.ones((1, max(3, round(widest) | 1)), np.uint8)
    filled = cv2.morphologyEx(row[None].astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    return np.asarray(filled[0] > 0, np.bool_)


def _run(row: NDArray[np.bool_], x: float, reach: float) -> slice:
    """The stretch of a row about ``x`` that is set, at most ``reach`` to either side."""
    at = int(np.clip(x, 0, len(row) - 1))
    if not row[at]:
        return slice(at, at)
    left, right = np.flatnonzero(~row[:at]), np.flatnonzero(~row[at:])
    start = int(left[-1]) + 1 if len(left) else 0
    stop = at + int(right[0]) if len(right) else len(row)
    return slice(max(start, round(x - reach)), min(stop, round(x + reach)))


def _arch(shape: tuple[int, ...], row: int, across: slice, high: float) -> NDArray[np.bool_]:
    """What lies between a row and a curve that rises over a stretch of it."""
    y, x = np.indices(shape[:2], np.float32) + 0.5
    half = max((across.stop - across.start) / 2, 1.0)
    off = np.clip(np.abs(x - (across.start + across.stop) / 2) / half, 0, 1)
    rise = high * (1 - off**_ROUND) ** (1 / _ROUND)
    return np.asarray((y <= row) & (row - y < rise) & (off < 1), np.bool_)


def _hatted(perceived: Probabilities) -> bool:
    return perceived["headwear"]["none"] < _BARE


def _bald(perceived: Probabilities) -> bool:
    bald = perceived["hair_length"].get("bald", 0.0) + perceived["hair_length"].get("buzz", 0.0)
    return min(bald, perceived["male"].get("1", 0.0)) > _BALD


def _rgb(tone: Lab) -> NDArray[np.uint8]:
    return np.asarray(from_lab(np.array([[tone]], np.float32))[0, 0], np.uint8)
