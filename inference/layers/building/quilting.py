"""More of a texture than a picture shows: image quilting.

Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001.
"""

import numpy as np
from numpy.typing import NDArray

Texture = NDArray[np.float32]
"""(H, W, C)."""

_ALIKE = 1.15  # blocks that fit up to so many times worse than the best may be drawn, too


def quilt(
    sample: Texture, usable: NDArray[np.bool_], size: tuple[int, int], block: int, overlap: int
) -> Texture:
    """Cover a strip with blocks of a sample, joined where they differ least; deterministic.

    Args:
        sample: (H, W, C), the upper rows its rim.
        usable: (H, W) bool, what blocks may be taken from.
        size: height and width of the result, whose upper blocks come from the sample's upper rows,
            all others from anywhere below those.
        block: side of a block, px.
        overlap: of neighbouring blocks, px.

    Returns:
        (height, width, C) float32.

    Raises:
        ValueError: no whole block is usable at the rim or below it.
    """
    height, width = size
    step, chance = block - overlap, np.random.default_rng(0)
    down, across = -(-height // step), -(-width // step)
    result = np.zeros((down * step + overlap, across * step + overlap, sample.shape[2]), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(usable, (block, block))
    windows = np.asarray(views.all(axis=(2, 3)), np.bool_)
    rim, inner = (np.argwhere(part) for part in (windows[:1], windows[overlap:]))
    if not len(rim) or not len(inner):
        raise ValueError("no block of the sample is usable")
    inner = inner + np.array([overlap, 0])
    blocks = {
        True: np.stack([sample[y : y + block, x : x + block] for y, x in rim]),
        False: np.stack([sample[y : y + block, x : x + block] for y, x in inner]),
    }
    for row in range(down):
        for column in range(across):
            place = np.s_[row * step : row * step + block, column * step : column * step + block]
            there, choice = result[place], blocks[row == 0]
            error = np.zeros(len(choice), np.float32)
            if column:
                error += np.square(choice[:, :, :overlap] - there[:, :overlap]).sum(axis=(1, 2, 3))
            if row:
                error += np.square(choice[:, :overlap] - there[:overlap]).sum(axis=(1, 2, 3))
            fitting = np.flatnonzero(error <= error.min() * _ALIKE)
            new = choice[chance.choice(fitting)]
            share = np.ones((block, block), np.float32)
            if column:
                share[:, :overlap] *= _seam(new[:, :overlap] - there[:, :overlap])
            if row:
                share[:overlap] *= _seam((new[:overlap] - there[:overlap]).swapaxes(0, 1)).T
            result[place] = there + (new - there) * share[..., None]
    return result[:height, :width]


def _seam(difference: Texture) -> NDArray[np.float32]:
    """(H, W) 0 before and 1 behind the path from top to bottom along which least differs."""
    cost = np.square(difference).sum(axis=2)
    total = cost.copy()
    for row in range(1, len(cost)):
        above = np.pad(total[row - 1], 1, constant_values=np.inf)
        total[row] += np.minimum(np.minimum(above[:-2], above[1:-1]), above[2:])
    path = np.empty(len(cost), int)
    path[-1] = total[-1].argmin()
    for row in range(len(cost) - 2, -1, -1):
        low = max(0, path[row + 1] - 1)
        path[row] = low + total[row, low : path[row + 1] + 2].argmin()
    columns = np.arange(cost.shape[1], dtype=np.float32)
    return np.asarray(np.clip(columns[None] - path[:, None] + 0.5, 0, 1), np.float32)
