"""What every setting of ``/expression`` does: mixes of blendshapes and of sliding lids.

Single movements follow the Facial Action Coding System (Ekman, Friesen, Hager, 2002); the named
expressions combine them as its emotion tables do, with the weights that looked most natural.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from storage.kinds import Setting

CLOSE_LEFT = "closeLeft"
CLOSE_RIGHT = "closeRight"
"""Sliding the person's left or right lid down; not blendshapes, for a lid is no stretch of skin."""

Mix = Mapping[str, float]


def _both(**weights: float) -> dict[str, float]:
    """Give left and right the same weight."""
    return {name + side: weight for name, weight in weights.items() for side in ("Left", "Right")}


UNITS: dict[str, Mix] = {
    "AU1": {"browInnerUp": 1.0},
    "AU2": _both(browOuterUp=1.0),
    "AU4": _both(browDown=1.0),
    "AU5": _both(eyeWide=1.0),
    "AU6": _both(cheekSquint=1.0, eyeSquint=0.6),
    "AU7": _both(eyeSquint=1.2),
    "AU9": _both(noseSneer=1.0, browDown=0.25),
    "AU10": _both(mouthUpperUp=1.0, noseSneer=0.15),
    "AU12": _both(mouthSmile=1.0),
    "AU14": _both(mouthDimple=1.0),
    "AU15": _both(mouthFrown=1.0),
    "AU17": {"mouthShrugLower": 0.8, "mouthShrugUpper": 0.3},
    "AU18": {"mouthPucker": 0.9},
    "AU20": _both(mouthStretch=1.0),
    "AU23": {"mouthRollLower": 0.35, "mouthRollUpper": 0.35, **_both(mouthPress=0.5)},
    "AU24": {"mouthRollLower": 0.15, "mouthRollUpper": 0.15, **_both(mouthPress=1.0)},
    "AU43": {CLOSE_LEFT: 1.0, CLOSE_RIGHT: 1.0},
}

NAMED: dict[str, Mix] = {
    "smile": _both(mouthSmile=0.95, cheekSquint=0.6, eyeSquint=0.5),
    "grin": _both(
        mouthSmile=1.1, mouthStretch=0.3, mouthDimple=0.2, cheekSquint=0.8, eyeSquint=0.8
    ),
    "sad": {
        "browInnerUp": 1.0,
        "mouthShrugLower": 0.35,
        CLOSE_LEFT: 0.12,
        CLOSE_RIGHT: 0.12,
        **_both(browDown=0.3, mouthFrown=1.0),
    },
    "angry": {
        "mouthRollUpper": 0.15,
        **_both(browDown=1.3, eyeSquint=0.6, noseSneer=0.4, mouthPress=0.5, mouthFrown=0.35),
    },
    "surprised": {"browInnerUp": 1.0, "mouthFunnel": 0.3, **_both(browOuterUp=1.0, eyeWide=1.2)},
    "disgusted": {
        "mouthShrugLower": 0.5,
        **_both(noseSneer=0.8, mouthUpperUp=0.1, browDown=0.8, mouthFrown=0.5, eyeSquint=0.6),
    },
    "scared": {
        "browInnerUp": 1.1,
        **_both(browOuterUp=0.5, browDown=0.35, eyeWide=1.1, mouthStretch=0.7, mouthFrown=0.25),
    },
    "kiss": {"mouthPucker": 1.0, "mouthFunnel": 0.15, **_both(eyeSquint=0.3)},
    "smirk": {
        "mouthSmileLeft": 0.9,
        "mouthDimpleLeft": 0.3,
        "cheekSquintLeft": 0.5,
        "eyeSquintLeft": 0.3,
        "browOuterUpLeft": 0.35,
    },
    "frown": {"mouthShrugLower": 0.3, **_both(mouthFrown=1.1, browDown=0.7)},
    "wink": {
        CLOSE_LEFT: 1.0,
        "cheekSquintLeft": 0.8,
        "mouthSmileLeft": 0.45,
        "mouthSmileRight": 0.2,
        "browDownLeft": 0.25,
    },
    "sleepy": {CLOSE_LEFT: 0.55, CLOSE_RIGHT: 0.55, "browInnerUp": 0.3, **_both(mouthFrown=0.2)},
}  # fmt: skip

MIXES: dict[str, Mix] = {**NAMED, **UNITS}


@dataclass(frozen=True, slots=True)
class Movement:
    """What a request comes down to: blendshape weights, and how far each lid slides down (0..1)."""

    weights: Mapping[str, float]
    close_left: float
    close_right: float


def movement(settings: Iterable[Setting]) -> Movement:
    """Add up settings, each a name in ``MIXES`` and an amount -1..1; KeyError for other names.

    A lid that is asked to open rather than to close widens the eye instead.
    """
    total: defaultdict[str, float] = defaultdict(float)
    for setting in settings:
        for name, weight in MIXES[setting.name].items():
            total[name] += weight * setting.amount
    closing = {side: total.pop(side, 0.0) for side in (CLOSE_LEFT, CLOSE_RIGHT)}
    for side, eye in ((CLOSE_LEFT, "eyeWideLeft"), (CLOSE_RIGHT, "eyeWideRight")):
        if closing[side] < 0:
            total[eye] -= closing[side]
    weights = {name: _bounded(name, weight) for name, weight in total.items() if weight}
    close_left, close_right = (min(1.0, max(0.0, closing[s])) for s in (CLOSE_LEFT, CLOSE_RIGHT))
    return Movement(weights, close_left, close_right)


def _bounded(name: str, weight: float) -> float:
    """Keep a weight where faces still look like faces.

    Taking a smile away must not stare: the eyes open far less than the cheeks sink.
    """
    if weight < 0 and name.startswith(("eyeSquint", "cheekSquint")):
        weight *= 0.4
    return max(-1.3, min(1.3, weight))
