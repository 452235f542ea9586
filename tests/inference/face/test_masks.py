"""Person and hair masks on selfies, and the mattes they are made of."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from inference.face import topology
from inference.face.masks import refine
from inference.face.report import Portrait
from inference.pictures.matting import foreground, guided_filter

PEOPLE = ("P001", "P004", "P005", "P007", "P008")
Studied = Callable[[str], Portrait]


@pytest.mark.parametrize("person", PEOPLE)
def test_the_face_is_kept_whole_and_the_room_is_not(portrait_of: Studied, person: str) -> None:
    """Every pixel of the face is opaque, the upper corners are clear."""
    portrait = portrait_of(person)
    face = topology.fill(portrait.alpha.shape, portrait.report.landmarks, topology.FACE_OVAL)
    assert portrait.alpha[face].min() == 255
    corner = portrait.alpha.shape[0] // 10
    assert portrait.alpha[:corner, :corner].max() == 0
    assert portrait.alpha[:corner, -corner:].max() == 0


@pytest.mark.parametrize("person", PEOPLE)
def test_edges_are_soft_without_haze(portrait_of: Studied, person: str) -> None:
    """Half-transparent pixels exist, for strands, and are few, for a clean edge."""
    alpha = portrait_of(person).alpha
    soft = ((alpha > 0) & (alpha < 255)).sum() / (alpha > 0).sum()
    assert 0.005 < soft < 0.15


@pytest.mark.parametrize("person", PEOPLE)
def test_hair_belongs_to_the_person(portrait_of: Studied, person: str) -> None:
    """Nowhere is there more hair than person."""
    portrait = portrait_of(person)
    assert (portrait.hair_mask <= portrait.alpha).all()


def test_a_beard_is_not_hair(portrait_of: Studied) -> None:
    """A full black beard leaves the hair mask of the lower face empty."""
    portrait = portrait_of("P005")
    landmarks = portrait.report.landmarks
    lower = topology.fill(portrait.alpha.shape, landmarks, topology.FACE_OVAL)
    lower[: int(landmarks[4, 1])] = False
    assert portrait.hair_mask[lower].mean() < 3
    assert portrait.hair_mask.max() == 255


def test_curls_hold_more_than_a_bun(portrait_of: Studied) -> None:
    """Hair's area over the face's tells an afro from hair tied back."""

    def share(person: str) -> float:
        portrait = portrait_of(person)
        unit = topology.face_height(portrait.report.landmarks)
        return float((portrait.hair_mask > 128).sum()) / unit**2

    assert share("P007") > 2 * share("P006")


def test_somebody_else_in_the_background_is_dropped(portrait_of: Studied) -> None:
    """What the masks find apart from the face's own body does not get into the cut-out."""
    portrait = portrait_of("P001")
    person = portrait.alpha.astype(np.float32) / np.float32(255)
    hair = portrait.hair_mask.astype(np.float32) / np.float32(255)
    side = person.shape[0]
    stranger = np.s_[: side // 5, : side // 10]
    person[stranger] = 1
    alpha, _ = refine(portrait.image, portrait.report.landmarks, person, hair)
    assert alpha[stranger].max() == 0
    assert np.abs(alpha.astype(int) - portrait.alpha).mean() < 4


def test_a_mask_moves_to_the_edge_of_the_photo() -> None:
    """A mask three pixels off an edge comes to lie on it."""
    photo = np.full((80, 80, 3), 30, np.uint8)
    photo[:, 40:] = 200
    mask = np.zeros((80, 80), np.float32)
    mask[:, 43:] = 1
    (fitted,) = guided_filter(photo, mask, radius=8)
    assert (fitted[10:-10, :38] < 0.5).all()
    assert (fitted[10:-10, 42:] > 0.5).all()


def test_the_rim_loses_the_old_background() -> None:
    """Where red hair mixes with a green wall, the foreground is red again."""
    ramp = np.clip((np.arange(256) - 120) / 12, 0, 1)
    alpha = np.rint(np.tile(ramp, (256, 1)) * 255).astype(np.uint8)
    share = alpha[..., None] / 255
    red, green = np.array([180.0, 40, 30]), np.array([30.0, 200, 60])
    photo = np.rint(share * red + (1 - share) * green).astype(np.uint8)
    own = foreground(photo, alpha)
    seen = alpha > 25
    assert np.abs(own[seen] - red).max() < 12
    assert np.array_equal(own[alpha == 255], photo[alpha == 255])


def test_a_portrait_finds_its_person_once(portrait_of: Studied) -> None:
    """Whoever asks at the same time gets the same pixels; another image has a person of its own."""
    portrait = replace(portrait_of("P008"))
    with ThreadPoolExecutor(4) as threads:
        first, *others = threads.map(lambda _: portrait.foreground, range(8))
    assert all(other is first for other in others)
    assert np.array_equal(first, foreground(portrait.image, portrait.alpha))
    darker = replace(portrait, image=portrait.image // 2)
    assert darker.foreground.mean() < 0.7 * first.mean()
