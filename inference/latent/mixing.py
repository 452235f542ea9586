"""Several people as one, from their photos: shapes and faces averaged.

Hair and clothes are those of whoever has the largest share: laid over each other they are ghosts.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face.report import Portrait
from inference.latent.model import load
from inference.latent.shape_free import ring, transformed

_GRID = 320  # px over the picture at which the way to each photo is laid out
_AROUND = 0.15  # of the frame's side, more than it at each side: hair is wider
_THIN, _THICK = 0.3, 0.7  # of the mean of all alphas on the face: nobody, and somebody


def mix(
    portraits: Sequence[Portrait], shares: Sequence[float], side: int = 512
) -> NDArray[np.uint8]:
    """Average faces at full resolution (morphing by landmarks, Beier and Neely's task).

    Args:
        portraits: of one person each, at least one.
        shares: how much of each; they are scaled to sum to 1.
        side: of the result, px; it shows a little more than the shape-free frame.

    Returns:
        (side, side, 4) uint8 RGBA.

    Raises:
        ValueError: there is nobody, or no share is above 0.
    """
    weights = np.asarray(shares, np.float64)
    if len(weights) != len(portraits) or weights.sum() <= 0:
        raise ValueError("one share for each portrait, together above 0")
    weights = weights / weights.sum()
    frame = load().frame
    placed = [frame.shape(portrait.report.landmarks) for portrait in portraits]
    shape = np.einsum("n,nij->ij", weights, np.stack([one for one, _ in placed]))
    cover = frame.cover(np.asarray(shape, np.float32), _GRID, _AROUND)
    face = cv2.resize(frame.shaped(load().window, cover), (side, side))[..., None]
    face = np.clip(face * 1.25, 0, 1)
    colour = np.zeros((side, side, 3), np.float32)
    total = np.zeros((side, side, 1), np.float32)
    first = int(weights.argmax())
    for index, (portrait, weight) in enumerate(zip(portraits, weights, strict=True)):
        if weight == 0:
            continue
        own, matrix = placed[index]
        back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
        sources = transformed(np.vstack([own, ring()]), back)
        at = cv2.GaussianBlur(cv2.medianBlur(cover.blend(sources), 5), (0, 0), 0.7)
        at = cv2.resize(at, (side, side), interpolation=cv2.INTER_LINEAR)
        rgba = np.dstack([portrait.foreground, portrait.alpha])
        seen = cv2.remap(rgba, at[..., 0], at[..., 1], cv2.INTER_CUBIC).astype(np.float32)
        share = seen[..., 3:] / 255 * (face * np.float32(weight) + (1 - face) * (index == first))
        colour += seen[..., :3] * share
        total += share
    mixed = colour / np.maximum(total, 1e-3)
    # where faces of different width end there is one edge, not a haze
    edge = np.clip((total - _THIN) / (_THICK - _THIN), 0, 1)
    alpha = total + (edge - total) * np.clip(face * 4, 0, 1)
    return np.asarray(np.rint(np.dstack([mixed, alpha * 255]).clip(0, 255)), np.uint8)
