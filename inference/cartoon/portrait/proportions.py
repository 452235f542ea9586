"""Other proportions than the sitter's own: a pointed chin, as anime has it, or a broad one."""

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait.sitter import Sitter


def pointed(sitter: Sitter, chin: float = 0.24, shorter: float = 0.07) -> NDArray[np.float32]:
    """Narrow the jaw towards the chin and shorten the lower face.

    chin: how much narrower the face gets down there, of 1. shorter: of the face's height.
    Returns where each pixel of the grid moves, (GRID, GRID, 2) units: see ``sitter.bent``.
    """
    across, down = sitter.across, sitter.down
    lower = _step((down - 0.42) / 0.55)
    neck = 1 - _step((down - 1.02) / 0.5)
    near = 1 - _step((np.abs(across) - 0.45) / 0.35)
    narrow = -across * chin * lower * (0.35 + 0.65 * neck) * near * _step((1.9 - down) / 0.6)
    rise = -shorter * _step((down - 0.45) / 0.6)
    right, below = sitter.right, -sitter.up
    unit = sitter.unit
    offset = (narrow[..., None] * right + rise[..., None] * below) * unit
    return np.asarray(offset, np.float32)


def _step(t: NDArray[np.floating]) -> NDArray[np.float64]:
    clipped = np.clip(t, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float64)
