"""Directions of the latent along which one feature changes and others stay (Guan, TL-GAN, 2018)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_DEPENDENT = 1e-3  # a direction of which less than this is left says nothing


@dataclass(frozen=True, slots=True)
class Axes:
    """Two directions per feature: the axis along which it moves, and the one by which it is read.

    They differ: an axis is what a feature alone does to a face, all others held still, a readout is
    what best tells the feature from a face. Whoever moves perpendicular to a readout keeps the
    feature, whoever moves perpendicular to an axis only leaves out one way to change it.

    names: F of them. directions, readouts: (F, K), unit length, in the whitened latent. steps:
    (F,), how far along its axis a feature goes for a slider at 1.
    """

    names: tuple[str, ...]
    directions: NDArray[np.float32]
    steps: NDArray[np.float32]
    readouts: NDArray[np.float32]

    def angles(self) -> NDArray[np.float64]:
        """Degrees between axes and readouts, (F, F): 90 where one leaves another as it is."""
        cosines = self.directions.astype(np.float64) @ self.readouts.T
        return np.asarray(np.degrees(np.arccos(cosines.clip(-1, 1))))

    def without(self, locked: Collection[str], others: NDArray[np.float32] | None = None) -> "Axes":
        """Project every axis that isn't locked perpendicular to what reads those that are.

        Gram-Schmidt; steps stay as long as they were.

        Args:
            locked: some of the names.
            others: further directions to hold still, (N, K).
        """
        held = self.readouts[[self.names.index(name) for name in sorted(locked)]]
        base = orthonormal(held if others is None else np.concatenate([held, others]))
        directions = self.directions.copy()
        for index, name in enumerate(self.names):
            if name not in locked:
                left = directions[index] - directions[index] @ base.T @ base
                length = float(np.linalg.norm(left))
                directions[index] = left / length if length > _DEPENDENT else 0
        return replace(self, directions=directions)

    def move(self, changes: Mapping[str, float]) -> NDArray[np.float32]:
        """How far a latent moves, (K,), for sliders from -1 to 1."""
        amounts = np.array([changes.get(name, 0.0) for name in self.names])
        return np.asarray((amounts * self.steps) @ self.directions, np.float32)


def orthonormal(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """An orthonormal base of what some vectors (N, K) span, (n, K) with n <= N."""
    base: list[NDArray[np.float64]] = []
    for vector in vectors.astype(np.float64):
        left = vector
        for known in base:
            left = left - (left @ known) * known
        length = np.linalg.norm(left)
        if length > _DEPENDENT * max(1.0, float(np.linalg.norm(vector))):
            base.append(left / length)
    return np.array(base, np.float32).reshape(-1, vectors.shape[1])
