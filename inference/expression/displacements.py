"""How each of the 478 landmarks moves with each blendshape, on a canonical head.

The table beside this file (``displacements.npz``) is built by
``inference.expression.training.tables`` from the ICT-FaceKit head (MIT) and a regression over the
training faces. Axes are the picture's: x to the right as seen, y down, z away from the camera;
units are the head's own (about a centimetre).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).with_name("displacements.npz")

HALVED = "browInnerUp"
"""A movement of both sides that people can also make on one."""

MEET = 0.6
"""Half the width in which its halves meet, in the head's units."""


@dataclass(frozen=True, slots=True)
class Displacements:
    """The table in memory.

    base: (478, 3) landmarks of the canonical head at rest. fields: (K, 478, 3) their movement at
    blendshape 1.0. names: K blendshape names as ARKit spells them (mouthSmileLeft: the person's
    left, the picture's right).
    """

    base: NDArray[np.floating]
    fields: NDArray[np.floating]
    names: tuple[str, ...]

    def mixed(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        """Add up weighted blendshapes.

        Raises KeyError for a blendshape that is not in the table.

        Args:
            weights: blendshape -> amount.

        Returns:
            (478, 3) float32, the landmarks' movement in the head's units.
        """
        row = {name: index for index, name in enumerate(self.names)}
        amounts = np.zeros(len(self.names), np.float32)
        for name, weight in weights.items():
            amounts[row[name]] += weight
        return np.tensordot(amounts, self.fields, axes=1).astype(np.float32)


@cache
def load() -> Displacements:
    """Read the shipped table once; what ARKit knows as one gets halves besides."""
    with np.load(TABLE) as table:
        base = table["base"].astype(np.float32)
        fields = table["fields"].astype(np.float32)
        names = tuple(str(name) for name in table["names"])
    whole = fields[names.index(HALVED)]
    share = 1 / (1 + np.exp(-base[:, 0] / MEET))[:, None]  # the person's left is at the right
    halves = np.stack([whole * share, whole * (1 - share)]).astype(np.float32)
    return Displacements(
        base, np.concatenate([fields, halves]), (*names, f"{HALVED}Left", f"{HALVED}Right")
    )
