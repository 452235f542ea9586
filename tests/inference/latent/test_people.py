"""Random people: sharp, repeatable, nobody's copy."""

from pathlib import Path

import numpy as np

from inference.latent import people
from inference.latent.model import load


def test_a_seed_is_a_person() -> None:
    """One seed makes one person, another seed another."""
    shipped = people.load()
    first, again, other = (shipped.random(seed).picture() for seed in (1, 1, 2))
    assert first.shape == (people.SIDE, people.SIDE, 4)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 10


def test_random_people_are_cut_out_and_sharp() -> None:
    """Corners above the shoulders are transparent, faces are opaque and have fine detail."""
    for seed in range(4):
        picture = people.load().random(seed).picture()
        assert picture[:8, :8, 3].max() < 128
        face = picture[110:170, 100:156]
        assert face[..., 3].min() > 200
        light = face[..., :3].mean(2)
        assert np.abs(np.diff(light, 2, axis=0)).mean() > 0.8


def test_nobody_is_a_lender_almost_unchanged() -> None:
    """The face of a random person differs from its lender's, in the latent and in the picture."""
    shipped, window = people.load(), load().window
    lenders = shipped.latents[: len(shipped.pictures)]
    between = np.linalg.norm(lenders[:, None] - lenders[None], axis=2)
    usual = np.median(between[between > 0])
    for seed in range(8):
        made = shipped.random(seed)
        away = np.linalg.norm(lenders - made.latent, axis=1)
        assert away.min() >= people.NEAREST * usual
        assert shipped.distance(made.latent) >= people.NEAREST
    assert window.shape == (128, 128)


def test_wishes_are_met() -> None:
    """Asked for an old woman, only old women lend; asked for nobody, many do."""
    shipped = people.load()
    wanted = {"male": ("0",), "age": ("s",)}
    lenders = [shipped.random(seed, wanted).lender for seed in range(6)]
    for name, word in wanted.items():
        assert {shipped.labels[name][lender] for lender in lenders} == set(word)
    assert len({shipped.random(seed).lender for seed in range(12)}) > 4


def test_a_mix_is_in_between() -> None:
    """Mixing goes from one person to the other, shape and colours alike."""
    first, second = (people.load().random(seed) for seed in (3, 4))
    np.testing.assert_array_equal(people.mixed(first, second, 0.0).texture[..., 3],
                                  first.texture[..., 3])  # fmt: skip
    middle = people.mixed(first, second, 0.5)
    np.testing.assert_allclose(middle.shape, (first.shape + second.shape) / 2, atol=1e-6)
    np.testing.assert_allclose(people.mixed(first, second, 1.0).latent, second.latent, atol=1e-5)


def test_people_are_written_and_read_again(tmp_path: Path) -> None:
    """Pictures come back to the byte, latents nearly."""
    shipped = people.load()
    few = people.People(
        shipped.pictures[:3],
        shipped.latents[:5],
        {name: words[:5] for name, words in shipped.labels.items()},
    )
    people.write(few, tmp_path / "people.npz")
    again = people.read(tmp_path / "people.npz")
    assert again.pictures == few.pictures
    assert again.labels == few.labels
    np.testing.assert_allclose(again.latents, few.latents, atol=0.03)
