"""The batches of a training: photos and their drawings, turned, mirrored and lit at random."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.cartoon.twin import GROUND, laid

_TURN, _GROW, _SHIFT = 12.0, 0.12, 0.05  # degrees, share, share of the side
_LIGHT, _TINT = 0.18, 0.06


@dataclass(frozen=True, slots=True)
class Batch:
    """photos, drawings: (N, 3, S, S) in -1..1. conditions: (N, 7) of the drawings."""

    photos: Tensor
    drawings: Tensor
    conditions: Tensor


@dataclass(frozen=True, slots=True)
class Twins:
    """All pairs of a folder, see ``pairs``.

    photos: (N, S, S, 4) uint8. drawings: (N, 2, S, S, 4). conditions: (N, 2, 7). training: (N,).
    """

    photos: NDArray[np.uint8]
    drawings: NDArray[np.uint8]
    conditions: NDArray[np.float32]
    training: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.photos)

    def batch(self, chance: np.random.Generator, size: int) -> Batch:
        """Draw a batch of training pairs, augmented alike on both sides."""
        chosen = chance.choice(np.flatnonzero(self.training), size)
        variant = chance.integers(2, size=size)
        photos, drawings = [], []
        for index, version in zip(chosen, variant, strict=True):
            way = _way(self.photos.shape[1], chance)
            mirrored = bool(chance.integers(2))
            photo, drawing = (
                _seen(picture, way, mirrored=mirrored)
                for picture in (self.photos[index], self.drawings[index, version])
            )
            photos.append(_lit(photo, chance))
            drawings.append(drawing)
        return Batch(
            _planes(np.stack(photos)),
            _planes(np.stack(drawings)),
            torch.from_numpy(self.conditions[chosen, variant]),
        )

    def held_back(self, most: int) -> Batch:
        """The first unseen pairs in their own colours, as they are."""
        chosen = np.flatnonzero(~self.training)[:most]
        still = np.array([[1, 0, 0], [0, 1, 0]], np.float64)
        photos, drawings = (
            np.stack([_seen(picture, still, mirrored=False) for picture in pictures])
            for pictures in (self.photos[chosen], self.drawings[chosen, 0])
        )
        told = torch.from_numpy(self.conditions[chosen, 0])
        return Batch(_planes(photos), _planes(drawings), told)


def gather(folder: Path) -> Twins:
    """Read all shards that are there."""
    names = ("photos", "drawings", "conditions", "training")
    shards = []
    for path in sorted(folder.glob("pairs-*.npz")):
        if path.name.endswith(".part.npz"):
            continue
        with np.load(path, allow_pickle=False) as shard:
            shards.append([shard[name] for name in names])
    if not shards:
        raise FileNotFoundError(f"no pairs in {folder.name}: draw them first")
    return Twins(*(np.concatenate(part) for part in zip(*shards, strict=True)))


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
