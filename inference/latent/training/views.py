"""Fixed augmented views of the faces, whose frozen features are computed once (torch).

Every face is seen in a few crops, mirrored or not, in other light, before other grounds. Because
the views never change, neither do the features of real pictures: a third of each step is spared. A
view is differentiable, so that generated faces can be seen the same way.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.latent.morphable import to_vectors
from inference.training.features import CHANNELS, FrozenFeatures

_SHRINK = (4, 8, 16, 32)
_CHUNK = 8


@dataclass(frozen=True, slots=True)
class Views:
    """How pictures are seen.

    corner: (V, 2) int64, top and left of the crop. side: of it, px. gain, shift: (V, 1, 1, 1).
    ground: (V, 3, 1, 1), the flat colour behind.
    """

    corner: Tensor
    gain: Tensor
    shift: Tensor
    ground: Tensor
    side: int

    def __len__(self) -> int:
        return len(self.corner)

    def __getitem__(self, chosen: Tensor) -> "Views":
        return Views(
            self.corner[chosen], self.gain[chosen], self.shift[chosen], self.ground[chosen],
            self.side,
        )  # fmt: skip

    def of(self, planes: Tensor) -> Tensor:
        """See (V, 4, S, S) premultiplied pictures, the n-th in the n-th way; (V, 3, side, side)."""
        cut = torch.stack([
            picture[:, top : top + self.side, left : left + self.side]
            for picture, (top, left) in zip(planes, self.corner.tolist(), strict=True)
        ])  # fmt: skip
        gain, shift, ground = (one.to(cut.device) for one in (self.gain, self.shift, self.ground))
        return (cut[:, :3] + ground * (1 - cut[:, 3:])) * gain + shift


def random_views(count: int, whole: int, side: int, seed: int) -> Views:
    """Draw ways to see pictures of ``whole`` px in crops of ``side``."""
    chance = torch.Generator().manual_seed(seed)
    corner = torch.randint(0, whole - side + 1, (count, 2), generator=chance)

    def some(*shape: int) -> Tensor:
        return torch.rand(count, *shape, generator=chance)

    lit = (some(1, 1, 1) < 0.6).float()
    gain = 1 + lit * (some(1, 1, 1) - 0.5) * 0.5
    shift = lit * (some(1, 1, 1) - 0.5) * 0.4
    ground = some(3, 1, 1) * 0.8 - 0.4 + (some(1, 1, 1) - 0.5)
    return Views(corner, gain, shift, ground, side)


def plain(planes: Tensor) -> Tensor:
    """(N, 4, S, S) premultiplied -> (N, 3, S, S) before mid grey, -1..1."""
    return planes[:, :3].clamp(-1, 1)


@dataclass(frozen=True, slots=True)
class Gallery:
    """Real faces, and their features in fixed views.

    rgba: (2N, S, S, 4) uint8, each face and then each mirrored. views: C for each of them, all
    first ones first. features: four arrays (2N C, channels, h, w) float16.
    """

    rgba: NDArray[np.uint8]
    views: Views
    features: tuple[NDArray[np.float16], ...]

    def planes(self, chosen: NDArray[np.int64]) -> Tensor:
        """Pictures as the network makes them, (n, 4, S, S)."""
        side = self.rgba.shape[1]
        return torch.from_numpy(to_vectors(self.rgba[chosen])).reshape(-1, 4, side, side)

    def seen(self, chosen: NDArray[np.int64]) -> list[Tensor]:
        """Features of views, chosen by their numbers."""
        return [torch.from_numpy(one[chosen]).float() for one in self.features]


def gallery(
    rgba: NDArray[np.uint8],
    copies: int,
    side: int,
    eyes: FrozenFeatures,
    folder: Path,
    track: Callable[[range], Iterable[int]] = iter,
) -> Gallery:
    """Look at all faces in ``copies`` ways each; kept in ``folder`` for the next time."""
    count, whole = copies * len(rgba), rgba.shape[1]
    views = random_views(count, whole, side, seed=0)
    paths = [folder / f"features_{side}_{copies}_{depth}.npy" for depth in range(len(CHANNELS))]
    done = folder / f"features_{side}_{copies}.done"
    shapes = [
        (count, channels, side // shrink, side // shrink)
        for channels, shrink in zip(CHANNELS, _SHRINK, strict=True)
    ]
    if not done.exists():
        arrays = [
            np.lib.format.open_memmap(path, "w+", np.float16, shape)
            for path, shape in zip(paths, shapes, strict=True)
        ]
        empty = Gallery(rgba, views, ())
        with torch.no_grad():
            for chunk in track(range((count + _CHUNK - 1) // _CHUNK)):
                at = np.arange(chunk * _CHUNK, min(count, (chunk + 1) * _CHUNK))
                seen = views[torch.from_numpy(at)].of(empty.planes(at % len(rgba)))
                for array, features in zip(arrays, eyes(seen), strict=True):
                    array[at] = features.numpy().astype(np.float16)
        for array in arrays:
            array.flush()
        done.touch()
    return Gallery(rgba, views, tuple(np.load(path, mmap_mode="r") for path in paths))
