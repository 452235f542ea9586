"""Hair tied into a knot on the head: what stands out of the head's rounding, and is hair."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology, upright
from inference.face.report import Portrait
from inference.pictures.compositing import warp

_GRAIN = 40  # px of the grid per face height
_LEFT, _TOP = -1.0, -1.0
_SIZE = (80, 56)  # px: width, height
_ROUND = 16  # px: radius of a disc that fits into any head, and into no knot
_SMALL = 2  # px: radius of one that fits into any knot, and not between knot and head
_PERSON, _HAIR = 0.3, 0.25  # shares of a pixel: thin hair before a bright sky counts
_HAIRLINE = -0.1  # below it, in face heights, nothing stands out
_AREA = (0.03, 0.05)  # of a knot, in squared face heights: none, certainly one
_WIDE = (-0.85, -0.75)  # negative width, in face heights, of what is too wide for one, and is not
_LOW, _HIGH = (0.31, 0.35), (-0.5, -0.46)
"""Height of the head without it above the forehead's top, in face heights, and negative: knots lie
on hair that lies flat, not on heads shaved below a crest or under volume."""


def knotted(portrait: Portrait) -> float:
    """Tell whether a knot sits on the head.

    Args:
        portrait: a studied face.

    Returns:
        How sure that is, 0..1.
    """
    grid = upright.grid(portrait.report.landmarks, _GRAIN, _LEFT, _TOP)
    person, hair = (
        warp(mask.astype(np.float32), grid, _SIZE, backward=True) / 255
        for mask in (portrait.alpha, portrait.hair_mask)
    )
    head = person > _PERSON
    rounded = _opened(head, _ROUND)
    y = (np.arange(_SIZE[1]) + 0.5)[:, None] / _GRAIN + _TOP
    standing = _opened(head & ~rounded & (hair > _HAIR) & (y < _HAIRLINE), _SMALL)
    _, _, found, _ = cv2.connectedComponentsWithStats(standing.astype(np.uint8), connectivity=4)
    rows = np.flatnonzero(rounded.any(axis=1))
    if len(found) < 2 or not len(rows):
        return 0.0
    largest = found[1 + int(found[1:, cv2.CC_STAT_AREA].argmax())]
    area, width = largest[cv2.CC_STAT_AREA] / _GRAIN**2, largest[cv2.CC_STAT_WIDTH] / _GRAIN
    height = -float(y[rows[0], 0])
    lies = _ramp(height, *_LOW) * _ramp(-height, *_HIGH)
    return _ramp(area, *_AREA) * _ramp(-width, *_WIDE) * lies


def narrowed(portrait: Portrait) -> float:
    """Tell whether hair that a photo cuts, closed by a crown, is high and narrow: a knot cut off.

    Args:
        portrait: a studied face, closed (``inference.face.crown``).

    Returns:
        How sure that is, 0..1.
    """
    points = portrait.report.landmarks
    forehead = int(points[topology.FOREHEAD_MIDDLE, 1])
    width = float(np.ptp(points[list(topology.FACE_OVAL), 0]))
    unit = topology.face_height(points)
    across = (portrait.hair_mask[: max(forehead, 1)] > 128).sum(axis=1) / max(width, 1.0)
    rows = np.flatnonzero(across > 0.08)
    if not len(rows):
        return 0.0
    height = (forehead - rows[0]) / unit
    near_top = across[min(len(across) - 1, int(rows[0] + 0.2 * unit))]
    return _ramp(height, 0.45, 0.55) * _ramp(-float(near_top), -0.85, -0.7)


def _opened(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """What of a mask discs cover that lie within it; it goes on to the sides and below."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    disc = (x**2 + y**2 <= (radius + 0.5) ** 2).astype(np.uint8)
    room = 2 * radius
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 0, room, room, room, cv2.BORDER_REPLICATE)
    padded = cv2.copyMakeBorder(padded, room, 0, 0, 0, cv2.BORDER_CONSTANT)
    height, width = mask.shape
    kept = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)
    return np.asarray(kept[room : room + height, room : room + width] > 0, np.bool_)


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
