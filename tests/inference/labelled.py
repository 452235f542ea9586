"""A data folder in small, as training reads it."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from inference.face.alignment import align
from inference.face.blendshapes import NAMES
from inference.face.report import Portrait

WORDS = {
    "male": "0 1", "skin": "3 4", "chubby": "0 1", "earrings": "0 1",
    "hair_colour": "black brown", "hair_length": "short long", "texture": "straight curly",
    "bangs": "0 1", "receding": "0 1", "facial_hair": "none beard", "glasses": "none clear",
    "smile": "0 2", "brows": "medium bushy", "makeup": "0 1", "headwear": "none hat",
    "shape": "oval round",
}  # fmt: skip


def write(portrait_of: Callable[[str], Portrait], faces: Path) -> Path:
    """Three people, each as seen in five lights, the last of them held out; words by turns."""
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
        age = ("y", "s")[number % 2]
        said.append({"id": name, "bad": "1" if number == 14 else "0", "age": age, **words})
        sources.append({"id": name, "source": "test", "split": "val" if number >= 12 else "train"})
    np.savez(
        faces / "labels.npz",
        ids=np.array(ids), landmarks=np.array(landmarks), blendshapes=np.array(shapes),
        blendshape_names=np.array(NAMES), pose=np.tile(np.eye(4), (len(ids), 1, 1)),
    )  # fmt: skip
    for file, rows in (("attributes.csv", said), ("manifest.csv", sources)):
        with (faces / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return faces.parent
