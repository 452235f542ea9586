"""Where faces are: BlazeFace short range, run over a pyramid of overlapping tiles.

BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047) sees 128x128 px and finds faces of about an
eighth of that and more. One look at the whole photo is enough for a selfie; smaller faces appear
in closer looks, tile by tile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil

import numpy as np
from numpy.typing import NDArray

from inference.models.calls import Call, Calls
from inference.pictures.compositing import shrink
from inference.pictures.images import Image

SIDE = 128
MIN_SCORE = 0.5
SAME_FACE = 0.3
"""Two boxes whose intersection over union is larger are one face."""

_MIN_TILE = 96  # px of the photo; what shows in smaller tiles is no use to anybody


@dataclass(frozen=True, slots=True)
class Detection:
    """One face in photo pixels.

    box: (x, y, width, height) of brows to chin. keypoints: (6, 2) float32, the eyes first, left
    in the picture before right, then nose, mouth and ears.
    """

    box: tuple[float, float, float, float]
    keypoints: NDArray[np.float32]
    score: float


def detect(image: Image, halvings: int) -> Calls[list[Detection]]:
    """Find the faces at one scale, best score first.

    Args:
        image: (H, W, 3) RGB uint8.
        halvings: how often the longer side is halved to make a tile's side. 0 looks at the whole
            photo at once and finds faces from about an eighth of it up to all of it.
    """
    height, width = image.shape[:2]
    tile = max(width, height) / 2**halvings
    if halvings and tile < _MIN_TILE:
        return []
    scale = SIDE / tile
    small = shrunk(image, scale)
    corners = list(product(_offsets(small.shape[1]), _offsets(small.shape[0])))
    views = np.zeros((len(corners), SIDE, SIDE, 3), np.float32)
    for view, (left, top) in zip(views, corners, strict=True):
        part = small[max(top, 0) : top + SIDE, max(left, 0) : left + SIDE]
        y, x = max(-top, 0), max(-left, 0)
        view[y : y + part.shape[0], x : x + part.shape[1]] = part
    # outside the picture the network expects black: -1
    outputs = yield Call("face_detector", {"views": views / 127.5 - 1})
    tiles = zip(corners, outputs["regressors"], outputs["logits"], strict=True)
    return suppress(
        [
            detection
            for (left, top), regressors, logits in tiles
            for detection in _read(regressors, logits, left / scale, top / scale, 1 / scale)
        ]
    )


def shrunk(image: Image, scale: float) -> Image:
    """Bring a photo, (H, W, 3), to a scale at which tiles of SIDE are looked at."""
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return shrink(image, size)


def suppress(detections: Sequence[Detection]) -> list[Detection]:
    """Non-maximum suppression that averages the boxes of one face, weighted by score."""
    remaining = sorted(detections, key=lambda detection: -detection.score)
    kept: list[Detection] = []
    while remaining:
        best = remaining[0]
        overlaps = [_overlap(best.box, other.box) for other in remaining]
        same = [d for d, overlap in zip(remaining, overlaps, strict=True) if overlap > SAME_FACE]
        remaining = [
            d for d, overlap in zip(remaining, overlaps, strict=True) if overlap <= SAME_FACE
        ]
        weights = np.array([other.score for other in same], np.float32)
        weights /= weights.sum()
        box = np.einsum("n,nk->k", weights, np.array([other.box for other in same]))
        keypoints = np.einsum("n,nkd->kd", weights, np.array([d.keypoints for d in same]))
        x, y, width, height = (float(value) for value in box)
        kept.append(Detection((x, y, width, height), keypoints.astype(np.float32), best.score))
    return kept


def _offsets(length: int) -> list[int]:
    """Tile origins that cover a side with half-overlapping tiles; centred if one is enough."""
    if length <= SIDE:
        return [(length - SIDE) // 2]
    count = ceil((length - SIDE) / (SIDE / 2)) + 1
    return [round(index * (length - SIDE) / (count - 1)) for index in range(count)]


def _read(
    regressors: NDArray[np.float32],
    logits: NDArray[np.float32],
    left: float,
    top: float,
    pixel: float,
) -> list[Detection]:
    """Map the network's faces in one view, (896, 16) and (896, 1), to photo pixels."""
    scores = 1 / (1 + np.exp(-np.clip(logits[:, 0], -80, 80)))  # (896,)
    hits = np.flatnonzero(scores > MIN_SCORE)
    values = regressors[hits].reshape(-1, 8, 2)  # (n, centre | size | 6 keypoints, xy) in px
    points = values + _ANCHORS[hits, None] * SIDE
    points = points * pixel + np.array([left, top])
    sizes = values[:, 1] * pixel
    corners = points[:, 0] - sizes / 2
    return [
        Detection(
            (float(corner[0]), float(corner[1]), float(size[0]), float(size[1])),
            keypoints.astype(np.float32),
            float(score),
        )
        for corner, size, keypoints, score in zip(
            corners, sizes, points[:, 2:], scores[hits], strict=True
        )
    ]


def _anchors() -> NDArray[np.float32]:
    """Anchor centres, (896, 2) in 0..1: a 16x16 grid with two a cell, then 8x8 with six."""
    layers = []
    for cells, repeats in ((16, 2), (8, 6)):
        ticks = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
        layers.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(layers).astype(np.float32)


def _overlap(
    first: tuple[float, float, float, float], second: tuple[float, float, float, float]
) -> float:
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)


_ANCHORS = _anchors()
