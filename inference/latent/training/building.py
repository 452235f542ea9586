"""From labelled faces to the model that edits serve: frame, components, axes, folds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from inference import wiring
from inference.latent import model
from inference.latent.axes import Axes
from inference.latent.morphable import Morphable
from inference.latent.shape_free import Frame
from inference.latent.training import attributes, axes
from inference.latent.training.creases import creases
from inference.latent.training.fitting import Textures, fit_morphable, warp
from inference.training.faces import Faces, gather

SYNTHETIC = ("sfhq_t2i", "faker")
"""Sources of people who don't exist: only they may lend visible pieces or be mixed into others."""

_LENDER = "sfhq_t2i-eb8dc7eead"  # frontal, evenly lit, finely folded all over
_FOLDS_SIDE = 256  # px

Track = Callable[[str], Callable[[range], Iterable[int]]]


def bars(console: Console) -> Track:
    """Progress bars with titles."""

    def bar(title: str) -> Callable[[range], Iterable[int]]:
        return lambda numbers: track(numbers, title, console=console)

    return bar


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labelled faces in the frame and in the latent. latents: (N, K)."""

    faces: Faces
    textures: Textures
    morphable: Morphable
    latents: NDArray[np.float32]


def prepare(data: Path, work: Path, side: int, track: Track, masks: Path | None = None) -> Prepared:
    """Read, warp and encode all faces; everything slow is kept in ``work``.

    track: given a title, goes through numbers with a progress bar. masks: a file of kept masks.
    """
    faces = gather(data, masks or work / "masks.npz", wiring.networks(), track("masks"))
    textures = warp(faces, side, work / f"textures_{side}.npz", track("textures"))
    morphable = fit_morphable(textures, faces.training, work / f"morphable_{side}.npz")
    latents = morphable.encode(textures.rgba, textures.shapes)
    return Prepared(faces, textures, morphable, latents)


def synthetic(faces: Faces) -> NDArray[np.bool_]:
    """Who of the training split doesn't exist, (N,)."""
    unreal = [source in SYNTHETIC for source in faces.sources]
    return np.asarray(faces.training & np.array(unreal))


def fit_axes(prepared: Prepared) -> Axes:
    """Axes of all learned features, on the training split."""
    faces, chosen = prepared.faces, prepared.faces.training
    features = attributes.learned()
    return axes.fit(
        [feature.name for feature in features],
        prepared.latents[chosen],
        attributes.targets(faces.labels)[chosen],
        attributes.held_still(faces.labels, faces.landmarks)[chosen],
        [feature.strength for feature in features],
    )


def build(prepared: Prepared) -> model.Model:
    """Everything that is shipped of the linear model."""
    faces, textures = prepared.faces, prepared.textures
    fine = Frame(textures.frame.mean, textures.frame.triangles, _FOLDS_SIDE)
    folds = np.zeros((_FOLDS_SIDE, _FOLDS_SIDE), np.float32)
    if _LENDER in faces.ids:
        index = faces.ids.index(_LENDER)
        folds = creases(faces.images[index], faces.landmarks[index], fine)
    return model.Model(
        frame=textures.frame,
        faces=prepared.morphable,
        axes=fit_axes(prepared),
        people=prepared.latents[synthetic(faces)],
        creases=folds,
    )
