"""The expression of one face put on another: what differs between them is what is to be done."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.expression import mouth, turning
from inference.expression.mixes import Movement
from inference.face import topology
from inference.face.blendshapes import NAMES
from inference.face.report import FaceReport, FoundFace

FOLLOWED = {
    "browInnerUp": 2.2, "browOuterUp": 1.8, "browDown": 1.6, "eyeSquint": 0.9,
    "mouthSmile": 1.25, "mouthFrown": 1.8, "mouthPucker": 1.4, "mouthFunnel": 0.9,
    "mouthStretch": 1.1, "mouthUpperUp": 1.2, "mouthLowerDown": 0.8, "mouthShrugLower": 1.4,
    "mouthShrugUpper": 0.5, "mouthPress": 0.7, "mouthRollLower": 0.6, "mouthRollUpper": 0.6,
    "mouthDimple": 1.2, "mouthLeft": 0.9, "mouthRight": 0.9, "jawOpen": 2.2, "jawLeft": 0.7,
    "jawRight": 0.7,
}  # fmt: skip
"""Weight that a difference of a full score stands for: that of the unit which the score reads."""

_MOST = 1.7  # weight of any movement
LID, WIDE = (0.15, 0.7), 2.5
"""Share of an eye's opening that is missing: no movement, closed; weight of eyeWide per share."""

_GAZE = 1.2  # of a full difference of scores
_TEETH, _LAUGH, _SHOUT = 0.4, 0.22, 0.5  # score of a smile; gaps over the mouth's width

Face = FaceReport | FoundFace


def like(own: Face, other: Face, amount: float) -> Movement:
    """Find what makes one face look like another.

    Args:
        own: the face to be moved.
        other: the one whose expression it shall have.
        amount: how much of it, 0..1.
    """
    mine, theirs = (dict(zip(NAMES, face.blendshapes.tolist(), strict=True))
                    for face in (own, other))  # fmt: skip
    change = {name: theirs[name] - mine[name] for name in NAMES}
    weights = {
        name: amount * float(np.clip(gain * change[name], -_MOST, _MOST))
        for name in NAMES
        if (gain := FOLLOWED.get(name.removesuffix("Left").removesuffix("Right")))
    }
    close = []
    for side, pair in ((0, "Right"), (1, "Left")):
        narrower = 1 - opening(other.landmarks, side) / max(opening(own.landmarks, side), 1e-3)
        low, high = LID
        close.append(amount * float(np.clip((narrower - low) / (high - low), 0, 1)))
        if narrower < -low:
            weights[f"eyeWide{pair}"] = amount * min(_MOST, WIDE * (-narrower - low))
    was, wanted = mouth.gap(own.landmarks), mouth.gap(other.landmarks)
    opens = wanted > max(was, mouth.CLOSED_GAP[0])
    if not opens:
        weights["jawOpen"] = 0.0
    smiling = (theirs["mouthSmileLeft"] + theirs["mouthSmileRight"]) / 2
    return Movement(
        weights={name: weight for name, weight in weights.items() if weight},
        close_left=close[1],
        close_right=close[0],
        rest=0.0,
        inside=_inside(wanted, smiling) if opens and amount > 0 else None,
        shut=amount * float(np.clip(1 - wanted / was, 0, 1))
        if mouth.openness(own.landmarks)
        else 0,
        look_left=gaze(change, "Left", amount),
        look_right=gaze(change, "Right", amount),
        turn=amount * float(np.clip((other.pose.yaw - own.pose.yaw) / turning.MOST, -1, 1)),
        nod=amount * float(np.clip((other.pose.pitch - own.pose.pitch) / turning.MOST, -1, 1)),
    )


def opening(landmarks: NDArray[np.floating], side: int) -> float:
    """Return the height of an eye's opening over its width; side: of the picture, 0 is left."""
    upper, lower = topology.UPPER_LIDS[side], topology.LOWER_LIDS[side]
    height = np.linalg.norm(landmarks[upper[4], :2] - landmarks[lower[4], :2])
    width = np.linalg.norm(landmarks[upper[0], :2] - landmarks[upper[-1], :2])
    return float(height / max(float(width), 1e-6))


def gaze(change: Mapping[str, float], eye: str, amount: float = 1.0) -> tuple[float, float]:
    """Return how an eye turns to the person's left and up, -1..1.

    Args:
        change: of the scores of ``eyeLook``.
        eye: the person's "Left" or "Right".
        amount: how much of it, 0..1.
    """
    left, right = ("Out", "In") if eye == "Left" else ("In", "Out")
    across = change[f"eyeLook{left}{eye}"] - change[f"eyeLook{right}{eye}"]
    up = change[f"eyeLookUp{eye}"] - change[f"eyeLookDown{eye}"]
    across, up = (float(np.clip(_GAZE * amount * part / 2, -1, 1)) for part in (across, up))
    return across, up


def _inside(gap: float, smiling: float) -> str:
    """Choose the mouth interior for a gap over the mouth's width."""
    if gap > _SHOUT:
        return "shout"
    if smiling > _TEETH:
        return "laugh" if gap > _LAUGH else "teeth"
    return "round" if gap > _LAUGH / 2 else "teeth"
