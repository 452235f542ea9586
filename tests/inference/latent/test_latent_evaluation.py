"""The judge of sliders and the rows it leads to."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.face.report import Portrait
from inference.latent.evaluation import judge, protocol
from inference.latent.evaluation.judge import Judge
from inference.latent.generator import Linear
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
    features = latents @ axes.directions[[axes.names.index(name) for name in names]].T
    return judge.fit(names, textures, shapes, features.astype(np.float64))


def test_a_judge_reads_what_it_was_shown(skin_judge: Judge) -> None:
    """On other random people it agrees with their latents."""
    generator = Linear(load())
    latents = generator.sample(60, seed=1)
    axes = load().axes
    truth = latents @ axes.directions[[axes.names.index(name) for name in skin_judge.names]].T
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
    assert rows["change_of_usual"].value == pytest.approx(1)
