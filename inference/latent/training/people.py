"""Random latents: several people mixed on the sphere, so that the mix is as typical as they are."""

import numpy as np
from numpy.typing import NDArray

MOST, LEAST = 4, 2
_LENGTH = 0.95


def mixed(
    latents: NDArray[np.float32], count: int, chance: np.random.Generator
) -> NDArray[np.float32]:
    """Mix two to four of the given people into each new one.

    Args:
        latents: (N, K), whitened.
        count: how many to make.
        chance: where the choice comes from.

    Returns:
        (count, K), of about unit variance.
    """
    chosen = chance.integers(len(latents), size=(count, MOST))
    shares = chance.dirichlet(np.full(MOST, 1.5), size=count)
    people = chance.integers(LEAST, MOST + 1, size=count)
    shares[np.arange(MOST) >= people[:, None]] = 0
    weights = np.sqrt(shares / shares.sum(1, keepdims=True))
    return np.asarray(_LENGTH * np.einsum("nm,nmk->nk", weights, latents[chosen]), np.float32)
