"""Heads that move on their necks: turned and moved about a point, shoulders still."""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike

from inference.pictures.images import Image


@dataclass(frozen=True, slots=True)
class Bend:
    """How a head moves: by px, and turned clockwise by radians."""

    across: float = 0.0
    up: float = 0.0
    lean: float = 0.0


@dataclass(frozen=True, slots=True)
class Neck:
    """Where a figure bends.

    x, y: px of the point that its head turns about. free, still: rows down to which all of it
    moves, and from which nothing does.
    """

    x: float
    y: float
    free: float
    still: float

    def bent(self, figure: Image, bend: Bend, scale: float = 1.0) -> Image:
        """Move a figure's head; what is below it follows less and less.

        Args:
            figure: (H, W, 4) RGBA uint8, straight alpha.
            bend: how.
            scale: of the whole figure about the middle of its lower edge.

        Returns:
            The same shape.
        """
        height, width = figure.shape[:2]
        rows = (np.arange(height, dtype=np.float32)[:, None] - height) / np.float32(scale) + height
        columns = np.arange(width, dtype=np.float32)[None] - width / 2
        columns = columns / np.float32(scale) + np.float32(width / 2)
        share = np.clip((np.float32(self.still) - rows) / np.float32(self.still - self.free), 0, 1)
        share = share * share * (3 - 2 * share)
        angle = np.float32(bend.lean) * share
        cosine, sine = np.cos(angle), np.sin(angle)
        x = columns - np.float32(self.x) - np.float32(bend.across) * share
        y = rows - np.float32(self.y) + np.float32(bend.up) * share
        to_x = cosine * x + sine * y + np.float32(self.x)
        to_y = cosine * y - sine * x + np.float32(self.y)
        solid = cv2.multiply(figure, _alphas(figure), scale=1 / 255)
        moved = cv2.remap(solid, to_x, to_y, cv2.INTER_LINEAR)
        return np.asarray(cv2.divide(moved, _alphas(moved), scale=255), np.uint8)


def _alphas(picture: MatLike) -> MatLike:
    """What premultiplies a picture: its alpha for each colour, and all there is for the alpha."""
    alpha = cv2.extractChannel(picture, 3)
    return cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 255)])
