"""What every setting of ``/expression`` does: mixes of blendshapes and of sliding lids.

Single movements follow the Facial Action Coding System (Ekman, Friesen, Hager, 2002); the named
expressions combine them as its emotion tables do, with the weights that looked most natural.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from inference.expression import displacements
from storage.contract.kinds import Setting

CLOSE_LEFT = "closeLeft"
CLOSE_RIGHT = "closeRight"
"""Sliding the person's left or right lid down; not blendshapes, for a lid is no stretch of skin."""

LOOK_ACROSS_LEFT, LOOK_UP_LEFT = "lookAcrossLeft", "lookUpLeft"
LOOK_ACROSS_RIGHT, LOOK_UP_RIGHT = "lookAcrossRight", "lookUpRight"
"""Where the person's left and right eye look, to the person's left and up."""

TURN, NOD = "turn", "nod"
"""The head to the person's left, and up; 1 is as far as ``turning`` goes."""

CALM = "calm"
"""How much of every other movement that is there is taken away."""

REST = "rest"
"""How much of a smile that is there, and of an open mouth, is taken away first."""

INSIDE = {
    "grin": "teeth",
    "disgusted": "teeth",
    "scared": "shout",
    "laugh": "laugh",
    "surprised": "round",
    "shout": "shout",
    "tongue": "tongue",
    "open": "round",
    "AU10": "teeth",
    "AU25": "teeth",
    "AU26": "round",
}
"""Settings that open the mouth, and which kind of interior (``inference.layers.mouths``) shows."""

_LAUGHS = 0.5
"""Weight of a smile in which a jaw that drops opens a laugh's mouth."""

_WIDER = ("teeth", "round", "laugh")


def width(kind: str) -> int:
    """Rank a kind of mouth by how wide it is, among those that action units open; others are -1."""
    return _WIDER.index(kind) if kind in _WIDER else -1


Mix = Mapping[str, float]

_MOST, _MOST_FELT = 1.9, 2.6
_FELT = ("brow", "eyeWide", "eyeSquint", "noseSneer", "mouthFrown", "mouthDimple", "mouthPress")
"""Movements that the head of the table makes timidly: feelings are read from them."""


def _both(**weights: float) -> dict[str, float]:
    """Give left and right the same weight."""
    return {name + side: weight for name, weight in weights.items() for side in ("Left", "Right")}


UNITS: dict[str, Mix] = {
    "AU1": {"browInnerUp": 2.6, **_both(browOuterUp=-0.3)},
    "AU2": {"browInnerUp": 0.4, **_both(browOuterUp=2.0)},
    "AU4": _both(browDown=2.1),
    "AU5": _both(eyeWide=2.4),
    "AU6": _both(cheekSquint=1.4, eyeSquint=1.4),
    "AU7": _both(eyeSquint=2.2),
    "AU9": {"mouthPucker": -0.4, **_both(noseSneer=1.5, browDown=0.6, mouthSmile=-0.1)},
    "AU10": _both(mouthUpperUp=1.75, noseSneer=0.1),
    "AU12": _both(mouthSmile=1.3),
    "AU14": _both(mouthDimple=2.3, mouthSmile=-0.6),
    "AU15": {REST: 0.7, **_both(mouthFrown=2.5)},
    "AU17": {REST: 1.0, "mouthShrugLower": 1.6, "mouthShrugUpper": 0.5},
    "AU18": {REST: 1.0, "mouthPucker": 1.5},
    "AU20": _both(mouthStretch=1.2),
    "AU23": {REST: 1.0, "mouthRollLower": 0.6, "mouthRollUpper": 0.6, **_both(mouthPress=1.0)},
    "AU24": {REST: 1.0, "mouthRollLower": 0.2, "mouthRollUpper": 0.2, **_both(mouthPress=1.5)},
    "AU25": {"jawOpen": 0.2, **_both(mouthUpperUp=0.5, mouthLowerDown=1.2, mouthSmile=-0.2)},
    "AU26": {"jawOpen": 1.5},
    "AU43": {CLOSE_LEFT: 1.0, CLOSE_RIGHT: 1.0},
}
"""Weights at which a judge reads an amount as asked, as far as faces stay natural (the card).

Those below 0 take back what a movement does beside what it is asked for.
"""

RESPONSE = {
    "AU6": 1.2, "AU7": 1.2, "AU15": 0.75, "AU17": 0.75, "AU18": 0.75, "AU20": 0.8, "AU24": 1.2,
    "AU26": 1.4,
}  # fmt: skip
"""Exponents of amounts where what is seen grows slower or faster than what is asked."""

PAIRED = (
    "AU1", "AU2", "AU4", "AU5", "AU6", "AU7", "AU9", "AU10", "AU12", "AU14", "AU15", "AU20", "AU43",
)  # fmt: skip
"""Units that one side of a face can make alone."""

