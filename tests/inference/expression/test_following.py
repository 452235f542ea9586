"""The movements of a film put on a photo."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.errors import PhotoError, UnknownSetting
from inference.expression import driving, following
from inference.expression.serving import MIMIC, Expression
from inference.face import tracking
from inference.face.report import Portrait
from inference.pictures.footage import Footage
from inference.pictures.images import Image
from storage.contract.failures import Failure
from storage.contract.kinds import Setting
from tests.inference.drivers import frame
from tests.inference.making import answered

PortraitOf = Callable[[str], Portrait]
RATE = 15.0
WALL = np.full((240, 320, 3), 90, np.uint8)


def acted(**feelings: int) -> Footage:
    """A film of somebody who has each feeling for so many frames."""
    frames = [frame("P006", feeling) for feeling, count in feelings.items() for _ in range(count)]
    return Footage(tuple(frames), RATE)


def over_white(image: Image) -> Image:
    alpha = image[..., 3:] / np.float32(255)
    return (image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def test_a_face_does_what_the_one_in_the_film_does(portrait_of: PortraitOf) -> None:
    """It smiles while the other smiles and shuts its eyes with them, at the film's pace."""
    footage = acted(neutral=6, happy=6, pensive=8)
    picture = answered(Expression().follow(portrait_of("P003"), (Setting(MIMIC),), footage))
    assert (len(picture.frames), picture.frames_per_second) == (20, RATE)

    def seen(number: int) -> driving.Reading:
        face = answered(tracking.follow(over_white(picture.frames[number])))
        assert face is not None
        return driving.read(face)

    calm, happy, pensive = seen(3), seen(10), seen(14)
    assert happy.score("mouthSmileLeft") > calm.score("mouthSmileLeft") + 0.05
    assert max(pensive.eyes) < 0.7 * min(calm.eyes)
    first, last = (over_white(picture.frames[at]).astype(int) for at in (0, -1))
    away = over_white(picture.frames[14]).astype(int)
    assert np.abs(last - first).mean() < 0.5 * np.abs(away - first).mean()


def test_of_a_long_film_the_liveliest_three_seconds_are_taken() -> None:
    """However long nothing happens before and after."""
    footage = acted(neutral=40, happy=6, flirty=6, shocked=6, sad=60)
    found = following.shots(answered(following.read(footage)), RATE, 1.0)
    assert len(found) == 45
    smiles = [move.weights.get("mouthSmileLeft", 0.0) for move, _ in found]
    assert max(smiles) > 0.7
    jaws = [move.weights.get("jawOpen", 0.0) for move, _ in found]
    assert max(jaws) > 0.7


def test_an_open_mouth_keeps_its_kind_until_it_shuts() -> None:
    """The widest that it comes to, so that no tooth jumps."""
    readings = answered(following.read(acted(neutral=4, happy=6, shocked=6)))
    kinds = [move.inside for move, _ in following.shots(readings, RATE, 1.0)]
    opened = "".join("1" if kind else "0" for kind in kinds).split("0")
    start = 0
    for run in opened:
        assert len(set(kinds[start : start + len(run)])) <= 1
        start += len(run) + 1
    assert any(kinds)


def test_less_of_it_moves_less() -> None:
    """An amount scales the movements; none of it leaves the face as it is."""
    readings = answered(following.read(acted(neutral=4, happy=8)))
    whole, half, none = (following.shots(readings, RATE, amount) for amount in (1.0, 0.5, 0.0))
    most = [
        max(move.weights.get("mouthSmileLeft", 0.0) for move, _ in one) for one in (whole, half)
    ]
    assert 0.4 < most[1] / most[0] < 0.6
    assert not any(move.moves or head.lean for move, head in none)


def test_who_is_out_of_sight_for_a_moment_holds_still() -> None:
    """A film in which nobody is ever seen is named as the cause."""
    gone = Footage((*acted(happy=3).frames, WALL, WALL), RATE)
    readings = answered(following.read(gone))
    assert np.array_equal(readings[-1].values, readings[2].values)
    with pytest.raises(PhotoError) as caught:
        answered(following.read(replace(gone, frames=(WALL, WALL))))
    assert caught.value.failure is Failure.NO_FACE


def test_the_film_is_blamed_for_what_it_lacks(portrait_of: PortraitOf) -> None:
    """And nothing but ``mimic`` follows a film."""
    portrait = portrait_of("P003")
    with pytest.raises(PhotoError) as caught:
        answered(Expression().follow(portrait, (Setting(MIMIC),), Footage((WALL, WALL), RATE)))
    assert caught.value.detail == {"picture": True}
    with pytest.raises(UnknownSetting):
        answered(Expression().follow(portrait, (Setting("smile"),), acted(neutral=2)))
