"""SVG documents to pixels, by ThorVG: straight from its canvas, with no file format in between."""

from functools import cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from thorvg_python.base import Colorspace, Result
from thorvg_python.canvas.sw import SwCanvas
from thorvg_python.engine import Engine
from thorvg_python.paint.picture import Picture

_ONE_AT_A_TIME = Lock()  # canvases share one pool of memory


def raster(document: str, side: int) -> NDArray[np.uint8]:
    """Draw a square SVG document.

    ThorVG knows no blend modes, no clip-rule and no colours of eight digits.

    Args:
        document: its text.
        side: px.

    Returns:
        (side, side, 4) RGBA uint8 with straight alpha.

    Raises:
        ValueError: this is no SVG document.
    """
    pixels = np.empty(0, np.uint8)
    with _ONE_AT_A_TIME:
        canvas = SwCanvas(_engine())
        try:
            canvas.set_target(side, side, cs=Colorspace.ABGR8888S)
            picture = Picture(_engine())
            read = picture.load_data(document.encode(), "svg", None, copy=True)
            if read != Result.SUCCESS:
                raise ValueError(f"not an SVG document: {read.name}")
            picture.set_size(side, side)
            canvas.add(picture)
            canvas.update()
            canvas.draw(clear=True)
            canvas.sync()
            if canvas.buffer_arr is not None:
                pixels = np.frombuffer(memoryview(canvas.buffer_arr), np.uint8)
        finally:
            canvas.destroy()
    return pixels.reshape(side, side, 4)


@cache
def _engine() -> Engine:
    return Engine(threads=0)
