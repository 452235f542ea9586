"""What the network is told and shown: the change of expression, and the face in its window."""

import numpy as np
from numpy.typing import NDArray

from inference.expression.engine import Moved
from inference.expression.mixes import Movement
from inference.face.blendshapes import NAMES, measure
from inference.face.report import FaceReport
from inference.models.calls import Calls

MOVEMENTS = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawOpen", "mouthDimpleLeft",
    "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""Blendshapes whose change is the network's condition, in its order."""

UNREAD = ("cheekSquint", "eyeWide", "noseSneer")
"""Those that no network reads off a face: here what was asked stands for what is seen."""

SIDE = 128
"""Of the picture that the network sees, px."""

WINDOW = (48, 50, 224)
"""Left, top and side of that picture in the common crop (``face.alignment``), px."""

_ASKED = 0.6  # of a weight: the score that an unread movement counts for


def changes(report: FaceReport, asked: Movement, moved: Moved | None) -> Calls[NDArray[np.float32]]:
    """Find the change of ``MOVEMENTS`` that a request means for a face.

    It is what the blendshape network reads in the landmarks as they should be, less what it reads
    now.

    Args:
        report: of the face.
        asked: what to do with it.
        moved: None where only lids slide.

    Returns:
        (36,) float32, about -1..1.
    """
    rows = [NAMES.index(name) for name in MOVEMENTS]
    now = report.blendshapes[rows]
    weights = asked.weights if moved is None else moved.weights
    wanted = np.array(now, np.float32)
    if moved is not None:
        shapes = yield from measure(moved.after.astype(np.float32))
        wanted = shapes[rows]
    for place, name in enumerate(MOVEMENTS):
        if name.startswith(UNREAD):
            wanted[place] = now[place] + _ASKED * weights.get(name, 0.0)
    for name, amount in (("eyeBlinkLeft", asked.close_left), ("eyeBlinkRight", asked.close_right)):
        place = MOVEMENTS.index(name)
        wanted[place] += amount * max(0.0, 1.0 - float(wanted[place]))
    return np.asarray(wanted - now, np.float32)
