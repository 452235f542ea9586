"""Whether a face has a beard or moustache: a small convolutional network that saw no edited one.

Only used for measuring. It looks at the lower face in colours relative to the cheeks', so that it
cannot tell skin. Trained by ``inference.layers.training.beard_judge``; run here without torch.
"""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from inference.layers.planes import split

WINDOW = (36, 78, 124, 160)
"""Left, top, right, bottom: what it looks at of an aligned picture of ``judge.SIDE`` px."""

WIDTHS = ((24, 2), (24, 1), (48, 2), (48, 1), (72, 2), (72, 1))
"""Channels and stride of each layer of 3x3 convolutions."""

PREFIX = "facial_hair_"
"""Of the names of its weights: ``0_weight`` (out, in, 3, 3), ``0_bias`` ..., ``last_weight``."""

_CHEEKS = ((88, 98, 52, 66), (88, 98, 94, 108))  # upper, lower, left, right
_UNITS = (20.0, 10.0, 10.0)  # of L*, a and b

Floats = NDArray[np.float32]


def planes(person: NDArray[np.uint8]) -> Floats:
    """Find what the judge looks at: colours relative to the cheeks'.

    Args:
        person: (S, S, 3) RGB uint8, an aligned face over grey.

    Returns:
        (3, 82, 88) float32, L*, a and b.
    """
    left, top, right, bottom = WINDOW
    cheeks = split(np.concatenate([person[y0:y1, x0:x1] for y0, y1, x0, x1 in _CHEEKS]))
    window = split(person[top:bottom, left:right])
    relative = np.array([
        (plane - np.median(cheek)) / unit
        for plane, cheek, unit in zip(window, cheeks, _UNITS, strict=True)
    ])  # fmt: skip
    return np.asarray(relative, np.float32)


def score(seen: Floats, weights: Mapping[str, Floats]) -> float:
    """Judge a face.

    Args:
        seen: as from ``planes``.
        weights: by name, see ``PREFIX``.

    Returns:
        Above 0: there is facial hair.
    """
    return (_score(seen, weights) + _score(seen[..., ::-1], weights)) / 2


def _score(seen: Floats, weights: Mapping[str, Floats]) -> float:
    for place, (_, stride) in enumerate(WIDTHS):
        padded = np.pad(seen, ((0, 0), (1, 1), (1, 1)))
        patches = sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::stride, ::stride]
        weight = weights[f"{PREFIX}{place}_weight"]
        seen = np.tensordot(weight, patches, axes=((1, 2, 3), (0, 3, 4)))
        seen = np.maximum(seen + weights[f"{PREFIX}{place}_bias"][:, None, None], 0)
    pooled = np.concatenate([seen.mean(axis=(1, 2)), seen.max(axis=(1, 2))])
    last, offset = weights[f"{PREFIX}last_weight"], weights[f"{PREFIX}last_bias"]
    return float(last[0] @ pooled + offset[0])
