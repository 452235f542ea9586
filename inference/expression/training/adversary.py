"""What exact pairs can't teach: pictures as real as photos, expressions as real faces make them.

Both look through the same frozen features (``inference.training.features``): heads that tell real
faces from made ones, and a linear reader of movements, fitted to real faces once. The network that
measures expressions when they are judged takes no part.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from inference.training.features import FrozenFeatures

_READ = (1, 2)  # depths: 40 channels at 1/8 and 112 at 1/16 of the side
_RIDGE = 300.0
_CHUNK = 16


class Reader(nn.Module):
    """Reads movements off frozen features, linearly."""

    def __init__(self, movements: int, numbers: int) -> None:
        super().__init__()
        self.linear = nn.Linear(numbers, movements)
        self.requires_grad_(False)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features of ``FrozenFeatures`` -> (N, movements)."""
        return cast("Tensor", self.linear(gathered(features)))

    def fit(self, features: Tensor, scores: Tensor) -> None:
        """Ridge regression.

        Args:
            features: (N, numbers) of ``gathered``.
            scores: (N, movements).
        """
        mean, level = features.mean(0), scores.mean(0)
        x, y = (features - mean).double(), (scores - level).double()
        if len(x) > x.shape[1]:
            system = x.T @ x + _RIDGE * torch.eye(x.shape[1], dtype=x.dtype)
            slopes = torch.linalg.solve(system, x.T @ y)
        else:  # the same by the kernel, which is smaller
            system = x @ x.T + _RIDGE * torch.eye(len(x), dtype=x.dtype)
            slopes = x.T @ torch.linalg.solve(system, y)
        self.linear.weight.copy_(slopes.T.float())
        self.linear.bias.copy_(level - mean @ slopes.float())


def gathered(features: Sequence[Tensor]) -> Tensor:
    """Return (N, numbers): the depths that expressions are read from, 8 x 8 places each."""
    planes = [functional.adaptive_avg_pool2d(features[depth].float(), 8) for depth in _READ]
    return torch.cat([plane.flatten(1) for plane in planes], 1)


def fitted(
    eyes: FrozenFeatures,
    pictures: NDArray[np.uint8],
    scores: NDArray[np.float32],
    track: Callable[[range], Iterable[int]] = iter,
) -> Reader:
    """Fit a reader to real faces.

    Args:
        eyes: whose features it reads.
        pictures: (N, S, S, 3) RGB.
        scores: (N, movements), what the faces show.
        track: goes through batches, for a progress bar.
    """
    found = []
    with torch.no_grad():
        found = [
            gathered(eyes(tensor(pictures[start : start + _CHUNK])))
            for start in track(range(0, len(pictures), _CHUNK))
        ]
    features = torch.cat(found)
    reader = Reader(scores.shape[1], features.shape[1])
    reader.fit(features, torch.from_numpy(scores))
    return reader


def tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """(N, S, S, 3) uint8 -> (N, 3, S, S) float32 in -1..1."""
    planes = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return planes.float().div(127.5).sub(1)
