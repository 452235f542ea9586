"""The protocol that expressions are judged by, on few faces and few intensities."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import click
import cv2
import numpy as np
import pytest

from inference.errors import WeightsMissing
from inference.expression.evaluation import protocol, signals
from inference.expression.evaluation.emotions import FEELINGS, SHEET, WANTED, sample_faces
from inference.expression.evaluation.protocol import Trial, evaluate, rows, tried
from inference.expression.mixes import NAMED, UNITS, Movement
from inference.expression.serving import Expressed
from inference.face.report import Portrait
from inference.models.calls import without_calls
from tests.inference.making import networks

HALVES = (0.0, 0.5, 1.0)


def _not_fetched(_: Path) -> None:
    """Stand for a judge that is not there."""
    raise WeightsMissing("run `selfmoji weights pull --evaluation`")


def test_every_unit_has_a_signal() -> None:
    """What can be asked for singly is measured, and nothing else is."""
    assert set(signals.UNITS) == set(UNITS)
    assert set(WANTED) <= set(NAMED)
    assert set(WANTED.values()) <= set(FEELINGS)
    assert set(SHEET) <= set(FEELINGS)


def test_a_folder_of_photos_gives_every_row(
    selfie_of: Callable[[str], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A smile follows the request, others hear little of it, and groups get rows of their own."""
    (tmp_path / "ada.jpg").write_bytes(selfie_of("P006"))
    (tmp_path / "wall.png").write_bytes(
        cv2.imencode(".png", np.full((300, 300, 3), 128, np.uint8))[1].tobytes()
    )
    monkeypatch.setattr(protocol, "EmotionClassifier", _not_fetched)
    labels = tmp_path / "labels.csv"
    labels.write_text("id,male,age,skin\nada,0,y,4\n")
    found = {
        (row.subject, row.metric): row
        for row in evaluate(tmp_path, networks, labels, HALVES, ("AU12", "AU26"))
    }
    value = {key: row.value for key, row in found.items()}
    assert value["geometric", "spearman_AU12"] == pytest.approx(1)
    assert value["geometric", "slope_AU12"] > 0.1
    assert value["geometric", "slope_AU26"] > 0.2
    assert 0 < value["geometric", "leakage"] < 0.08
    assert value["geometric", "psnr_outside_db"] >= 40
    assert value["geometric", "zero_edit"] == 1
    assert value["geometric, skin 4", "leakage"] == value["geometric", "leakage"]
    assert found["geometric", "leakage"].n == 1
    assert not any(metric.startswith("emotion") for _, metric in found)


def test_a_photo_without_a_face_is_refused(tmp_path: Path) -> None:
    """Without one clear face there is nothing to measure, and that is said."""
    blank = cv2.imencode(".png", np.full((300, 300, 3), 128, np.uint8))[1].tobytes()
    (tmp_path / "wall.png").write_bytes(blank)
    with pytest.raises(click.ClickException):
        evaluate(tmp_path, networks)


def test_what_cannot_be_seen_does_not_correlate(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """An engine that does nothing scores 0 in every unit, and leaks nothing."""

    @without_calls
    def idle(portrait: Portrait, _: Movement) -> Expressed:
        return portrait.foreground, portrait.alpha

    trial = tried(portrait_of("P006"), (), networks, None, HALVES, ("AU12", "AU5"), idle)
    assert set(trial.spearman.values()) == {0.0}
    assert max(map(abs, trial.slope.values())) < 1e-9
    assert set(trial.leakage.values()) == {0.0}
    assert set(trial.outside.values()) == {100.0}


def test_faces_count_once() -> None:
    """Means are over faces, however many expressions each was asked for."""
    made = rows([
        Trial(("skin 2",), hits={"sad": 1.0, "angry": 0.0}, leakage={"AU1": 0.1}),
        Trial((), hits={"sad": 0.0, "angry": 0.0}, leakage={"AU1": 0.3}),
    ])  # fmt: skip
    found = {(row.subject, row.metric): (row.value, row.n) for row in made}
    assert found["geometric", "emotion_hit_sad"] == (0.5, 2)
    assert found["geometric", "emotion_hit"] == (0.25, 2)
    assert found["geometric", "leakage"] == (pytest.approx(0.2), 2)
    assert found["geometric, skin 2", "emotion_hit"] == (0.5, 1)


def test_sample_people_show_their_feelings() -> None:
    """The happy face of a sheet smiles more than the sad one of the same person."""
    smiles = {}
    for _, feeling, portrait in islice(sample_faces(networks), 3):
        seen = signals.Seen(portrait.report.landmarks, portrait.report.blendshapes)
        smiles[feeling] = signals.strength("AU12", seen)
    assert list(smiles) == ["neutral", "happy", "sad"]
    assert smiles["happy"] > smiles["sad"] + 0.2
