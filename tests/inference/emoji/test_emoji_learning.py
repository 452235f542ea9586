"""The whole chain of learning, in small: faces and their words in, files for serving out."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image as Pillow

from inference.emoji import crops
from inference.emoji.embedders import ATTRIBUTES
from inference.emoji.training.dataset import gather
from inference.emoji.training.train import learn
from inference.face.alignment import align
from inference.face.report import Portrait

WORDS = {
    "male": "0 1", "skin": "3 4", "chubby": "0 1", "earrings": "0 1",
    "hair_colour": "black brown", "hair_length": "short long", "texture": "straight curly",
    "bangs": "0 1", "receding": "0 1", "facial_hair": "none beard", "glasses": "none clear",
    "smile": "0 2", "brows": "medium bushy", "makeup": "0 1", "headwear": "none hat",
    "shape": "oval round",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(portrait_of: Callable[[str], Portrait], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people, each as seen in five lights, the last of them held out; words by turns."""
    faces = tmp_path_factory.mktemp("data") / "faces"
    (faces / "images").mkdir(parents=True)
    chance = np.random.default_rng(0)
    ids, landmarks, shapes, said, sources = [], [], [], [], []
    for number in range(15):
        face = align(portrait_of(("P001", "P005", "P008")[number % 3]))
        lit = np.clip(face.image * chance.uniform(0.7, 1.1), 0, 255).astype(np.uint8)
        name = f"face-{number:02}"
        Pillow.fromarray(lit).save(faces / "images" / f"{name}.webp")
        ids.append(name)
        landmarks.append(face.landmarks)
        shapes.append(face.blendshapes)
        words = {key: values.split()[number % 2] for key, values in WORDS.items()}
        said.append({"id": name, "bad": "1" if number == 14 else "0", **words})
        sources.append({"id": name, "source": "test", "split": "val" if number >= 12 else "train"})
    np.savez(
        faces / "labels.npz",
        ids=np.array(ids), landmarks=np.array(landmarks), blendshapes=np.array(shapes),
    )  # fmt: skip
    for file, rows in (("attributes.csv", said), ("manifest.csv", sources)):
        with (faces / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return faces.parent


def test_faces_are_read_once_and_split(data: Path, tmp_path: Path) -> None:
    """Rejected faces are left out, a few are kept back for tuning, masks are computed once."""
    seen: list[int] = []

    def track(numbers: range) -> range:
        seen.extend(numbers)
        return numbers

    faces = gather(data, tmp_path / "masks.npz", track)
    again = gather(data, tmp_path / "masks.npz", track)
    assert len(seen) == 15  # the second time nothing had to be computed
    assert len(faces) == len(again) == 14
    np.testing.assert_array_equal(faces.hair, again.hair)
    assert faces.training.sum() == 12
    assert faces.tuning.sum() == 1
    assert faces.training[faces.tuning].all()


@pytest.mark.slow
def test_learning_ends_in_files_that_run_and_goes_on_where_it_stopped(
    data: Path, tmp_path: Path
) -> None:
    """Every stage writes what serving reads; a second run starts from the first one's steps."""
    work, trained = tmp_path / "work", tmp_path / "trained"
    learn(data, work, trained, minutes=0.05, drawings=24)
    assert {path.name for path in trained.iterdir()} == {
        "emoji_readers.npz", "emoji_crossdomain.onnx", "emoji_autoencoder.onnx",
    }  # fmt: skip
    with np.load(trained / "emoji_readers.npz", allow_pickle=False) as readers:
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
    before = {name: torch.load(work / f"{name}.pt", weights_only=True) for name in names}
    spent = max(before["crossdomain"]["minutes"], 3 * before["autoencoder"]["minutes"])
    learn(data, work, trained, spent + 0.03, names, drawings=24)
    for name in names:
        after = torch.load(work / f"{name}.pt", weights_only=True)
        assert after["step"] > before[name]["step"] > 0
        assert after["minutes"] > before[name]["minutes"]
    assert not list(work.glob("*.part"))

    start = trained / "emoji_crossdomain.onnx"
    learn(data, tmp_path / "on", tmp_path / "out", 0.01, ("crossdomain",), 24, start)
    onwards = torch.load(tmp_path / "on" / "crossdomain.pt", weights_only=True)
    assert onwards["network"]["body.0.first_norm.running_mean"].abs().max() == 0
