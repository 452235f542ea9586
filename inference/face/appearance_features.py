"""What a linear classifier can read a face from: edges, colours, the hair's shape, the landmarks.

Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) of the head, the eyes and the lower
face, coarse Lab colours, the hair mask, robust statistics of hair, skin and beard colours,
landmarks and blendshapes, ``headwear_evidence`` and ``hair_evidence``, all in the common crop of
``alignment``.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import hair_evidence, headwear_evidence, topology
from inference.face.alignment import SIZE, Aligned
from inference.pictures import gradients
from inference.pictures.compositing import resize
from inference.pictures.images import pixels_of, to_lab

Vector = NDArray[np.float32]

BLOCKS = (
    2560, 1600, 1820, 768, 400, 956, 52, 152, headwear_evidence.LENGTH, hair_evidence.LENGTH,
)  # fmt: skip
"""How many features come of each kind, in the order of ``describe``."""

_CELL = 10
_EYES = (slice(105, 205), slice(80, 240))
_JAW = (slice(190, 320), slice(90, 230))


def describe(face: Aligned) -> Vector:
    """Describe a face by numbers.

    Args:
        face: in the common crop.

    Returns:
        (D,) float32, all features in the order of ``BLOCKS``.
    """
    gray = np.asarray(cv2.cvtColor(face.image, cv2.COLOR_RGB2GRAY), np.uint8)
    lab = to_lab(face.image)
    half = (SIZE // 2, SIZE // 2)
    head = resize(gray, half, cv2.INTER_AREA)
    points = face.landmarks[:, :2] - face.landmarks[1, :2]
    inside = _outline(face)
    cheeks = _polygons(face.landmarks[:, :2], topology.WIDE_CHEEKS)
    parts = [
        oriented_gradients(head),
        oriented_gradients(np.ascontiguousarray(gray[_EYES])),
        oriented_gradients(np.ascontiguousarray(gray[_JAW])),
        resize(lab, (16, 16), cv2.INTER_AREA) / 50,
        resize(face.hair_mask, (20, 20), cv2.INTER_AREA) / 127.5,
        points / 64,
        face.blendshapes,
        colour_statistics(lab, face, inside, cheeks),
        headwear_evidence.describe(lab, face),
        hair_evidence.describe(lab, face, inside, cheeks),
    ]
    return np.concatenate([np.asarray(part, np.float32).ravel() for part in parts])


def oriented_gradients(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe the edges of a picture, in cells of 10 px.

    Returns (rows, columns, 10): nine unsigned orientations, normalised over the neighbouring
    cells, and the logarithm of the cell's energy.

    Args:
        gray: (H, W) uint8.
    """
    picture = np.sqrt(gray.astype(np.float32) / 255)
    size = gray.shape[1] // _CELL, gray.shape[0] // _CELL
    cells = gradients.histograms(picture, size, aperture=1, soft=True)
    energy = cells.sum(axis=2)
    around = cv2.blur(energy, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return np.dstack([np.sqrt(cells / (around[..., None] + 0.003)), np.log(energy + 0.002)])


def colour_statistics(
    lab: NDArray[np.float32],
    face: Aligned,
    inside: NDArray[np.bool_],
    bare: NDArray[np.bool_],
) -> Vector:
    """Quantiles of Lab on hair, skin and beard areas, and how they differ from each other.

    Args:
        lab: (320, 320, 3) float32, the face's image in Lab.
        face: in the common crop.
        inside: (320, 320) bool, inside the face's own outline.
        bare: (320, 320) bool, the cheeks.

    Returns:
        (152,) float32.
    """
    points = face.landmarks[:, :2]
    cheeks = _quantiles(lab, bare)
    forehead = _quantiles(lab, _polygons(points, (topology.WIDE_FOREHEAD,)))
    regions = ((topology.MOUSTACHE,), (topology.GOATEE,), topology.WHISKERS)
    beard = [_quantiles(lab, _polygons(points, rings)) for rings in regions]
    hair_pixels = (face.hair_mask > 200) & ~inside
    hair = _quantiles(lab, hair_pixels)
    area = float(hair_pixels.mean())
    values = np.concatenate([
        cheeks, forehead, hair, hair - cheeks, forehead - cheeks, *(b - cheeks for b in beard),
    ]) / 20  # fmt: skip
    squares = np.concatenate([hair, hair - cheeks]) ** 2 / 1000
    return np.concatenate([values, squares, [area * 4, float(area > 0.01)]]).astype(np.float32)


def _outline(face: Aligned) -> NDArray[np.bool_]:
    oval = cv2.convexHull(np.round(face.landmarks[:, :2]).astype(np.int32))
    inside = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillConvexPoly(inside, oval, 1)
    return inside.view(np.bool_)


def _quantiles(lab: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(15,): five quantiles of L, a and b over a mask; zeros for an empty one."""
    found = pixels_of(lab, mask)
    if len(found) < 20:
        return np.zeros(15, np.float32)
    return np.percentile(found, (10, 25, 50, 75, 90), axis=0).astype(np.float32).ravel()


def _polygons(points: NDArray[np.float32], rings: tuple[tuple[int, ...], ...]) -> NDArray[np.bool_]:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for ring in rings:
        cv2.fillPoly(mask, [np.round(points[list(ring)]).astype(np.int32)], 1)
    return mask.view(np.bool_)
