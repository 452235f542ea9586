"""Painting styles as codes of the style network: paintings, textures, and the photo's own."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.models.calls import Call, Calls

Code = NDArray[np.float32]
"""(..., 100) float32: the means and scales a style gives to every layer, compressed."""

TABLE = Path(__file__).with_name("styles.json")

_SIDE = 256


@cache
def painted() -> dict[str, Code]:
    """The codes of the paintings, by name."""
    rows = json.loads(TABLE.read_text("utf-8"))
    return {row["name"]: np.array(row["code"], np.float32) for row in rows}


def mixed(name: str, amount: float, picture: NDArray[np.uint8]) -> Calls[Code]:
    """Mix a painting's code with that of the picture itself: ``amount`` of the former.

    Args:
        name: of the painting.
        amount: 0..1.
        picture: (H, W, 3) RGB.

    Raises:
        UnknownSetting: there is no painting of that name.
    """
    (code,) = yield from mixtures((name,), amount, picture)
    return np.asarray(code, np.float32)


def mixtures(names: Sequence[str], amount: float, picture: NDArray[np.uint8]) -> Calls[Code]:
    """Mix several paintings' codes with that of the picture itself, (N, 100).

    Args:
        names: of paintings.
        amount: 0..1.
        picture: (H, W, 3) RGB.

    Raises:
        UnknownSetting: there is no painting of such a name.
    """
    unknown = [name for name in names if name not in painted()]
    if unknown:
        raise UnknownSetting(f"no painting is called {unknown[0]!r}")
    codes = np.stack([painted()[name] for name in names])
    own = yield from of(picture)
    return np.asarray(amount * codes + (1 - amount) * own, np.float32)


def of(picture: NDArray[np.uint8]) -> Calls[Code]:
    """The code of a picture's own style.

    Args:
        picture: (H, W, 3) RGB.
    """
    small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    outputs = yield Call("style_predict", {"picture": small[None].astype(np.float32) / 255})
    return outputs["code"].reshape(-1).astype(np.float32, copy=False)  # from (1, 1, 1, 100)
