"""The network between photos and drawings, and its training, in small."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.cartoon import condition
from inference.cartoon.network import DOMAINS, Architecture, TwinGenerator, one_hot
from inference.cartoon.training import comparing, loop, pairs, twins
from inference.cartoon.training.cyclegan import Pool
from inference.cartoon.training.exporting import export_generator
from inference.cartoon.training.original import Original
from inference.face.report import Portrait
from inference.pictures import images
from inference.training.features import FrozenFeatures
from tests.inference.making import answered


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, selfie_of: Callable[[str], bytes]) -> Path:
    """A folder with one shard of pairs: two people to learn from, one kept back."""
    found = tmp_path_factory.mktemp("pairs")
    chance = np.random.default_rng(0)
    drawn = [
        answered(pairs.pair(images.decode(selfie_of(person)), "anime", chance))
        for person in ("P001", "P005", "P009")
    ]
    np.savez(
        found / "pairs-00000.npz",
        photos=np.stack([one.photo for one in drawn]),
        drawings=np.stack([one.drawings for one in drawn]),
        cats=np.stack([one.cats for one in drawn]),
        conditions=np.stack([one.conditions for one in drawn]),
        mirrored=np.array([one.mirrored for one in drawn]),
        training=np.array([True, True, False]),
    )
    return found


def test_only_normalisation_knows_the_domain() -> None:
    """Every parameter is shared but the scales and shifts, which there are one of per domain."""
    network = TwinGenerator(Architecture(side=64, channels=(8, 8, 8, 8)))
    own = {name for name, value in network.named_parameters() if value.shape[0] == len(DOMAINS)}
    assert own
    assert all(name.endswith((".scale", ".shift")) for name in own)


def test_a_picture_keeps_its_size_and_embedding_its_length() -> None:
    """128 px in, 128 px out, and an embedding of length 1, for several at once."""
    network = TwinGenerator()
    pictures = torch.rand(2, 3, 128, 128) * 2 - 1
    photo, drawing = one_hot("photo", 2), one_hot("drawing", 2)
    with torch.no_grad():
        features = network.encode(pictures, photo)
        made = network.decode(features, drawing, torch.zeros(2, condition.LENGTH))
        embedded = network.embedding(features)
    assert made.shape == pictures.shape
    assert float(made.abs().max()) <= 1
    assert torch.allclose(embedded.norm(dim=1), torch.ones(2), atol=1e-5)


def test_a_pair_shows_one_person_twice(folder: Path) -> None:
    """Photo and drawing cover nearly the same, and the second drawing differs in colour alone."""
    found = twins.gather(folder)
    photo, own, other = (
        found.photos[0][..., 3] > 128,
        found.drawings[0, 0],
        found.drawings[0, 1],
    )
    drawn = own[..., 3] > 128
    assert (photo & drawn).sum() / (photo | drawn).sum() > 0.85
    assert np.abs(own[..., 3].astype(int) - other[..., 3]).max() == 0
    assert not np.array_equal(own[..., :3], other[..., :3])
    assert not np.array_equal(found.conditions[0, 0], found.conditions[0, 1])


def test_a_cat_sits_where_the_person_does_and_has_their_colours(folder: Path) -> None:
    """Its fur is nearer to their own hair than to the dye, and it looks to one side in batches."""
    found = twins.gather(folder)
    own, dyed = found.cats[0]
    assert own[..., 3].any()
    assert np.abs(own[..., 3].astype(int) - dyed[..., 3]).max() == 0
    solid = own[..., 3] == 255
    assert not np.allclose(np.median(own[solid], axis=0), np.median(dyed[solid], axis=0), atol=8)
    batch = found.batch(np.random.default_rng(0), 8)
    assert len(batch.cats) == 2


def test_what_is_kept_back_is_never_learned_from(folder: Path) -> None:
    """Batches hold training pairs alone, held-back ones the rest."""
    found = twins.gather(folder)
    batch = found.batch(np.random.default_rng(0), 16)
    kept = found.held_back(4)
    assert len(kept.photos) == 1
    told = {tuple(row) for row in batch.conditions.numpy().round(5).tolist()}
    assert not told & {tuple(row) for row in kept.conditions.numpy().round(5).tolist()}


@pytest.mark.slow
def test_training_learns_resumes_and_exports(folder: Path, tmp_path: Path) -> None:
    """A few steps bring drawings nearer, a resumed run counts on, the file computes the same."""
    eyes = FrozenFeatures()
    training = loop.Training(loop.PRESETS["dry"], twins.gather(folder), eyes)
    losses = [training.advance()["drawing"] for _ in range(12)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])

    learned = loop.learn(folder, tmp_path, 0.0, "dry")
    resumed = loop.learn(folder, tmp_path, 0.0, "dry")
    assert resumed.step == learned.step == 1
    assert list(tmp_path.glob("grid-*.png"))
    path = tmp_path / "twin.onnx"
    assert export_generator(learned.average, path) < 0.02
    assert path.stat().st_size < 4_000_000


def test_a_gradient_far_steeper_than_usual_is_not_followed(folder: Path) -> None:
    """One batch in thousands would undo what all others taught."""
    training = loop.Training(loop.PRESETS["dry"], twins.gather(folder), FrozenFeatures())
    assert not training.usual(torch.tensor(float("inf")))
    assert all(training.usual(torch.tensor(2.0)) for _ in range(3))
    assert not training.usual(torch.tensor(50.0))
    assert not training.usual(torch.tensor(float("nan")))
    assert training.usual(torch.tensor(3.0))


@pytest.mark.parametrize("name", comparing.CONTENDERS)
def test_each_network_that_is_compared_learns_and_draws(
    folder: Path, portrait_of: Callable[[str], Portrait], name: str
) -> None:
    """A few steps change what it draws; the result lies where the photo has the person."""
    contender = comparing.CONTENDERS[name](twins.gather(folder).coarser(comparing.SIDE), 8)
    batch = contender.twins.held_back(1)
    before = contender.draw(batch.photos, batch.conditions)
    for _ in range(8):
        assert np.isfinite(list(contender.advance().values())).all()
    after = contender.draw(batch.photos, batch.conditions)
    assert after.shape == batch.photos.shape
    assert float((after - before).abs().mean()) > 1e-4
    assert contender.step == 8
    portrait = portrait_of("P005")
    height, width = portrait.image.shape[:2]
    there = portrait.report.landmarks[:, :2]
    made = comparing.drawn(contender, portrait, there * 2, (width * 2, height * 2))
    assert made.shape == (2 * height, 2 * width, 4)
    covered = made[::2, ::2, 3] > 128
    seen = portrait.alpha > 128
    assert (covered & seen).sum() > 0.6 * seen.sum()


def test_a_progressive_network_grows_by_plan(folder: Path) -> None:
    """From 8 px to 64, each size faded in over half of its steps."""
    training = Original(twins.gather(folder).coarser(64), 1, 100)
    plan = []
    for step in range(100):
        training.step = step
        plan.append(training.grown())
    assert [level for level, _ in plan] == sorted(level for level, _ in plan)
    assert [sum(level == size for level, _ in plan) for size in (1, 2, 3, 4)] == [15, 15, 25, 45]
    assert plan[0] == (1, 1.0)
    assert plan[15][1] < 0.2
    assert plan[99] == (4, 1.0)


def test_judges_of_patches_are_shown_older_pictures_too() -> None:
    """The pool gives as many as it takes, about half of them from before once it is full."""
    pool, chance = Pool(), np.random.default_rng(0)
    shown = [float(pool.shown(torch.full((1, 3, 2, 2), k), chance)[0, 0, 0, 0]) for k in range(400)]
    assert shown[:50] == list(range(50))
    older = [one < k for k, one in enumerate(shown[50:], start=50)]
    assert 0.35 < np.mean(older) < 0.65


def test_a_comparison_is_trained_by_one_command(
    folder: Path, selfie_of: Callable[[str], bytes], tmp_path: Path
) -> None:
    """Losses, a grid of the unseen, and a picture for each photo, called as it is."""
    faces = tmp_path / "faces"
    faces.mkdir()
    (faces / "somebody.jpg").write_bytes(selfie_of("P005"))
    comparing.compare("cyclegan", folder, tmp_path / "work", 8, faces)
    assert (tmp_path / "work" / "losses.tsv").read_text().count("\n") == 2
    assert (tmp_path / "work" / "grid.png").exists()
    assert [path.name for path in (tmp_path / "work" / "drawn").iterdir()] == ["somebody.png"]
