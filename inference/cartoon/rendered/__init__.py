"""Styles that render the photo without a network: they keep its sharpness."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import Canvas
from inference.cartoon.rendered.linocut import linocut
from inference.cartoon.rendered.mosaic import mosaic
from inference.cartoon.rendered.oil import oil
from inference.cartoon.rendered.pencil import pencil
from inference.cartoon.rendered.watercolour import watercolour

Draw = Callable[[Canvas, float], NDArray[np.float32]]
"""Takes a canvas and a strength 0..1, gives (512, 512, 3) RGB float32 0..255."""

STYLES: dict[str, Draw] = {
    "pencil": pencil,
    "mosaic": mosaic,
    "linocut": linocut,
    "oil": oil,
    "watercolour": watercolour,
}
