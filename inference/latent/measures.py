"""What landmarks tell of a face's shape, as numbers that can be learned and judged."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Shapes = NDArray[np.floating]


def _distance(first: int, second: int) -> Callable[[Shapes], Shapes]:
    return lambda shapes: np.linalg.norm(shapes[:, first] - shapes[:, second], axis=1)


def _drop(upper: int, lower: int) -> Callable[[Shapes], Shapes]:
    return lambda shapes: shapes[:, lower, 1] - shapes[:, upper, 1]


def _mean(*parts: Callable[[Shapes], Shapes]) -> Callable[[Shapes], Shapes]:
    return lambda shapes: np.mean([part(shapes) for part in parts], axis=0)


MEASURES: dict[str, Callable[[Shapes], Shapes]] = {
    "nose_width": _distance(48, 278),
    "nose_length": _drop(168, 2),
    "mouth_width": _distance(61, 291),
    "upper_lip": _drop(0, 13),
    "lower_lip": _drop(14, 17),
    "philtrum": _drop(2, 0),
    "eye_opening": _mean(_drop(159, 145), _drop(386, 374)),
    "eye_width": _mean(_distance(33, 133), _distance(362, 263)),
    "eye_distance": _distance(133, 362),
    "eye_tilt": _mean(_drop(33, 133), _drop(263, 362)),
    "brow_height": _mean(_drop(105, 159), _drop(334, 386)),
    "brow_arch": _mean(_drop(105, 107), _drop(334, 336)),
    "brow_distance": _distance(107, 336),
    "jaw_width": _distance(172, 397),
    "chin_width": _distance(176, 400),
    "chin_height": _drop(17, 152),
    "cheek_width": _distance(234, 454),
    "forehead_height": _drop(10, 9),
    "face_length": _drop(10, 152),
}
"""Name -> function of shapes (N, 478, 2), upright in the shape-free frame; returns (N,)."""


def measure(shapes: Shapes) -> dict[str, NDArray[np.float64]]:
    """All measures of shapes (N, 478, 2)."""
    return {name: np.asarray(one(shapes), np.float64) for name, one in MEASURES.items()}
