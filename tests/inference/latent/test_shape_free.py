"""The shape-free frame and the linear model over it."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.face.report import Portrait
from inference.latent.morphable import Components, Morphable, to_textures, to_vectors
from inference.latent.shape_free import Frame, ring, similarity, transformed
from inference.latent.training.fitting import fit_frame

PEOPLE = ("P001", "P005", "P008")


@pytest.fixture(scope="module")
def frame(portrait_of: Callable[[str], Portrait]) -> Frame:
    """A frame over three people's mean, 96 px."""
    shapes = []
    first = portrait_of(PEOPLE[0]).report.landmarks[:, :2]
    low, high = first.min(0), first.max(0)
    aligned = 96 + (first - low) / (high - low).max() * 128
    for name in PEOPLE:
        landmarks = portrait_of(name).report.landmarks
        shapes.append(transformed(landmarks, similarity(landmarks, aligned)))
    return fit_frame(np.array(shapes), 96)[0]


def test_a_similarity_is_found_exactly() -> None:
    """Points turned, scaled and shifted are brought back."""
    points = np.random.default_rng(0).normal(size=(20, 2))
    matrix = np.array([[0.6, -1.2, 5.0], [1.2, 0.6, -3.0]])
    np.testing.assert_allclose(similarity(points, transformed(points, matrix)), matrix, atol=1e-5)


def test_the_mean_is_its_own_mirror_image(frame: Frame) -> None:
    """A mirrored texture is the texture of the mirrored face."""
    mirrored = frame.mean * [-1, 1] + [1, 0]
    distance = np.linalg.norm(mirrored[:, None] - frame.mean[None], axis=2).min(1)
    assert distance.max() < 1e-4


def test_textures_have_their_landmarks_at_the_mean(
    frame: Frame, portrait_of: Callable[[str], Portrait]
) -> None:
    """Whatever the face, a mark painted on a landmark lands on the mean's landmark."""
    for name in PEOPLE:
        portrait = portrait_of(name)
        for landmark in (1, 33, 263, 152):  # nose, eye corners, chin
            picture = np.zeros(portrait.alpha.shape, np.uint8)
            at = portrait.report.landmarks[landmark, :2]
            cv2.circle(picture, (round(at[0]), round(at[1])), 12, 255, -1)
            texture = frame.texture(picture, portrait.report.landmarks).astype(float)
            y, x = np.mgrid[:96, :96] + 0.5
            centre = np.array([(x * texture).sum(), (y * texture).sum()]) / texture.sum() / 96
            np.testing.assert_allclose(centre, frame.mean[landmark], atol=0.02)


def test_a_texture_and_a_shape_make_the_face_again(
    frame: Frame, portrait_of: Callable[[str], Portrait]
) -> None:
    """Warped to the mean and back, a face looks as it did at that size."""
    portrait = portrait_of("P005")
    fine = replace(frame, side=192)
    texture = fine.texture(portrait.image, portrait.report.landmarks)
    shape, matrix = fine.shape(portrait.report.landmarks)
    back = fine.shaped(texture, fine.cover(shape, 96))
    small = cv2.GaussianBlur(portrait.image, (0, 0), 0.4 / np.hypot(*matrix[:, 0]) / 96)
    scale = np.diag([96.0, 96.0]) @ matrix - [[0, 0, 0.5]]
    wanted = cv2.warpAffine(small, scale, (96, 96), flags=cv2.INTER_LINEAR)
    inside = np.zeros((96, 96), np.uint8)
    hull = cv2.convexHull(np.rint(shape * 96).astype(np.int32))
    cv2.fillConvexPoly(inside, hull, 1)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8)) > 0
    away = np.abs(back.astype(float) - wanted)[inside]
    assert away.mean() < 6


def test_vectors_forget_what_is_behind_the_head() -> None:
    """Two pictures that differ where alpha is 0 are one vector, and come back the same."""
    chance = np.random.default_rng(0)
    a, b = chance.integers(0, 256, (2, 1, 8, 8, 4), np.uint8)
    a[..., 3] = b[..., 3] = 255 * (np.arange(8) < 4)
    b[:, :, :4] = a[:, :, :4]
    np.testing.assert_array_equal(to_vectors(a), to_vectors(b))
    again = to_textures(to_vectors(a), 8)
    np.testing.assert_array_equal(again[:, :, :4], a[:, :, :4])
    assert (again[:, :, 4:, 3] == 0).all()


def test_what_the_components_can_make_is_encoded_exactly() -> None:
    """decode, then encode, gives the latent again."""
    chance = np.random.default_rng(0)

    def components(size: int, count: int) -> Components:
        basis = np.linalg.qr(chance.normal(size=(size, count)))[0].T.astype(np.float32)
        deviation = chance.uniform(0.01, 0.02, count).astype(np.float32)
        return Components(np.full(size, 0.5, np.float32), basis, deviation)

    model = Morphable(components(4 * 64, 5), components(478 * 2, 3), 8)
    latents = chance.normal(size=(4, 8)).astype(np.float32)
    planes = model.texture.decode(latents[:, :5])
    np.testing.assert_allclose(model.texture.encode(planes), latents[:, :5], atol=1e-3)
    textures, shapes = model.decode(latents)
    assert textures.shape == (4, 8, 8, 4)
    np.testing.assert_allclose(model.shape.encode(shapes.reshape(4, -1)), latents[:, 5:], atol=1e-3)
    assert len(ring()) == 24
