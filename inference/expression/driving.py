"""A face that drives another: what it does beyond its own calm, as settings of ``/expression``.

Scores of blendshapes, openings of lids and lips and the head's pose are read off each frame,
smoothed, and compared with the driver's own calm face. What is more or less than there becomes
amounts of action units, so that whatever a face was driven to can be asked for again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.expression import mimic, mouth, turning
from inference.expression.mixes import CLOSE_LEFT, LOOKS, PAIRED, RESPONSE, UNITS
from inference.face.blendshapes import NAMES
from inference.face.report import Pose
from storage.contract.kinds import Setting

MOST_SETTINGS = 8
"""The strongest movements are kept: as many as a typed line may ask for."""

FOLLOWED = {
    "AU1": "browInnerUp", "AU2": "browOuterUp", "AU4": "browDown", "AU7": "eyeSquint",
    "AU10": "mouthUpperUp", "AU12": "mouthSmile", "AU14": "mouthDimple", "AU15": "mouthFrown",
    "AU17": "mouthShrugLower", "AU18": "mouthPucker", "AU20": "mouthStretch",
    "AU24": "mouthPress", "AU25": "mouthLowerDown", "AU26": "jawOpen",
}  # fmt: skip
"""Units that a score tells of, and which."""

_SIDES = ("Left", "Right")
_OPENS = ("AU10", "AU25", "AU26")  # units that part lips, which some scores do not
_SMILES = (0.2, 0.5)  # AU12 from which a lifted lip is a smile's, and nothing else
_STEADY = (0.1, 0.2)  # of turning and nodding: what moving mouths do to the pose that is read
_CALM = {"mouthSmileLeft": 0.2, "mouthSmileRight": 0.2, "jawOpen": 0.1}  # most of a calm face
_LEAST = 0.08  # amounts below are the noise of landmarks
_ALIKE = 0.15  # two sides that differ by less are one unit
_LIDS = UNITS["AU5"]["eyeWideLeft"]
_FOLLOWING_LIDS = LOOKS["AU64"][CLOSE_LEFT]
_COUNT = len(NAMES)


class Driver(Protocol):
    """A face as it is found in a frame."""

    @property
    def landmarks(self) -> NDArray[np.float32]:
        """(478, 3) px."""
        ...

    @property
    def blendshapes(self) -> NDArray[np.float32]:
        """(52,) scores 0..1."""
        ...

    @property
    def pose(self) -> Pose:
        """Degrees."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a face does, (58,): scores 0..1, openings over widths, angles over ``turning.MOST``.

    In this order: 52 blendshapes, the eye in the picture's left and in its right, the lips; yaw,
    pitch, roll.
    """

    values: NDArray[np.float64]

    def score(self, name: str) -> float:
        """Return a blendshape's score."""
        return float(self.values[NAMES.index(name)])

    @property
    def eyes(self) -> tuple[float, float]:
        """Openings of the person's left and right eye over their widths."""
        right, left = self.values[_COUNT : _COUNT + 2].tolist()
        return left, right

    @property
    def lips(self) -> float:
        """The gap between the lips over the mouth's width."""
        return float(self.values[_COUNT + 2])

    @property
    def head(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll over ``turning.MOST``."""
        yaw, pitch, roll = self.values[_COUNT + 3 :].tolist()
        return yaw, pitch, roll


def read(face: Driver) -> Reading:
    """Read what a face does."""
    eyes = [mimic.opening(face.landmarks, side) for side in (0, 1)]
    head = np.array([face.pose.yaw, face.pose.pitch, face.pose.roll]) / turning.MOST
    scores = np.asarray(face.blendshapes, np.float64)
    return Reading(np.concatenate([scores, eyes, [mouth.gap(face.landmarks)], head]))


def calm(readings: Sequence[Reading], percentile: float = 50.0) -> Reading:
    """Return a driver's calm face.

    Args:
        readings: of frames, one at least.
        percentile: of each score; the median where somebody was told to be calm, a low one where
            a film shows what it shows. Eyes, gaze and head are always medians.
    """
    values = np.array([one.values for one in readings])
    rest = np.median(values, axis=0)
    moving = [at for at, name in enumerate(NAMES) if not name.startswith("eyeLook")]
    moving.append(_COUNT + 2)
    rest[moving] = np.percentile(values[:, moving], percentile, axis=0)
    for name, most in _CALM.items():
        rest[NAMES.index(name)] = min(rest[NAMES.index(name)], most)
    rest[_COUNT + 2] = min(rest[_COUNT + 2], mouth.CLOSED_GAP[1])
    return Reading(rest)


class OneEuro:
    """A low-pass filter that opens as its signal moves: steady at rest, quick when it counts.

    Casiez, Roussel and Vogel, "1 euro filter: a simple speed-based low-pass filter for noisy input
    in interactive systems", CHI 2012.
    """

    def __init__(self, least: float = 1.5, speed: float = 3.0, slope: float = 1.0) -> None:
        """Set the cut-offs in Hz.

        Args:
            least: of a signal at rest.
            speed: what is added for each unit a second that it moves.
            slope: of the speed itself.
        """
        self._least, self._speed, self._slope = least, speed, slope
        self._value: NDArray[np.float64] | None = None
        self._rate: NDArray[np.float64] | None = None

    def __call__(self, value: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
        """Filter the next value, so many seconds after the one before."""
        if self._value is None or self._rate is None or seconds <= 0.0:
            self._value, self._rate = value, np.zeros_like(value)
            return value
        slope = _share(np.asarray(self._slope), seconds)
        self._rate = self._rate + slope * ((value - self._value) / seconds - self._rate)
        cutoff = self._least + self._speed * np.abs(self._rate)
        self._value = self._value + _share(cutoff, seconds) * (value - self._value)
        return self._value


def _share(cutoff: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """How much of a new value a low-pass filter of a cut-off in Hz takes."""
    around = 2 * np.pi * cutoff * seconds
    return np.asarray(around / (around + 1))


def settings(rest: Reading, now: Reading) -> tuple[Setting, ...]:
    """Return what a driver does beyond their calm face.

    Args:
        rest: their calm face.
        now: the face in a frame.

    Returns:
        Action units with amounts -1..1 in hundredths, the strongest first, at most
        ``MOST_SETTINGS``.
    """
    amounts = {**_scored(rest, now), **_eyes(rest, now), **_head(rest, now)}
    bounded = {name: float(np.clip(amount, -1, 1)) for name, amount in amounts.items()}
    found = [
        Setting(name, round(amount, 2))
        for name, amount in _joined(bounded).items()
        if abs(amount) >= _LEAST
    ]
    found.sort(key=lambda one: -abs(one.amount))
    return tuple(found[:MOST_SETTINGS])


def _scored(rest: Reading, now: Reading) -> dict[str, float]:
    """Units that scores tell of; lips part only where the driver's do."""
    low, high = mouth.CLOSED_GAP
    apart = now.lips - max(rest.lips - low, 0.0)
    opens = float(np.clip((apart - low) / (high - low), 0, 1))
    found: dict[str, float] = {}
    for unit, score in FOLLOWED.items():
        names = [score] if score in NAMES else [score + side for side in _SIDES]
        gain = mimic.FOLLOWED[score] / UNITS[unit][names[0]]
        gain *= opens if unit in _OPENS else 1.0
        changes = [gain * (now.score(name) - rest.score(name)) for name in names]
        bent = [_unbent(unit, change) for change in changes]
        if unit in PAIRED and len(names) == 2:
            found |= {f"{unit}-{side.lower()}": one for side, one in zip(_SIDES, bent, strict=True)}
        else:
            found[unit] = sum(bent) / len(bent)
    return _smiling(found)


def _smiling(amounts: dict[str, float]) -> dict[str, float]:
    """Let a smile part the lips where its score says that it lifts the upper one."""
    low, high = _SMILES
    smile = (amounts["AU12-left"] + amounts["AU12-right"]) / 2
    share = float(np.clip((smile - low) / (high - low), 0, 1))
    lifted = (amounts["AU10-left"] + amounts["AU10-right"]) / 2
    left = {name: (1 - share) * amounts[name] for name in ("AU10-left", "AU10-right")}
    return amounts | left | {"AU25": max(amounts["AU25"], share * lifted)}


def _unbent(unit: str, amount: float) -> float:
    """Return the amount of a unit that moves a face as far."""
    return float(np.copysign(abs(amount) ** (1 / RESPONSE.get(unit, 1.0)), amount))


def _eyes(rest: Reading, now: Reading) -> dict[str, float]:
    """Lids and gaze; closed eyes look nowhere."""
    closed, wide = [], []
    low, high = mimic.LID
    for was, is_now in zip(rest.eyes, now.eyes, strict=True):
        narrower = 1 - is_now / max(was, 1e-3)
        closed.append(float(np.clip((narrower - low) / (high - low), 0, 1)))
        wide.append(max(0.0, mimic.WIDE * (-narrower - low) / _LIDS))
    change = {name: now.score(name) - rest.score(name) for name in NAMES if "Look" in name}
    across, up = (
        (1 - max(closed)) * (one + other) / 2
        for one, other in zip(mimic.gaze(change, "Left"), mimic.gaze(change, "Right"), strict=True)
    )
    left, right = (one - _FOLLOWING_LIDS * max(0.0, -up) for one in closed)
    return {
        "AU43-left": max(0.0, left), "AU43-right": max(0.0, right),
        "AU5-left": wide[0], "AU5-right": wide[1],
        "AU61": max(0.0, across), "AU62": max(0.0, -across),
        "AU63": max(0.0, up), "AU64": max(0.0, -up),
    }  # fmt: skip


def _head(rest: Reading, now: Reading) -> dict[str, float]:
    changes = (there - here for here, there in zip(rest.head[:2], now.head[:2], strict=True))
    turn, nod = (
        float(np.copysign(max(0.0, abs(change) - least), change))
        for change, least in zip(changes, _STEADY, strict=True)
    )
    return {
        "AU51": max(0.0, turn), "AU52": max(0.0, -turn),
        "AU53": max(0.0, nod), "AU54": max(0.0, -nod),
    }  # fmt: skip


def _joined(amounts: Mapping[str, float]) -> dict[str, float]:
    """Write both sides of a unit as one where they do about the same."""
    found = dict(amounts)
    for unit in PAIRED:
        left, right = found.get(f"{unit}-left"), found.get(f"{unit}-right")
        if left is not None and right is not None and abs(left - right) <= _ALIKE:
            del found[f"{unit}-left"], found[f"{unit}-right"]
            found[unit] = (left + right) / 2
    return found
