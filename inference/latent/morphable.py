"""A linear model of faces: principal components of texture and of shape, whitened.

An active appearance model (Cootes, Edwards and Taylor, 2001) over the shape-free frame: dense,
continuous, and inverted by a projection.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

PLANES = 4  # RGB premultiplied by alpha, alpha


@dataclass(frozen=True, slots=True)
class Components:
    """Whitened principal components of vectors of D numbers.

    mean: (D,). basis: (K, D), orthonormal rows. deviation: (K,), of the training set along each.
    """

    mean: Plane
    basis: Plane
    deviation: Plane

    def encode(self, vectors: NDArray[np.floating]) -> Plane:
        """(N, D) -> (N, K), of unit variance on the training set."""
        return np.asarray((vectors - self.mean) @ self.basis.T / self.deviation, np.float32)

    def moved(self, step: NDArray[np.floating]) -> Plane:
        """How far a vector moves, (D,), when its code moves by ``step`` (K,)."""
        return np.asarray((step * self.deviation) @ self.basis, np.float32)

    def decode(self, codes: NDArray[np.floating]) -> Plane:
        """(N, K) -> (N, D), the nearest vector the components can make."""
        return np.asarray(self.mean + (codes * self.deviation) @ self.basis, np.float32)


def to_vectors(textures: NDArray[np.uint8]) -> Plane:
    """(N, S, S, 4) uint8 RGBA -> (N, 4 S S) float32 in CHW order.

    RGB in -1..1 times alpha, so that what lies behind a head doesn't count; alpha in 0..1.
    """
    planes = textures.transpose(0, 3, 1, 2).astype(np.float32)
    alpha = planes[:, 3:] / 255
    colour = (planes[:, :3] / 127.5 - 1) * alpha
    return np.concatenate([colour, alpha], 1).reshape(len(textures), -1)


def to_textures(vectors: NDArray[np.floating], side: int) -> NDArray[np.uint8]:
    """(N, 4 S S) as ``to_vectors`` makes them -> (N, S, S, 4) uint8 RGBA, not premultiplied."""
    planes = vectors.reshape(len(vectors), 4, side, side)
    alpha = planes[:, 3:].clip(0, 1)
    colour = (planes[:, :3] / np.maximum(alpha, 0.05)).clip(-1, 1) * 127.5 + 127.5
    bytes_ = np.rint(np.concatenate([colour, alpha * 255], 1)).astype(np.uint8)
    return np.ascontiguousarray(bytes_.transpose(0, 2, 3, 1))


@dataclass(frozen=True, slots=True)
class Morphable:
    """Texture and shape of faces as one latent."""

    texture: Components
    shape: Components
    side: int

    @property
    def size(self) -> int:
        """Numbers of a latent: texture's, then shape's."""
        return len(self.texture.deviation) + len(self.shape.deviation)

    def encode(self, textures: NDArray[np.uint8], shapes: NDArray[np.floating]) -> Plane:
        """(N, S, S, 4) RGBA and (N, 478, 2) -> (N, K) latents."""
        flat = shapes.reshape(len(shapes), -1)
        parts = [self.texture.encode(to_vectors(textures)), self.shape.encode(flat)]
        return np.concatenate(parts, 1)

    def decode(self, latents: NDArray[np.floating]) -> tuple[NDArray[np.uint8], Plane]:
        """(N, K) -> textures (N, S, S, 4) uint8 RGBA and shapes (N, 478, 2)."""
        count = len(self.texture.deviation)
        textures = to_textures(self.texture.decode(latents[:, :count]), self.side)
        return textures, self.shape.decode(latents[:, count:]).reshape(len(latents), -1, 2)
