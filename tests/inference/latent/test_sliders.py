"""A new slider: a column of a CSV, one command."""

from pathlib import Path

import numpy as np
import pytest

from inference.latent import model
from inference.latent.training import attributes, sliders


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Sixty faces whose latent says whether they have dimples along one direction."""
    chance = np.random.default_rng(0)
    size = model.load().axes.directions.shape[1]
    latents = chance.normal(size=(60, size))
    latents[:, 5] += 4 * (np.arange(60) % 2)
    path = tmp_path / "sliders.npz"
    np.savez(
        path,
        ids=np.array([f"face-{index}" for index in range(60)]),
        latents=latents.astype(np.float16),
        known=chance.integers(0, 2, (60, len(attributes.learned()))).astype(float),
        held=chance.normal(size=(60, 2)),
    )
    return path


def _table(path: Path, words: list[str]) -> Path:
    rows = [f"face-{index},{word}" for index, word in enumerate(words)]
    path.write_text("\n".join(["id,dimples", *rows]))
    return path


def test_a_column_becomes_a_slider(kept: Path, tmp_path: Path) -> None:
    """The new axis points where the column's faces differ, the old ones stay as they are."""
    table = _table(tmp_path / "seen.csv", ["yes" if index % 2 else "no" for index in range(60)])
    said = sliders.column(table, "dimples", {"yes": 1.0, "no": 0.0})
    shipped = model.load()
    made = sliders.add(shipped, kept, "Dimples", said, 1.0)
    assert made.axes.names == (*shipped.axes.names, "Dimples")
    assert int(np.abs(made.axes.directions[-1]).argmax()) == 5
    assert made.axes.directions[-1, 5] > 0
    np.testing.assert_array_equal(made.axes.directions[:-1], shipped.axes.directions)
    again = sliders.add(made, kept, "Dimples", said, 2.0)
    assert again.axes.names == made.axes.names
    assert again.axes.steps[-1] == pytest.approx(2 * made.axes.steps[-1])


def test_too_few_faces_are_refused(kept: Path, tmp_path: Path) -> None:
    """A column that speaks of a handful of faces says how many are needed."""
    table = _table(tmp_path / "seen.csv", ["1", "0", "1", "0"])
    with pytest.raises(ValueError, match="12 faces"):
        sliders.add(model.load(), kept, "Dimples", sliders.column(table, "dimples", {}), 1.0)


@pytest.mark.parametrize(
    ("column", "problem"), [("freckles", "columns id and"), ("dimples", "same")]
)
def test_a_useless_column_is_named(tmp_path: Path, column: str, problem: str) -> None:
    """A missing column, or one that says the same of all, is refused with its name."""
    table = _table(tmp_path / "seen.csv", ["yes"] * 30)
    with pytest.raises(ValueError, match=problem):
        sliders.column(table, column, {"yes": 1.0})
