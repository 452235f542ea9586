"""Hair described from masks and landmarks."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.face import topology
from inference.face.hair import describe
from inference.face.report import Hair, Portrait
from inference.pictures.images import to_lab

Studied = Callable[[str], Portrait]
Change = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


def _described(portrait: Portrait) -> Hair:
    report = portrait.report
    return describe(
        to_lab(portrait.image),
        report.landmarks,
        portrait.alpha,
        portrait.hair_mask,
        report.colours.skin,
    )


@pytest.mark.parametrize(
    ("person", "length"),
    [("P001", "short"), ("P005", "short"), ("P006", "short"), ("P008", "long")],
)
def test_length_is_what_one_sees(portrait_of: Studied, person: str, length: str) -> None:
    """Cropped curls and tied hair are short, loose hair on the shoulders is long."""
    assert _described(portrait_of(person)).length == length


def test_without_a_mask_one_is_bald(portrait_of: Studied) -> None:
    """No hair on a head the colour of skin: bald, receded, not covered, no volume."""
    portrait = portrait_of("P001")
    image = portrait.image.copy()
    head = portrait.hair_mask > 0
    image[head] = image[
        topology.fill(head.shape, portrait.report.landmarks, *topology.CHEEKS)
    ].mean(axis=0)
    bald = replace(portrait, image=image, hair_mask=np.zeros_like(portrait.hair_mask))
    hair = _described(bald)
    assert hair == Hair(length="bald", fringe=0.0, receding=1.0, covered=False, volume=0.0)


def test_a_hat_covers(portrait_of: Studied) -> None:
    """Something on the head that is neither hair nor skin covers it, and nobody is called bald."""
    portrait = portrait_of("P001")
    image = portrait.image.copy()
    image[portrait.hair_mask > 0] = (30, 60, 160)
    hatted = replace(portrait, image=image, hair_mask=np.zeros_like(portrait.hair_mask))
    hair = _described(hatted)
    assert hair.covered
    assert hair.length == "short"
    assert hair.receding == 0


def test_a_fringe_is_measured(portrait_of: Studied) -> None:
    """Hair drawn over the forehead raises the fringe and nothing about the length."""
    portrait = portrait_of("P001")
    assert _described(portrait).fringe < 0.1
    forehead = topology.fill(portrait.alpha.shape, portrait.report.landmarks, topology.FACE_OVAL)
    forehead[int(portrait.report.landmarks[topology.BROW_MIDDLE, 1]) :] = False
    fringed = replace(portrait, hair_mask=np.where(forehead, np.uint8(255), portrait.hair_mask))
    assert _described(fringed).fringe > 0.6
    assert _described(fringed).length == "short"


@pytest.mark.parametrize("person", ["P004", "P008"])
def test_size_and_side_do_not_matter(portrait_of: Studied, person: str) -> None:
    """A portrait at half the size, or mirrored, has the same hair."""
    portrait = portrait_of(person)
    hair = _described(portrait)
    side = portrait.image.shape[0]
    landmarks = portrait.report.landmarks

    def changed(picture: NDArray[np.uint8], points: NDArray[np.float32], change: Change) -> Hair:
        report = replace(portrait.report, landmarks=points)
        masks = change(portrait.alpha), change(portrait.hair_mask)
        return _described(Portrait(picture, *masks, report))

    def halve(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        half = (side // 2, side // 2)
        return np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.uint8)

    def mirror(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return picture[:, ::-1]

    turned = (landmarks * (-1, 1, 1) + (side, 0, 0)).astype(np.float32)
    for found in (
        changed(halve(portrait.image), landmarks / np.float32(2), halve),
        changed(mirror(portrait.image), turned, mirror),
    ):
        assert (found.length, found.covered) == (hair.length, hair.covered)
        assert found.volume == pytest.approx(hair.volume, abs=0.06)
        assert found.receding == pytest.approx(hair.receding, abs=0.06)
