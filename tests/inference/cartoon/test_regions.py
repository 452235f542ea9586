"""What of a person is hair, skin or cloth in a drawing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.cartoon.portrait import composing, regions, sitter
from inference.face import topology
from inference.face.report import Portrait

Studied = Callable[[str], Portrait]


@pytest.mark.parametrize(("perceived", "opaque"), [("short", True), ("buzz", False)])
def test_hair_that_lies_flat_is_no_shade_on_the_scalp(
    portrait_of: Studied, perceived: str, opaque: bool
) -> None:
    """Combed back it takes as little room as shorn hair, which alone lets the scalp through."""
    person = sitter.sit(portrait_of("P006"))
    flat = replace(
        person,
        style=replace(person.style, length="buzz"),
        perceived={**person.perceived, "hair_length": {perceived: 1.0}},
    )
    hair = composing.drawn(flat, "ink").named("hair")
    assert hair is not None
    assert (hair.opacity == 1) == opaque


@pytest.mark.parametrize(("person", "hangs"), [("P001", False), ("P008", True)])
def test_short_hair_never_hangs_below_the_chin(
    portrait_of: Studied, person: str, hangs: bool
) -> None:
    """What the mask finds there is the neck's shadow; long hair does hang there."""
    portrait = portrait_of(person)
    chin, side = portrait.report.landmarks[152], len(portrait.alpha)
    mask = portrait.hair_mask.copy()
    below = slice(int(chin[1] + 0.04 * side), int(chin[1] + 0.10 * side))
    mask[below, int(chin[0]) : int(chin[0] + 0.06 * side)] = 255
    found = sitter.sit(replace(portrait, hair_mask=mask))
    assert bool((found.hair[found.down > 1.05] > 0.5).any()) == hangs


@pytest.mark.parametrize("yaw", [-30.0, 0.0, 30.0])
def test_the_neck_of_a_turned_head_is_aside(portrait_of: Studied, yaw: float) -> None:
    """It is below the head, not below the face: in shadow only its place tells that it is skin."""
    portrait = portrait_of("P006")
    chin = int(portrait.report.landmarks[152, 1])
    shadow = portrait.image.copy()
    shadow[chin + 10 :] = (46, 44, 42)
    everywhere = portrait.alpha.copy()
    everywhere[chin + 10 :] = 255
    pose = replace(portrait.report.pose, yaw=yaw)
    turned = replace(
        portrait,
        image=shadow,
        alpha=everywhere,
        hair_mask=np.zeros_like(everywhere),
        report=replace(portrait.report, pose=pose),
    )
    found = sitter.sit(turned)
    neck = (found.skin > 0.5) & (found.down > 1.1) & (found.down < 1.2)
    assert neck.any()
    assert float(found.across[neck].mean()) == pytest.approx(-yaw / 100, abs=0.06)


def test_what_looks_like_skin_below_the_brows_is_no_hair(portrait_of: Studied) -> None:
    """A mask that takes half a face for hair hides none of it where the light is even."""
    portrait = portrait_of("P010")
    landmarks = portrait.report.landmarks
    top, bottom = int(landmarks[159, 1]), int(landmarks[152, 1])
    mask = portrait.hair_mask.copy()
    mask[top:bottom, int(landmarks[234, 0]) : int(landmarks[1, 0])] = 255
    found = sitter.sit(replace(portrait, hair_mask=mask))
    cheeks = found.filled(*topology.CHEEKS) & (found.across < 0)
    assert cheeks.any()
    assert float(np.median(found.hair[cheeks])) < 0.2


@pytest.mark.parametrize(("likeness", "tanned"), [(4.0, True), (40.0, False)])
def test_a_hat_of_the_skins_colour_is_known(
    portrait_of: Studied, likeness: float, tanned: bool
) -> None:
    """Straw is no forehead: below it that ends where the face does."""
    report = portrait_of("P001").report
    person = sitter.sit(portrait_of("P001"))
    lab = np.full((*person.person.shape, 3), report.colours.skin, np.float32)
    lab[..., 2] += likeness
    worn = np.ones_like(person.person)
    assert regions._tanned(lab, worn, person.across, person.down, report) == tanned
