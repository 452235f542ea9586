"""Beards and moustaches: drawn hair by hair, and grown on faces."""

import json
import tomllib
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from inference.face import topology
from inference.face.resizing import resized
from inference.layers import beard, pieces
from inference.layers.building import draw_beards, strands
from inference.layers.palette import COLOURS
from inference.pictures.images import to_lab


@pytest.fixture(scope="module")
def small(portrait_of):
    """A smiling face with short curls, 320 px."""
    return resized(portrait_of("P001"), 320)


@pytest.fixture(scope="module")
def plan():
    """What beard.toml says."""
    return tomllib.loads((pieces.ROOT / "beard.toml").read_text("utf-8"))


def test_what_ships_is_what_the_plan_draws(plan):
    """Every piece of the plan is in the library, and drawing one again gives the same hairs."""
    assert list(pieces.index("beard")) == list(plan["piece"])
    drawn = draw_beards.draw("brush", plan)[..., 3].astype(float)
    kept = pieces.load("beard", "brush").image[..., 3]
    assert drawn.shape == kept.shape
    assert np.abs(drawn - kept).mean() < 0.1


def test_beards_are_nobodys():
    """Each says that it is drawn and not cut from a person."""
    for row in json.loads((pieces.ROOT / "beard" / "index.json").read_text("utf-8")):
        assert (row["licence"], row["origin"]) == ("Apache-2.0", "drawn here")


def test_hair_roots_in_its_area_and_hangs_from_it():
    """No hair is farther from where it roots than it is long; both halves grow alike."""
    area = np.array([[40.0, 40.0], [55.0, 40.0], [55.0, 60.0], [40.0, 60.0]])
    down = np.array([[50.0, 50.0, 0.0, 1.0]])
    tuft = strands.Tuft(area, down, 400, (10.0, 10.0), soft=0.5, curl=0, clump=0, stray=0)
    groom = strands.Groom(128, np.zeros((0, 5)), (40.0, 4.0, 9.0))
    alpha = strands.drawn(groom, [tuft], 2)[..., 3] > 16
    rows, columns = np.nonzero(alpha)
    assert rows.min() / 2 > 36
    assert 60 < rows.max() / 2 < 60 + 10 * np.exp(4 * 0.25)
    left, right = (columns < 128).sum(), (columns >= 128).sum()
    assert abs(left - right) < 0.05 * left


def test_a_beard_grows_with_its_density(small):
    """Chin and cheeks get darker step by step, from no change at all."""
    jaw = topology.fill(small.alpha.shape, small.report.landmarks, (172, 150, 152, 379, 397, 17))
    light = [
        to_lab(beard.grow(small, pieces.load("beard", "full"), (16.0, 2.0, 3.0), amount).image)[
            jaw
        ][:, 0].mean()
        for amount in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(more < less - 0.5 for less, more in pairwise(light))
    assert (beard.grow(small, pieces.load("beard", "full"), None, 0.0).image == small.image).all()


@pytest.mark.parametrize("light", [22, 30, 45, 60, 75])
def test_a_beard_is_told_from_skin(light):
    """Whatever the colour of hair and skin, they are apart, unless hair cannot get any darker."""
    for name in ("black", "brown", "blond", "gray", "white"):
        tone = beard.seen(COLOURS[name], (float(light), 14.0, 18.0))
        assert abs(tone[0] - light) > 10
        assert 10 < tone[0] < 90


def test_a_beard_is_not_dyed_with_the_hair(small):
    """Green hair, or a green hat taken for it, leaves the beard to the colour of the brows."""
    colours = small.report.colours
    green = replace(colours, hair=COLOURS["green"], brows=(30.0, 6.0, 12.0))
    assert beard.natural(replace(colours, hair=COLOURS["auburn"])) == COLOURS["auburn"]
    assert beard.natural(green) == beard.natural(replace(green, hair=None))
    assert beard.natural(green)[1] > 0


def test_a_beard_ends_where_a_turned_cheek_ends(small):
    """Of a head turned away, hair above the mouth stays within the outline of the face."""
    landmarks = small.report.landmarks
    turn = np.radians(35)
    flat = landmarks - landmarks[1]
    turned = landmarks.copy()
    turned[:, 0] = landmarks[1, 0] + flat[:, 0] * np.cos(turn) - flat[:, 2] * np.sin(turn)
    portrait = replace(small, report=replace(small.report, landmarks=turned))
    grown = beard.grow(portrait, pieces.load("beard", "full"), (16.0, 2.0, 3.0))
    changed = np.abs(grown.image.astype(int) - small.image).max(axis=2) > 25
    face = topology.fill(small.alpha.shape, turned, topology.FACE_OVAL).astype(np.uint8)
    reach = 2 * round(0.06 * topology.face_height(turned)) + 1
    beyond = cv2.dilate(face, np.ones((reach, reach))) == 0
    above = np.arange(len(face))[:, None] < turned[[61, 291], 1].min()
    assert changed[face > 0].mean() > 0.1
    assert not (changed & beyond & above).any()


def test_a_beard_spares_the_mouth(small):
    """Teeth between opened lips stay as they are."""
    grown = beard.grow(small, pieces.load("beard", "full"))
    inside = topology.fill(small.alpha.shape, small.report.landmarks, topology.LIPS_INNER)
    inside = cv2.erode(inside.astype(np.uint8), np.ones((3, 3))) > 0
    assert (grown.image[inside] == small.image[inside]).all()
