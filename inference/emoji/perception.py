"""What a person looks like, in words: linear readers of ``features``, as probabilities.

One multinomial logistic regression per attribute of the training labels (hair length, texture,
facial hair ...), fitted by ``reader_training`` and calibrated by its regularisation. The words are
perceptions of appearance for choosing parts of an avatar, nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from inference import weights
from inference.emoji.features import Vector

CLIP = 6.0
"""Standardised features are cut off here, so that no odd pixel decides."""

Perceived = Mapping[str, Mapping[str, float]]
"""Attribute -> value -> probability; the probabilities of an attribute sum to 1."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The fitted regressions.

    centre, scale: (D,) float32, the standardisation. weights: (D, C) float32. offsets: (C,).
    columns: "attribute=value" of each of the C outputs.
    """

    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    columns: tuple[str, ...]

    def read(self, features: Vector) -> Perceived:
        """Probabilities of every attribute's values for one face's features (D,)."""
        standard = np.clip((features - self.centre) * self.scale, -CLIP, CLIP)
        scores = standard @ self.weights + self.offsets
        grouped: dict[str, dict[str, float]] = {}
        for column, score in zip(self.columns, scores, strict=True):
            attribute, value = column.split("=")
            grouped.setdefault(attribute, {})[value] = float(score)
        return {attribute: _softmax(values) for attribute, values in grouped.items()}


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
        )


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    raised = {value: float(np.exp(score - highest)) for value, score in scores.items()}
    total = sum(raised.values())
    return {value: one / total for value, one in raised.items()}
