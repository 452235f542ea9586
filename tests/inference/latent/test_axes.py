"""Axes: found by regression, unit long, perpendicular to what is locked."""

import numpy as np
import pytest

from inference.latent.axes import Axes, orthonormal
from inference.latent.training import axes as training

NAMES = ("age", "beard", "smile")


@pytest.fixture
def axes() -> Axes:
    """Three axes, the first two 60 degrees apart."""
    directions = np.array([[1, 0, 0, 0], [0.5, 3**0.5 / 2, 0, 0], [0, 0, 1, 0]], np.float32)
    return Axes(NAMES, directions, np.array([2, 1, 3], np.float32), directions)


def test_angles_are_those_between_axes(axes: Axes) -> None:
    """The table of angles says which features go together."""
    np.testing.assert_allclose(axes.angles()[0], [0, 60, 90], atol=0.1)


def test_what_is_locked_does_not_move_along(axes: Axes) -> None:
    """An axis is made perpendicular to locked ones, which stay as they are."""
    locked = axes.without({"age"})
    np.testing.assert_allclose(locked.angles()[1:, 0], 90, atol=1e-3)
    np.testing.assert_array_equal(locked.directions[0], axes.directions[0])
    move = locked.move({"beard": 1.0, "smile": 0.5})
    assert abs(move @ axes.directions[0]) < 1e-6
    assert np.linalg.norm(move) > 1


def test_a_feature_that_is_all_locked_does_not_move(axes: Axes) -> None:
    """Where nothing is left of an axis, its slider does nothing rather than noise."""
    same = axes.directions[[0, 0]]
    twin = Axes(("a", "b"), same, axes.steps[:2], same)
    np.testing.assert_array_equal(twin.without({"a"}).move({"b": 1.0}), 0)


def test_moves_add_up_and_go_back(axes: Axes) -> None:
    """Two sliders move as far as each alone, and the opposite brings the latent back."""
    both = axes.move({"age": 0.5, "smile": -1.0})
    np.testing.assert_allclose(both, axes.move({"age": 0.5}) + axes.move({"smile": -1.0}))
    np.testing.assert_allclose(axes.move({"age": -0.5, "smile": 1.0}), -both)
    assert not axes.move({}).any()


def test_a_base_has_no_more_directions_than_there_are() -> None:
    """Dependent vectors add nothing to an orthonormal base."""
    vectors = np.array([[2, 0, 0], [4, 0, 0], [1, 1, 0]], np.float32)
    base = orthonormal(vectors)
    np.testing.assert_allclose(base @ base.T, np.eye(2), atol=1e-6)


def test_regression_finds_what_each_feature_alone_does() -> None:
    """Features that go together in the data still get axes of their own."""
    chance = np.random.default_rng(0)
    features = chance.normal(size=(2000, 2))
    features[:, 1] += 0.8 * features[:, 0]
    true = np.array([[1, 0, 0, 0.5], [0, 2, 0, 0]])
    noise = chance.normal(size=(2000, 4))
    latents = (features @ true + 0.1 * noise).astype(np.float32)
    features[::10, 0] = np.nan  # some are unknown
    found = training.fit(("a", "b"), latents, features, np.zeros((2000, 0)), (1.0, 0.5))
    wanted = true / np.linalg.norm(true, axis=1, keepdims=True)
    assert (np.abs((found.directions * wanted).sum(1)) > 0.97).all()
    assert found.steps[1] == pytest.approx(1.0, rel=0.2)


def test_what_reads_a_feature_is_not_what_it_does_where_others_look_alike() -> None:
    """Held by its readout a feature stays, held by its axis it does not."""
    chance = np.random.default_rng(0)
    features = chance.normal(size=(4000, 2))
    mixed = np.array([[1, 0, 0], [1, 1, 0]])  # the second also does what the first does
    latents = (features @ mixed + chance.normal(size=(4000, 3))).astype(np.float32)
    found = training.fit(("a", "b"), latents, features, np.zeros((4000, 0)), (1.0, 1.0))
    (reading, _), (free, held) = found.readouts, (
        axes.move({"b": 1.0}) for axes in (found, found.without({"a"}))
    )  # fmt: skip
    by_axis = free - (free @ found.directions[0]) * found.directions[0]
    assert abs(held @ reading) < 1e-6
    assert abs(by_axis @ reading) > 0.1


def test_random_people_and_their_predicted_features_give_the_same_axes() -> None:
    """TL-GAN's way: a linear model from latents to predictions has the axes as its slopes."""
    chance = np.random.default_rng(0)
    latents = chance.normal(size=(3000, 6)).astype(np.float32)
    slopes = chance.normal(size=(6, 2))
    predicted = latents @ slopes + 0.1 * chance.normal(size=(3000, 2))
    found = training.from_generated(("a", "b"), latents, predicted)
    wanted = (slopes / np.linalg.norm(slopes, axis=0)).T
    np.testing.assert_allclose(found.directions, wanted, atol=0.05)
    np.testing.assert_allclose(np.linalg.norm(found.directions, axis=1), 1, atol=1e-5)
