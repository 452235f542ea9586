"""How far a face goes: what it does already leaves less to do.

A laugh asked of a laughing face, simply added, tears it open.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.expression import mouth
from inference.face.blendshapes import NAMES

SPENT = {
    "mouthSmile": 0.6, "mouthUpperUp": 0.5, "mouthStretch": 0.5, "cheekSquint": 0.4,
    "browInnerUp": 0.9, "browOuterUp": 0.9,
}  # fmt: skip
"""Movements of which a full present score leaves so much less to add."""

WIDEST = {"teeth": 0.3, "laugh": 0.4, "round": 0.64, "shout": 0.66, "tongue": 0.44}
"""For each kind of interior, the gap over the mouth's width beyond which no jaw drops."""

_KNEE = 0.6
"""Share of the widest gap from which opening slows down."""

JAW = "jawOpen"

PARTING = (JAW, "mouthUpperUp", "mouthLowerDown")
"""Movements that part the lips."""

RELAXED = {
    "browInnerUp": (1.6, 0.1), "browOuterUp": (1.4, 0.1), "browDown": (1.4, 0.25),
    "eyeSquint": (0.8, 0.45), "mouthFrown": (1.6, 0.05), "mouthPucker": (1.3, 0.1),
    "mouthStretch": (1.0, 0.1), "mouthUpperUp": (0.8, 0.1), "mouthLowerDown": (0.6, 0.1),
    "mouthShrugLower": (1.2, 0.1), "mouthFunnel": (0.8, 0.1),
}  # fmt: skip
"""How much of a movement undoes a full present score, and the score of a face at rest."""

Points = NDArray[np.float64]


def left_to_do(weights: Mapping[str, float], blendshapes: NDArray[np.floating]) -> dict[str, float]:
    """Lessen weights by what the face does already.

    Args:
        weights: blendshape -> amount.
        blendshapes: (52,) 0..1.

    Returns:
        Blendshape -> amount.
    """
    result = dict(weights)
    for name, weight in weights.items():
        both = name.removesuffix("Left").removesuffix("Right")
        share = SPENT.get(both)
        if share is not None and weight > 0:
            seen = name if name in NAMES else both  # one score tells of both inner brows
            result[name] = weight * (1 - share * float(blendshapes[NAMES.index(seen)]))
    return result


def relaxed(calm: float, blendshapes: NDArray[np.floating]) -> dict[str, float]:
    """Return the movements that bring a face to rest, but for its smile and its open mouth.

    Args:
        calm: share 0..1 of what is there to take away.
        blendshapes: (52,) 0..1.

    Returns:
        Blendshape -> amount, 0 or less.
    """
    result = {}
    for name, (weight, resting) in RELAXED.items():
        for spelt in (name, f"{name}Left", f"{name}Right"):
            if spelt in NAMES:
                excess = float(blendshapes[NAMES.index(spelt)]) - resting
                if excess > 0:
                    result[spelt] = -calm * weight * excess
    return result


def shutting(weights: Mapping[str, float]) -> dict[str, float]:
    """Return those of some movements that bring the lips together, by taking away what parts them.

    Args:
        weights: blendshape -> amount.

    Returns:
        Blendshape -> amount, all below 0.
    """
    return {
        name: weight
        for name, weight in weights.items()
        if weight < 0 and name.removesuffix("Left").removesuffix("Right") in PARTING
    }


def shut_share(before: Points, still: Points, shut: Points) -> float:
    """Return how much of the lips' way together, 0..1, brings them to touch and no further.

    Args:
        before: (478, 3) px.
        still: (478, 3) px, all other movements.
        shut: (478, 3) px, those that bring the lips together.
    """
    apart = mouth.signed_gap(before + still)
    met = mouth.signed_gap(before + still + shut)
    if met >= 0:
        return 1.0
    return float(np.clip(apart / (apart - met), 0.0, 1.0)) if apart > 0 else 0.0


def jaw_share(before: Points, still: Points, full: Points, kind: str) -> float:
    """Return how much of a jaw's movement, 0..1, keeps the mouth from opening too wide.

    Args:
        before: (478, 3) px.
        still: (478, 3) px, movements without the jaw.
        full: (478, 3) px, movements with the jaw.
        kind: of interior.
    """
    rest, wanted = mouth.gap(before + still), mouth.gap(before + full)
    widest = WIDEST[kind]
    knee = max(_KNEE * widest, min(rest, widest))
    if wanted <= knee or wanted <= rest:
        return 1.0
    room = max(widest - knee, 1e-3)
    allowed = knee + room * (1 - float(np.exp(-(wanted - knee) / room)))
    return float(np.clip((allowed - rest) / (wanted - rest), 0.0, 1.0))
