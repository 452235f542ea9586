"""Moods as jobs: stickers that stand and that move, sheets to choose from."""

import numpy as np
import pytest

from inference.emoji.mood_serving import SHOWN, Mood, MoodSheet
from inference.errors import UnknownSetting, UnsuitableSubject
from inference.pictures import sheet
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import MOOD, MOOD_SHEET, Setting
from tests.inference.making import make

AVATAR = {
    "style": "avataaars",
    "parts": {"top": "bob", "eyes": "default", "eyebrows": "default", "mouth": "serious",
              "nose": "default", "clothes": "shirtCrewNeck"},
    "colours": {"skin": "#dca57c", "hair": "#3d2a21"},
}  # fmt: skip
MOVING = Setting("moving")


def made(*settings):
    return make(Mood(), AvatarSpec.from_json(AVATAR), *settings)


def page(number):
    return make(MoodSheet(), AvatarSpec.from_json(AVATAR), Setting("moods", page=number))


def test_a_mood_is_a_sticker_of_the_same_avatar():
    """The picture shows the mood, the facts are the avatar as it was."""
    happy, angry = made(), made(Setting("angry"))
    assert happy.frames[0].shape == angry.frames[0].shape == (512, 512, 4)
    assert (happy.frames[0] != angry.frames[0]).any()
    assert {key: happy.facts[key] for key in AVATAR} == AVATAR
    assert happy.facts == angry.facts


def test_a_person_is_composed_first(portrait_of):
    """From a photo a mood comes with all that the avatar of this person is made of."""
    picture = make(Mood(), portrait_of("P009"), Setting("love"))
    assert picture.facts["style"] == "avataaars"
    assert set(picture.facts["ranked"]) >= {"top", "mouth"}


@pytest.mark.parametrize("settings", [(Setting("blink"),), (Setting("love"), MOVING), (MOVING,)])
def test_a_moving_mood_is_a_short_film(settings):
    """At most three seconds of 20 to 30 frames each; all are 512 px, few are alike."""
    picture = made(*settings)
    assert 20 <= picture.frames_per_second <= 30
    assert 1 < len(picture.frames) / picture.frames_per_second <= 3
    assert {frame.shape for frame in picture.frames} == {(512, 512, 4)}
    assert len({frame.tobytes() for frame in picture.frames}) > 0.4 * len(picture.frames)


def test_pages_name_every_mood_once():
    """Nine a page; a page beyond is the last; no two cells are alike."""
    first, second, beyond = page(1), page(2), page(9)
    assert [one.facts["page"] for one in (first, second, beyond)] == [1, 2, 2]
    assert {one.facts["pages"] for one in (first, second)} == {2}
    assert (*first.facts["names"], *second.facts["names"]) == SHOWN
    assert {*SHOWN, "moving"} == {*MOOD.settings}
    cells = first.frames[0].reshape(3, sheet.CELL, 3, sheet.CELL, 4).swapaxes(1, 2)
    cells = cells.reshape(9, sheet.CELL, sheet.CELL, 4)[:, 70:, 70:].astype(int)
    for one in range(9):
        assert all(np.abs(cells[one] - cells[other]).mean() > 0.5 for other in range(one))


@pytest.mark.parametrize(
    "settings",
    [
        (Setting("hungry"),),
        (Setting("sad"), Setting("cool")),
        (Setting("sad"), Setting("avataaars")),
    ],
)
def test_what_is_no_mood_is_refused(settings):
    """An unknown name, and two at once."""
    with pytest.raises(UnknownSetting):
        made(*settings)


def test_what_no_page_shows_is_refused():
    """A mood of its own, two pages at once, a page from nowhere, and several avatars."""
    for settings in (
        (Setting("sad"),),
        (Setting("moods"), Setting("moods", page=2)),
        (Setting("moods", page=0),),
        (Setting("moods", page=MOOD_SHEET.pages + 1),),
    ):
        with pytest.raises(UnknownSetting):
            make(MoodSheet(), AvatarSpec.from_json(AVATAR), *settings)
    with pytest.raises(UnsuitableSubject):
        make(MoodSheet(), (AvatarSpec.from_json(AVATAR),) * 2)
