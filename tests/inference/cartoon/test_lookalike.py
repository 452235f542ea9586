"""The nearest made-up characters to a person, and to their drawing."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.cartoon import lookalike, twin
from inference.cartoon.lookalike import characters
from inference.cartoon.portrait import composing, looks, sitter
from inference.cartoon.resembling import Lookalike
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.pictures import svg
from storage.contract.kinds import Setting
from tests.inference.making import answered, make

PEOPLE = ("P001", "P002", "P005", "P009", "P010")


def test_there_are_characters_of_all_sorts_in_little_room() -> None:
    """More than a hundred, each to be drawn, in less than a megabyte."""
    known = characters()
    assert len(known.pictures) == len(known.vectors) > 100
    assert lookalike.TABLE.stat().st_size < 1 << 20
    for index in range(0, len(known.pictures), 20):
        assert (known.picture(index)[..., 3] > 128).mean() > 0.2


def test_people_have_different_lookalikes_and_each_always_the_same(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """Whoever asks again gets the same character, another one gets another."""
    nearest = [characters().nearest(answered(lookalike.describe(portrait_of(person))), 1)[0]
               for person in PEOPLE]  # fmt: skip
    again = characters().nearest(answered(lookalike.describe(portrait_of("P001"))), 1)[0]
    assert again == nearest[0]
    assert len(set(nearest)) > 2


def test_who_wears_a_beard_has_a_bearded_lookalike(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """People would say it first, so the nearest were read as bearded, too."""
    vector = answered(lookalike.describe(portrait_of("P005")))
    with np.load(lookalike.TABLE) as table:
        beard = np.flatnonzero(table["attributes"] == "facial_hair")[0]
        bearded = table["readings"][:, beard]
    nearest = characters().nearest(vector, 2)
    assert bearded[nearest].min() > 0.5
    assert np.median(bearded) < 0.2


def test_a_drawing_lies_near_its_own_person(portrait_of: Callable[[str], Portrait]) -> None:
    """By embedding alone a drawing is nearer to its own photo than most others' are."""
    photos, drawings = [], []
    for person in PEOPLE:
        sat = portrait_of(person).once(sitter.sit)
        photos.append(answered(twin.embedded(sat)))
        document = looks.svg(composing.drawn(sat, "anime"), looks.LOOKS["anime"])
        drawings.append(answered(twin.embedded(sat, svg.raster(document, twin.SIDE), "drawing")))
    alike = np.stack(drawings) @ np.stack(photos).T
    assert (np.argmax(alike, axis=1) == np.arange(len(PEOPLE))).sum() >= len(PEOPLE) - 1


def test_three_may_be_asked_for(portrait_of: Callable[[str], Portrait]) -> None:
    """Three stand beside each other on one sticker; what else is asked for is refused."""
    portrait = portrait_of("P005")
    one, three = (
        make(Lookalike(), portrait, Setting(name)).frames[0] for name in ("nearest", "three")
    )
    assert one.shape == three.shape == (512, 512, 4)
    assert not np.array_equal(one, three)
    with pytest.raises(UnknownSetting):
        make(Lookalike(), portrait, Setting("smile"))
