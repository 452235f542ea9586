"""What a person looks like: attribute classifiers of ``appearance_features``, as probabilities.

One multinomial logistic regression per attribute of the training labels (hair length, texture,
facial hair ...), fitted by ``inference.emoji.training.classifiers`` and calibrated by its
regularisation. Colours do not lie on a line: for them it also sees a radial basis function about
each of some typical faces. Attributes are perceptions of appearance for choosing what a drawing
shows, nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.face.alignment import align
from inference.face.appearance_features import Vector, describe
from inference.face.report import Portrait
from inference.models import weights

CLIP = 6.0
"""Standardised features are cut off here, so that no odd pixel decides."""

Probabilities = Mapping[str, Mapping[str, float]]
"""Attribute -> value -> probability; the probabilities of an attribute sum to 1."""


@dataclass(frozen=True, slots=True)
class AttributeClassifiers:
    """The fitted regressions.

    mean, scale: (D,) float32, the standardisation. weights: (D, C) float32. offsets: (C,) float32.
    columns: "attribute=value" of each of the C outputs. typical: (K, T) float32, the last T
    features, standardised, of typical faces. kernel_weights: (K, C) float32.
    """

    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    columns: tuple[str, ...]
    typical: NDArray[np.float32]
    kernel_weights: NDArray[np.float32]

    def probabilities(self, features: Vector) -> Probabilities:
        """Return how likely each value of each attribute is.

        Args:
            features: (D,) float32 of one face, from ``appearance_features``.

        Returns:
            Attribute -> value -> probability.
        """
        standard = np.clip((features - self.mean) * self.scale, -CLIP, CLIP)
        near = kernel(standard[None, -self.typical.shape[1] :], self.typical)[0]
        scores = standard @ self.weights + near @ self.kernel_weights + self.offsets
        grouped: dict[str, dict[str, float]] = {}
        for column, score in zip(self.columns, scores, strict=True):
            attribute, value = column.split("=")
            grouped.setdefault(attribute, {})[value] = float(score)
        return {attribute: _softmax(values) for attribute, values in grouped.items()}


def kernel(faces: NDArray[np.float32], typical: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian radial basis functions about typical faces.

    Args:
        faces: (N, T) float32, standardised features.
        typical: (K, T) float32, those of the functions' centres.

    Returns:
        (N, K) float32: 1 where both are the same, falling to 0.
    """
    squared = (faces**2).sum(1)[:, None] + (typical**2).sum(1)[None] - 2 * faces @ typical.T
    near: NDArray[np.float32] = np.exp(-_NARROW * np.maximum(squared, 0) / typical.shape[1])
    return near


_NARROW = 0.6
_SCARF = 0.07  # the least probability of one on a covered head; few of them to learn from


def classify(portrait: Portrait) -> Probabilities:
    """Classify a studied face; kept with the portrait.

    Args:
        portrait: a studied face.

    Returns:
        Attribute -> value -> probability.

    Raises:
        WeightsError: the classifiers' file is missing or damaged.
    """
    return portrait.once(_classify)


def scarfed(portrait: Portrait) -> bool:
    """Tell whether a head is covered, by a scarf rather than by a hat.

    Five of nine scarves of people never seen, and one of fifteen hats, count as one; no hair does.
    """
    if not portrait.report.hair.covered:
        return False
    headwear = classify(portrait)["headwear"]
    return headwear["scarf"] > max(_SCARF, headwear["hat"])


def _classify(portrait: Portrait) -> Probabilities:
    return classifiers().probabilities(describe(align(portrait)))


@cache
def classifiers() -> AttributeClassifiers:
    """Load the fitted regressions that ship with the package, once.

    Raises:
        WeightsError: their file is missing or damaged.
    """
    with np.load(weights.shipped("emoji_classifiers"), allow_pickle=False) as data:
        return AttributeClassifiers(
            data["centre"].astype(np.float32),
            data["scale"].astype(np.float32),
            data["weights"].astype(np.float32),
            data["offsets"].astype(np.float32),
            tuple(str(column) for column in data["columns"]),
            data["typical"].astype(np.float32),
            data["likeness_weights"].astype(np.float32),
        )


def save(fitted: AttributeClassifiers, path: Path) -> None:
    """Write classifiers as ``classifiers`` reads them; weights as float16."""
    np.savez_compressed(
        path,
        centre=fitted.mean.astype(np.float32),
        scale=fitted.scale.astype(np.float32),
        weights=fitted.weights.astype(np.float16),
        offsets=fitted.offsets.astype(np.float32),
        columns=np.array(fitted.columns),
        typical=fitted.typical.astype(np.float16),
        likeness_weights=fitted.kernel_weights.astype(np.float32),
    )


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    raised = {value: float(np.exp(score - highest)) for value, score in scores.items()}
    total = sum(raised.values())
    return {value: one / total for value, one in raised.items()}
