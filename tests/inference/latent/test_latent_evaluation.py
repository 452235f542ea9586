"""The judge of sliders and the rows it leads to."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from inference.face.report import Portrait
from inference.latent.editing import sliders
from inference.latent.evaluation import judge, protocol, rungs
from inference.latent.evaluation.judge import Judge
from inference.latent.evaluation.outlines import TARGETS, Outlines
from inference.latent.generator import Linear
from inference.latent.geometry import displacement
from inference.latent.measures import MEASURES
from inference.latent.model import load
from tests.inference.making import networks


@pytest.fixture(scope="module")
def skin_judge() -> Judge:
    """A judge of skin and age fitted on random people whose latents say what they are."""
    generator = Linear(load())
    latents = generator.sample(120, seed=0)
    textures, shapes = generator.decode(latents)
    axes = load().axes
    names = ("Pale_Skin", "Young")
    features = latents @ axes.readouts[[axes.names.index(name) for name in names]].T
    return judge.fit(names, textures, shapes, features.astype(np.float64))


def test_a_judge_reads_what_it_was_shown(skin_judge: Judge) -> None:
    """On other random people it agrees with their latents."""
    generator = Linear(load())
    latents = generator.sample(60, seed=1)
    axes = load().axes
    truth = latents @ axes.readouts[[axes.names.index(name) for name in skin_judge.names]].T
    read = skin_judge.read(*generator.decode(latents))
    agreed = judge.agreement(skin_judge, read, truth.astype(np.float64))
    assert agreed[0] > 0.6


def test_a_slider_is_on_target_and_far_things_stay(
    skin_judge: Judge, portrait_of: Callable[[str], Portrait]
) -> None:
    """Paler skin is judged paler, and what is far from the face keeps its pixels."""
    seen = list(protocol.look(portrait_of("P005"), skin_judge, ["Pale_Skin"], networks))
    assert [one.strength for one in seen] == [0.0, *protocol.STRENGTHS]
    rows = {row.metric: row for row in protocol.summarise(skin_judge, seen)}
    assert rows["on_target_Pale_Skin"].value == 1.0
    assert rows["psnr_outside_db"].value > 60
    assert rows["off_target"].value >= 0
    assert rows["rising"].value >= 0.75
    assert rows["there_and_back_db"].value > 30
    assert rows["change_of_usual_features"].value == pytest.approx(1)


def test_a_lock_is_measured_against_what_moves_most_without_it(
    skin_judge: Judge, portrait_of: Callable[[str], Portrait]
) -> None:
    """Skin as it moves along with age, free and locked, in shares of age's own change."""
    people = [portrait_of(name) for name in ("P001", "P002", "P004", "P007")]
    seen = [one for who in people for one in protocol.look(who, skin_judge, ["Young"], networks)]
    rows = {row.metric: row.value for row in protocol.with_locks(
        people, skin_judge, seen, networks
    )}  # fmt: skip
    assert rows.keys() == {"unlocked_Pale_Skin", "locked_Pale_Skin"}
    free = protocol.summarise(skin_judge, seen)
    (off,) = (row.value for row in free if row.metric == "off_target")
    assert rows["unlocked_Pale_Skin"] == pytest.approx(off)  # there is no other feature
    assert rows["locked_Pale_Skin"] < rows["unlocked_Pale_Skin"]


def test_sliders_that_move_landmarks_are_measured_in_the_picture(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """A wider nose is traced wider, a slimmer face slimmer, other distances move less."""
    shapes = Linear(load()).decode(Linear(load()).sample(200, seed=2))[1]
    outlines = Outlines.over(shapes)
    seen = list(protocol.look(portrait_of("P005"), outlines, ["Wide_Nose", "Slim_Face"], networks))
    rows = protocol.summarise(outlines, seen)
    for slider in ("Wide_Nose", "Slim_Face"):
        found = {row.metric: row.value for row in rows if row.subject == slider}
        assert found[f"on_target_{slider}"] == 1.0
        assert found["change"] > 0.3
        assert found["off_target"] < 0.6


def test_landmarks_are_moved_for_their_own_distances_alone() -> None:
    """Before anything is traced, the mean of all others changes by a tenth of them at most."""
    shapes = Linear(load()).decode(Linear(load()).sample(60, seed=3))[1]
    outlines = Outlines.over(shapes)
    for slider in TARGETS:
        target = outlines.target(slider)
        low, high = (
            np.array([shape + displacement(shape, {slider: way}) for shape in shapes])
            for way in (-1.0, 1.0)
        )
        nothing = np.empty((0, 128, 128, 4), np.uint8)
        moved = (outlines.read(nothing, high) - outlines.read(nothing, low)).mean(0)
        assert moved[target.own] * target.way > 0
        assert np.abs(moved[target.still]).mean() < 0.1 * abs(moved[target.own]), slider


def test_every_judged_slider_exists() -> None:
    """What is judged by outlines are sliders, and no measure is to go and to stay."""
    outlines = Outlines(np.ones(len(MEASURES)))
    assert TARGETS.keys() <= sliders()
    for slider in TARGETS:
        target = outlines.target(slider)
        assert target.own not in target.still


@pytest.mark.slow
def test_generators_are_compared_in_one_table(
    skin_judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has a distance, its axes are read, its people come back; 64 are shown as they come."""
    monkeypatch.setattr(rungs, "PEOPLE", 64)
    linear = Linear(load())
    real, _ = linear.decode(linear.sample(64, seed=9))
    made = {"linear": (linear, load().axes)}
    rows = rungs.compare(made, skin_judge, real, tmp_path)
    found = {(row.subject, row.metric): row.value for row in rows}
    assert found["linear", "on_target"] > 0.9
    assert found["linear", "off_target"] >= 0
    assert found["linear", "angle_from_90_locked"] < 1 < found["linear", "angle_from_90"]
    assert found["linear", "there_and_back_db"] > 25
    assert found["linear", "kid_lite0"] < found["lent", "kid_lite0"]
    for name in ("linear", "lent"):
        with Pillow.open(tmp_path / f"{name}.png") as shown:
            assert shown.size == (1024, 1024)
