"""How often each face is drawn, so that what is rare is seen too."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_RAREST = 0.005


def weights(labels: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
    """Faces weigh the mean over attributes of one over the root of their value's frequency.

    Args:
        labels: attribute -> N values.

    Returns:
        (N,) that sum to 1.
    """
    total = np.zeros(len(next(iter(labels.values()))))
    for values in labels.values():
        _, place, counts = np.unique(np.array(values), return_inverse=True, return_counts=True)
        total += (np.maximum(counts / len(values), _RAREST) ** -0.5)[place]
    return np.asarray(total / total.sum())
