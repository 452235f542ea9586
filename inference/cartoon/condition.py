"""What the network is told: domains, and a character's colours of hair and eyes, and glasses."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.face.report import Lab

LENGTH = 7
"""Numbers of a condition."""

DOMAINS = ("photo", "drawing", "cat")
"""Where a picture may come from, and where it may be carried."""


def domain(name: str) -> NDArray[np.float32]:
    """The weight of each domain, (D,): 1 for the one of that name."""
    return np.array([one == name for one in DOMAINS], np.float32)


def of(palette: Mapping[str, Lab], glasses: float) -> NDArray[np.float32]:
    """Describe a character by its drawing's palette, (7,) about -1..1.

    glasses: 0..1, whether there are any.
    """
    lightness, a, b = palette["hair"]
    iris_lightness, iris_a, iris_b = palette["iris"]
    return np.array(
        [
            lightness / 50 - 1, a / 50, b / 50,
            iris_lightness / 50 - 1, iris_a / 50, iris_b / 50,
            2 * glasses - 1,
        ],
        np.float32,
    )  # fmt: skip
