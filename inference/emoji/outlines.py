"""Where hair is: seen in a photo and drawn in a part, on one coarse grid about the eyes."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.avatars.compose import svg
from inference.emoji import crops
from inference.emoji.embedders import plain
from inference.face.alignment import Aligned
from inference.pictures.compositing import resize
from inference.pictures.svg import raster

Outline = NDArray[np.float32]
"""(GRID, GRID) 0..1: the share of each cell that hair covers."""

GRID = 20
_DRAWN = 96  # px of a drawing
_GREEN = "#00ff00"  # what no skin, cloth or shadow comes near


def seen(face: Aligned) -> Outline:
    """Find where a person's hair is.

    Args:
        face: in the common crop.
    """
    return resize((face.hair_mask / 255).astype(np.float32), (GRID, GRID), cv2.INTER_AREA)


@cache
def drawn(style: str, slot: str, variant: str) -> Outline:
    """Find where an avatar has hair that wears a part; drawn once per process.

    Args:
        style: of ``crops.AVATARS``.
        slot: of hair.
        variant: by name.
    """
    spec = plain(style)[0].changed({slot: variant}, {"hair": _GREEN})
    picture = raster(svg(spec), _DRAWN).astype(np.float32)
    red, green, blue, alpha = np.moveaxis(picture, 2, 0)
    hair = np.clip((green - np.maximum(red, blue)) / 255, 0, 1) * alpha / 255
    left, top, share = crops.AVATARS[style][crops.KINDS.index("head")]
    x, y, side = (round(one * _DRAWN) for one in (left, top, share))
    head = np.ascontiguousarray(hair[y : y + side, x : x + side], np.float32)
    return resize(head, (GRID, GRID), cv2.INTER_AREA)


def apart(one: Outline, other: Outline) -> float:
    """Measure the share of the grid where one has hair and the other has none.

    Args:
        one: of a photo or a drawing.
        other: likewise.
    """
    return float(np.abs(one - other).mean())
