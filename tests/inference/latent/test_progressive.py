"""TL-GAN's own generator: it grows, its training goes on where it stopped, it is transparent."""

from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console
from torch.nn import functional

from inference.latent import model, progressive
from inference.latent.axes import Axes
from inference.latent.progressive import Progressive, Transparent
from inference.latent.progressive_network import Architecture, Critic, Generator, faded
from inference.latent.training.progressive import (
    PRESETS,
    Training,
    export_network,
    grown,
    learn,
    prepare,
)
from inference.models.runtime import Runtime
from inference.models.weights import Store, shipped
from inference.settings import InferenceSettings
from inference.training.onnx_export import TOLERANCE, compare
from inference.training.precision import Precision

SMALL = Architecture(latent=6, widths=(8, 8, 4))


def test_it_grows_by_plan() -> None:
    """Each size is faded in over the first half of its steps; the last one stays."""
    plan = (2, 4, 8)
    seen = [grown(plan, step, 3) for step in range(16)]
    assert seen[:2] == [(0, 1.0)] * 2
    assert seen[2:6] == [(1, 0.5), (1, 1.0), (1, 1.0), (1, 1.0)]
    assert seen[6:10] == [(2, 0.25), (2, 0.5), (2, 0.75), (2, 1.0)]
    assert seen[14:] == [(2, 1.0)] * 2


def test_a_layer_that_has_not_faded_in_changes_nothing() -> None:
    """Growing goes on from what was there: pictures and judgements are the smaller networks'."""
    torch.manual_seed(0)
    generator, critic = Generator(SMALL), Critic(SMALL)
    noise = torch.randn(3, 6)
    small, large = generator(noise, 1), generator(noise, 2, 0.0)
    torch.testing.assert_close(large, functional.interpolate(small, scale_factor=2.0))
    assert generator(noise).shape == (3, 4, SMALL.side, SMALL.side)
    pictures = torch.randn(3, 4, 16, 16)
    pooled = functional.avg_pool2d(pictures, 2)
    torch.testing.assert_close(critic(pictures, 2, 0.0), critic(pooled, 1))
    torch.testing.assert_close(functional.avg_pool2d(faded(pictures, 0.3), 2), pooled)
    assert not torch.allclose(critic(pictures, 2), critic(pictures, 2, 0.0))


@pytest.mark.slow
def test_a_resumed_training_goes_on_exactly(labelled_faces: Path, tmp_path: Path) -> None:
    """Steps across a change of size are the same steps with a stop in between."""

    def begin() -> Training:
        made, _ = prepare(labelled_faces, tmp_path, "dry", Console(quiet=True))
        made.precision = Precision("fp32", "cpu", {})  # the faster one may be another each time
        return made

    whole, first, second = begin(), begin(), begin()
    losses = [whole.advance() for _ in range(4)]
    assert [one["size"] for one in losses] == [4, 4, 8, 8]
    first.advance()
    first.save(tmp_path / "progressive.pt")
    second.resume(tmp_path / "progressive.pt")
    assert [second.advance() for _ in range(3)] == losses[1:]


@pytest.mark.slow
def test_a_run_of_a_moment_leaves_all_that_is_shipped(labelled_faces: Path, tmp_path: Path) -> None:
    """A dry run writes a checkpoint, a grid, a distance, and an exported network."""
    training = learn(labelled_faces, tmp_path, 0.02, "dry")
    assert training.step > 0
    assert (tmp_path / "progressive.pt").exists()
    assert (tmp_path / f"progressive_{training.step:06d}.png").exists()
    step, _, distance = (tmp_path / "progressive_kid.csv").read_text().split(",")
    assert int(step) == training.step
    assert np.isfinite(float(distance))
    assert export_network(training, tmp_path) < TOLERANCE
    others = {"latent": training.noise(5, 1)}  # as many at a time as are asked for
    assert compare(training.average, others, tmp_path / "latent_progressive.onnx") < TOLERANCE


def test_a_face_leads_back_to_noise() -> None:
    """Noise is regressed on what was drawn of it, and comes back from it."""
    chance = np.random.default_rng(0)
    noise = chance.standard_normal((4000, 5), np.float32)
    codes = noise @ chance.standard_normal((5, 12), np.float32) + np.float32(3)
    back, centre = progressive.inverted(codes, noise)
    again = (codes[:50] - centre) @ back
    assert np.corrcoef(again.ravel(), noise[:50].ravel())[0, 1] > 0.95


def test_what_was_learned_is_written_and_read_again(tmp_path: Path) -> None:
    """Half precision is enough for axes and the way back."""
    chance = np.random.default_rng(1)
    directions = np.eye(2, 6, dtype=np.float32)
    axes = Axes(("a", "b"), directions, np.array([1, 2], np.float32), directions)
    made = Transparent(axes, chance.random((4, 6), np.float32), chance.random(4, np.float32))
    progressive.write(made, tmp_path / "learned.npz")
    again = progressive.read(tmp_path / "learned.npz")
    assert again.axes.names == axes.names
    np.testing.assert_allclose(again.axes.directions, axes.directions)
    np.testing.assert_allclose(again.back, made.back, atol=1e-3)
    np.testing.assert_array_equal(again.centre, made.centre)


def test_the_shipped_one_draws_faces_and_recognises_them() -> None:
    """Samples repeat with their seed, have a head in the middle, and are found again."""
    network = Runtime(Store(InferenceSettings().cache_dir)).open("latent_progressive")
    generator = Progressive(model.load(), network, progressive.load())
    latents = generator.sample(24, seed=3)
    np.testing.assert_array_equal(latents, generator.sample(24, seed=3))
    textures, shapes = generator.decode(latents)
    assert textures.shape == (24, 128, 128, 4)
    assert shapes.shape == (24, 478, 2)
    assert textures[:, 60:70, 60:70, 3].mean() > 200
    assert textures[:, :6, :6, 3].mean() < 60
    again, _ = generator.decode(generator.encode(textures, shapes))
    seen = textures[:, 40:100, 40:88, :3].astype(float)
    away = np.abs(again[:, 40:100, 40:88, :3] - seen).mean((1, 2, 3))
    others = np.abs(np.roll(again, 1, axis=0)[:, 40:100, 40:88, :3] - seen).mean((1, 2, 3))
    assert np.mean(away < others) > 0.9


def test_a_training_goes_on_with_the_network_that_is_shipped() -> None:
    """The kept checkpoint holds the critic and counters; the generator is read from its file."""
    training = Training(
        PRESETS["dry"], torch.zeros(4, 4, 64, 64).half(), np.full(4, 0.25), Architecture()
    )
    training.resume(Path(progressive.__file__).parent / "training" / "progressive.pt")
    assert training.step > 9_000
    inputs = {"latent": training.noise(2, 5)}
    path = shipped("latent_progressive")
    assert compare(training.average.eval(), inputs, path) < TOLERANCE
