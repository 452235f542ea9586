"""The action units that GANimation's inventors steer by, as far as blendshapes show them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.face.blendshapes import NAMES


def _both(name: str) -> tuple[str, ...]:
    return f"{name}Left", f"{name}Right"


SHOWN: Mapping[str, tuple[tuple[str, ...], float]] = {
    "AU1": (("browInnerUp",), 0.95),
    "AU2": (_both("browOuterUp"), 0.91),
    "AU4": (_both("browDown"), 0.89),
    "AU5": (_both("eyeWide"), 0.24),
    "AU7": (_both("eyeSquint"), 0.80),
    "AU10": (_both("mouthUpperUp"), 0.92),
    "AU12": (_both("mouthSmile"), 0.98),
    "AU14": (_both("mouthDimple"), 0.27),
    "AU15": (_both("mouthFrown"), 0.41),
    "AU17": (("mouthShrugLower",), 0.84),
    "AU20": (_both("mouthStretch"), 0.47),
    "AU23": (("mouthRollLower", "mouthRollUpper"), 0.82),
    "AU25": (_both("mouthLowerDown"), 0.71),
    "AU26": (("jawOpen",), 0.59),
    "AU45": (_both("eyeBlink"), 0.71),
}
"""Unit -> its blendshapes, and what one training face in five hundred exceeds: a strength of 1.

The paper's AU6 and AU9 are left out: the blendshape network reads no cheek and no nose.
"""

UNITS = tuple(SHOWN)


def strengths(blendshapes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how strongly faces show each unit.

    Args:
        blendshapes: (..., 52), in the order of ``inference.face.blendshapes.NAMES``.

    Returns:
        (..., units) float32, 0..1.
    """
    columns = [
        blendshapes[..., [NAMES.index(name) for name in names]].mean(axis=-1) / full
        for names, full in SHOWN.values()
    ]
    return np.asarray(np.stack(columns, axis=-1).clip(0, 1), np.float32)
