"""Random people as a family serves them."""

import numpy as np
import pytest

from inference.edit.strangers import WISHES, Strangers
from inference.errors import UnknownSetting, UnsuitableSubject
from inference.family import Chance
from inference.latent import people
from storage.contract.kinds import RANDOM, Setting
from tests.inference.making import answered


def test_a_number_is_a_person():
    """The same chance makes the same sticker, another another, and it is die-cut."""
    first, again, other = (
        answered(Strangers().make(Chance(seed), (Setting("woman"),))).frames[0]
        for seed in (5, 5, 6)
    )
    assert first.shape == (512, 512, 4)
    assert first[:4, :4, 3].max() == 0
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 10


def test_every_wish_is_one_that_lenders_can_meet():
    """Each word of the vocabulary stands for words that some lender carries."""
    assert WISHES.keys() == set(RANDOM.settings)
    shipped = people.load()
    for label, words in WISHES.values():
        assert set(words) & set(shipped.labels[label][: len(shipped.pictures)])


def test_what_is_no_chance_and_no_wish_is_refused(portrait_of):
    """A photo is not changed into somebody else, and unknown words are said to be."""
    with pytest.raises(UnsuitableSubject):
        answered(Strangers().make(portrait_of("P001"), ()))
    with pytest.raises(UnknownSetting):
        answered(Strangers().make(Chance(1), (Setting("child"),)))
