"""Measuring drawn portraits."""

from collections.abc import Callable

import numpy as np

from inference.cartoon.evaluation import protocol
from inference.face.report import Portrait
from tests.inference.making import networks

PEOPLE = ("P001", "P005", "P009")


def test_drawings_are_measured_by_look(portrait_of: Callable[[str], Portrait]) -> None:
    """Each look gets its rows; drawn features are found where they were drawn."""
    label = {"male": "0", "hair_colour": "black"}
    trials = [
        protocol.tried(name, portrait_of(name), label, ("ink", "anime"), networks)
        for name in PEOPLE
    ]
    found = {(row.subject, row.metric): row for row in protocol.rows(trials, ("ink", "anime"))}
    assert found["ink", "found"].value == 1
    assert found["ink", "landmark_error"].value < 0.15
    assert found["ink", "tones"].value < 60
    assert found["photo", "hair_colour_accuracy"].n == 3
    assert found["anime", "landmark_error"].value > found["ink", "landmark_error"].value


def test_people_are_told_apart_by_descriptors() -> None:
    """A drawing counts as recognised where its own photo is the nearest."""
    axes = np.eye(3)
    trials = [protocol.Seen(str(k), descriptors={"photo": axes[k]}) for k in range(3)]
    for k, trial in enumerate(trials):
        trial.descriptors["ink"] = axes[(k + (k == 2)) % 3]  # the third looks like the first
    assert protocol.identified(trials, "ink") == [1.0, 1.0, 0.0]


def test_grounds_do_not_change_a_drawing(portrait_of: Callable[[str], Portrait]) -> None:
    """The same person before three grounds is drawn in nearly the same colours."""
    leak = protocol.background_leak(portrait_of("P005"), networks)
    assert leak is not None
    assert leak < 0.25
