"""Move a picture as its landmarks move: a dense, smooth backward flow, still outside the face."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression.splines import LEVELS, surface
from inference.face import topology
from inference.pictures.compositing import resize

Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels, the last two excluded."""

STILL_RINGS = (1.22, 1.36)
"""Multiples of the face oval on which nothing moves."""

REACH = 0.13
"""Over the width of the face oval: how far outside it a movement fades out."""


NOTHING = 0.01
"""Pixels; what moves less does not move."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Where each pixel of a box comes from.

    box: the part of the picture that moves. offset: (h, w, 2) float32, x and y to add to a
    pixel's position to find its source; exactly 0 on the box's edge.
    """

    box: Box
    offset: NDArray[np.float32]

    def applied(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Move a picture; pixels outside the box stay the same.

        Args:
            picture: (H, W) or (H, W, C) uint8.

        Returns:
            A picture of the same shape.
        """
        left, top, right, bottom = self.box
        x = np.arange(left, right, dtype=np.float32)[None, :] + self.offset[..., 0]
        y = np.arange(top, bottom, dtype=np.float32)[:, None] + self.offset[..., 1]
        moved = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        result = picture.copy()
        # a reduction over an axis of two is ten times slower than this
        moves = ((self.offset[..., 0] != 0) | (self.offset[..., 1] != 0)).astype(np.uint8)
        cv2.copyTo(moved, moves, result[top:bottom, left:right])
        return result


def _oval(points: NDArray[np.floating], grown: float) -> NDArray[np.float64]:
    """Return the face oval, grown about its middle by a factor, (36, 2)."""
    oval = np.asarray(points[list(topology.FACE_OVAL), :2], np.float64)
    middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
    return np.asarray(middle + (oval - middle) * grown)


def _window(oval: NDArray[np.float64], box: Box, share: float) -> NDArray[np.float32]:
    """Return (h, w): 1 inside the face, falling to 0 outside it over a share of its width."""
    left, top, right, bottom = box
    outside = np.full((bottom - top, right - left), 255, np.uint8)
    shifted = np.round(oval - (left, top)).astype(np.int32)
    cv2.fillPoly(outside, [shifted], 0)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    reach = max(1.0, share * float(np.ptp(oval[:, 0])))
    t = np.clip(1.0 - distance / reach, 0.0, 1.0)
    window: NDArray[np.float32] = (t * t * (3 - 2 * t)).astype(np.float32)
    return window


def flow(
    points: NDArray[np.floating],
    moved: NDArray[np.floating],
    width: int,
    height: int,
    rings: tuple[float, float] = STILL_RINGS,
    reach: float = REACH,
    levels: tuple[int, ...] = LEVELS,
) -> Flow:
    """Find the flow that brings landmarks from one place to another.

    The picture is width x height. Irises do not steer: the eye stays while lids move.

    Args:
        points: (478, 2 or 3) px, where they are.
        moved: (478, 2 or 3) px, where they are to be.
        width: of the picture, px.
        height: of the picture, px.
        rings: multiples of the face oval on which nothing moves.
        reach: over its width, how far outside it movements fade out.
        levels: cells along each side of the lattices, coarse to fine.
    """
    steering = slice(0, topology.MESH)
    target = np.asarray(moved[steering, :2], np.float64)
    offset = np.asarray(points[steering, :2], np.float64) - target
    before, after = _oval(points, 1.0), _oval(moved, 1.0)
    hull = np.concatenate([before, after])
    outline = cv2.convexHull(hull.astype(np.float32))[:, 0].astype(np.float64)
    middle = (outline.min(axis=0) + outline.max(axis=0)) / 2
    circles = [middle + (_resampled(outline, 48) - middle) * grown for grown in rings]
    still = np.concatenate(circles)
    outer = circles[-1]
    left, top = np.maximum(np.floor(outer.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(outer.max(axis=0)).astype(int) + 2, (width, height))
    box = (int(left), int(top), int(right), int(bottom))
    spots = np.concatenate([target, still]) - (left, top)
    values = np.concatenate([offset, np.zeros_like(still)])
    inside = ((spots > 0) & (spots < (right - left, bottom - top))).all(axis=1)
    size = (box[2] - box[0], box[3] - box[1])
    # so smooth a surface loses nothing at a quarter of the pixels
    coarse = ((size[0] + 1) // 2, (size[1] + 1) // 2)
    sparse = surface(
        spots[inside] * (np.array(coarse) / size), values[inside], *coarse, levels=levels
    )
    dense = resize(sparse, size)
    dense *= _window(outline, box, reach)[..., None]
    dense *= (cv2.magnitude(dense[..., 0], dense[..., 1]) >= NOTHING)[..., None]
    return Flow(box, dense)


def _resampled(polygon: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return count points evenly spaced along a closed polygon."""
    closed = np.concatenate([polygon, polygon[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], count, endpoint=False)
    return np.stack([np.interp(at, along, closed[:, k]) for k in range(2)], axis=1)
