"""Hair that falls before an eye: what must stay where it is while the lid slides under it.

A hair mask alone does not tell: beside a fringe it takes lashes and irises for hair. A strand comes
from beyond the eye, looks unlike the skin that it crosses, goes on below it, and lies more
beside the eye than in it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.pictures.images import to_lab

_AROUND = (0.5, 0.75, 0.6)  # of the eye's width that is looked at: to either side, above, below
_LASHES = 0.12  # of the eye's width about its opening that belongs to it
_HAIR = 150  # of the mask: hair rather than not
_UNLIKE = 12.0  # Lab distance from the skin, lightness counting like colour
_LEAN = 0.2  # of the eye's width by which a strand leans within its height
_NEXT = 0.12  # of the eye's width above and below it in which a strand is looked for
_SOFT = 0.7  # px by which strands are softened


def before_eyes(
    image: NDArray[np.uint8], hair: NDArray[np.uint8], landmarks: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """Find the strands that hide something of the eyes.

    Args:
        image: (H, W, 3) RGB uint8.
        hair: (H, W) uint8, its mask.
        landmarks: (478, 2 or 3) px.

    Returns:
        (H, W) uint8, zero where there is no strand about an eye.
    """
    found = np.zeros(hair.shape, np.uint8)
    points = np.asarray(landmarks[:, :2], np.float64)
    for side, corners in enumerate(topology.EYE_CORNERS):
        ring = points[list(topology.EYES[side])]
        width = float(np.linalg.norm(np.subtract(*points[list(corners)])))
        beside, above, below = (share * width for share in _AROUND)
        low = np.maximum(np.floor(ring.min(axis=0) - (beside, above)), 0).astype(int)
        high = np.ceil(ring.max(axis=0) + np.array([beside, below])).astype(int)
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        if min(hair[box].shape) < 4 or not (hair[box] > _HAIR).any():
            continue
        eye = topology.fill(hair.shape, points, topology.EYES[side])[box].astype(np.uint8)
        wide = np.ones((max(3, round(2 * _LASHES * width) | 1),) * 2, np.uint8)
        found[box] = np.maximum(
            found[box], _crossing(image[box], hair[box], cv2.dilate(eye, wide) > 0)
        )
    return found


def _crossing(
    image: NDArray[np.uint8], hair: NDArray[np.uint8], eye: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Strands of one eye's box, (h, w) uint8."""
    lab = to_lab(np.ascontiguousarray(image))
    bare = (hair < _HAIR // 2) & ~eye
    if not bare.any():
        return np.zeros(hair.shape, np.uint8)
    unlike = np.linalg.norm(lab - np.median(lab[bare], axis=0), axis=2) > _UNLIKE
    _, labels = cv2.connectedComponents(((hair > _HAIR) & unlike).astype(np.uint8))
    inside = np.bincount(labels[eye], minlength=labels.max() + 1)
    outside = np.bincount(labels[~eye], minlength=labels.max() + 1)
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    comes = np.isin(np.arange(len(inside)), edges)
    kept: NDArray[np.bool_] = np.asarray((outside > inside) & comes, np.bool_)
    kept[0] = False
    strands = np.asarray(kept[labels], np.bool_)
    strands &= ~eye | _passed(strands, eye)
    shown = np.where(strands, hair, 0).astype(np.float32)
    return np.asarray(np.rint(cv2.GaussianBlur(shown, (0, 0), _SOFT)), np.uint8)


def _passed(strands: NDArray[np.bool_], eye: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns (1, w) in which strands lie next above the eye and go on next below it."""
    rows, columns = np.flatnonzero(eye.any(axis=1)), np.flatnonzero(eye.any(axis=0))
    next_to = max(2, round(_NEXT * len(columns)))
    near = np.ones((1, max(3, round(2 * _LEAN * len(columns)) | 1)), np.uint8)
    both = [
        cv2.dilate(np.atleast_2d(part.any(axis=0)).astype(np.uint8), near) > 0
        for part in (strands[: rows[0]][-next_to:], strands[rows[-1] + 1 :][:next_to])
    ]
    return np.asarray(both[0] & both[1])
