"""The network's engine on a real photo."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.expression.explain import CELL, EXPLANATIONS, draw
from inference.expression.ganimation import MODEL, Edit, applied, placement
from inference.expression.ganimation_original import Painting
from inference.expression.mixes import MIXES, movement
from inference.expression.placing import MOVEMENTS, SIDE
from inference.expression.serving import ENGINES, Expression
from inference.face import topology
from inference.face.landmarks import region_around, trace
from inference.face.report import Portrait
from inference.models.calls import Call, run
from storage.contract.kinds import Setting
from tests.inference.making import networks


@pytest.fixture
def person(portrait_of: Callable[[str], Portrait]) -> Portrait:
    """Give somebody who looks into the camera."""
    return portrait_of("P006")


def edited(
    person: Portrait, name: str, amount: float, engine: str = "ganimation"
) -> NDArray[np.uint8]:
    """Return the person's picture with another expression by a network."""
    image, _ = run(ENGINES[engine](person, movement([Setting(name, amount)])), networks)
    return image


def far(person: Portrait) -> NDArray[np.bool_]:
    """Where no network has a say."""
    face = topology.fill(person.alpha.shape, person.report.landmarks, topology.FACE_OVAL)
    reach = round(0.4 * topology.face_height(person.report.landmarks))
    near = cv2.dilate(face.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    return np.asarray(near == 0)


@pytest.mark.parametrize("engine", ["ganimation", "ganimation-original"])
@pytest.mark.parametrize("name", ["smile", "sad", "AU43", "wink"])
def test_zero_edit_is_the_input_bit_for_bit(name: str, engine: str, person: Portrait) -> None:
    """Amount 0 asks no network and changes nothing."""
    assert np.array_equal(edited(person, name, 0.0, engine), person.foreground)


def test_the_original_paints_the_face_and_leaves_the_ground(person: Portrait) -> None:
    """Something in the face changes, far from it every pixel stays."""
    image = edited(person, "smile", 1.0, "ganimation-original")
    differs = np.abs(image.astype(int) - person.foreground).max(axis=2)
    assert differs.max() > 8
    assert not differs[far(person)].any()


def test_what_attention_keeps_is_the_photo_itself() -> None:
    """A * photo + (1 - A) * C, as the paper has it."""
    photo = np.full((4, 4, 3), 200, np.uint8)
    attention = np.zeros((4, 4), np.float32)
    attention[:2] = 1.0
    attention[2] = 0.5
    painting = Painting(attention, np.full((4, 4, 3), 100, np.float32))
    assert painting.over(photo)[..., 0].tolist() == [[200] * 4] * 2 + [[150] * 4, [100] * 4]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_explained(engine: str, person: Portrait) -> None:
    """What is drawn beside the result is what made it."""
    asked = movement([Setting("smile", 0.8)])
    found = run(EXPLANATIONS[engine](person, asked), networks)
    assert not np.array_equal(found.result, person.foreground)
    assert draw(person, found).shape[1] == 5 * CELL


def test_a_smile_widens_the_mouth_and_leaves_the_ground(person: Portrait) -> None:
    """What is asked is seen, and far from the face every pixel stays."""
    image = edited(person, "smile", 1.0)
    around = region_around(person.report.landmarks)
    widths = []
    for picture in (person.foreground, image):
        found, _ = run(trace(picture, around), networks)
        widths.append(float(np.linalg.norm(found[61, :2] - found[291, :2])))
    assert widths[1] > 1.05 * widths[0]
    ground = far(person)
    assert np.array_equal(image[ground], person.foreground[ground])


def test_people_share_a_run() -> None:
    """A batch of three gets the answers that each gets alone."""
    chance = np.random.default_rng(0)
    photo = chance.uniform(-1, 1, (3, 3, SIDE, SIDE)).astype(np.float32)
    change = chance.uniform(-0.5, 1, (3, len(MOVEMENTS))).astype(np.float32)
    together = networks(Call(MODEL, {"photo": photo, "change": change}))
    for k in range(3):
        alone = networks(Call(MODEL, {"photo": photo[k : k + 1], "change": change[k : k + 1]}))
        for name, value in alone.items():
            np.testing.assert_allclose(together[name][k], value[0], atol=1e-4)


def test_a_flow_turns_and_scales_with_the_face(person: Portrait) -> None:
    """What moves one way in the network's picture moves that way in the photo, as far."""
    flow = np.zeros((SIDE, SIDE, 2), np.float32)
    flow[..., 0] = 0.05
    edit = Edit(flow, np.ones((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE, 3), np.float32))
    landmarks = person.report.landmarks
    image, _ = applied(person.image, person.alpha, landmarks, edit)
    step = np.linalg.inv(placement(landmarks)[:, :2]) @ (0.05 * SIDE, 0)
    nose = landmarks[4, :2]
    there = cv2.getRectSubPix(person.image, (9, 9), (nose + step - 0.5).tolist())
    here = cv2.getRectSubPix(image, (9, 9), (nose - 0.5).tolist())
    assert np.abs(here.astype(int) - there).mean() < 4


@pytest.mark.parametrize("engine", ["ganimation", "ganimation-original"])
def test_all_engines_know_every_setting(engine: str, person: Portrait) -> None:
    """Whatever the vocabulary offers, any engine makes a sticker of it."""
    for name in ("smile", "AU26", "tongue"):
        assert name in MIXES
        made = run(Expression(engine).make(person, (Setting(name, 0.8),)), networks)
        assert made.frames[0].shape == (512, 512, 4)
