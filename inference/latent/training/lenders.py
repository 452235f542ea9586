"""Choose which synthetic people lend their detail to random ones."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.latent import people
from inference.latent.training.attributes import turns
from inference.latent.training.building import Prepared, synthetic
from inference.pictures.images import to_lab

LENDERS = 72
_SIDE_LIGHT = 9.0  # L* between the cheeks; harder light gives borrowed detail away
_TURNED = 0.12  # slope of depth across the face
_SOFTEST = 0.25  # share of faces, the softest, that have no detail to lend
_GROUPS = ("male", "age", "skin", "glasses")


def gather(prepared: Prepared) -> people.People:
    """Pick lenders for sharpness, even light, a frontal look and variety; all others are mixed in.

    Only synthetic people of the training split are taken.
    """
    faces, textures = prepared.faces, prepared.textures
    own = np.flatnonzero(synthetic(faces))
    light, sharp = np.array([_looks(prepared, index) for index in own.tolist()]).T
    turned = np.abs(turns(faces.landmarks[own])[:, 0])
    calm = np.array([faces.labels["smile"][index] != "3" for index in own])
    fit = (light < _SIDE_LIGHT) & (turned < _TURNED) & calm
    fit &= sharp > np.quantile(sharp, _SOFTEST)
    words = {name: [faces.labels[name][index] for index in own] for name in people.LABELS}
    chosen = _varied(np.flatnonzero(fit), sharp, words)
    order = np.concatenate([chosen, np.setdiff1d(np.arange(len(own)), chosen)])
    frame = replace(textures.frame, side=people.SIDE)
    pictures = []
    for index in own[chosen]:
        picture = np.dstack([faces.images[index], faces.persons[index]])
        pictures.append(people.encode(frame.texture(picture, faces.landmarks[index])))
    labels = {name: tuple(words[name][index] for index in order) for name in people.LABELS}
    return people.People(tuple(pictures), prepared.latents[own[order]], labels)


def _looks(prepared: Prepared, index: int) -> tuple[float, float]:
    """Difference of L* between the cheeks, and how much fine detail there is."""
    faces = prepared.faces
    light = to_lab(faces.images[index])[..., 0]
    sides = [
        float(np.median(light[topology.fill(light.shape, faces.landmarks[index], cheek)]))
        for cheek in topology.CHEEKS
    ]
    face = topology.fill(light.shape, faces.landmarks[index], topology.FACE_OVAL)
    fine = np.abs(np.diff(light, 2, axis=0))[:, :][face[1:-1]]
    return abs(sides[0] - sides[1]), float(fine.mean())


def _varied(
    candidates: NDArray[np.int64], sharp: NDArray[np.float64], words: Mapping[str, list[str]]
) -> NDArray[np.int64]:
    """Take the sharpest of each group by turns, so that every group is there."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for index in candidates[np.argsort(-sharp[candidates], kind="stable")].tolist():
        groups.setdefault(tuple(words[name][index] for name in _GROUPS), []).append(index)
    chosen: list[int] = []
    while len(chosen) < min(LENDERS, len(candidates)):
        for key in sorted(groups):
            if groups[key] and len(chosen) < LENDERS:
                chosen.append(groups[key].pop(0))
    return np.array(chosen)
