"""Two people as one, as a family serves them."""

import numpy as np
import pytest

from inference.edit.mixes import Mix
from inference.errors import PhotoError, UnknownSetting, UnsuitableSubject
from inference.pictures.images import decode
from storage.contract.kinds import MIX, Setting
from tests.inference.making import answered


def test_a_share_lies_between_two_people(portrait_of, selfie_of):
    """At 0 it is the first, at 1 the second, and half of each is like neither."""
    other = decode(selfie_of("P002"))
    first, half, second = (
        answered(Mix().make(portrait_of("P001"), (Setting(MIX.settings[0], share),), other))
        .frames[0]
        .astype(float)
        for share in (0.0, 0.5, 1.0)
    )
    assert first.shape == (512, 512, 4)

    def apart(one, two):
        return np.abs(one[200:400, 200:312] - two[200:400, 200:312]).mean()

    assert 0 < apart(first, half) < apart(first, second)
    assert apart(second, half) > 0


def test_all_faces_have_the_same_share(portrait_of):
    """The average of a crowd hangs on its largest face for hair alone."""
    people = tuple(portrait_of(person) for person in ("P001", "P002", "P005"))
    one, other = (
        answered(Mix().make(crowd, (Setting("everyone"),))).frames[0].astype(float)
        for crowd in (people, (people[0], people[2], people[1]))
    )
    assert one.shape == (512, 512, 4)
    assert np.abs(one[240:360, 200:312] - other[240:360, 200:312]).mean() < 1
    with pytest.raises(UnsuitableSubject):
        answered(Mix().make(people[0], (Setting("everyone"),)))


def test_what_is_wrong_with_the_second_photo_is_its_fault(portrait_of):
    """A picture without a face says so of itself, so that another can be sent."""
    wall = np.full((400, 400, 3), 180, np.uint8)
    with pytest.raises(PhotoError) as problem:
        answered(Mix().make(portrait_of("P001"), MIX.default, wall))
    assert problem.value.detail == {"picture": True}
    with pytest.raises(UnsuitableSubject):
        answered(Mix().make(portrait_of("P001"), MIX.default))
    with pytest.raises(UnknownSetting):
        answered(Mix().make(portrait_of("P001"), (Setting("smile"),), wall))
