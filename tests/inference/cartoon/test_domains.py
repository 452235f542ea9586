"""Measuring domains against each other."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.cartoon.evaluation import domains
from inference.cartoon.evaluation.depicting import ENGINES, Engine
from inference.cartoon.portrait import palette, sitter
from inference.cartoon.portrait.options import AS_IT_IS
from inference.cartoon.training import cats
from inference.face.report import Portrait
from tests.inference.making import networks

PEOPLE = ("P001", "P002", "P005", "P009")


def test_drawings_find_their_people_and_cats_have_their_colours(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """Among four people, the nearest and the ten nearest; a cat's fur is near its person's hair."""
    portraits = [portrait_of(person) for person in PEOPLE]
    found = {
        (row.subject, row.metric): row.value for row in domains.found_again(portraits, networks)
    }
    assert found["twin", "recall_at_1"] >= 0.5
    assert found["twin", "recall_at_10"] == found["album", "recall_at_10"] == 1
    assert found["album", "recall_at_1"] >= 0.5
    fur = domains.fur(portraits, networks)
    assert (fur.subject, fur.metric, fur.n) == ("twin-cat", "fur_error", 4)
    assert fur.value < 25


def test_a_cat_lies_within_its_canvas(portrait_of: Callable[[str], Portrait]) -> None:
    """Nothing of it is cut, in any person's colours."""
    for name in PEOPLE:
        person = portrait_of(name).once(sitter.sit)
        alpha = cats.cat(person, palette.grown(person.colours, AS_IT_IS))[..., 3]
        assert 0.1 < (alpha > 128).mean() < 0.6
        assert not alpha[0].any()


@pytest.mark.slow
def test_a_domain_is_no_distance_from_itself(portrait_of: Callable[[str], Portrait]) -> None:
    """Ink is farther from anime than anime is; intervals hold their value's neighbourhood."""
    sitters = [(person, portrait_of(person)) for person in PEOPLE]
    engines: dict[str, Engine] = {name: ENGINES[name] for name in ("anime", "ink")}
    engines["nobody"] = lambda *_: None
    rows = {row.subject: row for row in domains.distances(sitters, engines, networks)}
    assert set(rows) == {"anime", "ink", "twin-cat"}
    assert rows["anime"].value < rows["ink"].value
    assert np.isfinite([row.low for row in rows.values() if row.low is not None]).all()
