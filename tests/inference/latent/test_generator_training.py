"""The generator's training, in small: it runs, it learns, it goes on where it stopped."""

from itertools import chain, count
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from inference.latent.network import Architecture, Generator, matted
from inference.latent.training import attributes, building, generated, train
from inference.latent.training.loop import Training
from inference.latent.training.people import mixed
from inference.latent.training.train import learn, prepare
from inference.latent.training.watching import Watch
from inference.training.features import FrozenFeatures
from inference.training.precision import Precision


@pytest.mark.slow
def test_a_resumed_training_goes_on_exactly(labelled_faces: Path, tmp_path: Path) -> None:
    """Three steps are the same three steps with a stop in between."""

    def begin() -> Training:
        made, _ = prepare(labelled_faces, tmp_path, "dry", None, 128, Console(quiet=True))
        made.precision = Precision("fp32", "cpu", {})  # the faster one may be another each time
        return made

    whole, first, second = begin(), begin(), begin()
    losses = [whole.advance() for _ in range(3)]
    first.advance()
    first.save(tmp_path / "generator.pt")
    second.resume(tmp_path / "generator.pt")
    assert [second.advance(), second.advance()] == losses[1:]
    for mine, theirs in zip(second.average.parameters(), whole.average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.slow
def test_a_dry_run_leaves_a_checkpoint_samples_and_scores(
    labelled_faces: Path, tmp_path: Path
) -> None:
    """A run of a moment writes all that a run of hours does."""
    training = learn(labelled_faces, tmp_path, 0.02, "dry")
    steps = training.step
    assert steps > 0
    assert (tmp_path / "generator.pt").exists()
    assert (tmp_path / f"samples_{steps:06d}.png").exists()
    assert (tmp_path / "kid.csv").read_text().splitlines()[0] == "step,minutes,kid_lite0"
    assert learn(labelled_faces, tmp_path, 0.01, "dry").step > steps
    assert learn(labelled_faces, tmp_path, 0.0, "dry", resume=False).step == 0


@pytest.mark.slow
def test_what_comes_back_is_the_state_of_the_least_distance(
    labelled_faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generator that got worse is not the one that is exported; going on begins at the last."""
    distances = chain([5.0, 3.0], count(4.0))
    monkeypatch.setattr(Watch, "distance", lambda _: next(distances))
    monkeypatch.setattr(train, "_SHOWN", 0.0)
    training = learn(labelled_faces, tmp_path, 0.05, "dry")
    rows = [row.split(",") for row in (tmp_path / "kid.csv").read_text().splitlines()[1:]]
    least = min(rows, key=lambda row: float(row[2]))
    assert training.step == int(least[0])
    again = learn(labelled_faces, tmp_path, 0.0, "dry")
    assert again.step == int(rows[-1][0])


def test_the_generator_begins_as_the_linear_model() -> None:
    """Before any training the network only clears the haze around what the components decode."""
    architecture = Architecture(side=32, latent=8, widths=(8, 8, 8))
    network = Generator(architecture)
    decoded = torch.rand(2, 4, 32, 32)
    made = network(decoded, torch.randn(2, 8), torch.randn(2, 4, 8, 8))
    torch.testing.assert_close(made, matted(decoded))
    solid = torch.cat([decoded[:, :3] * 2 - 1, torch.ones(2, 1, 32, 32)], 1)
    torch.testing.assert_close(matted(solid), solid)


def test_mixed_people_are_as_typical_as_people() -> None:
    """Mixes of whitened latents keep about unit variance, and are nobody's copy."""
    chance = np.random.default_rng(0)
    latents = chance.normal(size=(500, 40)).astype(np.float32)
    made = mixed(latents, 1000, chance)
    assert 0.85 < made.std() < 1.0
    nearest = np.linalg.norm(made[:200, None] - latents[None], axis=2).min(1)
    assert np.median(nearest) > 3


@pytest.mark.slow
def test_axes_come_from_random_people_as_in_the_paper(labelled_faces: Path, tmp_path: Path) -> None:
    """Random latents, their pictures and a classifier's readings lead to unit axes."""
    prepared = building.prepare(labelled_faces, tmp_path, 128, lambda _: iter)
    eyes, model = FrozenFeatures(), prepared.morphable
    reader = generated.fit_reader(prepared, eyes)
    latents = mixed(prepared.latents, 96, np.random.default_rng(0))
    texture = len(model.texture.deviation)
    axes = generated.find(
        reader, eyes, latents, lambda some: model.texture.decode(some[:, :texture]), model.side
    )
    names = tuple(feature.name for feature in attributes.learned())
    assert axes.names == names
    known = [names.index(name) for name in ("Male", "Chubby")]  # the others say the same of all
    lengths = np.linalg.norm(axes.directions[known], axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)
    assert reader.weights.shape[1] == len(names)
