"""Drawn hair: its own colour in any light, and whole where the photo's edge cuts the head."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.cartoon.portrait import composing, hair_colour, sitter
from inference.face import analysis, topology
from inference.face.report import Colours, Portrait
from inference.pictures.images import decode
from tests.inference.making import answered, with_hair

BROWN = {"hair_colour": {"brown": 0.9, "dyed": 0.05, "blond": 0.05}}


def _cut(photo: bytes, share: float) -> sitter.Sitter:
    """The sitter of a photo that ends ``share`` face heights above the forehead's top."""
    image = decode(photo)
    points = answered(analysis.find(image)).faces[0].landmarks
    top = points[topology.FOREHEAD_MIDDLE, 1] - share * topology.face_height(points)
    return sitter.sit(answered(analysis.portrait(np.ascontiguousarray(image[int(top) :]))))


@pytest.mark.parametrize("share", [-0.17, 0.0, 0.12, 0.22])
@pytest.mark.parametrize("person", ["P001", "P003", "P005", "P006", "P009", "P010"])
def test_a_head_that_the_photo_cuts_is_closed_by_a_curve_of_hair(
    selfie_of: Callable[[str], bytes], person: str, share: float
) -> None:
    """Nobody gets a flat top, nor a bare crown between two tufts."""
    sitting = _cut(selfie_of(person), share)
    solid = sitting.person > 0.5
    first = int(np.flatnonzero(solid.any(axis=1))[0])
    unit = sitting.unit / sitter.SCALE
    lower = first + round(0.12 * unit)
    assert solid[first + 1].sum() < 0.75 * solid[lower].sum()
    top = sitting.landmarks[topology.FOREHEAD_MIDDLE] / sitter.SCALE
    crown = np.s_[first + 2 : round(top[1] - 0.16 * unit), round(top[0])]
    assert (sitting.hair[crown] > 0.5).mean() > 0.8


def test_a_head_in_one_piece_stays_as_it_is(portrait_of: Callable[[str], Portrait]) -> None:
    """Where the photo goes on above the head, nothing is added."""
    portrait = portrait_of("P009")
    sitting = sitter.sit(portrait)
    shown = (portrait.alpha > 128).any(axis=1)
    assert shown[:3].sum() == 0
    assert sitting.style == portrait.report.hair


def _colours(hair: tuple[float, float, float]) -> Colours:
    return Colours(
        skin=(69, 11, 15), lips=(50, 20, 15), brows=(25, 5, 6), iris=(30, 5, 8),
        hair=hair, hair_second=None,
    )  # fmt: skip


def test_hair_before_a_bright_sky_is_not_drawn_blue() -> None:
    """Dark hair that mirrors the sky is as dark as the brows, and as warm as brown is."""
    drawn = hair_colour.own(_colours((37, 1, -7)), BROWN)
    assert drawn is not None
    assert drawn == pytest.approx((25, 6, 9), abs=2)


def test_hair_dyed_blue_stays_blue() -> None:
    """What is dyed has any colour."""
    dyed = {"hair_colour": {"dyed": 0.8, "black": 0.2}}
    assert hair_colour.own(_colours((37, 1, -20)), dyed) == (37, 1, -20)


@pytest.mark.parametrize("person", ["P004", "P008"])
def test_red_hair_in_the_shade_is_drawn_red(
    portrait_of: Callable[[str], Portrait], person: str
) -> None:
    """Dull and dark as it is on the photo, the drawn shape has a red that nobody calls brown."""
    seen = with_hair(portrait_of(person), (30.0, 14.0, 20.0))
    drawn = sitter.sit(seen).colours.hair
    assert drawn is not None
    assert drawn[0] > 29
    assert drawn[1] > 18
    assert drawn[1] > 0.75 * drawn[2]


def test_gray_hair_stays_gray() -> None:
    """Light hair without colour is drawn so, in blue light too."""
    gray = {"hair_colour": {"gray": 0.9, "dyed": 0.02}}
    drawn = hair_colour.own(_colours((66, 0, -3)), gray)
    assert drawn is not None
    assert drawn[0] == 66
    assert abs(drawn[2]) < 2


def test_the_lit_part_of_blond_hair_is_its_colour() -> None:
    """Blond hair of which more lies in the shade is drawn blond."""
    colours = Colours(
        skin=(86, 11, 10), lips=(60, 20, 15), brows=(57, 15, 18), iris=(40, 0, -5),
        hair=(43, 11, 15), hair_second=(69, 7, 14),
    )  # fmt: skip
    drawn = hair_colour.own(colours, {"hair_colour": {"blond": 0.99, "dyed": 0.0}})
    assert drawn is not None
    assert drawn[0] > 60
    assert drawn[2] > 14


def test_hair_is_drawn_as_what_it_is_surely_called() -> None:
    """Dark brown is not black, dark gray is gray; what has no sure name stays as it is."""
    dark = _colours((12, 2, 2))
    brown, gray, black, doubtful = (
        hair_colour.own(dark, {"hair_colour": said})
        for said in ({"brown": 0.9}, {"gray": 0.9}, {"black": 0.9}, {"brown": 0.4, "black": 0.4})
    )
    assert brown is not None
    assert gray is not None
    assert brown[0] > 20
    assert brown[2] > 8
    assert gray[0] > 35
    assert abs(gray[2]) < 3
    assert black == doubtful == pytest.approx((12, 2, 2), abs=1)


def test_light_on_hair_is_no_second_colour() -> None:
    """Sun and shine are no patch of blond; dyed and gray strands are what they are."""
    lit = replace(_colours((11, -1, 3)), hair_second=(60, 4, 20))
    assert hair_colour.second(lit, {"hair_colour": {"black": 0.5, "dyed": 0.05}}) is None
    assert hair_colour.second(lit, {"hair_colour": {"brown": 0.9}}) is None
    assert hair_colour.second(lit, {"hair_colour": {"black": 0.4, "dyed": 0.5}}) == (60, 4, 20)
    assert hair_colour.second(lit, {"hair_colour": {"black": 0.3, "gray": 0.6}}) == (60, 4, 20)


def test_green_light_makes_nobody_green(portrait_of: Callable[[str], Portrait]) -> None:
    """Skin in coloured light is drawn in a colour of skin."""
    sitting = sitter.sit(portrait_of("P003"))
    lit = replace(sitting, colours=replace(sitting.colours, skin=(50.0, -4.0, 9.0)))
    _, a, b = composing.drawn(lit, "ink").palette["skin"]
    assert a > 0.2 * b > 0
