"""Hair as it is drawn: off the eyes, and with the photo's own contrast."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.cartoon.portrait import composing, sitter
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.options import Options
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology
from inference.face.report import Portrait


def test_a_fringe_leaves_the_eyes_free(portrait_of: Callable[[str], Portrait]) -> None:
    """Its shade on both eyes is taken for hair, but they are drawn, and the fringe above them."""
    person = sitter.sit(_combed(portrait_of("P006"), sides=(0, 1)))
    assert max(_covered(person)) < 0.05
    brows = person.filled(*topology.BROWS)
    assert person.hair[brows].mean() > 0.8


def test_a_lock_over_one_eye_stays(portrait_of: Callable[[str], Portrait]) -> None:
    """Somebody may well wear it so."""
    person = sitter.sit(_combed(portrait_of("P006"), sides=(0,)))
    assert max(_covered(person)) > 0.2


@pytest.mark.parametrize("name", ["P001", "P006"])
def test_locks_differ_as_they_do_on_the_photo(
    name: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """Hair of less contrast is drawn with less, in the same tone."""
    person = sitter.sit(portrait_of(name))
    inside = person.hair > 0.5
    tone = np.median(person.lab[inside], axis=0)
    lab = np.where(inside[..., None], tone + 0.1 * (person.lab - tone), person.lab)
    calm = replace(person, lab=lab.astype(np.float32))
    strong, weak = (composing.compose(one).palette for one in (person, calm))
    assert strong["hair"] == weak["hair"]
    assert strong["hair-dark"][0] < weak["hair-dark"][0] < weak["hair"][0]
    assert weak["hair"][0] < weak["hair-light"][0] <= strong["hair-light"][0]


def test_gray_hair_shines_unless_it_is_dyed(portrait_of: Callable[[str], Portrait]) -> None:
    """Light locks of gray hair lose their colour; those of a wished colour keep it."""
    person = sitter.sit(portrait_of("P006"))
    gray = replace(person, perceived={**person.perceived, "hair_colour": {"gray": 1.0}})
    before, after = (composing.compose(one).palette["hair-light"] for one in (person, gray))
    assert after[0] > before[0] + 5
    pink = Options(hair=(70.0, 40.0, -5.0))
    dyed = [composing.compose(one, pink).palette["hair-light"] for one in (person, gray)]
    assert dyed[0] == dyed[1]


def test_white_hair_is_lit_within_what_there_is(portrait_of: Callable[[str], Portrait]) -> None:
    """Hair as light as light itself has locks like any other."""
    person = sitter.sit(portrait_of("P006"))
    white = replace(person, lab=np.full_like(person.lab, (92.0, 0.0, 0.0)))
    dark, light = (composing.compose(white).palette[f"hair-{lock}"] for lock in ("dark", "light"))
    assert dark[0] < light[0] <= 100


def _combed(portrait: Portrait, sides: tuple[int, ...]) -> Portrait:
    """The same with dark hair down to below an eye or both, as a mask sees it."""
    landmarks = portrait.report.landmarks[:, :2]
    shape = portrait.hair_mask.shape
    eyes = [topology.EYES[side] for side in sides]
    brows = [topology.BROWS[side] for side in sides]
    fringe = topology.fill(shape, landmarks, *eyes, *brows, topology.FOREHEAD)
    fringe = cv2.morphologyEx(fringe.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((41, 41))) > 0
    image = portrait.image.copy()
    image[fringe] = (24, 20, 20)
    hair = np.where(fringe, 255, portrait.hair_mask).astype(np.uint8)
    return replace(portrait, image=image, hair_mask=hair)


def _covered(person: Sitter) -> list[float]:
    return [_mean(person.hair, person.filled(ring)) for ring in topology.EYES]


def _mean(plane: Plane, where: np.ndarray) -> float:
    return float(plane[where].mean())
