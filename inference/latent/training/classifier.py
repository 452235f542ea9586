"""Read features off pictures with frozen ImageNet features and one linear layer (torch).

TL-GAN's extractor was a frozen MobileNet with a dense layer; a closed-form ridge regression needs
no training loop and gives the same answer twice.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.training.features import FrozenFeatures

_DEPTH, _CELLS = 2, 4  # the third depth, where in the picture something is
_CHUNK = 16


def describe(eyes: FrozenFeatures, pictures: Tensor) -> NDArray[np.float32]:
    """Numbers to classify by: what is in the picture, and where.

    Args:
        eyes: see ``FrozenFeatures``.
        pictures: (N, 3, S, S) RGB in -1..1.

    Returns:
        (N, 3072).
    """
    found = []
    with torch.no_grad():
        for part in torch.split(pictures, _CHUNK):
            depths = eyes(part)
            where = functional.adaptive_avg_pool2d(depths[_DEPTH], _CELLS).flatten(1)
            found.append(torch.cat([eyes.finish(depths[-1]), where], 1).float().numpy())
    return np.concatenate(found)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A linear reading of F features.

    centre, scale: (D,), of the descriptions. weights: (D, F). offsets: (F,).
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def read(self, described: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) -> (N, F), in the features' own units."""
        return np.asarray(
            (described - self.centre) / self.scale @ self.weights + self.offsets, np.float32
        )


def fit(
    described: NDArray[np.float32], features: NDArray[np.float64], ridge: float = 300.0
) -> Classifier:
    """Ridge regression of features (N, F), unknown ones at their mean, on descriptions (N, D)."""
    centre, scale = described.mean(0), described.std(0) + np.float32(1e-3)
    inputs = (described - centre) / scale
    known = np.where(np.isnan(features), np.nanmean(features, axis=0), features)
    offsets = known.mean(0)
    gram = inputs.T @ inputs + ridge * np.eye(inputs.shape[1], dtype=np.float32)
    weights = np.linalg.solve(gram, inputs.T @ (known - offsets).astype(np.float32))
    return Classifier(centre, scale, weights.astype(np.float32), offsets.astype(np.float32))
