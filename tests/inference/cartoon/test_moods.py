"""Drawn people in moods: the expression comes before the drawing, the rest over it."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import numpy as np
import pytest

from inference.avatars.moods import load
from inference.cartoon.portrait import eyes, moods, sitter
from inference.cartoon.serving import Cartoon
from inference.errors import UnknownSetting
from inference.expression.serving import portrayed
from inference.face.report import Portrait
from storage.contract.kinds import CARTOON, MOODS, Setting, group_of
from tests.inference.making import make

NAMES = [name.partition(":")[2] for name in CARTOON.beside if group_of(name) == "mood"]
INK = Setting("ink")

Studied = Callable[[str], Portrait]


@pytest.mark.parametrize("mood", NAMES)
def test_every_mood_has_a_face(mood: str) -> None:
    """Its expression is one that faces can be given."""
    assert moods.expression(mood)
    if mood in MOODS:
        assert load()[mood].face


def test_a_mood_moves_the_drawn_face(portrait_of: Studied) -> None:
    """Laughing opens the mouth, crying shuts the eyes and has its tears drawn over."""
    plain = sitter.sit(portrait_of("P005"))
    laughing, crying = (
        sitter.sit(portrayed(portrait_of("P005"), moods.expression(mood)))
        for mood in ("laugh", "cry")
    )

    def gap(one: sitter.Sitter) -> float:
        return float(np.linalg.norm(one.landmarks[13] - one.landmarks[14]) / one.unit)

    assert gap(laughing) > gap(plain) + 0.05
    assert max(eye.openness for eye in eyes.both(crying)) < 0.08
    assert min(eye.openness for eye in eyes.both(plain)) > 0.15


def test_a_drawn_person_is_in_a_mood(portrait_of: Studied) -> None:
    """The sticker and its document show what the mood lays over the face, with room for it."""
    family = Cartoon(portrayed)
    plain = make(family, portrait_of("P001"), INK)
    loving = make(family, portrait_of("P001"), INK, Setting("mood:love"))
    assert (loving.frames[0].shape != plain.frames[0].shape) or (
        loving.frames[0] != plain.frames[0]
    ).any()
    boxes = [ElementTree.fromstring(one.drawing).get("viewBox") for one in (plain, loving)]  # noqa: S314 -- our own
    assert boxes[0] == "0 0 5120 5120"
    assert boxes[1] != boxes[0]
    assert "#ff4d6d" in loving.drawing
    assert "#ff4d6d" not in plain.drawing


def test_what_lies_over_a_face_leans_with_it() -> None:
    """A tilted head's tears run along its cheeks."""
    landmarks = np.zeros((478, 2))
    landmarks[:] = (250.0, 250.0)
    left, right = (33, 133, 159, 145), (362, 263, 386, 374)
    landmarks[list(left)], landmarks[list(right)] = (200.0, 240.0), (300.0, 280.0)
    landmarks[234], landmarks[454] = (160.0, 220.0), (340.0, 300.0)
    drawn = moods.over("sad", landmarks, {"skin": (60.0, 10.0, 20.0)})
    assert "rotate(" in drawn
    assert moods.over("grin", landmarks, {"skin": (60.0, 10.0, 20.0)}) == ""


def test_nothing_unknown_is_drawn(portrait_of: Studied) -> None:
    """A mood that is none, and a family that nobody lends expressions to."""
    with pytest.raises(KeyError):
        moods.expression("hungry")
    with pytest.raises(UnknownSetting):
        make(Cartoon(), portrait_of("P001"), INK, Setting("mood:love"))
