"""The shape-free frame: every face warped so that its landmarks stand where the mean's do.

Eyes, nose and mouth are then always at the same pixels, so that pictures can be added and averaged
(Craw and Cameron, 1991; Cootes, Edwards and Taylor, 2001).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]
Picture = TypeVar("Picture", np.uint8, np.float32)

_RING_SIDE = 7
_RING_OUT = 0.16


def ring() -> Points:
    """Fixed points around the frame, (24, 2), in shares of its side."""
    steps = np.linspace(-_RING_OUT, 1 + _RING_OUT, _RING_SIDE)
    ends = (steps[0], steps[-1])
    points = [(x, y) for x in steps for y in steps if x in ends or y in ends]
    return np.array(points, np.float32)


def similarity(points: NDArray[np.floating], onto: NDArray[np.floating]) -> NDArray[np.float64]:
    """Find the turn, scale and shift that brings points closest to others (Umeyama, 1991).

    Args:
        points: (N, 2 or 3); a third coordinate is left out.
        onto: (N, 2).

    Returns:
        (2, 3) matrix.
    """
    source = points[:, :2].astype(np.float64)
    a, b = source - source.mean(0), onto - onto.mean(0)
    scale = (a**2).sum()
    cosine = (a * b).sum() / scale
    sine = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / scale
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([turn, onto.mean(0) - turn @ source.mean(0)])


def transformed(points: NDArray[np.floating], matrix: NDArray[np.floating]) -> Points:
    """Apply a (2, 3) matrix to (N, 2 or 3) points; returns (N, 2)."""
    return np.asarray(points[:, :2] @ matrix[:, :2].T + matrix[:, 2], np.float32)


@dataclass(frozen=True, slots=True)
class Cover:
    """For each pixel of a grid the triangle's corners (H, W, 3) and their weights (H, W, 3)."""

    corners: NDArray[np.int32]
    weights: NDArray[np.float32]

    def blend(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Interpolate (P, C) values given at the mesh's points over the grid, (H, W, C)."""
        values = values.astype(np.float32, copy=False)
        blended = np.zeros((*self.corners.shape[:2], values.shape[1]), np.float32)
        for corner in range(3):
            blended += values[self.corners[..., corner]] * self.weights[..., corner, None]
        return blended


def _cover(points: Points, triangles: NDArray[np.int32], side: int) -> Cover:
    """Lay a triangulated mesh, its points in shares of the side, over a square grid of pixels."""
    grid = points.astype(np.float64) * side - 0.5  # pixel centres are whole numbers
    number = np.full((side, side), -1, np.int32)
    fixed = np.rint(grid * 16).astype(np.int32)
    for index, triangle in enumerate(triangles):
        cv2.fillConvexPoly(number, fixed[triangle], index, cv2.LINE_8, 4)
    missing = (number < 0).astype(np.uint8)
    if missing.any():  # turned faces may reach over the ring: take the nearest triangle
        _, nearest = cv2.distanceTransformWithLabels(
            missing, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )
        known = np.zeros(int(nearest.max()) + 1, np.int32)
        known[nearest[missing == 0]] = number[missing == 0]
        number = known[nearest]
    corners = triangles[number]
    a, b, c = (grid[triangles[:, corner]] for corner in range(3))
    first, second = b - a, c - a
    area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    y, x = np.mgrid[:side, :side]
    dx, dy = x - a[number, 0], y - a[number, 1]
    u = (dx * second[number, 1] - dy * second[number, 0]) / area[number]
    v = (dy * first[number, 0] - dx * first[number, 1]) / area[number]
    weights = np.stack([1 - u - v, u, v], -1)
    return Cover(corners.astype(np.int32), weights.astype(np.float32))


@dataclass(frozen=True)
class Frame:
    """Where the landmarks of every face are put.

    mean: (478, 2) in shares of the frame's side. triangles: (T, 3) over the mean's points followed
    by the ring's. side: of textures, px.
    """

    mean: Points
    triangles: NDArray[np.int32]
    side: int

    @cached_property
    def mesh(self) -> Points:
        """The mean's points and the ring's, (502, 2)."""
        return np.vstack([self.mean, ring()])

    @cached_property
    def _cover(self) -> Cover:
        return _cover(self.mesh, self.triangles, self.side)

    def shape(self, landmarks: NDArray[np.floating]) -> tuple[Points, NDArray[np.float64]]:
        """Bring a face's landmarks upright and to the frame's size.

        Args:
            landmarks: (478, 2 or 3) px in a picture.

        Returns:
            (478, 2) in shares of the frame's side, and the (2, 3) matrix from the picture's px.
        """
        matrix = similarity(landmarks, self.mean)
        return transformed(landmarks, matrix), matrix

    def texture(
        self, picture: NDArray[np.uint8], landmarks: NDArray[np.floating]
    ) -> NDArray[np.uint8]:
        """Warp a face to the frame.

        Args:
            picture: (H, W) or (H, W, C).
            landmarks: (478, 2 or 3) px in it.

        Returns:
            (side, side) or (side, side, C), without aliasing.
        """
        shape, matrix = self.shape(landmarks)
        back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
        sources = transformed(np.vstack([shape, ring()]), back)
        reach = float(np.hypot(*back[:, 0])) / self.side  # px of the picture to one of the texture
        if reach > 1:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 * reach), np.uint8)
        at = self._cover.blend(sources)
        warped = cv2.remap(
            picture, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, np.uint8)

    def cover(self, shape: Points, side: int, around: float = 0.0) -> Cover:
        """The mesh of an upright face over a grid of ``side`` px that covers the frame.

        Args:
            shape: (478, 2) in shares of the frame's side.
            side: px.
            around: how much more than the frame, on each side, in shares of its side.
        """
        points = (np.vstack([shape, ring()]) + around) / (1 + 2 * around)
        return _cover(np.asarray(points, np.float32), self.triangles, side)

    def shaped(self, texture: NDArray[Picture], cover: Cover) -> NDArray[Picture]:
        """Give a texture (S, S) or (S, S, C) the shape of a cover; returns its size."""
        at = cover.blend(self.mesh) * texture.shape[0] - 0.5
        # where a turned face's mesh folds, triangles fight over pixels
        at = cv2.GaussianBlur(cv2.medianBlur(np.asarray(at, np.float32), 5), (0, 0), 0.7)
        warped = cv2.remap(
            texture, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, texture.dtype)
