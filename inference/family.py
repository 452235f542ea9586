"""What every family of models is to the worker: prepare, run, finish.

``prepare`` and ``finish`` are plain CPU work and run on threads; between them the worker puts the
``inputs`` of concurrent jobs into one batch of the family's network. A family without a network
prepares no inputs and goes straight to ``finish``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from inference.face.report import Portrait
from inference.pictures.images import Image as Image
from storage.contract.kinds import Setting

Tensors = Mapping[str, NDArray[np.generic]]
"""Network inputs or outputs by name, of one item (no batch axis)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One job ready for its family's network.

    ``context``: whatever the family's own ``finish`` needs again, opaque to everybody else.
    """

    context: object
    inputs: Tensors | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A family's result: RGBA frames of one size, and how fast they play (a single one stands)."""

    frames: tuple[Image, ...]
    frames_per_second: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)


class Family(Protocol):
    """One kind of result (``storage.contract.kinds``) and how it is made."""

    kind: str
    model: str | None
    """Name in ``weights.toml`` of the ONNX network that runs between prepare and finish."""

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,
    ) -> Prepared:
        """Turn a studied face and the person's settings into network inputs.

        picture: (H, W, 3) RGB, the second picture of settings that take one (``Kind.pictured``).
        """
        ...

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:
        """Turn the network's outputs into a 512 px RGBA sticker."""
        ...


@runtime_checkable
class Composing(Family, Protocol):
    """A family that can also draw an avatar that was kept (``Kind.composed``), without a photo."""

    def prepare_avatar(
        self, avatar: Mapping[str, object], settings: tuple[Setting, ...]
    ) -> Prepared:
        """Turn an avatar, JSON-able in the form of the kind, into network inputs.

        Raises UnknownAvatar: it is not of that form, or has parts that nobody here can draw.
        """
        ...