TURNS: dict[str, Mix] = {
    "AU51": {TURN: 1.0},
    "AU52": {TURN: -1.0},
    "AU53": {NOD: 1.0},
    "AU54": {NOD: -1.0},
}
"""The head to the person's left and right, up and down."""

LOOKS: dict[str, Mix] = {
    "AU61": {LOOK_ACROSS_LEFT: 1.0, LOOK_ACROSS_RIGHT: 1.0},
    "AU62": {LOOK_ACROSS_LEFT: -1.0, LOOK_ACROSS_RIGHT: -1.0},
    "AU63": {LOOK_UP_LEFT: 1.0, LOOK_UP_RIGHT: 1.0, **_both(eyeWide=0.5)},
    "AU64": {
        LOOK_UP_LEFT: -1.0, LOOK_UP_RIGHT: -1.0, CLOSE_LEFT: 0.35, CLOSE_RIGHT: 0.35,
    },
}  # fmt: skip
"""The eyes to the person's left and right, up and down; lids follow."""


def one_sided(mix: Mix, side: str) -> Mix:
    """Return what a mix does on the person's "Left" or "Right" alone."""
    half = {name: weight for name, weight in mix.items() if name.endswith(side)}
    return half | {
        name + side: weight for name, weight in mix.items() if name == displacements.HALVED
    }


SIDED: dict[str, Mix] = {
    f"{name}-{side.lower()}": one_sided({**UNITS, **LOOKS}[name], side)
    for name in (*PAIRED, *LOOKS)
    for side in ("Left", "Right")
}

NAMED: dict[str, Mix] = {
    "neutral": {REST: 1.0, CALM: 1.0},
    "smile": {
        CALM: 1.0,
        **_both(mouthSmile=1.4, mouthDimple=0.5, cheekSquint=1.4, eyeSquint=0.4),
    },
    "grin": {
        CALM: 1.0,
        "jawOpen": 0.12,
        **_both(
            mouthSmile=1.05, mouthUpperUp=0.5, mouthLowerDown=0.6, mouthStretch=0.1,
            cheekSquint=1.1, eyeSquint=0.5,
        ),
    },
    "laugh": {
        CALM: 1.0,
        "jawOpen": 0.6,
        CLOSE_LEFT: 0.25,
        CLOSE_RIGHT: 0.25,
        **_both(mouthSmile=1.3, mouthUpperUp=0.4, cheekSquint=1.0, eyeSquint=1.0),
    },
    "sad": {
        REST: 1.0,
        "browInnerUp": 1.7,
        "mouthShrugLower": 0.7,
        CLOSE_LEFT: 0.15,
        CLOSE_RIGHT: 0.15,
        **_both(browDown=0.5, mouthFrown=1.5),
    },
    "angry": {
        REST: 1.0,
        "browInnerUp": -1.0,
        "mouthRollUpper": 0.3,
        "mouthShrugLower": 0.9,
        **_both(
            browDown=2.2, browOuterUp=0.7, eyeSquint=0.5, noseSneer=0.6, mouthPress=0.3,
            mouthFrown=0.2,
        ),
    },
    "surprised": {
        REST: 1.0,
        CALM: 1.0,
        "browInnerUp": 2.0,
        "mouthFunnel": 0.35,
        "jawOpen": 1.0,
        **_both(browOuterUp=1.8, eyeWide=2.3, cheekSquint=-0.6, mouthSmile=-0.3),
    },
    "disgusted": {  # 9 + 10 + 17; brows that the nose draws down further are read as anger
        REST: 0.9,
        "mouthShrugLower": 1.0,
        **_both(noseSneer=1.5, mouthUpperUp=0.5, mouthFrown=1.0, browDown=-0.4, eyeSquint=0.4),
    },
    "scared": {  # 1 + 4 + 5 + 20 + 26: brows that rise and draw together tell fear from surprise
        REST: 1.0,
        CALM: 1.0,
        "browInnerUp": 2.2,
        "jawOpen": 1.4,
        **_both(
            browDown=1.9, eyeWide=2.6, mouthStretch=0.9, mouthLowerDown=0.6, mouthUpperUp=0.6,
            noseSneer=0.4,
        ),
    },
    "kiss": {REST: 1.0, "mouthPucker": 1.0, "mouthFunnel": 0.15, **_both(eyeSquint=0.3)},
    "doubtful": {
        "browOuterUpLeft": 1.6,
        "browInnerUpLeft": 1.0,
        "browDownRight": 0.7,
        "eyeSquintRight": 0.4,
    },
    "smirk": {
        REST: 0.5,
        "mouthSmileLeft": 0.9,
        "mouthDimpleLeft": 0.3,
        "cheekSquintLeft": 0.5,
        "eyeSquintLeft": 0.3,
        "browOuterUpLeft": 0.35,
    },
    "frown": {REST: 1.0, "mouthShrugLower": 0.3, **_both(mouthFrown=1.1, browDown=0.7)},
    "wink": {
        CLOSE_LEFT: 1.0,
        "cheekSquintLeft": 0.8,
        "mouthSmileLeft": 0.45,
        "mouthSmileRight": 0.2,
        "browDownLeft": 0.25,
    },
    "sleepy": {
        REST: 0.8,
        CLOSE_LEFT: 0.55,
        CLOSE_RIGHT: 0.55,
        "browInnerUp": 0.3,
        **_both(mouthFrown=0.2),
    },
    "shout": {
        "jawOpen": 0.85,
        **_both(
            browDown=1.0, noseSneer=0.35, mouthUpperUp=0.25, mouthLowerDown=0.3, eyeSquint=0.5
        ),
    },
    "tongue": {
        REST: 0.3,
        "jawOpen": 0.65,
        **_both(mouthSmile=0.25, cheekSquint=0.4, eyeSquint=0.4),
    },
    "open": {"jawOpen": 0.55},
}  # fmt: skip

