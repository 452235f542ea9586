"""The similarity transform that brings the canonical head onto a face."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.face import topology


@dataclass(frozen=True, slots=True)
class Similarity:
    """x -> scale * rotation @ x + shift, for points in rows: rotation (3, 3), shift (3,)."""

    scale: float
    rotation: NDArray[np.float64]
    shift: NDArray[np.float64]

    def turned(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scale and rotate displacements; displacements do not shift.

        Args:
            vectors: (N, 3) in the head's units.

        Returns:
            (N, 3) px.
        """
        turned: NDArray[np.float64] = self.scale * np.asarray(vectors, np.float64) @ self.rotation.T
        return turned

    def undone(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Bring points back into the canonical head's coordinates.

        Args:
            points: (N, 3) px.

        Returns:
            (N, 3) in the head's units.
        """
        back: NDArray[np.float64] = (points - self.shift) @ self.rotation / self.scale
        return back


def steady_weights() -> NDArray[np.float64]:
    """Return (478,) weights that trust the skull and hardly heed mouth, brows and lids."""
    weights = np.full(topology.COUNT, 0.02)
    weights[list(topology.STEADY)] = 1.0
    weights[topology.MESH :] = 0.0
    return weights


def estimate(
    base: NDArray[np.floating],
    points: NDArray[np.floating],
    weights: NDArray[np.float64] | None = None,
) -> Similarity:
    """Find the similarity with the least weighted squared error from base to points.

    The photo's landmarks carry a depth in the same scale as x and y, so under weak perspective
    the orthogonal Procrustes solution in three dimensions gives pose and size at once (Umeyama,
    "Least-squares estimation of transformation parameters", 1991).

    Args:
        base: (N, 3) points of the canonical head, in its units.
        points: (N, 3) the same points of a face, px.
        weights: (N,) how much each point counts; ``steady_weights`` if None.

    Returns:
        The transform from the head's units to px.
    """
    weights = steady_weights() if weights is None else weights
    weights = weights / weights.sum()
    target, source = np.asarray(points, np.float64), np.asarray(base, np.float64)
    target_mean, source_mean = weights @ target, weights @ source
    target, source = target - target_mean, source - source_mean
    u, singular, vt = np.linalg.svd((target * weights[:, None]).T @ source)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * signs) @ vt
    scale = float((singular * signs).sum() / (weights @ (source**2).sum(axis=1)))
    return Similarity(scale, rotation, target_mean - scale * rotation @ source_mean)
