"""Kernel inception distance, on the features of the frozen EfficientNet-Lite0 (torch).

Binkowski et al., 2018, with another network than Inception: numbers compare only with each other.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.training.features import FrozenFeatures

_CHUNK = 16


def embeddings(eyes: FrozenFeatures, pictures: Iterable[Tensor]) -> NDArray[np.float64]:
    """Describe batches of pictures (n, 3, S, S) in -1..1; returns (N, 1280)."""
    with torch.no_grad():
        found = [
            eyes.embed(part).double().numpy()
            for batch in pictures
            for part in torch.split(batch, _CHUNK)
        ]
    return np.concatenate(found)


def of_pictures(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Describe pictures (N, S, S, 3) RGB, (N, 1280)."""
    planes = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1
    return embeddings(FrozenFeatures(), [planes])


def kid_lite0(real: NDArray[np.float64], fake: NDArray[np.float64]) -> float:
    """Unbiased squared distance of two sets of embeddings (N, 1280), (M, 1280) times 1000.

    Kernel (x . y / d + 1) ** 3. Around 0, also below it, where the sets are alike.
    """
    n, m = len(real), len(fake)
    same_real, same_fake = _kernel(real, real), _kernel(fake, fake)
    within_real = (same_real.sum() - np.trace(same_real)) / (n * (n - 1))
    within_fake = (same_fake.sum() - np.trace(same_fake)) / (m * (m - 1))
    return float(within_real + within_fake - 2 * _kernel(real, fake).mean()) * 1000


def _kernel(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((a @ b.T / a.shape[1] + 1) ** 3)
