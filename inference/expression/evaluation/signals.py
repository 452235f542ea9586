"""How strongly a face shows an action unit: what the judge of expressions goes by.

Most are blendshapes read off the edited picture anew, which no table is made from. Google's network
is blind to wide eyes and wrinkled noses, so these are distances between landmarks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.expression import mouth
from inference.face import topology
from inference.face.blendshapes import NAMES

_NOSE = tuple(zip(topology.NOSTRILS, topology.INNER_EYE_CORNERS, strict=True))


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a face: (478, 3) landmarks in px and (52,) blendshapes."""

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]


BLENDSHAPES: Mapping[str, tuple[str, ...]] = {
    "AU1": ("browInnerUp",),
    "AU2": ("browOuterUpLeft", "browOuterUpRight"),
    "AU4": ("browDownLeft", "browDownRight"),
    "AU6": ("eyeSquintLeft", "eyeSquintRight"),
    "AU7": ("eyeSquintLeft", "eyeSquintRight"),
    "AU10": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "AU12": ("mouthSmileLeft", "mouthSmileRight"),
    "AU14": ("mouthDimpleLeft", "mouthDimpleRight"),
    "AU15": ("mouthFrownLeft", "mouthFrownRight"),
    "AU17": ("mouthShrugLower",),
    "AU18": ("mouthPucker",),
    "AU20": ("mouthStretchLeft", "mouthStretchRight"),
    "AU23": ("mouthRollLower", "mouthRollUpper", "mouthPressLeft", "mouthPressRight"),
    "AU24": ("mouthPressLeft", "mouthPressRight"),
    "AU26": ("jawOpen",),
    "AU43": ("eyeBlinkLeft", "eyeBlinkRight"),
}
"""Units that the blendshape network sees, and by which of its scores."""

DISTANCES = {"AU5": (0.314, 0.501), "AU9": (0.010, 0.191), "AU25": (0.073, 0.670)}
"""Units measured by landmarks: opening of the eyes, wrinkling of the nose, parting of the lips.

0 stands for the median of the training faces, 1 for what one in five hundred of them exceeds.
"""

UNITS = (*BLENDSHAPES, *DISTANCES)


def strength(unit: str, seen: Seen) -> float:
    """Return how strongly a unit of ``UNITS`` shows: about 0 to 1, more is more."""
    if unit in BLENDSHAPES:
        rows = [NAMES.index(name) for name in BLENDSHAPES[unit]]
        return float(seen.blendshapes[rows].mean())
    low, high = DISTANCES[unit]
    return (_distance(unit, np.asarray(seen.landmarks[:, :2], np.float64)) - low) / (high - low)


def _distance(unit: str, points: NDArray[np.float64]) -> float:
    if unit == "AU25":
        return mouth.gap(points)
    if unit == "AU9":
        lengths = [np.linalg.norm(points[a] - points[b]) for a, b in _NOSE]
        return float(1 - 4 * np.mean(lengths) / topology.face_height(points))
    openings = [
        np.linalg.norm(points[upper[4]] - points[lower[4]])
        / np.linalg.norm(points[upper[0]] - points[upper[-1]])
        for upper, lower in zip(topology.UPPER_LIDS, topology.LOWER_LIDS, strict=True)
    ]
    return float(np.mean(openings))
