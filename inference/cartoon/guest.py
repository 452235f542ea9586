"""The style of the operator's own model, with whose it is (``inference.models.guest``)."""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon import tensors
from inference.models.calls import Call, Calls

NAME = "guest"
"""The setting, and the model."""


def painted(picture: NDArray[np.uint8]) -> Calls[tuple[NDArray[np.uint8], str]]:
    """Have it paint a picture (S, S, 3) RGB; returns the same size, and its licence."""
    outputs = yield Call(NAME, {"content": tensors.to_planes(picture)[None]})
    return tensors.to_picture(outputs["stylized"][0]), str(outputs["licence"][0])
