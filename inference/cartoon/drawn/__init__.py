"""Styles that are drawn by image processing, without a network: they keep the photo's sharpness."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import Canvas
from inference.cartoon.drawn.halftone import halftone
from inference.cartoon.drawn.linocut import linocut
from inference.cartoon.drawn.mosaic import mosaic
from inference.cartoon.drawn.oil import oil
from inference.cartoon.drawn.pencil import pencil
from inference.cartoon.drawn.toon import toon
from inference.cartoon.drawn.watercolour import watercolour

Draw = Callable[[Canvas, float], NDArray[np.float32]]
"""Takes a canvas and a strength 0..1, gives (512, 512, 3) RGB float32 0..255."""

STYLES: dict[str, Draw] = {
    "toon": toon,
    "halftone": halftone,
    "pencil": pencil,
    "mosaic": mosaic,
    "linocut": linocut,
    "oil": oil,
    "watercolour": watercolour,
}
