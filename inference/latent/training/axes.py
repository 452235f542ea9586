"""Find the axes of features, and what reads them, by regression one way and the other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.latent.axes import Axes

_RIDGE = 2.0
_NOTHING = 1e-9
_READING = 200.0  # ridge of readouts: some hundred components, a thousand faces


def slopes(
    latents: NDArray[np.float32],
    features: NDArray[np.float64],
    covariates: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Multiple regression of latents on features, what is unknown at its mean.

    Args:
        latents: (N, K), whitened.
        features: (N, F), NaN where unknown.
        covariates: (N, C), held still: each slope is what its feature alone explains.

    Returns:
        (F, K), the change of the latent per unit of each feature.
    """
    known = np.where(np.isnan(features), np.nanmean(features, axis=0), features)
    design = np.column_stack([known, covariates, np.ones(len(known))])
    gram = design.T @ design + _RIDGE * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(gram, design.T @ latents)[: features.shape[1]], np.float32)


def fit(
    names: Sequence[str],
    latents: NDArray[np.float32],
    features: NDArray[np.float64],
    covariates: NDArray[np.float64],
    strengths: Sequence[float],
) -> Axes:
    """Axes of unit length, and how far along them a slider at 1 goes.

    strengths: units of each feature that its slider at 1 changes.
    """
    found = slopes(latents, features, covariates)
    lengths = np.maximum(np.linalg.norm(found, axis=1), _NOTHING)
    steps = lengths * np.asarray(strengths)
    read = readouts(latents, features)
    return Axes(tuple(names), found / lengths[:, None], steps.astype(np.float32), read)


def readouts(latents: NDArray[np.float32], features: NDArray[np.float64]) -> NDArray[np.float32]:
    """Regression of each feature on latents, where it is known.

    Args:
        latents: (N, K), whitened.
        features: (N, F), NaN where unknown.

    Returns:
        (F, K), unit length.
    """
    found = []
    for feature in features.T:
        known = ~np.isnan(feature)
        inputs = latents[known] - latents[known].mean(0)
        gram = inputs.T @ inputs + _READING * np.eye(inputs.shape[1])
        slope = np.linalg.solve(gram, inputs.T @ (feature[known] - feature[known].mean()))
        found.append(slope / max(float(np.linalg.norm(slope)), _NOTHING))
    return np.array(found, np.float32)


def from_generated(
    names: Sequence[str], latents: NDArray[np.float32], predicted: NDArray[np.float64]
) -> Axes:
    """Axes as TL-GAN finds them: a linear model from random latents to predicted features.

    Args:
        names: F of them.
        latents: (N, K), random.
        predicted: (N, F), what a classifier sees in the pictures made of them.

    Returns:
        unit axes, which are what reads features, too; a step is one standard deviation of one.
    """
    inputs = latents - latents.mean(0)
    outputs = (predicted - predicted.mean(0)) / np.maximum(predicted.std(0), _NOTHING)
    gram = inputs.T @ inputs + _RIDGE * np.eye(inputs.shape[1])
    found = np.linalg.solve(gram, inputs.T @ outputs).T  # (F, K), slopes of features
    lengths = np.maximum(np.linalg.norm(found, axis=1), _NOTHING)
    directions = (found / lengths[:, None]).astype(np.float32)
    return Axes(tuple(names), directions, (1 / lengths).astype(np.float32), directions)
