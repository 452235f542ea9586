"""A second reader of features, built apart from everything that training uses.

Gradients, coarse colours and landmarks instead of ImageNet features; a linear layer. It only ever
judges.
"""

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.latent.evaluation.reading import Target
from inference.pictures import gradients

_CELLS, _EDGES, _WAYS = 12, 16, 8  # a side's cells for colours and for gradients; their directions
_RIDGE = 400.0


def describe(textures: NDArray[np.uint8], shapes: NDArray[np.floating]) -> NDArray[np.float32]:
    """Numbers to judge by.

    Args:
        textures: (N, 128, 128, 3 or 4) uint8 RGB or RGBA in the shape-free frame.
        shapes: (N, 478, 2) in shares of the frame's side.

    Returns:
        (N, 3436).
    """
    rows = []
    for texture, shape in zip(textures, shapes, strict=True):
        rgb = np.ascontiguousarray(texture[..., :3])
        gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) / 255, np.float32)
        edges = _gradients(gray)
        small = cv2.resize(rgb, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
        colours = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).ravel()
        rows.append(np.concatenate([edges, colours, shape.ravel()]))
    return np.array(rows, np.float32)


def _gradients(gray: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each direction's edges is in each cell (Dalal and Triggs, 2005), flat."""
    cells = gradients.histograms(gray, (_EDGES, _EDGES), _WAYS)
    total = cv2.blur(np.ascontiguousarray(cells.sum(-1)), (3, 3))[..., None]
    return np.asarray(cells / (total + np.float32(0.02)), np.float32).ravel()


@dataclass(frozen=True, slots=True)
class Judge:
    """A linear reading; implements ``reading.Reader``.

    centre, scale: (D,). weights: (D, F). offsets, spread: (F,).
    spread: the features' standard deviations, to compare changes of different features.
    """

    kind: ClassVar[str] = "features"

    names: tuple[str, ...]
    centre: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    offsets: NDArray[np.float32]
    spread: NDArray[np.float32]

    def read(
        self, textures: NDArray[np.uint8], shapes: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """Judge N faces, (N, F), in standard deviations of each feature."""
        inputs = (describe(textures, shapes) - self.centre) / self.scale
        return np.asarray((inputs @ self.weights + self.offsets) / self.spread, np.float32)

    def target(self, slider: str) -> Target:
        """See ``reading.Reader``: the slider's own feature, all others still."""
        own = self.names.index(slider)
        return Target(own, 1, np.delete(np.arange(len(self.names)), own))


def fit(
    names: tuple[str, ...],
    textures: NDArray[np.uint8],
    shapes: NDArray[np.floating],
    features: NDArray[np.float64],
) -> Judge:
    """Ridge regression of features (N, F), unknown ones at their mean."""
    described = describe(textures, shapes)
    centre, scale = described.mean(0), described.std(0) + np.float32(1e-4)
    inputs = (described - centre) / scale
    known = np.where(np.isnan(features), np.nanmean(features, axis=0), features)
    offsets = known.mean(0)
    gram = inputs @ inputs.T + np.float32(_RIDGE) * np.eye(len(inputs), dtype=np.float32)
    weights = inputs.T @ np.linalg.solve(gram, (known - offsets).astype(np.float32))
    return Judge(
        names, centre, scale, weights.astype(np.float32), offsets.astype(np.float32),
        np.nanstd(features, axis=0).astype(np.float32),
    )  # fmt: skip


def agreement(
    judge: Judge, read: NDArray[np.float32], features: NDArray[np.float64]
) -> list[float]:
    """Correlation of what was read with what annotators saw, per feature."""
    found = []
    for index in range(len(judge.names)):
        known = ~np.isnan(features[:, index])
        found.append(float(np.corrcoef(read[known, index], features[known, index])[0, 1]))
    return found
