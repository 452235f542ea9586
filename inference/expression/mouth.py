"""Close an open mouth, and find out how far lips part."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology

CLOSED_GAP = (0.03, 0.09)
"""Gap between the inner lips over the mouth's width: closed up to the first, open from the last."""

UPPER_SHARE = 0.4
"""How much of a gap the upper lip closes; the jaw does the rest."""

SEAM = 0.042
"""Half the height in which closed lips cover what was between them, over the open mouth's width."""

REACH = (0.45, 1.1)
"""How far above and below the lips the skin comes along, over the mouth's width."""

Points = NDArray[np.float64]

_UPPER = np.array(topology.INNER_UPPER_LIP)
_LOWER = np.array(topology.INNER_LOWER_LIP)


def gap(points: NDArray[np.floating]) -> float:
    """Measure how far lips part.

    Args:
        points: (478, 2 or 3) px.

    Returns:
        The widest gap between the inner lips over the mouth's width.
    """
    apart = np.linalg.norm(points[_UPPER, :2] - points[_LOWER, :2], axis=1).max()
    across = np.linalg.norm(points[_UPPER[-1], :2] - points[_UPPER[0], :2])
    return float(apart / max(float(across), 1e-6))


def signed_gap(points: NDArray[np.floating]) -> float:
    """Measure how far the lips' middles part, below 0 where they cross.

    Args:
        points: (478, 2 or 3) px.

    Returns:
        The gap over the mouth's width.
    """
    along = points[_UPPER[-1], :2] - points[_UPPER[0], :2]
    width = max(float(np.hypot(*along)), 1e-6)
    upper, lower = (points[index, :2] for index in topology.LIPS_MIDDLE)
    apart = lower - upper
    return float(along[0] * apart[1] - along[1] * apart[0]) / width**2


def openness(points: NDArray[np.floating]) -> float:
    """Tell how open a mouth is.

    Args:
        points: (478, 2 or 3) px.

    Returns:
        0 for lips that touch, 1 for lips that clearly part, something between else.
    """
    low, high = CLOSED_GAP
    return float(np.clip((gap(points) - low) / (high - low), 0.0, 1.0))


def kept_together(points: NDArray[np.floating], offset: Points) -> Points:
    """Let both lips of a closed mouth share their movement, so that no slit tears open.

    Args:
        points: (478, 3) px.
        offset: (478, 3) px, how each landmark is to move.

    Returns:
        (478, 3) px.
    """
    upper, lower = _UPPER[1:-1], _LOWER[1:-1]
    closed = 1.0 - openness(points)
    shared = (offset[upper] + offset[lower]) / 2
    result = offset.copy()
    result[upper] += closed * (shared - offset[upper])
    result[lower] += closed * (shared - offset[lower])
    return result


def closing(points: NDArray[np.floating], share: float) -> Points:
    """Find the movements that close a mouth.

    Upper lip and lower lip meet in between, each with the skin around it.

    Args:
        points: (478, 3) px.
        share: of the opening, 0..1.

    Returns:
        (478, 3) px.
    """
    spots = np.asarray(points, np.float64)
    first, last = spots[_UPPER[0], :2], spots[_UPPER[-1], :2]
    width = float(np.linalg.norm(last - first))
    along = (last - first) / width
    down = np.array([-along[1], along[0]])
    t = (spots[:, :2] - first) @ along / width
    height = (spots[:, :2] - first) @ down / width
    order_upper, order_lower = (
        _sorted(t[_UPPER], height[_UPPER]),
        _sorted(t[_LOWER], height[_LOWER]),
    )
    upper, lower = np.interp(t, *order_upper), np.interp(t, *order_lower)
    apart = np.maximum(lower - upper, 0.0) * ((t > 0) & (t < 1))
    above = height < (upper + lower) / 2
    away = np.where(
        above, np.maximum(upper - height, 0) / REACH[0], np.maximum(height - lower, 0) / REACH[1]
    )
    fade = np.exp(-2.0 * away**2)
    moved = np.where(above, UPPER_SHARE, UPPER_SHARE - 1.0) * apart * fade * share * width
    result = np.zeros_like(spots)
    result[:, :2] = moved[:, None] * down
    return result


def _sorted(t: Points, height: Points) -> tuple[Points, Points]:
    order = np.argsort(t)
    return t[order], height[order]


def sealed(
    image: NDArray[np.uint8],
    before: NDArray[np.floating],
    points: NDArray[np.floating],
    share: float,
) -> NDArray[np.uint8]:
    """Draw the seam of closing lips shut.

    Where lips close over teeth, a smooth warp leaves a sliver of them: the lips' own edges are
    drawn over it, and the line between them darkens as lips do where they touch.

    Args:
        image: (H, W, 3) RGB uint8.
        before: (478, 2 or 3) px before closing.
        points: (478, 2 or 3) px after closing.
        share: 0..1.

    Returns:
        (H, W, 3) RGB uint8.
    """
    first, last = points[_UPPER[0], :2], points[_UPPER[-1], :2]
    width = float(np.linalg.norm(last - first))
    along = (last - first) / width
    down = np.array([-along[1], along[0]])
    middle = (points[_UPPER, :2] + points[_LOWER, :2]) / 2
    low = np.maximum(np.floor(middle.min(axis=0) - 0.15 * width), 0).astype(int)
    high = np.ceil(middle.max(axis=0) + 0.15 * width).astype(int)
    left, top = int(low[0]), int(low[1])
    right, bottom = min(int(high[0]), image.shape[1]), min(int(high[1]), image.shape[0])
    x, y = np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5)
    t = ((x - first[0]) * along[0] + (y - first[1]) * along[1]) / width
    line = (middle - first) @ np.stack([along, down], axis=1) / width
    order = np.argsort(line[:, 0])
    seam = np.interp(t, line[order, 0], line[order, 1])
    away = ((x - first[0]) * down[0] + (y - first[1]) * down[1]) / width - seam
    # a lens along the mouth in which each lip's edge is drawn to the middle
    opened = float(np.linalg.norm(before[_UPPER[-1], :2] - before[_UPPER[0], :2])) / width
    band = SEAM * opened * share * np.clip(6 * t * (1 - t), 0.0, 1.0)
    near = np.abs(away) < 2 * band
    fetched = np.where(near, np.sign(away) * (band + np.abs(away) / 2), away)
    shift = (fetched - away) * width
    moved = cv2.remap(
        image,
        (x - 0.5 + shift * down[0]).astype(np.float32),
        (y - 0.5 + shift * down[1]).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    dark = 0.45 * share * np.exp(-((away / np.maximum(0.35 * band, 1e-4)) ** 2)) * (band > 1e-3)
    result = image.copy()
    result[top:bottom, left:right] = np.rint(moved * (1 - dark[..., None])).astype(np.uint8)
    return result
