"""What the trained network draws, at a sticker's size."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inference.cartoon import twin
from inference.cartoon.portrait import options, sitter
from inference.cartoon.serving import Cartoon
from inference.face.report import Portrait
from inference.pictures.die_cut import die_cut
from inference.pictures.images import to_lab
from storage.contract.kinds import Setting
from tests.inference.making import answered, make


def test_a_network_draws_the_person_alone(portrait_of: Callable[[str], Portrait]) -> None:
    """The drawing covers about what the person covers, and its ground is left out."""
    person = portrait_of("P001").once(sitter.sit)
    drawn = answered(twin.draw(person))[..., 3] > 128
    there = twin.seen(person)[..., 3].repeat(4, 0).repeat(4, 1) > 128
    assert drawn.shape == (512, 512)
    assert (drawn & there).sum() / (drawn | there).sum() > 0.8
    assert not drawn[:8, :8].any()


def test_the_network_is_told_the_colour_of_hair(portrait_of: Callable[[str], Portrait]) -> None:
    """Hair that was wished for blond comes out lighter, the rest of the picture stays."""
    person = portrait_of("P005").once(sitter.sit)
    own = answered(twin.draw(person))
    blond = answered(twin.draw(person, options.of(["hair:blond"])))
    asked = make(Cartoon(), portrait_of("P005"), Setting("twin"), Setting("hair:blond")).frames[0]
    assert np.array_equal(asked, die_cut(blond))
    hair = np.asarray(person.hair, np.float32).repeat(2, 0).repeat(2, 1) > 0.9
    lighter = to_lab(blond[..., :3])[..., 0] - to_lab(own[..., :3])[..., 0]
    clothes = np.asarray(person.clothes, np.float32).repeat(2, 0).repeat(2, 1) > 0.9
    assert np.median(lighter[hair]) > 5
    assert abs(np.median(lighter[clothes])) < 2


def test_a_gap_that_is_gray_is_no_ground() -> None:
    """Only what hangs together with the picture's border is left out."""
    drawing = np.full((128, 128, 3), twin.GROUND, np.uint8)
    drawing[32:, 32:96] = (120, 60, 40)
    drawing[60:80, 56:72] = twin.GROUND  # a gray pocket
    found = twin.figure(drawing, np.zeros((128, 128), np.uint8))
    assert found[70, 64] == 255
    assert found[10, 64] == 0


def test_ground_shows_between_a_cat_and_its_tail() -> None:
    """What is bare within is left out, too."""
    drawing = np.full((128, 128, 3), twin.GROUND, np.uint8)
    drawing[32:, 32:96] = (120, 60, 40)
    drawing[60:80, 56:72] = twin.GROUND
    found = twin.figure(drawing, np.zeros((128, 128), np.uint8), pierced=True)
    assert found[70, 64] == 0
    assert found[100, 64] == 255


@pytest.mark.parametrize("name", ["P001", "P006", "P008"])
def test_a_cat_has_a_whole_tail_and_the_fur_that_is_asked_for(
    name: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """Nothing of it lies apart from it, none of it leaves the picture, and pink is pink."""
    cat = answered(twin.draw(portrait_of(name).once(sitter.sit), domain="cat"))
    solid = (cat[..., 3] > 128).astype(np.uint8)
    _, _, parts, _ = cv2.connectedComponentsWithStats(solid)
    sizes = sorted(parts[1:, cv2.CC_STAT_AREA], reverse=True)
    assert sizes[0] > 0.98 * sum(sizes)
    assert solid[:, [0, -1]].mean() < 0.2
    pink = make(Cartoon(), portrait_of(name), Setting("twin-cat"), Setting("hair:pink")).frames[0]
    _, a, b = np.median(to_lab(np.ascontiguousarray(pink[..., :3]))[pink[..., 3] == 255], axis=0)
    assert a > 15
    assert abs(b) < 15


def test_a_scene_stands_before_its_own_colour(portrait_of: Callable[[str], Portrait]) -> None:
    """Beside the style, ``scene`` fills the sticker's square."""
    alone = make(Cartoon(), portrait_of("P001"), Setting("twin")).frames[0]
    scene = make(Cartoon(), portrait_of("P001"), Setting("twin"), Setting("scene")).frames[0]
    assert (scene[..., 3] > 128).sum() > 1.2 * (alone[..., 3] > 128).sum()
