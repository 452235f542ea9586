"""Films of faces: in a loop, without jumps, and quick enough to be made while one waits."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from inference.errors import UnknownSetting
from inference.expression import speech, timeline
from inference.expression.film_serving import Animate, Say
from inference.expression.mixes import INSIDE, movement
from inference.expression.timeline import FRAMES_PER_SECOND, Head, of_expressions
from storage.contract.kinds import ANIMATE, MOST_SAID, SAY, Setting, length_of
from tests.inference.making import make

SMILE, WINK, LAUGH = (Setting(name, 0.8) for name in ("smile", "wink", "laugh"))


def amounts(moments, name):
    return [sum(one.amount for one in moment.settings if one.name == name) for moment in moments]


def apart(one, other):
    """How far two frames differ, as the eye sees it: blurred, on grey."""
    seen = [frame[..., :3] * (frame[..., 3:] / 255) + 128 * (1 - frame[..., 3:] / 255)
            for frame in (one, other)]  # fmt: skip
    return float(np.abs(cv2.GaussianBlur(seen[0] - seen[1], (0, 0), 2)).mean())


def test_expressions_come_one_by_one_and_leave_the_face_as_it_was():
    """Each reaches what was asked; the first and the last moment are those of a face at rest."""
    moments = of_expressions([SMILE, WINK])
    smiles, winks = amounts(moments, "smile"), amounts(moments, "wink")
    assert max(smiles) == max(winks) == 0.8
    assert smiles.index(0.8) < winks.index(0.8)
    assert moments[0].settings == moments[-1].settings == ()
    assert len(moments) <= timeline.LONGEST * FRAMES_PER_SECOND
    for row in (smiles, winks):
        assert max(abs(after - before) for before, after in pairwise(row)) < 0.2


@pytest.mark.parametrize("count", range(1, 9))
def test_a_chain_fits_into_three_seconds(count):
    """However many there are, each is seen in full, one more takes more time or less of each."""
    names = ANIMATE.settings[1 : count + 1]
    moments = of_expressions([Setting(name, 0.8) for name in names])
    assert len(moments) <= timeline.LONGEST * FRAMES_PER_SECOND
    for name in names:
        assert max(amounts(moments, name)) >= 0.75


def test_different_mouths_never_meet():
    """Between a laugh and a tongue the mouth is nearly shut: neither can turn into the other."""
    moments = of_expressions([LAUGH, Setting("tongue", 0.8)])
    for moment in moments:
        kinds = {INSIDE[one.name] for one in moment.settings if one.amount > 0.12}
        assert len(kinds) <= 1


def test_a_laugh_shakes_and_an_idle_face_blinks():
    """The jaw and the head go up and down several times; lids fall twice, and the head sways."""
    laughing = of_expressions([LAUGH])
    jaw = np.diff(amounts(laughing, "laugh"))
    assert (np.diff(np.sign(jaw[jaw != 0])) != 0).sum() >= 5
    idle = of_expressions([])
    assert idle == of_expressions([Setting("idle")])
    shut = [amount > 0.8 for amount in amounts(idle, "AU43")]
    assert sum(after and not before for before, after in pairwise(shut)) == 2
    assert len({moment.head for moment in idle}) > 30
    assert idle[0].head == Head()


def test_speech_takes_its_time_and_no_more():
    """Words are slowed for the eye, hurried where time is short; lips meet in a p, part in an a."""
    short, long = speech.of_words("hello"), speech.of_words("la " * (MOST_SAID // 3))
    assert 0.6 < len(short) / FRAMES_PER_SECOND < 1.6
    assert len(long) <= timeline.LONGEST * FRAMES_PER_SECOND
    jaws = [shot[0].weights.get("jawOpen", 0.0) for shot in speech.of_words("papapa")]
    lows = [value for before, value, after in zip(jaws, jaws[1:], jaws[2:], strict=False)
            if value < 0.1 and before > value and after >= value]  # fmt: skip
    assert max(jaws) > 0.4
    assert len(lows) >= 2
    assert not short[0][0].weights


@pytest.fixture(scope="module", params=["P001", "P008"])
def portrait(request, portrait_of):
    return portrait_of(request.param)


@pytest.mark.parametrize("settings", [(SMILE,), (LAUGH, WINK)])
def test_a_film_neither_jumps_nor_shows_its_seam(portrait, settings):
    """From frame to frame little changes, also from the last to the first."""
    picture = make(Animate(), portrait, *settings)
    frames = list(picture.frames)
    assert picture.frames_per_second == FRAMES_PER_SECOND
    assert {frame.shape for frame in frames} == {(512, 512, 4)}
    steps = [apart(one, other) for one, other in pairwise(frames)]
    assert apart(frames[-1], frames[0]) <= 1.1 * max(steps)
    assert max(steps) < 0.6 * max(apart(frames[0], frame) for frame in frames)


def test_a_frame_is_the_same_whenever_it_is_asked_for(portrait):
    """States are made once and shared by all frames that show them."""
    film = make(Animate(), portrait, SMILE).frames
    last = film[len(film) - 3]
    assert (film[len(film) - 3] == last).all()
    assert len({film[number].tobytes() for number in range(len(film))}) > 0.7 * len(film)


def test_a_mouth_opens_onto_the_same_teeth(portrait_of):
    """What shows between the lips stays where it is while they part, so no tooth jumps."""
    film = make(Animate(), portrait_of("P008"), LAUGH).frames
    moments = of_expressions([LAUGH])
    full = max(range(len(moments)), key=lambda at: amounts(moments, "laugh")[at])
    nearly = next(at for at, amount in enumerate(amounts(moments, "laugh")) if amount > 0.6)
    assert full != nearly
    interior = film._interiors["laugh"]
    assert interior.inside is not None
    assert set(film._interiors) == {"laugh"}


def test_words_move_the_mouth_alone(portrait):
    """The mouth changes in most frames, the eyes do not."""
    film = make(Say(), portrait, Setting("words", words="hello there")).frames
    movements = [shot[0] for shot in speech.of_words("hello there")]
    assert len(film) == len(movements)
    assert all(one.close_left == one.close_right == 0 for one in movements)
    assert apart(film[0], film[len(film) // 2]) > 0


@pytest.mark.parametrize("name", ["AU51", "AU61"])
def test_heads_turn_and_eyes_look_aside(portrait, name):
    """What is no stretch of skin is a state of its own, too."""
    film = make(Animate(), portrait, Setting(name, 1.0)).frames
    for number in range(16):
        film[number]
    assert len({sticker.tobytes() for sticker in film._stickers.values()}) > 4


def test_an_unknown_name_is_refused(portrait):
    """A name of a later version is no accident of this one."""
    with pytest.raises(UnknownSetting):
        make(Animate(), portrait, Setting("levitate"))


def test_every_name_moves():
    """All that may be asked for has its movement; so has every viseme."""
    for name in ANIMATE.settings:
        assert of_expressions([Setting(name, 0.8)])
        if name != timeline.IDLE:
            movement([Setting(name, 0.8)])
    for viseme in speech.MOUTHS:
        speech.mixed({viseme: 1.0}, 0.0)
    assert SAY.spoken == ("words",)
    assert length_of("hi 你好") == 9
