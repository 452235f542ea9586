"""Fit the shape-free frame and the linear model to labelled faces (torch, scipy)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial import Delaunay

from inference.latent.morphable import Components, Morphable, to_vectors
from inference.latent.shape_free import Frame, Points, ring
from inference.training.faces import Faces

CROP = (32, 288)
"""px of the data set's 320 px pictures that the frame spans."""

TEXTURE, SHAPE = 256, 60
"""Components kept."""

_SMALLEST = 0.005  # of the first one's size; smaller ones are noise that whitening would blow up


@dataclass(frozen=True, slots=True)
class Textures:
    """Faces in the shape-free frame.

    rgba: (N, S, S, 4) uint8; alpha is the person. shapes: (N, 478, 2). partners: (478,), for each
    landmark the one on the other side of the face.
    """

    frame: Frame
    rgba: NDArray[np.uint8]
    shapes: Points
    partners: NDArray[np.int64]

    def flipped(self) -> "Textures":
        """The same faces seen in a mirror."""
        shapes = mirrored(self.shapes)[:, self.partners]
        rgba = np.ascontiguousarray(self.rgba[:, :, ::-1])
        return Textures(self.frame, rgba, shapes, self.partners)


def mirrored(points: Points) -> Points:
    """Points (..., 2) of the frame seen in a mirror."""
    return np.asarray(points * np.array([-1, 1], np.float32) + np.array([1, 0], np.float32))


def mirror_partners(mean: Points) -> NDArray[np.int64]:
    """For each landmark of an average face the one at its mirrored place, an involution."""
    distance = np.linalg.norm(mean[:, None] - mirrored(mean)[None], axis=2)
    _, partners = linear_sum_assignment(distance + distance.T)
    return np.asarray(partners, np.int64)


def fit_frame(landmarks: NDArray[np.float32], side: int) -> tuple[Frame, NDArray[np.int64]]:
    """Average the landmarks of many faces and their mirror images.

    Args:
        landmarks: (N, 478, 2 or 3) px in the data set's pictures.
        side: of textures, px.
    """
    low, high = CROP
    mean = ((landmarks[..., :2] - low) / (high - low)).mean(0).astype(np.float32)
    mean[:, 0] += 0.5 - mean[:, 0].mean()
    partners = mirror_partners(mean)
    mean = (mean + mirrored(mean)[partners]) / 2
    triangles = Delaunay(np.vstack([mean, ring()])).simplices.astype(np.int32)
    return Frame(mean.astype(np.float32), triangles, side), partners


def warp(
    faces: Faces, side: int, cache: Path, track: Callable[[range], Iterable[int]] = iter
) -> Textures:
    """Bring all faces to the frame; kept in ``cache`` (an .npz) for the next time."""
    if cache.exists():
        with np.load(cache, allow_pickle=False) as kept:
            if kept["ids"].tolist() == list(faces.ids):
                frame = Frame(kept["mean"], kept["triangles"], side)
                return Textures(frame, kept["rgba"], kept["shapes"], kept["partners"])
    frame, partners = fit_frame(faces.landmarks[faces.training], side)
    rgba = np.empty((len(faces), side, side, 4), np.uint8)
    shapes = np.empty((len(faces), 478, 2), np.float32)
    for index in track(range(len(faces))):
        picture = np.dstack([faces.images[index], faces.persons[index]])
        shapes[index], _ = frame.shape(faces.landmarks[index])
        rgba[index] = frame.texture(picture, faces.landmarks[index])
    part = cache.with_suffix(".part.npz")
    np.savez(
        part, ids=faces.ids, rgba=rgba, shapes=shapes, mean=frame.mean,
        triangles=frame.triangles, partners=partners,
    )  # fmt: skip
    part.replace(cache)
    return Textures(frame, rgba, shapes, partners)


def fit_morphable(textures: Textures, chosen: NDArray[np.bool_], cache: Path) -> Morphable:
    """Principal components of the chosen faces and their mirror images; kept in ``cache``."""
    side = textures.frame.side
    if cache.exists():
        with np.load(cache, allow_pickle=False) as kept:
            parts = [
                Components(*(kept[f"{kind}_{name}"] for name in ("mean", "basis", "deviation")))
                for kind in ("texture", "shape")
            ]
            return Morphable(parts[0], parts[1], side)
    both = (textures, textures.flipped())
    vectors = np.concatenate([to_vectors(one.rgba[chosen]) for one in both])
    texture = _components(vectors, TEXTURE)
    del vectors
    flat = np.concatenate([one.shapes[chosen].reshape(chosen.sum(), -1) for one in both])
    shape = _components(flat, SHAPE)
    part = cache.with_suffix(".part.npz")
    np.savez(part, **{
        f"{kind}_{name}": getattr(components, name)
        for kind, components in (("texture", texture), ("shape", shape))
        for name in ("mean", "basis", "deviation")
    })  # fmt: skip
    part.replace(cache)
    return Morphable(texture, shape, side)


def _components(vectors: NDArray[np.float32], count: int) -> Components:
    count = min(count, len(vectors) - 1)
    torch.manual_seed(0)
    matrix = torch.from_numpy(vectors)
    mean = matrix.mean(0)
    matrix -= mean
    _, sizes, axes = torch.pca_lowrank(matrix, count, center=False, niter=3)
    sizes, axes = (part[..., sizes > _SMALLEST * sizes[0]] for part in (sizes, axes))
    deviation = sizes / len(vectors) ** 0.5
    return Components(mean.numpy(), axes.T.contiguous().numpy(), deviation.numpy())
