"""Brows as single strokes, from the nose to their tail."""

import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.drawing import Shape, fill
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology


def draw(sitter: Sitter) -> list[Shape]:
    """Draw both brows in their own shape."""
    shapes = []
    for name, indices in zip(("left", "right"), topology.BROWS, strict=True):
        points = sitter.points(*indices)
        middle = (points[:5] + points[:4:-1]) / 2
        # landmarks lie wide around the hairs
        above = middle + 0.86 * (points[:5] - middle)
        below = middle + 0.80 * (points[:4:-1] - middle)
        ring = curves.through(np.vstack([above, below[::-1]]), 4, closed=True)
        shapes += fill(f"brow-{name}", "brows", ring, part="feature")
    return shapes
