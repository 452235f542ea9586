"""A style model that the operator brings: any ONNX network from a picture to a picture.

Layout and size are read from the file: planes or pixels last, a side that is fixed or free. What
range its numbers are in no file says; the operator does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.errors import WeightsCorrupt
from inference.models.calls import Tensors

NAME = "guest"
"""What it is called, as a model and as a style."""

Range = Literal["0..1", "-1..1", "0..255"]

_RANGES: Mapping[str, tuple[float, float]] = {"0..1": (0, 1), "-1..1": (-1, 1), "0..255": (0, 255)}
_BYTES = 512 << 20  # memory that it is held to take: nobody measured it


@dataclass(frozen=True, slots=True)
class GuestFile:
    """Where it lies, the range of its numbers, and what people are told of its licence."""

    path: Path
    range: Range
    licence: str


class Guest:
    """A session of it, in the form that the cartoon family asks for. Runs item by item."""

    batched = False
    bytes = _BYTES

    def __init__(self, session: onnxruntime.InferenceSession, file: GuestFile) -> None:
        """Read what it takes.

        Raises:
            WeightsCorrupt: it is no network from one picture to one picture.
        """
        inputs = session.get_inputs()
        shape = inputs[0].shape
        last, planes = (len(shape) == 4 and shape[axis] == 3 for axis in (3, 1))
        if len(inputs) != 1 or not (last or planes):
            raise WeightsCorrupt(
                "SELFMOJI_STYLE_MODEL takes no single RGB picture: name another ONNX file"
            )
        self._session, self._file = session, file
        self._name, self._last = inputs[0].name, last and not planes
        side = shape[1 if self._last else 2]
        self._side = side if isinstance(side, int) and side > 0 else None

    def run(self, inputs: Tensors) -> Tensors:
        """``content`` (N, 3, S, S) RGB 0..1 -> ``stylized``, the same, and ``licence`` (N,)."""
        made = [self._one(one) for one in inputs["content"]]
        return {"stylized": np.stack(made), "licence": np.array([self._file.licence] * len(made))}

    def _one(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        low, high = _RANGES[self._file.range]
        pixels = np.ascontiguousarray(planes.transpose(1, 2, 0))
        size = len(pixels)
        if self._side is not None:
            given_size = (self._side, self._side)
            pixels = np.asarray(cv2.resize(pixels, given_size, interpolation=cv2.INTER_AREA))
        given = np.asarray(pixels * (high - low) + low, np.float32)[None]
        if not self._last:
            given = np.ascontiguousarray(given.transpose(0, 3, 1, 2))
        (answer, *_) = self._session.run(None, {self._name: given})
        found = np.asarray(answer, np.float32)[0]
        if not self._last:
            found = found.transpose(1, 2, 0)
        found = np.clip((found - low) / (high - low), 0, 1)
        whole = cv2.resize(found, (size, size), interpolation=cv2.INTER_CUBIC)
        return np.ascontiguousarray(np.clip(whole, 0, 1).transpose(2, 0, 1), np.float32)
