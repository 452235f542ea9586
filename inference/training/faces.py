"""The labelled faces that everything is learned from, in the common crop.

A data folder holds ``faces/images/<id>.webp`` (320 px, aligned as in ``alignment``),
``faces/labels.npz`` (ids, landmarks, blendshapes), ``faces/attributes.csv`` (what annotators saw)
and ``faces/manifest.csv`` (source and split).
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.face.alignment import Aligned
from inference.face.masks import person_and_hair
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images

_TUNED = 12


@dataclass(frozen=True, slots=True)
class Faces:
    """All usable faces.

    images: (N, 320, 320, 3) uint8 RGB. persons, hair: (N, 320, 320) uint8. landmarks: (N, 478, 3)
    float32. blendshapes: (N, 52) float32. labels: attribute -> N values. training: (N,)
    bool, false for the validation split. sources: N names.
    """

    ids: tuple[str, ...]
    images: NDArray[np.uint8]
    persons: NDArray[np.uint8]
    hair: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    labels: dict[str, tuple[str, ...]]
    training: NDArray[np.bool_]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def tuning(self) -> NDArray[np.bool_]:
        """Every twelfth face of the training split, (N,): kept back for tuning.

        The validation split is for reporting alone.
        """
        chosen = np.zeros(len(self), np.bool_)
        chosen[np.flatnonzero(self.training)[::_TUNED]] = True
        return chosen

    def face(self, index: int) -> Aligned:
        """One face as serving sees it."""
        return Aligned(
            self.images[index],
            self.persons[index],
            self.hair[index],
            self.landmarks[index],
            self.blendshapes[index],
        )


def gather(
    folder: Path,
    cache: Path,
    networks: Networks,
    track: Callable[[range], Iterable[int]] = iter,
) -> Faces:
    """Read a data folder; masks are computed once, by ``networks``, and kept in ``cache`` (.npz).

    track: goes through the faces' numbers, for a progress bar.
    """
    faces = folder / "faces"
    attributes = {row["id"]: row for row in table(faces / "attributes.csv")}
    manifest = {row["id"]: row for row in table(faces / "manifest.csv")}
    with np.load(faces / "labels.npz", allow_pickle=False) as labels:
        ids = [str(name) for name in labels["ids"]]
        landmarks = labels["landmarks"].astype(np.float32)
        blendshapes = labels["blendshapes"].astype(np.float32)
    kept = _kept(cache, ids)
    if kept is not None:
        pictures, persons, hair = kept
    else:
        pictures = np.empty((len(ids), 320, 320, 3), np.uint8)
        persons = np.empty((len(ids), 320, 320), np.uint8)
        hair = np.empty((len(ids), 320, 320), np.uint8)
        for index in track(range(len(ids))):
            data = (faces / "images" / f"{ids[index]}.webp").read_bytes()
            pictures[index] = images.decode(data)
            masks = person_and_hair(pictures[index], landmarks[index])
            persons[index], hair[index] = run(masks, networks)
        written = cache.with_suffix(".part.npz")
        np.savez(written, ids=ids, images=pictures, persons=persons, hair=hair)
        written.replace(cache)
    usable = np.array([attributes[name]["bad"] == "0" for name in ids])
    ids = [name for name, good in zip(ids, usable, strict=True) if good]
    names = [name for name in next(iter(attributes.values())) if name not in ("id", "bad")]
    return Faces(
        tuple(ids),
        pictures[usable],
        persons[usable],
        hair[usable],
        landmarks[usable],
        blendshapes[usable],
        {name: tuple(attributes[one][name] for one in ids) for name in names},
        np.array([manifest[one]["split"] == "train" for one in ids]),
        tuple(manifest[one]["source"] for one in ids),
    )


def _kept(cache: Path, ids: list[str]) -> tuple[NDArray[np.uint8], ...] | None:
    """Pictures and masks of these faces, if they were computed before."""
    if not cache.exists():
        return None
    with np.load(cache, allow_pickle=False) as kept:
        if kept["ids"].tolist() != ids:
            return None
        return kept["images"], kept["persons"], kept["hair"]


def table(path: Path) -> list[dict[str, str]]:
    """Read a CSV of the data folder as one mapping a row."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