MIXES: dict[str, Mix] = {**NAMED, **LOOKS, **TURNS, **UNITS, **SIDED}


@dataclass(frozen=True, slots=True)
class Movement:
    """What a request comes down to.

    weights: blendshapes by name. close_left, close_right: how far each lid slides down, 0..1.
    rest: share 0..1 of the present smile and open mouth to take away. inside: the kind of mouth
    interior that shows between parting lips, or None. calm: share 0..1 of all other present
    movements to take away. shut: share 0..1 of the mouth's opening that closes. look_left,
    look_right: of each eye, to the person's left and up, -1..1. turn, nod: of the head, to the
    person's left and up, -1..1.
    """

    weights: Mapping[str, float]
    close_left: float
    close_right: float
    rest: float
    inside: str | None
    calm: float = 0.0
    shut: float = 0.0
    look_left: tuple[float, float] = (0.0, 0.0)
    look_right: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    nod: float = 0.0

    @property
    def moves(self) -> bool:
        """Whether skin moves; lids that slide, irises and a turning head do not count."""
        return bool(self.weights or self.rest or self.calm or self.shut)


def movement(settings: Iterable[Setting]) -> Movement:
    """Add up settings, each a name in ``MIXES`` and an amount -1..1; KeyError for other names.

    A lid that is asked to open rather than to close widens the eye instead. Of several settings
    that open the mouth, the strongest chooses what is seen inside; in a smile a round mouth laughs.
    """
    total: defaultdict[str, float] = defaultdict(float)
    opening: dict[str, float] = {}
    rest = 0.0
    for setting in settings:
        amount = math.copysign(abs(setting.amount) ** RESPONSE.get(setting.name, 1), setting.amount)
        for name, weight in MIXES[setting.name].items():
            if name == REST:
                rest = max(rest, weight * amount)
            else:
                total[name] += weight * amount
        if setting.name in INSIDE and setting.amount > 0:
            opening[INSIDE[setting.name]] = setting.amount
    closing = {side: total.pop(side, 0.0) for side in (CLOSE_LEFT, CLOSE_RIGHT)}
    for side, eye in ((CLOSE_LEFT, "eyeWideLeft"), (CLOSE_RIGHT, "eyeWideRight")):
        if closing[side] < 0:
            total[eye] -= closing[side]
    looks = {
        name: float(np.clip(total.pop(name, 0.0), -1, 1))
        for name in (LOOK_ACROSS_LEFT, LOOK_UP_LEFT, LOOK_ACROSS_RIGHT, LOOK_UP_RIGHT, TURN, NOD)
    }
    calm = float(np.clip(total.pop(CALM, 0.0), 0, 1))
    inside = max(opening, key=opening.__getitem__) if opening else None
    if inside == "round" and total["mouthSmileLeft"] + total["mouthSmileRight"] >= 2 * _LAUGHS:
        inside = "laugh"
    return Movement(
        weights={name: _bounded(name, weight) for name, weight in total.items() if weight},
        close_left=min(1.0, max(0.0, closing[CLOSE_LEFT])),
        close_right=min(1.0, max(0.0, closing[CLOSE_RIGHT])),
        rest=min(1.0, rest),
        inside=inside,
        calm=calm,
        look_left=(looks[LOOK_ACROSS_LEFT], looks[LOOK_UP_LEFT]),
        look_right=(looks[LOOK_ACROSS_RIGHT], looks[LOOK_UP_RIGHT]),
        turn=looks[TURN],
        nod=looks[NOD],
    )


def _bounded(name: str, weight: float) -> float:
    """Keep a weight where faces still look like faces.

    Taking a smile away must not stare: the eyes open far less than the cheeks sink.
    """
    if weight < 0 and name.startswith(("eyeSquint", "cheekSquint")):
        weight *= 0.4
    most = _MOST_FELT if name.startswith(_FELT) else _MOST
    return max(-_MOST, min(most, weight))
