"""Where a piece lies about a head: an upright stretch that meets the face's outline.

A thin plate spline runs wild away from its points, and hair is all away from the face. So the
outline decides only turn, place, width and height; what is left of it is a Gaussian radial basis
function that dies away within half a face.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait, Pose
from inference.layers.pieces import Piece
from inference.layers.placing import Patch, fetch
from inference.pictures.compositing import warp

_STEP = 16  # px between the nodes at which the map is evaluated; it is smooth, so few will do
_REACH = 0.16  # standard deviation of the basis, in outline heights
_BEHIND = 0.3  # how far the skull's middle lies behind the face, in outline heights
_STIFFNESS = 0.05  # how far the map may miss the outline for the sake of bending less


@dataclass(frozen=True, slots=True)
class HeadMap:
    """From a portrait's pixels to those of a piece.

    straight: (2, 3), the affine part. knots: (N, 2) px of the portrait. weights: (N, 2). sigma: of
    the basis, px of the portrait.
    """

    straight: NDArray[np.float64]
    knots: NDArray[np.float64]
    weights: NDArray[np.float64]
    sigma: float

    def window(self, piece: Piece, side: int) -> tuple[int, int, int, int]:
        """Tell what a piece covers of a portrait.

        Args:
            piece: mapped by this.
            side: of the portrait, px.

        Returns:
            Left, top, right and bottom, px of the portrait.
        """
        reach, margin = self._reach(piece), 0.3 * self.sigma
        left, top = np.floor(np.clip(reach.min(axis=0) - margin, 0, side)).astype(int).tolist()
        right, bottom = np.ceil(np.clip(reach.max(axis=0) + margin, 0, side)).astype(int).tolist()
        return left, top, right, bottom

    def room(self, piece: Piece, side: int) -> tuple[int, int]:
        """Tell how far a piece goes beyond a portrait.

        Args:
            piece: mapped by this.
            side: of the portrait, px.

        Returns:
            Px beyond the upper border, and beyond the sides.
        """
        reach = self._reach(piece)
        above = max(0, int(np.ceil(-reach[:, 1].min())))
        return above, max(0, int(np.ceil(max(-reach[:, 0].min(), reach[:, 0].max() - side))))

    def positions(
        self, window: tuple[int, int, int, int], scale: float = 1.0
    ) -> NDArray[np.float32]:
        """Tell where each pixel of a portrait is fetched from.

        Args:
            window: left, top, right, bottom in px of the portrait at ``scale``.
            scale: of that portrait, reduced.

        Returns:
            (height, width, 2) float32 px of the piece.
        """
        left, top, right, bottom = window
        size = right - left, bottom - top
        across = np.arange(left, right + _STEP, _STEP)
        down = np.arange(top, bottom + _STEP, _STEP)
        nodes = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2) / scale
        values = nodes @ self.straight[:, :2].T + self.straight[:, 2]
        values += _basis(nodes, self.knots, self.sigma) @ self.weights
        coarse = values.reshape(len(down), len(across), 2).astype(np.float32)
        to_full = np.array([[_STEP, 0, 0], [0, _STEP, 0]], np.float32)
        return warp(coarse, to_full, size, border=cv2.BORDER_REPLICATE)

    def fetch(self, rgba: NDArray[np.uint8], piece: Piece, side: int) -> Patch:
        """Warp a piece's picture to its place in a portrait.

        Args:
            rgba: (H, W, 4) RGBA uint8, the piece's picture.
            piece: mapped by this.
            side: of the portrait, px.
        """
        window = self.window(piece, side)
        return Patch(fetch(rgba, self.positions(window)), window[0], window[1])

    def _reach(self, piece: Piece) -> NDArray[np.float64]:
        """(4, 2): corners of what is visible of a piece, px of the portrait."""
        seen = piece.image[..., 3] > 8
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        corners = [(x, y) for x in columns[[0, -1]] for y in rows[[0, -1]]]
        away = np.array(corners, np.float64) - self.straight[:, 2]
        return np.asarray(away @ np.linalg.inv(self.straight[:, :2]).T)


def meet(
    target: NDArray[np.floating], pose: Pose, source: NDArray[np.floating], yaw: float
) -> HeadMap:
    """Map a piece onto a head.

    Args:
        target: (N, 2) px, the outline of the face that ``pose`` is of.
        pose: of the face.
        source: (N, 2) px, the same points of the piece's upright face.
        yaw: of that face, degrees.
    """
    aim, origin = np.asarray(target, np.float64), np.asarray(source, np.float64)
    middle, start = aim.mean(axis=0), origin.mean(axis=0)
    roll = np.radians(pose.roll)
    level = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    flat = (aim - middle) @ level.T
    width, height = np.ptp(flat, axis=0)
    wide = width / np.cos(np.radians(pose.yaw)) * np.cos(np.radians(yaw))  # as if seen alike
    stretch = np.ptp(origin, axis=0) / (wide, height)
    linear = stretch[:, None] * level
    # a turned face lies to one side of its skull
    aside = _BEHIND * height * (np.sin(np.radians(yaw)) - np.sin(np.radians(pose.yaw)))
    skull = middle + level.T @ (aside, 0)
    straight = np.column_stack([linear, start - linear @ skull])

    left = origin - (aim @ linear.T + straight[:, 2])
    sigma = _REACH * float(np.ptp(aim[:, 1]))
    system = _basis(aim, aim, sigma) + _STIFFNESS * np.eye(len(aim))
    return HeadMap(straight, aim, np.linalg.solve(system, left), sigma)


def place(portrait: Portrait, piece: Piece) -> tuple[Portrait, HeadMap]:
    """Map a piece onto a portrait, which grows if the piece needs more room above or beside it.

    The portrait stays square; what is added is empty.

    Args:
        portrait: square.
        piece: placed by the face oval.

    Returns:
        The portrait, and the map onto it.
    """
    outline = portrait.report.landmarks[list(topology.FACE_OVAL), :2]
    laid = meet(outline, portrait.report.pose, piece.points, piece.yaw)
    above, beside = laid.room(piece, portrait.image.shape[0])
    if above == beside == 0:
        return portrait, laid
    beside = max(beside, (above + 1) // 2)
    portrait = with_room(portrait, 2 * beside, beside)
    shift = np.array([beside, 2 * beside], np.float32)
    return portrait, meet(outline + shift, portrait.report.pose, piece.points, piece.yaw)


def with_room(portrait: Portrait, above: int, beside: int) -> Portrait:
    """Surround a portrait with empty pixels, above it and on either side.

    Args:
        portrait: of any size.
        above: px.
        beside: px.
    """

    def grown(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        sides = (above, 0, beside, beside)
        return np.asarray(cv2.copyMakeBorder(plane, *sides, cv2.BORDER_CONSTANT), np.uint8)

    shift = np.array([beside, above, 0], np.float32)
    return Portrait(
        image=grown(portrait.image),
        alpha=grown(portrait.alpha),
        hair_mask=grown(portrait.hair_mask),
        report=replace(portrait.report, landmarks=portrait.report.landmarks + shift),
    )


def _basis(
    points: NDArray[np.float64], knots: NDArray[np.float64], sigma: float
) -> NDArray[np.float64]:
    squared = ((points[:, None] - knots[None]) ** 2).sum(axis=-1)
    return np.asarray(np.exp(squared * (-0.5 / sigma**2)))
