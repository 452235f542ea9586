"""Colours read from regions of a portrait."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.face.colours import colours
from inference.face.report import Lab, Portrait
from inference.pictures.images import from_lab, to_lab

Studied = Callable[[str], Portrait]


def _dyed(portrait: Portrait, where: NDArray[np.bool_], lab: Lab) -> NDArray[np.uint8]:
    """The picture with the pixels of ``where`` in one colour, faintly uneven."""
    picture = to_lab(portrait.image)
    grain = np.random.default_rng(0).normal(0, 1.5, (*where.shape, 3)).astype(np.float32)
    picture[where] = (np.array(lab, np.float32) + grain)[where]
    return from_lab(picture)


def test_skin_tones_keep_their_order(portrait_of: Studied) -> None:
    """A darkened portrait has darker skin, and every selfie's skin is warm and of middle light."""
    portrait = portrait_of("P001")
    dark = colours(to_lab(portrait.image // 2), portrait.report.landmarks, portrait.hair_mask).skin
    assert dark[0] < portrait.report.colours.skin[0] - 15
    for person in ("P001", "P004", "P006", "P009"):
        lightness, a, b = portrait_of(person).report.colours.skin
        assert 40 < lightness < 85
        assert 5 < a < b


def test_lips_are_redder_than_skin(portrait_of: Studied) -> None:
    """Lips lie further towards red and away from yellow than the cheeks."""
    for person in ("P001", "P004", "P006", "P009"):
        found = portrait_of(person).report.colours
        assert found.lips[1] / found.lips[2] > found.skin[1] / found.skin[2]


@pytest.mark.parametrize("lab", [(32.0, 79.0, -108.0), (60.0, 55.0, 40.0), (85.0, 2.0, 12.0)])
def test_dyed_hair_is_read_as_dyed(portrait_of: Studied, lab: Lab) -> None:
    """Hair painted blue, orange or platinum gives that colour and no second tone."""
    portrait = portrait_of("P004")
    picture = _dyed(portrait, portrait.hair_mask > 60, lab)
    expected = to_lab(from_lab(np.array([[lab]], np.float32)))[0, 0]  # what sRGB can show of it
    found = colours(to_lab(picture), portrait.report.landmarks, portrait.hair_mask)
    assert found.hair is not None
    assert np.linalg.norm(np.subtract(found.hair, expected)) < 6
    assert found.hair_second is None


def test_two_tones_are_told_apart(portrait_of: Studied) -> None:
    """Dark roots over blond ends are two tones, the larger first."""
    portrait = portrait_of("P008")
    hair = portrait.hair_mask > 60
    rows = np.nonzero(hair)[0]
    ends = hair.copy()
    ends[: int(np.percentile(rows, 35))] = False
    roots, blond = (15.0, 2.0, 4.0), (75.0, 5.0, 30.0)
    picture = _dyed(portrait, hair, roots)
    picture[ends] = _dyed(portrait, ends, blond)[ends]
    found = colours(to_lab(picture), portrait.report.landmarks, portrait.hair_mask)
    assert found.hair is not None
    assert found.hair_second is not None
    assert np.linalg.norm(np.subtract(found.hair, blond)) < 6
    assert np.linalg.norm(np.subtract(found.hair_second, roots)) < 6


def test_the_bald_have_no_hair_colour(portrait_of: Studied) -> None:
    """An empty hair mask gives no hair colour, and everything else still."""
    portrait = portrait_of("P001")
    empty = np.zeros_like(portrait.hair_mask)
    found = colours(to_lab(portrait.image), portrait.report.landmarks, empty)
    assert found.hair is None
    assert found.hair_second is None
    assert np.allclose(found.skin, portrait.report.colours.skin, atol=3)


def test_a_highlight_does_not_whiten_the_skin(portrait_of: Studied) -> None:
    """A blown-out patch on one cheek hardly moves the skin's colour."""
    portrait = portrait_of("P001")
    x, y = portrait.report.landmarks[50, :2].astype(int)
    picture = portrait.image.copy()
    picture[y - 12 : y + 12, x - 12 : x + 12] = 255
    found = colours(to_lab(picture), portrait.report.landmarks, portrait.hair_mask)
    assert np.linalg.norm(np.subtract(found.skin, portrait.report.colours.skin)) < 4
