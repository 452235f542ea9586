"""When a face does what: expressions that come and go, blinks, breath, in a loop without a seam."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.expression.mixes import CLOSE_LEFT, CLOSE_RIGHT, INSIDE
from storage.contract.kinds import Setting

FRAMES_PER_SECOND = 25

LONGEST = 3.0
"""Seconds; what Telegram takes as a video sticker."""

IDLE = "idle"

_REST, _RISE, _HOLD, _STEP = 0.24, 0.4, 0.76, 0.84  # seconds; a step: each further expression
_DIP = 0.6  # of a change between two mouths, the share that each has for itself
_BLINK = (0.4, 0.9, 1.0, 0.85, 0.5, 0.2)  # how far lids are down in the frames of a blink
_BLINKS = (0.28, 0.72)  # of an idle loop
_SHAKES = {"laugh": 5.0, "shout": 8.0, "angry": 8.0}  # a second; whole frames make few states
_JAW = 0.3  # how far a shaking laugh falls back


@dataclass(frozen=True, slots=True)
class Head:
    """How a head is held: moved by shares of the face's height, leaning by degrees, clockwise."""

    across: float = 0.0
    up: float = 0.0
    lean: float = 0.0

    def plus(self, other: "Head", share: float) -> "Head":
        """Add a share of another way of holding it."""
        return Head(
            self.across + share * other.across,
            self.up + share * other.up,
            self.lean + share * other.lean,
        )


_HELD = {
    "smile": Head(up=0.012, lean=-1.5),
    "grin": Head(up=0.015, lean=1.5),
    "laugh": Head(up=0.03, lean=2.0),
    "sad": Head(up=-0.035, lean=2.0),
    "angry": Head(up=-0.02),
    "surprised": Head(up=0.035),
    "scared": Head(up=0.02, lean=-1.5),
    "disgusted": Head(across=0.01, up=-0.005, lean=-2.5),
    "kiss": Head(up=-0.015, lean=-2.5),
    "smirk": Head(lean=2.0),
    "frown": Head(up=-0.02),
    "wink": Head(up=-0.01, lean=3.5),
    "sleepy": Head(up=-0.05, lean=3.0),
    "shout": Head(up=0.02),
    "tongue": Head(up=0.01, lean=-3.0),
    "open": Head(up=0.02),
}
"""What a head does of itself when a face does that."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a face does in one frame: settings with amounts, and how the head is held."""

    settings: tuple[Setting, ...]
    head: Head


def of_expressions(settings: Sequence[Setting]) -> tuple[Moment, ...]:
    """Let one expression after the other come over a face, and leave it as it was.

    Args:
        settings: names of ``mixes.MIXES`` with amounts, in their order; ``IDLE`` breathes and
            blinks.

    Returns:
        One moment for each frame, at most ``LONGEST`` seconds.
    """
    asked = [setting for setting in settings if setting.name != IDLE]
    if not asked:
        return idle()
    seconds = min(LONGEST, _REST + 2 * _RISE + _HOLD + _STEP * (len(asked) - 1) + 0.2)
    count = round(seconds * FRAMES_PER_SECOND)
    rise = round(min(_RISE, (seconds - _REST) / (len(asked) + 1.5)) * FRAMES_PER_SECOND)
    first = round(_REST / 2 * FRAMES_PER_SECOND)
    each = (count - 2 * first - rise) / len(asked)  # frames from one change to the next
    starts = [round(first + number * each) for number in range(len(asked) + 1)]
    return tuple(_moment(asked, starts, rise, frame, count) for frame in range(count))


def idle() -> tuple[Moment, ...]:
    """Let a face breathe, sway and blink."""
    count = round(LONGEST * FRAMES_PER_SECOND)
    starts = [round(share * count) for share in _BLINKS]
    moments = []
    for frame in range(count):
        lids = [_BLINK[frame - one] for one in starts if 0 <= frame - one < len(_BLINK)]
        shut = tuple(Setting("AU43", amount) for amount in lids)
        moments.append(Moment(shut, _sway(frame / count)))
    return tuple(moments)


def _moment(
    asked: Sequence[Setting], starts: Sequence[int], rise: int, frame: int, count: int
) -> Moment:
    settings = []
    head = _sway(frame / count)
    for number, setting in enumerate(asked):
        before = asked[number - 1] if number else None
        after = asked[number + 1] if number + 1 < len(asked) else None
        come = _come(frame - starts[number], rise, late=_clash(before, setting))
        gone = _gone(frame - starts[number + 1], rise, early=_clash(setting, after))
        share = come * (1 - gone)
        if share == 0:
            continue
        head = head.plus(_HELD.get(setting.name, Head()), share)
        shaken, amount = _shaken(setting, frame - starts[number] - rise, share)
        head = head.plus(shaken, share)
        settings.append(replace(setting, amount=round(setting.amount * amount, 3)))
    return Moment(tuple(settings), head)


def _come(frames: int, rise: int, *, late: bool) -> float:
    return _eased((frames / rise - 1 + _DIP) / _DIP if late else frames / rise)


def _gone(frames: int, rise: int, *, early: bool) -> float:
    return _eased(frames / rise / _DIP if early else frames / rise)


def _clash(before: Setting | None, after: Setting | None) -> bool:
    """Whether two expressions show different mouths, which cannot turn into each other."""
    if before is None or after is None:
        return False
    kinds = {INSIDE.get(setting.name) for setting in (before, after)}
    return None not in kinds and len(kinds) == 2


def _shaken(setting: Setting, frames: int, share: float) -> tuple[Head, float]:
    """Return how an expression shakes the head, and what is left of its share meanwhile."""
    often = _SHAKES.get(setting.name)
    if often is None or setting.amount <= 0 or share < 1:
        return Head(), share
    phase = 2 * math.pi * often * frames / FRAMES_PER_SECOND
    swing = (1 - math.cos(phase)) / 2
    if setting.name == "laugh":
        return Head(up=-0.022 * swing, lean=1.2 * math.sin(phase / 2)), 1 - _JAW * swing
    return Head(across=0.004 * math.sin(phase)), share


def _sway(phase: float) -> Head:
    """Breath and a slow swing, once in a loop."""
    turn = 2 * math.pi * phase
    return Head(0.006 * math.sin(turn), 0.006 * (1 - math.cos(turn)), 0.9 * math.sin(turn))


def _eased(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def shut(amount: float) -> dict[str, float]:
    """Both lids down by an amount."""
    return {CLOSE_LEFT: amount, CLOSE_RIGHT: amount}
