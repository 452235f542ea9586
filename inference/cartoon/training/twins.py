"""The batches of a training: photos, drawings and cats, turned, mirrored and lit at random."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.cartoon.twin import GROUND, laid

_TURN, _GROW, _SHIFT = 12.0, 0.12, 0.05  # degrees, share, share of the side
_LIGHT, _TINT = 0.18, 0.06
_CATS = 4  # pairs of a batch of which one has its cat: the shared network serves drawings first


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures in -1..1.

    photos, drawings: (N, 3, S, S). cats: (M, 3, S, S) of the first photos, all looking to the
    right. conditions: (N, 7) of drawings and cats.
    """

    photos: Tensor
    drawings: Tensor
    cats: Tensor
    conditions: Tensor

    def pictures(self, domain: str) -> Tensor:
        """What there is of a domain: drawings or cats."""
        return {"drawing": self.drawings, "cat": self.cats}[domain]


@dataclass(frozen=True, slots=True)
class Twins:
    """All pairs of a folder, see ``pairs``.

    photos: (N, S, S, 4) uint8. drawings, cats: (N, 2, S, S, 4). conditions: (N, 2, 7). mirrored:
    (N,), whose cats look to the left. training: (N,).
    """

    photos: NDArray[np.uint8]
    drawings: NDArray[np.uint8]
    cats: NDArray[np.uint8]
    conditions: NDArray[np.float32]
    mirrored: NDArray[np.bool_]
    training: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.photos)

    @property
    def side(self) -> int:
        """Pixels of a side."""
        return int(self.photos.shape[1])

    def coarser(self, side: int) -> "Twins":
        """The same pairs at another size."""
        photos, drawings, cats = (
            np.stack([
                cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA)
                for one in pictures.reshape(-1, *pictures.shape[-3:])
            ]).reshape(*pictures.shape[:-3], side, side, 4)
            for pictures in (self.photos, self.drawings, self.cats)
        )  # fmt: skip
        return replace(self, photos=photos, drawings=drawings, cats=cats)

    def batch(self, chance: np.random.Generator, size: int) -> Batch:
        """Draw a batch of training pairs, augmented alike on both sides; some of them have cats."""
        chosen = chance.choice(np.flatnonzero(self.training), size)
        variant = chance.integers(2, size=size)
        with_cats = max(1, size // _CATS)
        photos, drawings, pets = [], [], []
        for place, (index, version) in enumerate(zip(chosen, variant, strict=True)):
            way = _way(self.photos.shape[1], chance)
            cat = place < with_cats
            mirrored = bool(self.mirrored[index] if cat else chance.integers(2))
            photos.append(_lit(_seen(self.photos[index], way, mirrored=mirrored), chance))
            drawings.append(_seen(self.drawings[index, version], way, mirrored=mirrored))
            if cat:
                pets.append(_seen(self.cats[index, version], way, mirrored=mirrored))
        return Batch(
            _planes(np.stack(photos)),
            _planes(np.stack(drawings)),
            _planes(np.stack(pets)),
            torch.from_numpy(self.conditions[chosen, variant]),
        )

    def held_back(self, most: int) -> Batch:
        """The first unseen pairs in their own colours, as they are but for which way they look."""
        chosen = np.flatnonzero(~self.training)[:most]
        still = np.array([[1, 0, 0], [0, 1, 0]], np.float64)

        def planes(pictures: NDArray[np.uint8]) -> Tensor:
            return _planes(
                np.stack([
                    _seen(picture, still, mirrored=bool(mirrored))
                    for picture, mirrored in zip(pictures, self.mirrored[chosen], strict=True)
                ])
            )  # fmt: skip

        return Batch(
            planes(self.photos[chosen]),
            planes(self.drawings[chosen, 0]),
            planes(self.cats[chosen, 0]),
            torch.from_numpy(self.conditions[chosen, 0]),
        )


def shards(folder: Path) -> list[Path]:
    """The shards that are there, in order."""
    return sorted(
        path for path in folder.glob("pairs-*.npz") if not path.name.endswith(".part.npz")
    )


def gather(folder: Path) -> Twins:
    """Read all shards that are there."""
    names = ("photos", "drawings", "cats", "conditions", "mirrored", "training")
    found = []
    for path in shards(folder):
        with np.load(path, allow_pickle=False) as shard:
            found.append([shard[name] for name in names])
    if not found:
        raise FileNotFoundError(f"no pairs in {folder.name}: draw them first")
    return Twins(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _way(side: int, chance: np.random.Generator) -> NDArray[np.float64]:
    angle, grow = chance.uniform(-_TURN, _TURN), 1 + chance.uniform(-_GROW, _GROW)
    way = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), angle, grow), np.float64)
    way[:, 2] += chance.uniform(-_SHIFT, _SHIFT, 2) * side
    return way


def _seen(
    rgba: NDArray[np.uint8], way: NDArray[np.float64], *, mirrored: bool
) -> NDArray[np.float32]:
    """Lay a picture on the flat ground, turned, (S, S, 3) 0..1."""
    side = rgba.shape[0]
    turned = cv2.warpAffine(laid(rgba), way, (side, side), borderValue=(GROUND,) * 3)
    if mirrored:
        turned = turned[:, ::-1]
    return np.asarray(turned, np.float32) / np.float32(255)


def _lit(photo: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.float32]:
    """Another exposure, contrast and white."""
    gain = 1 + chance.uniform(-_LIGHT, _LIGHT)
    tint = 1 + chance.uniform(-_TINT, _TINT, 3)
    lift = chance.uniform(-_LIGHT, _LIGHT) / 3
    return np.asarray(np.clip(photo * gain * tint + lift, 0, 1), np.float32)


def _planes(pictures: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)) * 2 - 1)
