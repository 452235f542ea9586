"""A face that speaks: the mouth of every viseme, and how one turns into the next."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from inference.expression.mixes import Movement
from inference.expression.timeline import FRAMES_PER_SECOND, LONGEST, Head
from inference.expression.visemes import SILENCE, Sound, spoken

Shot = tuple[Movement, Head]

INSIDE = "round"
"""The interior of a speaking mouth (``inference.layers.mouths``)."""

_PAUSE = 0.28  # seconds of silence around the words
_SLOWLY = 1.25  # times as long as in fluent speech: lips are watched, not heard
_CALM = 0.7  # of a smile and an open mouth that speaking takes away
_STEPS = 4  # between two visemes; few, so that the same mouth is often wanted again
_NOD = 0.012  # share of the face's height that a vowel lifts the chin


def _both(**weights: float) -> dict[str, float]:
    return {name + side: weight for name, weight in weights.items() for side in ("Left", "Right")}


MOUTHS: Mapping[str, Mapping[str, float]] = {
    SILENCE: {},
    "PP": {"mouthRollLower": 0.45, "mouthRollUpper": 0.4, **_both(mouthPress=0.7)},
    "FF": {"mouthRollLower": 0.7, "jawOpen": 0.1, **_both(mouthUpperUp=0.3)},
    "TH": {"jawOpen": 0.2, **_both(mouthLowerDown=0.3, mouthUpperUp=0.1)},
    "DD": {"jawOpen": 0.18, **_both(mouthLowerDown=0.4, mouthUpperUp=0.15)},
    "nn": {"jawOpen": 0.15, **_both(mouthLowerDown=0.3, mouthUpperUp=0.1)},
    "kk": {"jawOpen": 0.26, **_both(mouthLowerDown=0.2)},
    "CH": {"jawOpen": 0.14, "mouthFunnel": 0.6, "mouthPucker": 0.3, **_both(mouthLowerDown=0.2)},
    "SS": {"jawOpen": 0.1, **_both(mouthStretch=0.35, mouthLowerDown=0.5, mouthUpperUp=0.2)},
    "RR": {"jawOpen": 0.18, "mouthFunnel": 0.35, "mouthPucker": 0.35},
    "aa": {"jawOpen": 0.6, **_both(mouthLowerDown=0.25, mouthUpperUp=0.1)},
    "E": {"jawOpen": 0.38, **_both(mouthStretch=0.3, mouthLowerDown=0.35, mouthUpperUp=0.2)},
    "ih": {
        "jawOpen": 0.2,
        **_both(mouthSmile=0.25, mouthStretch=0.3, mouthLowerDown=0.4, mouthUpperUp=0.15),
    },
    "oh": {"jawOpen": 0.45, "mouthFunnel": 0.65, "mouthPucker": 0.2},
    "ou": {"jawOpen": 0.16, "mouthPucker": 0.9, "mouthFunnel": 0.3},
}
"""Blendshapes of each viseme."""


def of_words(words: str) -> tuple[Shot, ...]:
    """Let a face speak.

    Args:
        words: see ``visemes.spoken``.

    Returns:
        One shot for each frame, at most ``timeline.LONGEST`` seconds.
    """
    sounds = _fitted(spoken(words))
    total = sum(sound.seconds for sound in sounds)
    count = math.ceil(total * FRAMES_PER_SECOND)
    calm = round(_PAUSE / 2 * FRAMES_PER_SECOND)
    shots = []
    for frame in range(count):
        shares = _shares(sounds, frame / FRAMES_PER_SECOND)
        edge = min(1.0, frame / calm, (count - frame) / calm)
        movement = mixed(shares, _CALM * edge * edge * (3 - 2 * edge))
        jaw = movement.weights.get("jawOpen", 0.0)
        turn = 2 * math.pi * frame / count
        head = Head(0.006 * math.sin(turn), _NOD * jaw, 1.2 * math.sin(turn))
        shots.append((movement, head))
    return tuple(shots)


def mixed(shares: Mapping[str, float], calm: float) -> Movement:
    """Mix the mouths of visemes.

    Args:
        shares: viseme -> 0..1.
        calm: share 0..1 of a present smile and open mouth to take away.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for viseme, share in shares.items():
        for name, weight in MOUTHS[viseme].items():
            weights[name] += share * weight
    opens = weights["jawOpen"] > 0
    given = {name: round(weight, 3) for name, weight in weights.items() if weight}
    return Movement(given, 0.0, 0.0, round(calm, 2), INSIDE if opens else None)


def _fitted(sounds: Sequence[Sound]) -> tuple[Sound, ...]:
    """Put silence around what is said, and speak as fast as the time asks."""
    said = sum(sound.seconds for sound in sounds)
    pace = min(_SLOWLY, (LONGEST - 2 * _PAUSE) / said) if said else 1.0
    timed = (replace(sound, seconds=sound.seconds * pace) for sound in sounds)
    pause = Sound(SILENCE, _PAUSE)
    return (pause, *timed, pause)


def _shares(sounds: Sequence[Sound], second: float) -> dict[str, float]:
    """Return how much of which viseme is seen: between two middles, one turns into the other."""
    start, before = 0.0, (0.0, SILENCE)
    for sound in sounds:
        middle = start + sound.seconds / 2, sound.viseme
        if second < middle[0]:
            way = (second - before[0]) / (middle[0] - before[0])
            share = round(way * way * (3 - 2 * way) * _STEPS) / _STEPS
            shares: defaultdict[str, float] = defaultdict(float)
            shares[before[1]] += 1 - share
            shares[middle[1]] += share
            return {viseme: one for viseme, one in shares.items() if one}
        start, before = start + sound.seconds, middle
    return {SILENCE: 1.0}
