"""Freckles are seen where there are some, and drawn where they are seen."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.cartoon.portrait import composing, curves, sitter
from inference.face import attributes, freckles, topology
from inference.face.report import Portrait
from inference.latent import retouch

PEOPLE = ("P001", "P004", "P005", "P006", "P008", "P010")


@pytest.mark.parametrize("name", PEOPLE)
def test_clear_skin_has_none(name: str, portrait_of: Callable[[str], Portrait]) -> None:
    """Neither pores nor stubble nor wrinkles count."""
    portrait = portrait_of(name)
    assert not len(freckles.find(portrait, attributes.classify(portrait)))


def test_freckles_are_found_on_most(portrait_of: Callable[[str], Portrait]) -> None:
    """Painted on, they are seen on half of the people at least, and on cheeks and nose alone."""
    people = [_freckled(portrait_of(name)) for name in PEOPLE]
    found = [freckles.find(one, attributes.classify(one)) for one in people]
    assert sum(len(spots) > 0 for spots in found) >= len(people) / 2
    for one, spots in zip(people, found, strict=True):
        top, bottom = one.report.landmarks[[topology.BROW_MIDDLE, topology.LIPS_BOTTOM], 1]
        assert ((spots[:, 1] > top) & (spots[:, 1] < bottom)).all()


@pytest.mark.parametrize("look", ["ink", "anime"])
def test_they_are_drawn_on_the_face(look: str, portrait_of: Callable[[str], Portrait]) -> None:
    """As many dots as were seen, inside the drawn face, also where its proportions are others."""
    people = (sitter.sit(_freckled(portrait_of(name))) for name in PEOPLE)
    person = next(one for one in people if len(one.freckles))
    drawn = composing.drawn(person, look).named("freckles")
    assert drawn is not None
    assert len(drawn.rings) == len(person.freckles)
    oval = composing.bent_landmarks(person, look)[list(topology.FACE_OVAL)]
    face = curves.polygon((oval,), sitter.GRID, sitter.SCALE) > 0.5
    at = np.array([ring.mean(axis=0) for ring in drawn.rings]) / sitter.SCALE
    assert face[at[:, 1].astype(int), at[:, 0].astype(int)].mean() > 0.9


def _freckled(portrait: Portrait) -> Portrait:
    image = retouch.paint(portrait.image, portrait, {retouch.FRECKLES: 0.9})
    return replace(portrait, image=image)
