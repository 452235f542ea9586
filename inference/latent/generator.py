"""What makes faces of latents: one protocol, from a linear model to a network on top of it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.latent.model import Model
from inference.latent.morphable import PLANES, to_textures
from inference.latent.shape_free import Points
from inference.models.networks import Network

Latents = NDArray[np.float32]
Textures = NDArray[np.uint8]

_MOST, _LENGTH = 3, 0.95
_NOISE = 4  # channels, at a quarter of the side


class Generator(Protocol):
    """Latents are whitened: about unit variance along each of K numbers."""

    def sample(self, count: int, seed: int) -> Latents:
        """Draw random people, (count, K); the same seed gives the same people."""

    def encode(self, textures: Textures, shapes: Points) -> Latents:
        """(N, S, S, 4) RGBA in the shape-free frame and (N, 478, 2) -> (N, K)."""

    def decode(self, latents: Latents) -> tuple[Textures, Points]:
        """(N, K) -> textures (N, S, S, 4) uint8 RGBA and shapes (N, 478, 2)."""


class Linear:
    """The linear model alone: exact to invert, soft to look at."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def sample(self, count: int, seed: int) -> Latents:
        """Mix each from three synthetic people; see ``Generator``."""
        chance = np.random.default_rng(seed)
        people = self.model.people
        chosen = chance.integers(len(people), size=(count, _MOST))
        shares = chance.dirichlet(np.full(_MOST, 1.5), size=count)
        mixed = np.einsum("nm,nmk->nk", np.sqrt(shares), people[chosen])
        return np.asarray(_LENGTH * mixed, np.float32)

    def encode(self, textures: Textures, shapes: Points) -> Latents:
        """Project onto the components; see ``Generator``."""
        return self.model.faces.encode(textures, shapes)

    def decode(self, latents: Latents) -> tuple[Textures, Points]:
        """Add up the components; see ``Generator``."""
        return self.model.faces.decode(latents)


class Sharp(Linear):
    """The linear model and the network trained to make it sharp (TL-GAN's generator here)."""

    def __init__(self, model: Model, network: Network, seed: int = 0) -> None:
        super().__init__(model)
        self.network = network
        self.seed = seed

    def decode(self, latents: Latents) -> tuple[Textures, Points]:
        """See ``Generator``."""
        faces, side = self.model.faces, self.model.frame.side
        count = len(faces.texture.deviation)
        decoded = faces.texture.decode(latents[:, :count])
        shapes = faces.shape.decode(latents[:, count:]).reshape(len(latents), -1, 2)
        noise = np.random.default_rng(self.seed).standard_normal(
            (len(latents), _NOISE, side // 4, side // 4), np.float32
        )
        found = self.network.run({
            "decoded": decoded.reshape(-1, PLANES, side, side),
            "latent": latents,
            "noise": noise,
        })  # fmt: skip
        planes = found["picture"].astype(np.float32, copy=False)
        return to_textures(planes.reshape(len(planes), -1), side), shapes
