"""Build ``creases.npz``: what each movement does to the light on skin, in the mean face's frame.

``python -m inference.expression.training.creases --data DIR`` warps every training face to the mean
landmarks and regresses the logarithm of its lightness on its blendshapes, with all else that makes
faces differ beside them: pose, sex, age, skin, beard, glasses, hair. What is left for a movement is
its folds, lit cheeks and shadows. Where people's folds lie too differently for a mean to keep them
they are drawn (``strokes``).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from inference.expression.creases import TABLE
from inference.expression.splines import surface
from inference.expression.training.strokes import drawn
from inference.latent.training.fitting import mirror_partners
from inference.pictures import images

SIDE = 192
"""Of the maps in pixels; the mean face fills nine tenths of it."""

FOUND = {
    "mouthSmile": 1.0,
    "browDown": 0.8,
    "mouthUpperUp": 0.6,
    "mouthStretch": 0.35,
    "mouthPucker": 0.5,
    "eyeSquint": 0.6,
    "browInnerUp": 0.3,
}
"""Movements whose regressed light is kept, and how much of it: the rarer a movement, the more of
its light is that of who makes it."""

BESIDE = ("browOuterUp", "mouthFrown", "mouthLowerDown", "jawOpen", "mouthPress", "mouthDimple",
          "mouthShrugLower", "mouthShrugUpper", "mouthRollLower", "mouthRollUpper", "mouthFunnel",
          "eyeBlink", "eyeLookDown", "eyeLookUp")  # fmt: skip
"""Movements that are told apart from those, and then left out."""

LOOKS = ("male", "age", "skin", "facial_hair", "glasses", "hair_colour", "bangs", "makeup",
         "headwear", "chubby")  # fmt: skip
"""Columns of ``attributes.csv`` that stand beside the movements."""

RIDGE = 4.0
BROAD = 16.0
"""Pixels; light that changes more broadly is the lamp's doing, not the face's."""

_BATCH = 48

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class People:
    """The training faces.

    ids: N names. landmarks: (N, 468, 2) px of the pictures. scores: N by blendshape. turned:
    (N, 3, 3) rotations. looks: (N, M) zeros and ones.
    """

    ids: Sequence[str]
    landmarks: NDArray[np.float32]
    scores: Mapping[str, NDArray[np.float64]]
    turned: NDArray[np.float64]
    looks: NDArray[np.float64]


def read(faces: Path) -> People:
    """Read the training faces of a folder with labels, attributes and manifest."""
    attributes, manifest = (_rows(faces / f"{name}.csv") for name in ("attributes", "manifest"))
    with np.load(faces / "labels.npz") as labels:
        ids = [str(name) for name in labels["ids"]]
        chosen = [
            k for k, name in enumerate(ids)
            if attributes[name]["bad"] == "0" and manifest[name]["split"] == "train"
        ]  # fmt: skip
        names = [str(name) for name in labels["blendshape_names"]]
        values = labels["blendshapes"][chosen].astype(np.float64)
        landmarks = labels["landmarks"][chosen, :468, :2].astype(np.float32)
        turned = labels["pose"][chosen, :3, :3].astype(np.float64)
    kept = [ids[k] for k in chosen]
    scores = {
        name: values[:, [k for k, side in enumerate(names) if _sideless(side) == name]].mean(axis=1)
        for name in (*FOUND, *BESIDE)
    }
    looks = []
    for column in LOOKS:
        seen = np.array([attributes[name][column] for name in kept])
        looks += [seen == value for value in sorted(set(seen))[1:]]
    return People(kept, landmarks, scores, turned, np.stack(looks, axis=1).astype(np.float64))


def _rows(path: Path) -> dict[str, dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in csv.DictReader(lines)}


def _sideless(name: str) -> str:
    return name.removesuffix("Left").removesuffix("Right")


def mean_face(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (468, 2) mean landmarks in the maps' pixels, the same in a mirror."""
    mean = landmarks.mean(axis=0).astype(np.float64)
    centred = mean - (mean.min(axis=0) + mean.max(axis=0)) / 2
    partners = mirror_partners((centred / np.ptp(centred) + 0.5).astype(np.float32))
    centred = (centred + centred[partners] * (-1, 1)) / 2
    scale = 0.9 * SIDE / float(np.ptp(centred, axis=0).max())
    return np.asarray(centred * scale + SIDE / 2)


def shape_free(folder: Path, people: People, points: NDArray[np.float64]) -> NDArray[np.float16]:
    """Return (N, SIDE, SIDE): the logarithm of every face's lightness over its skin's median."""
    result = np.empty((len(people.ids), SIDE, SIDE), np.float16)
    for start in track(range(0, len(people.ids), _BATCH), "warping faces"):
        batch = people.landmarks[start : start + _BATCH]
        flat = batch.transpose(1, 0, 2).reshape(len(points), -1)
        maps = surface(points, flat - 0.5, SIDE, SIDE)
        for k in range(len(batch)):
            name = people.ids[start + k]
            photo = images.decode((folder / f"{name}.webp").read_bytes())
            grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
            at = np.ascontiguousarray(maps[..., 2 * k : 2 * k + 2])
            seen = cv2.remap(grey, at[..., 0], at[..., 1], cv2.INTER_LINEAR,
                             borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
            light = np.log(np.maximum(seen, 8).astype(np.float32) / 255)
            third = SIDE // 3
            result[start + k] = light - np.median(light[third : 2 * third, third : 2 * third])
    return result


def regress(people: People, light: NDArray[np.float16]) -> dict[str, Plane]:
    """Return for the movements ``FOUND`` how light changes at a score of 1, (SIDE, SIDE)."""
    yaw = np.arctan2(-people.turned[:, 2, 0], people.turned[:, 2, 2])
    pitch = np.arctan2(people.turned[:, 2, 1], people.turned[:, 2, 2])
    pose = np.stack([yaw, pitch, yaw**2, pitch**2, yaw * pitch, np.ones_like(yaw)], axis=1)
    known = np.concatenate([np.stack(list(people.scores.values()), 1), people.looks, pose], axis=1)
    inverse = np.linalg.inv(known.T @ known + RIDGE * np.eye(known.shape[1])) @ known.T
    slopes = inverse[: len(FOUND)].astype(np.float32) @ light.reshape(len(light), -1).astype(
        np.float32
    )
    found = {}
    for (name, share), row in zip(FOUND.items(), slopes, strict=True):
        plane = share * row.reshape(SIDE, SIDE)
        plane = (plane + plane[:, ::-1]) / 2
        found[name] = np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), BROAD), np.float32)
    return found


@click.command("expression-creases")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with faces/: images, labels.npz, attributes.csv, manifest.csv.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=TABLE)
def main(data: Path, out: Path) -> None:
    """Build the table of folds and light for the expression family."""
    people = read(data / "faces")
    points = mean_face(people.landmarks)
    planes = regress(people, shape_free(data / "faces" / "images", people, points))
    for name, plane in drawn(points, SIDE).items():
        planes[name] = planes.get(name, np.zeros_like(plane)) + plane
    halves = np.stack([plane[:, : SIDE // 2] for plane in planes.values()])
    steps = np.abs(halves).max(axis=(1, 2)) / 127
    np.savez_compressed(
        out,
        points=points.astype(np.float32),
        halves=np.rint(halves / steps[:, None, None]).astype(np.int8),
        steps=steps.astype(np.float32),
        names=np.array(list(planes)),
    )


if __name__ == "__main__":
    main()
