"""Measuring drawn portraits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from inference.cartoon.evaluation import protocol
from inference.cartoon.evaluation.sex import SexJudge
from inference.face.report import Portrait
from inference.latent.generator import Linear
from inference.latent.model import load
from inference.latent.training import attributes
from tests.inference.making import networks

PEOPLE = ("P001", "P005", "P009")


def test_drawings_are_measured_by_look(portrait_of: Callable[[str], Portrait]) -> None:
    """Each look gets its rows; drawn features are found where they were drawn."""
    label = {"male": "0", "hair_colour": "black", "skin": "4"}
    trials = [
        protocol.tried(name, portrait_of(name), label, ("ink", "anime"), networks)
        for name in PEOPLE
    ]
    found = {(row.subject, row.metric): row for row in protocol.rows(trials, ("ink", "anime"))}
    assert found["ink", "found"].value == 1
    assert found["ink", "landmark_error"].value < 0.15
    assert found["ink", "tones"].value < 60
    assert found["photo", "hair_colour_accuracy"].n == 3
    assert found["ink, skin 4", "landmark_error"].n == 3
    assert found["ink", "skin_accuracy"].unit == "share"
    assert found["ink", "eye_colour_accuracy"].value >= 2 / 3
    assert ("photo", "identify_top1") not in found
    assert found["anime", "landmark_error"].value > found["ink", "landmark_error"].value


def test_people_are_told_apart_by_descriptors() -> None:
    """A drawing counts as recognised where its own photo is the nearest."""
    axes = np.eye(3)
    trials = [protocol.Seen(str(k), descriptors={"photo": axes[k]}) for k in range(3)]
    for k, trial in enumerate(trials):
        trial.descriptors["ink"] = axes[(k + (k == 2)) % 3]  # the third looks like the first
    assert protocol.identified(trials, "ink") == {"0": 1.0, "1": 1.0, "2": 0.0}


def test_grounds_do_not_change_a_drawing(portrait_of: Callable[[str], Portrait]) -> None:
    """The same person before three grounds is drawn in nearly the same colours."""
    leak = protocol.background_leak(portrait_of("P005"), networks)
    assert leak is not None
    assert leak < 0.25


def test_sex_is_read_by_a_second_judge(
    portrait_of: Callable[[str], Portrait], tmp_path: Path
) -> None:
    """Fitted on random people of the latent, it tells a bearded man from a woman."""
    generator, axes = Linear(load()), load().axes
    latents = generator.sample(160, seed=0)
    textures, shapes = generator.decode(latents)
    names = [feature.name for feature in attributes.learned()]
    features = latents @ axes.directions[[axes.names.index(name) for name in names]].T
    training = np.arange(len(latents)) < 100
    np.savez(
        tmp_path / "judging.npz",
        rgba=textures, shapes=shapes, features=(features > 0).astype(float), training=training,
    )  # fmt: skip
    judging = SexJudge(tmp_path)
    assert [judging.read(portrait_of(name)) for name in ("P005", "P009")] == ["1", "0"]
    trial = protocol.tried("P005", portrait_of("P005"), {"male": "1"}, ("ink",), networks, judging)
    assert trial.numbers["photo"]["sex_flip_second"] == 0.0
    assert trial.numbers["ink"]["sex_flip_second"] in (0.0, 1.0)
