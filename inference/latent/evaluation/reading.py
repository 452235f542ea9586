"""What a slider is judged by: one number that is to change, and others that are to stay."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Target:
    """own: number of what is to change. way: 1 up, -1 down. still: numbers of what is to stay."""

    own: int
    way: int
    still: NDArray[np.int64]


class Reader(Protocol):
    """Reads F numbers off faces, each in its standard deviations over many.

    kind: what the numbers are.
    """

    kind: ClassVar[str]

    def read(
        self, textures: NDArray[np.uint8], shapes: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """(N, 128, 128, 4) in the shape-free frame and (N, 478, 2) -> (N, F)."""

    def target(self, slider: str) -> Target:
        """What a slider is to do; raises KeyError or ValueError for one that isn't judged."""
