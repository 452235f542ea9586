"""One face moves another, frame by frame."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.expression import driving
from inference.expression.mixes import movement
from inference.expression.puppet import SIDE, Puppet
from inference.expression.reenacting import LEARNING, Reenactment
from inference.face import tracking
from inference.face.report import Portrait
from inference.pictures.images import Image
from storage.contract.kinds import EXPRESSION, Setting
from storage.contract.live import Moment
from tests.inference.drivers import frame, reading
from tests.inference.making import answered

PortraitOf = Callable[[str], Portrait]


def amounts(person: str, feeling: str) -> dict[str, float]:
    """What somebody does beyond their calm face."""
    rest = driving.calm([reading(person, "neutral")])
    return {one.name: one.amount for one in driving.settings(rest, reading(person, feeling))}


def over_white(image: Image) -> Image:
    alpha = image[..., 3:] / np.float32(255)
    return (image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def test_who_stays_calm_moves_nothing() -> None:
    """The calm face compared with itself asks for nothing."""
    assert amounts("P006", "neutral") == {}


@pytest.mark.parametrize("person", ["P006", "P001", "P008"])
def test_a_laugh_is_asked_for_as_a_smile_that_parts_the_lips(person: str) -> None:
    """Its strongest unit is AU12, and the lip that a smile lifts is no sneer."""
    found = amounts(person, "happy")
    assert max(found, key=lambda name: abs(found[name])) == "AU12"
    assert found["AU25"] > 0.2
    assert not [name for name in found if name.startswith("AU10")]


def test_a_wink_closes_one_eye() -> None:
    """The person's left, and the other much less."""
    found = amounts("P006", "flirty")
    assert found["AU43-left"] > 0.6
    assert found["AU43-left"] - found.get("AU43-right", 0.0) > 0.3


def test_a_dropped_jaw_and_raised_brows_are_surprise() -> None:
    """Closed lips never open, whatever the scores say."""
    found = amounts("P006", "shocked")
    assert found["AU26"] > 0.6
    assert found["AU2"] > 0.1
    assert not {"AU25", "AU26"} & amounts("P006", "angry").keys()


def test_all_that_is_asked_for_is_a_request_that_can_be_typed() -> None:
    """At most eight settings of the kind, in hundredths, within their range."""
    for feeling in ("happy", "playful", "pensive", "smug"):
        found = amounts("P006", feeling)
        assert 0 < len(found) <= driving.MOST_SETTINGS
        assert found.keys() <= set(EXPRESSION.chosen)
        assert all(abs(one) <= 1 and one == round(one, 2) for one in found.values())


def test_a_driver_who_smiles_all_along_still_smiles() -> None:
    """No calm face smiles more than a little."""
    laughing = [reading("P006", "happy")] * 5
    found = {one.name: one.amount for one in driving.settings(driving.calm(laughing), laughing[0])}
    assert found["AU12"] > 0.4


def test_the_filter_steadies_what_rests_and_follows_what_jumps() -> None:
    """Noise of a still face shrinks to a third, a blink is there in two frames."""
    noise = np.random.default_rng(3).normal(0, 0.02, (60, 1))
    steady = driving.OneEuro()
    calm = np.array([steady(one, 1 / 15) for one in noise])[10:]
    assert calm.std() < 0.6 * noise.std()
    quick = driving.OneEuro()
    for _ in range(5):
        quick(np.zeros(1), 1 / 15)
    assert quick(np.ones(1), 1 / 15)[0] > 0.7
    assert quick(np.ones(1), 1 / 15)[0] > 0.9


@pytest.mark.parametrize("wearer", ["P001", "P003", "P005", "P008"])
def test_what_drives_a_face_is_read_off_it_again(wearer: str, portrait_of: PortraitOf) -> None:
    """The driven photo smiles more, opens its mouth and shuts its eyes as the driver does."""
    puppet, rest = Puppet(portrait_of(wearer)), driving.calm([reading("P006", "neutral")])

    def driven(feeling: str) -> driving.Reading:
        settings = driving.settings(rest, reading("P006", feeling))
        face = answered(tracking.follow(over_white(puppet.frame(settings))))
        assert face is not None
        return driving.read(face)

    still = driven("neutral")
    happy, shocked, pensive = driven("happy"), driven("shocked"), driven("pensive")
    for side in ("Left", "Right"):
        assert happy.score(f"mouthSmile{side}") > still.score(f"mouthSmile{side}") + 0.05
    assert shocked.lips > still.lips + 0.15
    assert max(pensive.eyes) < 0.7 * min(still.eyes)


def test_a_mouth_keeps_its_inside_until_it_shuts(portrait_of: PortraitOf) -> None:
    """After a laugh parted lips show the laugh's teeth; once shut, they show their own."""
    puppet = Puppet(portrait_of("P003"))
    parted = (Setting("AU25", 0.7),)
    fresh = puppet.frame(parted)
    puppet.frame((Setting("AU12", 0.8), Setting("AU26", 0.6)))
    assert not np.array_equal(puppet.frame(parted), fresh)
    puppet.frame(())
    assert np.array_equal(puppet.frame(parted), fresh)


def test_a_jaw_that_drops_in_a_smile_opens_a_laugh() -> None:
    """And a round mouth in none."""
    jaw, smile = Setting("AU26", 0.6), Setting("AU12", 0.8)
    assert movement((jaw,)).inside == "round"
    assert movement((jaw, smile)).inside == "laugh"
    assert movement((jaw, Setting("AU12-left", 0.5))).inside == "round"


def test_a_face_is_learned_driven_lost_and_found(portrait_of: PortraitOf) -> None:
    """Nothing moves while the calm face is learned, nor while nobody is in sight."""
    acting = Reenactment(portrait_of("P003"))

    def move(image: Image) -> tuple[Moment, bool, Image]:
        shown = answered(acting.move(image, 1 / 12))
        assert shown.image.shape == (SIDE, SIDE, 4)
        return shown.moment, bool(shown.settings), shown.image

    learned = [move(frame("P006", "neutral")) for _ in range(LEARNING)]
    assert {one[:2] for one in learned} == {(Moment.CALM, False)}
    still = learned[0][2]
    for _ in range(3):
        moment, moves, image = move(frame("P006", "happy"))
    assert (moment, moves) == (Moment.MOVING, True)
    assert np.abs(image.astype(int) - still).max() > 60
    moment, moves, image = move(np.full((240, 320, 3), 90, np.uint8))
    assert (moment, moves) == (Moment.LOST, False)
    assert np.array_equal(image, still)
    assert move(frame("P006", "happy"))[:2] == (Moment.MOVING, True)
    acting.restart()
    assert move(frame("P006", "happy"))[0] is Moment.CALM
