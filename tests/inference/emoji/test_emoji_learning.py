"""The whole chain of learning, in small: faces and their words in, files for serving out."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from inference.emoji import crops
from inference.emoji.embedders import ATTRIBUTES
from inference.emoji.training.train import learn
from tests.inference.labelled import WORDS
from tests.inference.making import networks


def counters(checkpoint: Path) -> dict[str, float]:
    """How far a training is."""
    found: dict[str, float] = torch.load(checkpoint, weights_only=True)["counters"]
    return found


@pytest.mark.slow
def test_learning_ends_in_files_that_run_and_goes_on_where_it_stopped(
    labelled_faces: Path, tmp_path: Path
) -> None:
    """Every stage writes what serving reads; a second run starts from the first one's steps."""
    work, trained = tmp_path / "work", tmp_path / "trained"
    learn(labelled_faces, work, trained, networks, minutes=0.05, drawings=24)
    assert {path.name for path in trained.iterdir()} == {
        "emoji_classifiers.npz", "emoji_crossdomain.onnx", "emoji_autoencoder.onnx",
    }  # fmt: skip
    with np.load(trained / "emoji_classifiers.npz", allow_pickle=False) as readers:
        assert np.isfinite(readers["weights"]).all()
        assert {column.split("=")[0] for column in readers["columns"]} == set(WORDS)
    session = onnxruntime.InferenceSession(
        str(trained / "emoji_crossdomain.onnx"), providers=["CPUExecutionProvider"]
    )
    shape = (2, len(crops.KINDS), 3, crops.SIDE, crops.SIDE)
    codes, scores = session.run(None, {"crops": np.zeros(shape, np.float32)})
    assert codes.shape == (2, sum(len(kind) for kind in ATTRIBUTES), 8)
    assert scores.shape == (2, sum(len(v) for kind in ATTRIBUTES for v in kind.values()))

    names = ("crossdomain", "autoencoder")
    before = {name: counters(work / f"{name}.pt") for name in names}
    spent = max(before["crossdomain"]["minutes"], 3 * before["autoencoder"]["minutes"])
    learn(labelled_faces, work, trained, networks, spent + 0.03, names, drawings=24)
    for name in names:
        after = counters(work / f"{name}.pt")
        assert after["step"] > before[name]["step"] > 0
        assert after["minutes"] > before[name]["minutes"]
    assert not list(work.glob("*.part"))

    start = trained / "emoji_crossdomain.onnx"
    learn(
        labelled_faces,
        tmp_path / "on",
        tmp_path / "out",
        networks,
        0.01,
        ("crossdomain",),
        24,
        start,
    )
    onwards = torch.load(tmp_path / "on" / "crossdomain.pt", weights_only=True)
    assert onwards["parts"]["network"]["body.0.first_norm.running_mean"].abs().max() == 0
