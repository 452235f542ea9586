"""Oil: opaque dabs that follow the form, with a little relief."""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.canvas import SIDE, Canvas
from inference.cartoon.rendered.dabs import calmest
from inference.cartoon.rendered.lines import along, grain
from inference.pictures.images import from_lab, to_lab


def oil(canvas: Canvas, strength: float) -> NDArray[np.float32]:
    """Paint in dabs.

    Args:
        canvas: what to paint.
        strength: their size and relief, 0..1.

    Returns:
        RGB float32 0..255.
    """
    lab = to_lab(canvas.flat)
    dabs = calmest(lab, 3 + round(3 * strength))
    kept = (0.9 - 0.3 * strength) * canvas.features[..., None]
    dabs += kept * (lab - dabs)
    dabs[..., 1:] *= 1 + 0.4 * strength
    strokes = along(np.asarray(grain(SIDE, 3, 1, 21)), np.ascontiguousarray(dabs[..., 0]), 5)
    strokes /= strokes.std()
    relief = strokes - np.roll(strokes, (-1, -1), (0, 1))
    dabs[..., 0] += strength * (1 - kept[..., 0]) * (1.0 * strokes + 3.2 * relief)
    return np.asarray(from_lab(dabs), np.float32)
