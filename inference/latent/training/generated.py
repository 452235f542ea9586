"""Axes as TL-GAN found them: random latents, their pictures, what a classifier sees (torch).

Many latents are decoded, the pictures read by a frozen network with a linear layer, and a linear
model from latents to readings has the axes as its slopes.
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from inference.latent.axes import Axes
from inference.latent.morphable import PLANES, to_vectors
from inference.latent.training import attributes, axes, classifier
from inference.latent.training.building import Prepared
from inference.latent.training.classifier import Classifier
from inference.latent.training.views import plain
from inference.training.features import FrozenFeatures

PEOPLE = 20_000
_CHUNK = 64
_CENTRE = 0.125  # of the side, left out at each edge: the face is within


def fit_reader(prepared: Prepared, eyes: FrozenFeatures) -> Classifier:
    """Fit a classifier of features on the training split, sharp and as the linear model has it."""
    model, chosen = prepared.morphable, prepared.faces.training
    sharp = to_vectors(prepared.textures.rgba[chosen])
    texture = len(model.texture.deviation)
    soft = model.texture.decode(prepared.latents[chosen][:, :texture])
    # random people are as soft as the linear model: both kinds are shown
    described = np.concatenate([described_by(eyes, one, model.side) for one in (sharp, soft)])
    targets = attributes.targets(prepared.faces.labels)[chosen]
    return classifier.fit(described, np.concatenate([targets, targets]))


def find(
    reader: Classifier,
    eyes: FrozenFeatures,
    latents: NDArray[np.float32],
    draw: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    side: int,
    track: Callable[[range], Iterable[int]] = iter,
) -> Axes:
    """Fit axes on random people of a generator.

    Args:
        reader: see ``fit_reader``.
        eyes: see ``FrozenFeatures``.
        latents: (N, K), random.
        draw: from some latents to pictures as ``to_vectors`` makes them, (n, 4 S S).
        side: of those pictures, px.
        track: goes through chunks' numbers, for a progress bar.
    """
    starts = range(0, len(latents), _CHUNK)
    read = [
        reader.read(described_by(eyes, draw(latents[at : at + _CHUNK]), side))
        for at in (starts[number] for number in track(range(len(starts))))
    ]
    names = [feature.name for feature in attributes.learned()]
    return axes.from_generated(names, latents, np.concatenate(read).astype(np.float64))


def described_by(
    eyes: FrozenFeatures, vectors: NDArray[np.float32], side: int
) -> NDArray[np.float32]:
    """Descriptions (N, 3072) of textures (N, 4 S S), of their middle alone."""
    edge = round(_CENTRE * side)
    found = []
    for at in range(0, len(vectors), _CHUNK):
        planes = torch.from_numpy(vectors[at : at + _CHUNK]).reshape(-1, PLANES, side, side)
        middle = plain(planes)[:, :, edge : side - edge, edge : side - edge]
        found.append(classifier.describe(eyes, middle))
    return np.concatenate(found)
