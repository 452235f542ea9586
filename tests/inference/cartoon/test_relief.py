"""A face's own modelling is drawn, and its light is not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.cartoon.portrait import curves, relief, sitter
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.drawing import Shape
from inference.cartoon.portrait.sitter import GRID, SCALE, Sitter
from inference.face import topology
from inference.face.report import Portrait


@pytest.mark.parametrize("name", ["P001", "P006", "P010"])
def test_light_from_a_side_changes_little(
    name: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """A slope of light across the face, 30 of lightness, leaves nearly the same shapes."""
    person = sitter.sit(portrait_of(name))
    slope = 30 * np.clip(person.across, -1, 1)
    lit = replace(person, lab=person.lab + slope[..., None] * np.array([1, 0, 0], np.float32))
    assert np.abs(lit.lab[..., 0] - person.lab[..., 0])[person.oval > 0.5].max() > 10
    before, after = (_filled(relief.draw(one, 1.0), "shade") for one in (person, lit))
    assert before.sum() > 100
    assert np.minimum(before, after).sum() > 0.75 * np.maximum(before, after).sum()


def test_features_stay_free(portrait_of: Callable[[str], Portrait]) -> None:
    """Neither eyes nor lips are laid over."""
    person = sitter.sit(portrait_of("P006"))
    shapes = relief.draw(person, 1.0)
    assert {shape.part for shape in shapes} == {"shade", "light"}
    features = person.filled(*topology.EYES, topology.LIPS_OUTER)
    for kind in ("shade", "light"):
        assert (_filled(shapes, kind) > 0.5)[features].mean() < 0.05


def test_even_skin_has_none(portrait_of: Callable[[str], Portrait]) -> None:
    """Where all is one tone, nothing is drawn."""
    person = sitter.sit(portrait_of("P006"))
    assert relief.draw(_even(person), 1.0) == []


def _even(person: Sitter) -> Sitter:
    return replace(person, lab=np.full_like(person.lab, 60.0))


def _filled(shapes: list[Shape], kind: str) -> Plane:
    """Where any shape of a kind is."""
    found = [s for s in shapes if s.name.startswith(f"relief-{kind}")]
    masks = [curves.polygon(shape.rings, GRID, SCALE) for shape in found]
    return np.maximum.reduce([np.zeros((GRID, GRID), np.float32), *masks])
