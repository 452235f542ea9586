"""People who stand in the shade are drawn in their own skin."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.cartoon.portrait import beard, composing, sitter
from inference.face import analysis, light
from inference.face.report import Portrait
from inference.pictures.images import decode
from tests.inference.making import answered


@pytest.mark.parametrize("person", ["P001", "P004", "P006", "P010"])
def test_shade_takes_little_from_the_skin_that_is_drawn(
    person: str, portrait_of: Callable[[str], Portrait], selfie_of: Callable[[str], bytes]
) -> None:
    """A third of the light makes a photo far darker, the drawing less so, and never lighter."""
    photo = (decode(selfie_of(person)) / 255.0) ** 2.2 * 0.35
    shaded = answered(analysis.portrait(np.rint(photo ** (1 / 2.2) * 255).astype(np.uint8)))
    measured, drawn = (
        np.array([skin(portrait) for portrait in (portrait_of(person), shaded)])
        for skin in (_measured, _drawn)
    )
    assert measured[0] - measured[1] > 20
    assert 0 < drawn[0] - drawn[1] < 0.7 * (measured[0] - measured[1])


def test_dark_skin_is_not_taken_for_shade() -> None:
    """What is missing depends on the tone that is read; nothing is missing in good light."""
    assert light.missing((36.0, 12.0, 14.0), 6.0) < 2
    assert light.missing((50.0, 14.0, 20.0), 5.0) == 0
    assert light.missing((75.0, 10.0, 18.0), 2.0) == 0
    assert light.missing((50.0, 14.0, 20.0), 2.0) > 10


def test_a_neck_in_the_shade_is_no_beard(portrait_of: Callable[[str], Portrait]) -> None:
    """Below the jaw, what has a beard's colour but not its strands is skin."""
    person = sitter.sit(portrait_of("P005"))
    grown = beard.density(person)
    assert grown is not None
    neck = (person.down > 1.1) & (person.down < 1.5) & (np.abs(person.across) < 0.3)
    lab = person.lab.copy()
    lab[neck] = np.median(lab[grown > 0.7], axis=0)
    shaded = beard.density(replace(person, lab=lab))
    assert shaded is not None
    inner = cv2.erode(neck.astype(np.uint8), np.ones((9, 9))) > 0
    assert inner.sum() > 200
    assert np.median(shaded[inner]) < 0.1


def _measured(portrait: Portrait) -> float:
    return portrait.report.colours.skin[0]


def _drawn(portrait: Portrait) -> float:
    return composing.drawn(sitter.sit(portrait), "ink").palette["skin"][0]
