"""Whether an eye is seen: what lies behind dark glasses, hair or glare must not be smeared.

Skin under a seen eye looks like skin, and its iris is darker than its white. On 72 portraits with
sunglasses, some of them light, and 700 without, the two together found 71% and took 4% for hidden.
Where a hand is, all is skin: the "white" too, and no iris is darker; of 596 seen eyes one is so.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab
from inference.pictures.images import to_lab

ENOUGH = 0.5
"""From here on an eye is worked on."""

_UNLIKE = (11.0, 18.0)  # Lab distance of the skin below from the person's: like, another thing
_DARKER = (0.3, 0.5)  # share of the skin's lightness that is missing below
_CONTRAST = (3.0, 8.0)  # L* of the white over the iris: none, a seen eye
_SKIN = 7.0  # Lab distance of the white from the skin below, within which it is skin itself
_BELOW = (0.3, 0.42)  # of the eye's width
_LIT = 64.0  # L* of the skin for which these differences hold: in dim light all are smaller
_STRANDS = (0.6, 0.8)  # of an eye's opening that hair covers: seen, hidden
_BARE_OF_HAIR = 60  # of the mask
_BARE = 1.15  # radii of the iris from which an eye is white


def seen(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.floating],
    skin: Lab,
    hair: NDArray[np.uint8] | None = None,
) -> tuple[float, float]:
    """Tell how surely each eye is seen.

    Args:
        image: (H, W, 3) RGB uint8.
        landmarks: (478, 2 or 3) px.
        skin: the person's.
        hair: (H, W) uint8, strands before the eyes.

    Returns:
        Of the person's left and right eye, 0 (hidden) to 1.
    """
    points = np.asarray(landmarks[:, :2], np.float64)
    right, left = (_seen(image, points, side, skin, hair) for side in (0, 1))
    if hair is not None:
        bare = (1 - _ramp(_under(hair, points, side), *_STRANDS) for side in (0, 1))
        right, left = (min(one, other) for one, other in zip((right, left), bare, strict=True))
    return left, right


def _under(hair: NDArray[np.uint8], points: NDArray[np.float64], side: int) -> float:
    """The share of an eye's opening that lies under hair."""
    opening = topology.fill(hair.shape, points, topology.EYES[side])
    return float((hair[opening] > 128).mean()) if opening.any() else 0.0


def _seen(
    image: NDArray[np.uint8],
    points: NDArray[np.float64],
    side: int,
    skin: Lab,
    hair: NDArray[np.uint8] | None,
) -> float:
    ring = points[list(topology.EYES[side])]
    first, last = points[list(topology.EYE_CORNERS[side])]
    width = float(np.linalg.norm(last - first))
    low = np.maximum(np.floor(ring.min(axis=0) - 0.2 * width), 0).astype(int)
    high = np.ceil(ring.max(axis=0) + 0.6 * width).astype(int)
    lab = to_lab(np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]]))
    if min(lab.shape[:2]) < 4:
        return 1.0
    bare = np.ones(lab.shape[:2], np.bool_)
    if hair is not None:
        bare = hair[low[1] : high[1], low[0] : high[0]] < _BARE_OF_HAIR
    below = _below(lab, bare, (first - low, last - low))
    unlike = float(np.linalg.norm((below - skin) * (0.5, 1.0, 1.0)))
    darker = 1 - float(below[0]) / max(skin[0], 20.0)
    covered = max(_ramp(unlike, *_UNLIKE), _ramp(darker, *_DARKER))
    iris = points[list(topology.IRISES[side])] - low
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    opening = np.zeros(lab.shape[:2], np.uint8)
    cv2.fillPoly(opening, [np.rint((ring - low) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    y, x = np.mgrid[: lab.shape[0], : lab.shape[1]] + 0.5
    away = np.hypot(x - iris[0, 0], y - iris[0, 1]) / max(radius, 1.0)
    dark = lab[..., 0][(opening > 0) & bare & (away < 0.8)]
    white = lab[(opening > 0) & bare & (away > _BARE)]
    if min(dark.size, len(white)) < 4:
        return 1.0 - covered
    middle = np.median(white, axis=0)
    contrast = float(middle[0] - np.median(dark))
    lit = skin[0] / _LIT
    alike = float(np.linalg.norm((middle - below) * (0.5, 1.0, 1.0)))
    if alike < _SKIN and contrast < lit * _CONTRAST[0]:
        return 0.0
    return 1.0 - covered * (1.0 - _ramp(contrast, *(lit * one for one in _CONTRAST)))


def _below(
    lab: NDArray[np.float32],
    bare: NDArray[np.bool_],
    corners: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the median colour of the skin under an eye, where it is bare if it is so anywhere."""
    first, last = corners
    along = last - first
    down = np.array([-along[1], along[0]])
    across, heights = np.linspace(0.15, 0.85, 12), np.linspace(*_BELOW, 4)
    spots = first + across[None, :, None] * along + heights[:, None, None] * down
    at = spots.astype(np.float32)
    found = cv2.remap(
        lab, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    x, y = (at[..., axis].astype(int) for axis in (0, 1))
    free = bare[np.clip(y, 0, len(bare) - 1), np.clip(x, 0, bare.shape[1] - 1)]
    colours = found[free] if free.any() else found.reshape(-1, 3)
    return np.asarray(np.median(colours, axis=0), np.float64)


def _ramp(value: float, start: float, end: float) -> float:
    return float(np.clip((value - start) / (end - start), 0.0, 1.0))
