"""TL-GAN as published: a progressive generator from noise, made transparent.

The generator knows nothing of shapes or of a linear model; its axes were found on what it draws,
and a linear map leads from a face back to noise. It stands beside the others for comparison.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.latent.axes import Axes
from inference.latent.generator import Latents, Textures
from inference.latent.model import Model
from inference.latent.morphable import to_textures, to_vectors
from inference.latent.shape_free import Points
from inference.models import weights
from inference.models.networks import Network

LATENT = 128
"""Numbers of noise; the paper's 512 would need a file three times as large."""

_RIDGE = 50.0


@dataclass(frozen=True, slots=True)
class Transparent:
    """What was learned of a generator after it was trained.

    axes: in its noise. back: (C, K), from components of texture, less ``centre`` (C,), to noise.
    """

    axes: Axes
    back: NDArray[np.float32]
    centre: NDArray[np.float32]


class Progressive:
    """Implements ``inference.latent.generator.Generator``; everybody has the mean's shape."""

    def __init__(self, model: Model, network: Network, transparent: Transparent) -> None:
        self.model, self.network, self.transparent = model, network, transparent

    def sample(self, count: int, seed: int) -> Latents:
        """Draw noise, (count, 128)."""
        return np.random.default_rng(seed).standard_normal((count, LATENT), np.float32)

    def encode(self, textures: Textures, shapes: Points) -> Latents:  # noqa: ARG002 -- no shapes
        """Guess the noise, (N, 128); shapes don't count."""
        codes = self.model.faces.texture.encode(to_vectors(textures)) - self.transparent.centre
        return np.asarray(codes @ self.transparent.back, np.float32)

    def decode(self, latents: Latents) -> tuple[Textures, Points]:
        """Draw; see ``Generator``."""
        side = self.model.frame.side
        shapes = np.repeat(self.model.frame.mean[None], len(latents), axis=0)
        return to_textures(drawn(self.network, latents, side), side), shapes


def drawn(network: Network, latents: Latents, side: int) -> NDArray[np.float32]:
    """Run the generator; (N, 128) -> pictures as ``to_vectors`` makes them, (N, 4 side side)."""
    planes = network.run({"latent": latents})["picture"].astype(np.float32, copy=False)
    large = [
        cv2.resize(picture.transpose(1, 2, 0), (side, side), interpolation=cv2.INTER_LINEAR)
        for picture in planes
    ]
    return np.stack(large).transpose(0, 3, 1, 2).reshape(len(latents), -1)


def inverted(
    codes: NDArray[np.float32], latents: Latents
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Regress noise on what was drawn of it.

    Args:
        codes: (N, C), components of texture.
        latents: (N, K).

    Returns:
        ``back`` and ``centre`` of ``Transparent``.
    """
    centre = codes.mean(0)
    inputs = codes - centre
    gram = inputs.T @ inputs + _RIDGE * np.eye(inputs.shape[1], dtype=np.float32)
    return np.linalg.solve(gram, inputs.T @ latents).astype(np.float32), centre


@cache
def load() -> Transparent:
    """What is shipped, read once."""
    return read(weights.shipped("latent_transparent"))


def write(transparent: Transparent, path: Path) -> None:
    """Write it in half precision."""
    axes = transparent.axes
    np.savez_compressed(
        path, names=np.array(axes.names), directions=axes.directions.astype(np.float16),
        steps=axes.steps, back=transparent.back.astype(np.float16), centre=transparent.centre,
    )  # fmt: skip


def read(path: Path) -> Transparent:
    """Read what ``write`` wrote."""
    with np.load(path, allow_pickle=False) as file:
        directions = file["directions"].astype(np.float32)
        axes = Axes(tuple(file["names"].tolist()), directions, file["steps"], directions)
        return Transparent(axes, file["back"].astype(np.float32), file["centre"])
