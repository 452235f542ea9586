"""What holds a slider still while others move: its direction in the latent.

A learned slider has its axis. One that moves landmarks has the direction of the latent's shape in
which landmarks move most like it; what is perpendicular to that changes nothing of the feature.
Sliders that paint are moved by no other.
"""

from collections.abc import Collection, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference.latent import geometry
from inference.latent.model import Model, load


def parted(locked: Collection[str]) -> tuple[frozenset[str], NDArray[np.float32]]:
    """Part locked sliders into axes, by their names, and directions of landmarks, (N, K)."""
    model = load()
    axes = frozenset(locked) & frozenset(model.axes.names)
    shifts = sorted(frozenset(locked) & geometry.SHIFTS.keys())
    held = [_of_landmarks()[name] for name in shifts]
    size = model.axes.directions.shape[1]
    return axes, np.array(held, np.float32).reshape(-1, size)


@cache
def _of_landmarks() -> Mapping[str, NDArray[np.float32]]:
    return {name: _gradient(load(), name) for name in geometry.SHIFTS}


def _gradient(model: Model, name: str) -> NDArray[np.float32]:
    shape = model.faces.shape
    moved = geometry.displacement(model.frame.mean, {name: 1.0}).ravel()
    along = (shape.basis @ moved) * shape.deviation
    count = len(model.faces.texture.deviation)
    direction = np.concatenate([np.zeros(count), along / np.linalg.norm(along)])
    return direction.astype(np.float32)
