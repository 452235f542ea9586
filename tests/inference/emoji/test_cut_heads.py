"""Avatars of heads that the photo's upper edge cuts show the whole head's hair."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.avatars import styles
from inference.emoji.traits import observe
from inference.face import analysis, crown, topology
from inference.face.report import Portrait
from inference.layers.hair import shave
from inference.pictures.images import decode
from tests.inference.making import answered, best_match


def _cut(photo: bytes, above: float) -> Portrait:
    """The portrait in a photo that ends so many face heights above the forehead's top."""
    image = decode(photo)
    points = answered(analysis.find(image)).faces[0].landmarks
    top = points[topology.FOREHEAD_MIDDLE, 1] - above * topology.face_height(points)
    return answered(analysis.portrait(np.ascontiguousarray(image[int(top) :])))


@pytest.mark.parametrize(
    ("person", "above", "tag", "values"),
    [
        ("P001", 0.28, "texture", {"curly", "coily"}),
        ("P002", 0.21, "texture", {"curly", "coily"}),
        ("P007", 0.21, "texture", {"curly", "coily"}),
        ("P006", 0.13, "tied", {"1"}),
        ("P006", 0.0, "tied", {"1"}),
        ("P010", 0.29, "tied", {"1"}),
        ("P010", 0.13, "tied", {"1"}),
        ("P009", 0.12, "loose", {"1"}),
    ],
)
def test_a_cut_head_wears_the_hair_that_it_has(
    selfie_of: Callable[[str], bytes], person: str, above: float, tag: str, values: set[str]
) -> None:
    """An afro stays one, tied hair is no crop, loose hair is loose, whatever the edge cuts off."""
    top = best_match(answered(observe(_cut(selfie_of(person), above))), "avataaars").parts["top"]
    tags = styles.load("avataaars").slots["top"].variants[top].tags
    assert values & set(tags.get(tag, ()))


def test_hair_as_high_as_the_portrait_is_read(portrait_of: Callable[[str], Portrait]) -> None:
    """Where hair leaves the portrait's square, which is then closed above it, an avatar is made."""
    portrait = portrait_of("P007")
    points, unit = portrait.report.landmarks, topology.face_height(portrait.report.landmarks)
    x, forehead = (round(float(value)) for value in points[topology.FOREHEAD_MIDDLE, :2])
    tower = np.s_[: forehead - round(0.2 * unit), x - round(0.4 * unit) : x + round(0.4 * unit)]
    image, alpha, hair = portrait.image.copy(), portrait.alpha.copy(), portrait.hair_mask.copy()
    image[tower] = np.random.default_rng(0).integers(20, 50, image[tower].shape)
    alpha[tower] = hair[tower] = 255
    high = replace(portrait, image=image, alpha=alpha, hair_mask=hair)
    height, width = crown.closed(high).alpha.shape
    assert height > width
    top = best_match(answered(observe(high)), "avataaars").parts["top"]
    assert "bald" not in styles.load("avataaars").slots["top"].variants[top].tags["hair_length"]


def test_a_bald_head_that_is_cut_stays_bald(portrait_of: Callable[[str], Portrait]) -> None:
    """Nothing grows at the temples, so nothing is made up above; where hair grows there, it is."""
    portrait = portrait_of("P007")
    for person, haired in ((shave(portrait), False), (portrait, True)):
        shown = person.alpha[..., None] / 255
        picture = np.rint(person.image * shown + 200 * (1 - shown)).astype(np.uint8)
        points = portrait.report.landmarks
        top = points[topology.FOREHEAD_MIDDLE, 1] + 0.03 * topology.face_height(points)
        cut = answered(analysis.portrait(np.ascontiguousarray(picture[int(top) :])))
        whole = crown.closed(cut)
        assert (whole.alpha > 128).sum() > (cut.alpha > 128).sum()
        assert ((whole.hair_mask > 128).sum() > (cut.hair_mask > 128).sum()) == haired


def test_what_is_read_of_a_whole_head_is_read_of_the_photo(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """Where nothing is cut, nothing is made up."""
    portrait = portrait_of("P009")
    assert crown.closed(portrait) is portrait


def test_a_closed_head_fits_its_landmarks(selfie_of: Callable[[str], bytes]) -> None:
    """Image, masks and points move together where room is made above, and the face stays."""
    portrait = _cut(selfie_of("P007"), 0.0)
    whole = crown.closed(portrait)
    assert whole.image.shape[:2] == whole.alpha.shape == whole.hair_mask.shape
    assert (whole.hair_mask <= whole.alpha).all()
    above = whole.image.shape[0] - portrait.image.shape[0]
    moved = whole.report.landmarks[:, 1] - portrait.report.landmarks[:, 1]
    assert moved == pytest.approx(above)
    face = topology.fill(portrait.alpha.shape, portrait.report.landmarks, topology.CHEEKS[0])
    assert (whole.image[above:][face] == portrait.image[face]).all()
