"""What a person looks like, in words: linear readers of ``appearance_features``, as probabilities.

One multinomial logistic regression per attribute of the training labels (hair length, texture,
facial hair ...), fitted by ``reader_training`` and calibrated by its regularisation. Colours do not
lie on a line: for them it also sees how near a face is to each of some typical ones. The words
are perceptions of appearance for choosing parts of an avatar, nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference.face.alignment import align
from inference.face.appearance_features import Vector, describe
from inference.face.report import Portrait
from inference.models import weights

CLIP = 6.0
"""Standardised features are cut off here, so that no odd pixel decides."""

Perceived = Mapping[str, Mapping[str, float]]
"""Attribute -> value -> probability; the probabilities of an attribute sum to 1."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The fitted regressions.

    centre, scale: (D,) float32, the standardisation. weights: (D, C) float32. offsets: (C,).
    columns: "attribute=value" of each of the C outputs. typical: (K, T) float32, standardised last
    T features of typical faces. likeness_weights: (K, C).
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    columns: tuple[str, ...]
    typical: NDArray[np.float32]
    likeness_weights: NDArray[np.float32]

    def read(self, features: Vector) -> Perceived:
        """Probabilities of every attribute's values for one face's features (D,)."""
        standard = np.clip((features - self.centre) * self.scale, -CLIP, CLIP)
        near = likeness(standard[None, -self.typical.shape[1] :], self.typical)[0]
        scores = standard @ self.weights + near @ self.likeness_weights + self.offsets
        grouped: dict[str, dict[str, float]] = {}
        for column, score in zip(self.columns, scores, strict=True):
            attribute, value = column.split("=")
            grouped.setdefault(attribute, {})[value] = float(score)
        return {attribute: _softmax(values) for attribute, values in grouped.items()}


def likeness(faces: NDArray[np.float32], typical: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, K): 1 where the standardised features (N, T) and (K, T) are the same, falling to 0."""
    squared = (faces**2).sum(1)[:, None] + (typical**2).sum(1)[None] - 2 * faces @ typical.T
    near: NDArray[np.float32] = np.exp(-_NARROW * np.maximum(squared, 0) / typical.shape[1])
    return near


_NARROW = 0.6


def perceive(portrait: Portrait) -> Perceived:
    """Read a studied face."""
    return readers().read(describe(align(portrait)))


@cache
def readers() -> Readers:
    """Read the fitted regressions that ship with the package.

    Raises:
        WeightsError: their file is missing or damaged.
    """
    with np.load(weights.locate("emoji_readers"), allow_pickle=False) as data:
        return Readers(
            data["centre"].astype(np.float32),
            data["scale"].astype(np.float32),
            data["weights"].astype(np.float32),
            data["offsets"].astype(np.float32),
            tuple(str(column) for column in data["columns"]),
            data["typical"].astype(np.float32),
            data["likeness_weights"].astype(np.float32),
        )


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    raised = {value: float(np.exp(score - highest)) for value, score in scores.items()}
    total = sum(raised.values())
    return {value: one / total for value, one in raised.items()}
