"""Drawn people in the moods of avatars: the expression to draw, and what is drawn over it."""

from collections.abc import Mapping

import numpy as np

from inference.avatars import moods, overlays
from inference.cartoon.portrait.curves import Curve
from inference.cartoon.portrait.palette import hexed
from inference.face import topology
from inference.face.report import Lab
from storage.contract.kinds import EXPRESSION, MOODS, Setting

_UNITS = 10  # of a document in one of the canvas


def expression(mood: str) -> tuple[Setting, ...]:
    """Return the expression of a mood; one that avatars do not know is an expression's own name.

    Args:
        mood: of ``storage.contract.kinds.CARTOON``'s group.

    Raises:
        KeyError: it is neither.
    """
    if mood in MOODS:
        return tuple(Setting(name, amount) for name, amount in moods.load()[mood].face.items())
    if mood not in EXPRESSION.settings:
        raise KeyError(mood)
    return (Setting(mood, 1.0),)


def over(mood: str, landmarks: Curve, palette: Mapping[str, Lab]) -> str:
    """What a mood draws over a face, as SVG in tenths of a unit; empty for most expressions.

    Args:
        mood: its name.
        landmarks: (478, 2) units, where the look draws them.
        palette: the drawing's.
    """
    if mood not in MOODS:
        return ""
    return overlays.still(moods.table(), moods.load()[mood].overlays, face(landmarks, palette))


def face(landmarks: Curve, palette: Mapping[str, Lab]) -> overlays.Face:
    """Where a drawn face is, in tenths of a unit; arguments as ``over``."""
    left, right = (landmarks[list(eye)].mean(axis=0) for eye in topology.EYES)
    x, y = (_UNITS * (left + right) / 2).tolist()
    across = right - left
    wide = float(np.linalg.norm(np.subtract(*landmarks[list(topology.FACE_SIDES)])))
    return overlays.Face(
        x=round(x),
        y=round(y),
        apart=_UNITS * float(np.linalg.norm(across)) / 2,
        unit=_UNITS * wide / 2,
        skin=hexed(palette["skin"]),
        turn=float(np.degrees(np.arctan2(across[1], across[0]))),
    )
