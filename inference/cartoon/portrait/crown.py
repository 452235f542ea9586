"""Heads that the photo's upper edge cuts, closed as whoever draws them would close them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.attributes import Probabilities
from inference.face.report import Hair, Lab, Portrait
from inference.pictures.images import from_lab

_TOUCHES = 0.04  # face heights from the edge: masks fade that close to it
_GAP = 0.1  # face heights of gaps between locks
_WIDE = 0.3  # face heights of head that are cut at least: single hairs are no matter
_CROWN = 0.34  # face heights from the forehead's top to the head's
_LEAST = 0.10  # face heights that are added at least
_REACH = 1.0  # face heights to either side of the face that are still head
_ROUND = 2.3  # exponent of the curve: 2 is an ellipse, more is flatter
_FOREHEAD = 0.10  # face heights from the forehead's top to where hair begins
_DEEPEST = 0.22  # face heights below the forehead's top where brows begin: no head is closed there
_BROWS = 0.12  # face heights by which masks and traces of brows differ at most, both sides
_BARE = 0.5  # how improbable headwear must be that strange colours above the face are no cloth
_BALD = 0.75  # how probable it is that nothing grows there


@dataclass(frozen=True, slots=True)
class Head:
    """What is drawn of a portrait.

    photo: (H, W, 3) RGB uint8. alpha, hair: (H, W) uint8. landmarks: (478, 2) float64 px of it.
    """

    photo: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    hair: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    style: Hair


def closed(portrait: Portrait, perceived: Probabilities) -> Head:
    """Give a head that the photo's upper edge cuts a crown, and leave all others as they are."""
    report = portrait.report
    points = report.landmarks[:, :2].astype(np.float64)
    head = Head(portrait.foreground, portrait.alpha, portrait.hair_mask, points, report.hair)
    edge = _upper_edge(portrait.image)
    unit = topology.face_height(report.landmarks)
    x, forehead = points[topology.FOREHEAD_MIDDLE].tolist()
    row = min(edge + max(2, round(_TOUCHES * unit)), len(portrait.alpha) - 1)
    across = _run(_without_gaps(portrait.alpha[row] > 128, _GAP * unit), x, _REACH * unit)
    if across.stop - across.start < _WIDE * unit or row > forehead + _DEEPEST * unit:
        return head

    high = max(row - (forehead - _CROWN * unit), _LEAST * unit)
    above = max(0, round(high - row) + 2)
    photo, alpha, hair = (
        np.asarray(cv2.copyMakeBorder(plane, above, 0, 0, 0, border), np.uint8)
        for plane, border in (
            (head.photo, cv2.BORDER_REPLICATE),
            (head.alpha, cv2.BORDER_CONSTANT),
            (head.hair, cv2.BORDER_CONSTANT),
        )
    )
    row += above
    crown = _arch(alpha.shape, row, across, high)
    photo[:row, across] = photo[row, across]
    alpha[crown] = 255
    style = head.style
    if not (style.covered and _hatted(perceived)) and not _bald(perceived):
        brows = topology.fill(portrait.alpha.shape, points, *topology.BROWS)
        wide = np.ones((max(3, round(_BROWS * unit) | 1),) * 2, np.uint8)
        brows = cv2.dilate(brows.astype(np.uint8), wide) > 0  # no hair of the head's
        bare = _run((head.hair < 128)[row - above] | brows[row - above], x, _REACH * unit)
        if row - above > forehead + _FOREHEAD * unit:  # so little is left that brows look like it
            hair[above:][brows] = 0
        inside = slice(max(bare.start, across.start), min(bare.stop, across.stop))
        if inside.stop > inside.start:
            arch = max(0.03 * unit, row - above - forehead + _FOREHEAD * unit)
            crown &= ~_arch(alpha.shape, row, inside, min(arch, 0.7 * high))
        hair[crown] = 255
        photo[crown] = _rgb(report.colours.hair or report.colours.brows)
        if style.length in ("bald", "buzz"):
            style = replace(style, length="short", receding=0.0)
        style = replace(style, covered=False)
    return Head(photo, alpha, hair, points + np.array([0, above]), style)


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
