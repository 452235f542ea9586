"""Fit the attribute classifiers: principal components, then logistic regressions (torch).

Strong weight decay on 500 components was best on held-out faces for every attribute tried. Colour
of hair gained 4 points, cross-validated, from radial basis functions about typical faces.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import hair_evidence, headwear_evidence
from inference.face.appearance_features import BLOCKS, describe
from inference.face.attributes import CLIP, AttributeClassifiers, kernel
from inference.training.faces import Faces

ATTRIBUTES = (
    "skin", "hair_colour", "hair_length", "texture", "bangs", "receding", "facial_hair", "glasses",
    "smile", "brows", "makeup", "headwear", "earrings", "chubby", "shape", "male",
)  # fmt: skip
COMPONENTS = 500
DECAY = 0.03
BY_KERNEL = ("hair_colour",)
"""What is also read off radial basis functions about typical faces."""
OF_CLOTH, _CLOTH_SCALE = ("headwear",), 3.0
"""What is also read off ``headwear_evidence`` as it is, and how much that weighs."""
_TYPICAL, _KERNEL_SCALE = 600, 40.0
_HATS_SIZE = 10.0  # root mean square length of what the kind of a hat is read off
_NOTHING = 1e-5  # of the first component's variance: components with less are rounding


@dataclass(frozen=True, slots=True)
class Score:
    """Share of held-out faces on which a classifier agrees with the annotator."""

    attribute: str
    agreement: float
    faces: int


def fit(
    faces: Faces, features: NDArray[np.float32] | None = None
) -> tuple[AttributeClassifiers, tuple[Score, ...]]:
    """Fit all classifiers on the training split and score them on the other.

    Args:
        faces: with labels.
        features: (N, D), if already described.
    """
    rows = features
    if rows is None:
        rows = np.stack([describe(faces.face(index)) for index in range(len(faces))])
    train, held = np.flatnonzero(faces.training), np.flatnonzero(~faces.training)
    mean = rows[train].mean(axis=0)
    spread = rows[train].std(axis=0)
    scale = 1 / np.maximum(spread, 1e-3 * np.abs(rows[train]).max(axis=0) + 1e-6)
    standard = np.clip((rows - mean) * scale, -CLIP, CLIP)

    hats = fit_hats(standard, faces.ids)
    evidence = standard[:, -hair_evidence.LENGTH :].copy()
    last = -hair_evidence.LENGTH
    cloth = slice(last - headwear_evidence.LENGTH, last)
    of_cloth = _CLOTH_SCALE * standard[:, cloth]
    # each kind of feature weighs the same, however many there are of it; the last two are read
    # apart
    balance = np.repeat([10 / np.sqrt(size) for size in BLOCKS[:-2]] + [0, 0], BLOCKS)
    balance = balance.astype(np.float32)
    standard *= balance
    # components by the smaller, (n, n), product
    values, vectors = np.linalg.eigh(standard[train] @ standard[train].T)
    keep = np.flatnonzero(values > values[-1] * _NOTHING)[::-1][:COMPONENTS]
    basis = (standard[train].T @ vectors[:, keep]) / np.sqrt(values[keep])
    codes = standard @ basis

    typical = _typical(evidence[train])
    # whitened, so that the same decay is fair to all directions
    values, vectors = np.linalg.eigh(kernel(typical, typical) + 1e-4 * np.eye(len(typical)))
    whitening = _KERNEL_SCALE * vectors / np.sqrt(values)
    near = kernel(evidence, typical) @ whitening
    middle = near[train].mean(axis=0)
    both = np.hstack([codes, near - middle]).astype(np.float32)
    clothed = np.hstack([codes, of_cloth]).astype(np.float32)

    weights, offsets, columns, scores, near_weights = [], [], [], [], []
    for attribute in ATTRIBUTES:
        labels = faces.labels[attribute]
        names = tuple(sorted({labels[index] for index in train}))
        truth = np.array([names.index(value) if value in names else -1 for value in labels])
        seen = both if attribute in BY_KERNEL else clothed if attribute in OF_CLOTH else codes
        slope, offset = _regress(seen[train], truth[train], len(names))
        guess = (seen[held] @ slope + offset).argmax(axis=1)
        scores.append(Score(attribute, float((guess == truth[held]).mean()), len(held)))
        of_near = np.zeros((near.shape[1], len(names)))
        own, more = np.split(slope, [codes.shape[1]])
        columns_weights = balance[:, None] * (basis @ own)
        if attribute in OF_CLOTH:
            columns_weights[cloth] = _CLOTH_SCALE * more
        else:
            of_near[: len(more)] = more
        weights.append(columns_weights)
        near_weights.append(whitening @ of_near)
        offsets.append(offset - middle @ of_near)
        columns += [f"{attribute}={name}" for name in names]
    if hats is not None:
        weights.append(hats.weights)
        near_weights.append(np.zeros((near.shape[1], len(hats.kinds))))
        offsets.append(hats.offsets)
        columns += [f"hat={kind}" for kind in hats.kinds]
    fitted = AttributeClassifiers(
        mean, scale, np.hstack(weights), np.concatenate(offsets).astype(np.float32),
        tuple(columns), typical, np.hstack(near_weights).astype(np.float32),
    )  # fmt: skip
    return fitted, tuple(scores)


@dataclass(frozen=True, slots=True)
class Hats:
    """A regression of what covers a head.

    weights: (D, C) float32, of standardised features. offsets: (C,) float32. kinds: C names.
    """

    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    kinds: tuple[str, ...]


def fit_hats(standard: NDArray[np.float32], ids: Sequence[str]) -> Hats | None:
    """Fit what kind of hat or scarf is worn, on the covered heads of ``hats.toml`` alone.

    The edges of the head tell it, and ``headwear_evidence``; five folds of 173 heads agree with the
    eye on 0.80 of hats (0.64 by the commonest kind), and on 0.81 of wraps and veils.

    Args:
        standard: (N, D) float32, standardised features.
        ids: of N faces.

    Returns:
        None where fewer than two kinds are among the faces.
    """
    said = tomllib.loads(resources.files(__package__).joinpath("hats.toml").read_text("utf-8"))
    worn = {name: kind for kind, names in said.items() for name in names}
    rows = [at for at, name in enumerate(ids) if name in worn]
    kinds = tuple(sorted({worn[ids[at]] for at in rows}))
    if len(kinds) < 2:
        return None
    last = standard.shape[1] - hair_evidence.LENGTH
    balance = np.zeros(standard.shape[1], np.float32)
    for start, size in (
        (0, BLOCKS[0]),
        (last - headwear_evidence.LENGTH, headwear_evidence.LENGTH),
    ):
        balance[start : start + size] = 10 / np.sqrt(size)
    seen = standard[rows] * balance
    balance *= _HATS_SIZE / np.sqrt((seen**2).sum(axis=1).mean())
    left, sizes, axes = np.linalg.svd(standard[rows] * balance, full_matrices=False)
    truth = np.array([kinds.index(worn[ids[at]]) for at in rows])
    slope, offset = _regress(left * sizes, truth, len(kinds))
    return Hats(
        np.asarray(balance[:, None] * (axes.T @ slope), np.float32),
        np.asarray(offset, np.float32),
        kinds,
    )


def _typical(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Middles of clusters of faces alike, (K, T), as precise as they are kept."""
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1e-4)
    many = min(_TYPICAL, len(evidence))
    cv2.setRNGSeed(0)
    _, _, middles = cv2.kmeans(
        np.ascontiguousarray(evidence, np.float32), many, np.empty((0, 1), np.int32), stop, 1,
        cv2.KMEANS_RANDOM_CENTERS,
    )  # fmt: skip
    return np.asarray(middles, np.float16).astype(np.float32)


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
