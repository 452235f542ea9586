"""A film of one face followed by another: the liveliest seconds of it, in a loop.

What the driver does in each frame is read and compared with their calm face, as it is live
(``driving``); here all frames are known, so a mouth has its kind from when it opens until it shuts.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError
from inference.expression import driving, timeline, turning
from inference.expression.film import Shot
from inference.expression.mixes import Movement, movement, width
from inference.expression.timeline import Head
from inference.face import tracking
from inference.models.calls import Calls
from inference.pictures.footage import Footage
from storage.contract.failures import Failure
from storage.contract.kinds import Setting

_CALM = 10.0  # percentile of each score that counts as calm
_SEAM = 0.35  # seconds in which the end becomes the beginning
_MOST_LEAN = 10.0  # degrees


def read(footage: Footage) -> Calls[list[driving.Reading]]:
    """Read a film's face frame by frame; while nobody is in sight it stays as it was.

    Args:
        footage: of the driver.

    Raises:
        PhotoError: NO_FACE, in no frame.
    """
    found: list[driving.Reading | None] = []
    face = None
    for frame in footage.frames:
        face = yield from tracking.follow(frame, face)
        found.append(None if face is None else driving.read(face))
    seen = next((one for one in found if one is not None), None)
    if seen is None:
        raise PhotoError(Failure.NO_FACE)
    readings = []
    for one in found:
        seen = one or seen
        readings.append(seen)
    return readings


def shots(
    readings: Sequence[driving.Reading], frames_per_second: float, amount: float
) -> tuple[Shot, ...]:
    """Return what another face does in each frame of a loop of at most ``timeline.LONGEST``.

    Args:
        readings: of the driver, one a frame.
        frames_per_second: how fast they play.
        amount: how much of it, 0..1.
    """
    rest = driving.calm(readings, _CALM)
    smooth = driving.OneEuro()
    values = np.array([smooth(one.values, 1 / frames_per_second) for one in readings])
    values = _looped(_liveliest(values, frames_per_second), frames_per_second)
    done = [driving.Reading(one) for one in values]
    movements = [movement(_scaled(driving.settings(rest, one), amount)) for one in done]
    heads = [_head(rest, one, amount) for one in done]
    return tuple(zip(_in_one_mouth(movements), heads, strict=True))


def _liveliest(values: NDArray[np.float64], frames_per_second: float) -> NDArray[np.float64]:
    """Choose the frames in which most happens, as many as a film may have."""
    most = int(timeline.LONGEST * frames_per_second)
    if len(values) <= most:
        return values
    change = np.abs(np.diff(values, axis=0)).sum(axis=1)
    happened = np.convolve(change, np.ones(most - 1), "valid")
    start = int(happened.argmax())
    return values[start : start + most]


def _looped(values: NDArray[np.float64], frames_per_second: float) -> NDArray[np.float64]:
    """Let the last frames become the first."""
    count = min(round(_SEAM * frames_per_second), len(values) // 2)
    share = np.linspace(0, 1, count + 1)[:-1, None]
    share = share * share * (3 - 2 * share)
    end = values[len(values) - count :]
    return np.concatenate([values[: len(values) - count], end + share * (values[0] - end)])


def _scaled(settings: tuple[Setting, ...], amount: float) -> tuple[Setting, ...]:
    return tuple(replace(one, amount=round(amount * one.amount, 2)) for one in settings)


def _head(rest: driving.Reading, now: driving.Reading, amount: float) -> Head:
    """Lean as the driver does; turning and nodding are movements of the face."""
    lean = amount * turning.MOST * (now.head[2] - rest.head[2])
    return Head(lean=float(np.clip(lean, -_MOST_LEAN, _MOST_LEAN)))


def _in_one_mouth(movements: Sequence[Movement]) -> list[Movement]:
    """Give an open mouth one kind until it shuts, the widest that it comes to."""
    found = list(movements)
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and found[end].inside is not None:
            end += 1
        kinds = [one.inside for one in found[start:end] if one.inside is not None]
        if kinds:
            kind = max(kinds, key=width)
            found[start:end] = [replace(one, inside=kind) for one in found[start:end]]
        start = end + 1
    return found
