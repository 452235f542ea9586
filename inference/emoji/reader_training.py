"""Fit the readers of ``perception``: principal components, then logistic regressions (torch).

Strong weight decay on 500 components was best on held-out faces for every attribute tried.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.emoji.dataset import Faces
from inference.emoji.features import BLOCKS, describe
from inference.emoji.perception import CLIP, Readers

ATTRIBUTES = (
    "skin", "hair_colour", "hair_length", "texture", "bangs", "receding", "facial_hair", "glasses",
    "smile", "brows", "makeup", "headwear", "earrings", "chubby", "shape", "male",
)  # fmt: skip
COMPONENTS = 500
DECAY = 0.03
_NOTHING = 1e-5  # of the first component's variance: components with less are rounding


@dataclass(frozen=True, slots=True)
class Score:
    """Share of held-out faces on which a reader agrees with the annotator."""

    attribute: str
    agreement: float
    faces: int


def fit(
    faces: Faces, features: NDArray[np.float32] | None = None
) -> tuple[Readers, tuple[Score, ...]]:
    """Fit all readers on the training split and score them on the other.

    features: (N, D), if already described.
    """
    rows = features
    if rows is None:
        rows = np.stack([describe(faces.face(index)) for index in range(len(faces))])
    train, held = np.flatnonzero(faces.training), np.flatnonzero(~faces.training)
    centre = rows[train].mean(axis=0)
    spread = rows[train].std(axis=0)
    scale = 1 / np.maximum(spread, 1e-3 * np.abs(rows[train]).max(axis=0) + 1e-6)
    standard = np.clip((rows - centre) * scale, -CLIP, CLIP)

    # each kind of feature weighs the same, however many there are of it
    balance = np.repeat([10 / np.sqrt(size) for size in BLOCKS], BLOCKS).astype(np.float32)
    standard *= balance
    # components by the smaller, (n, n), product
    values, vectors = np.linalg.eigh(standard[train] @ standard[train].T)
    keep = np.flatnonzero(values > values[-1] * _NOTHING)[::-1][:COMPONENTS]
    basis = (standard[train].T @ vectors[:, keep]) / np.sqrt(values[keep])
    codes = standard @ basis

    weights, offsets, columns, scores = [], [], [], []
    for attribute in ATTRIBUTES:
        labels = faces.labels[attribute]
        names = tuple(sorted({labels[index] for index in train}))
        truth = np.array([names.index(value) if value in names else -1 for value in labels])
        slope, offset = _regress(codes[train], truth[train], len(names))
        guess = (codes[held] @ slope + offset).argmax(axis=1)
        scores.append(Score(attribute, float((guess == truth[held]).mean()), len(held)))
        weights.append(balance[:, None] * (basis @ slope))
        offsets.append(offset)
        columns += [f"{attribute}={name}" for name in names]
    readers = Readers(centre, scale, np.hstack(weights), np.concatenate(offsets), tuple(columns))
    return readers, tuple(scores)


def save(readers: Readers, path: Path) -> None:
    """Write readers where ``perception.readers`` finds them; weights as float16."""
    np.savez_compressed(
        path,
        centre=readers.centre.astype(np.float32),
        scale=readers.scale.astype(np.float32),
        weights=readers.weights.astype(np.float16),
        offsets=readers.offsets.astype(np.float32),
        columns=np.array(readers.columns),
    )


def _regress(
    codes: NDArray[np.float32], truth: NDArray[np.int64], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Multinomial logistic regression: (K, classes) slopes and (classes,) offsets."""
    import torch

    x, y = torch.from_numpy(codes.astype(np.float32)), torch.from_numpy(truth)
    counts = torch.bincount(y, minlength=classes).float()
    rarity = (counts.max() / counts.clamp(min=1)) ** 0.25
    slope = torch.zeros(codes.shape[1], classes, requires_grad=True)
    offset = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([slope, offset], max_iter=80, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(x @ slope + offset, y, weight=rarity)
        value = value + DECAY * (slope**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return slope.detach().numpy(), offset.detach().numpy()
