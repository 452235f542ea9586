"""Textures that we draw ourselves, for the style network to paint with.

Nothing here is random twice: the same code always draws the same texture. ``python -m
inference.cartoon.training.textures`` writes their codes into ``styles.json``.
"""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference import wiring
from inference.cartoon import styles
from inference.models.calls import run
from inference.models.networks import Networks

Texture = NDArray[np.uint8]
"""(512, 512, 3) RGB."""

_SIDE = 512
_GLASS = ((40, 90, 160), (200, 150, 60), (190, 60, 50), (230, 220, 200), (60, 130, 110))
_PANE, _LEAD = 20, 3  # px


def stained_glass() -> Texture:
    """Panes of coloured glass, roughly square, in dark lead."""
    chance = np.random.default_rng(1)
    panes = np.full((_SIDE, _SIDE, 3), 60, np.uint8)
    size = _PANE - _LEAD
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]])
    for y in range(0, _SIDE, _PANE):
        for x in range(0, _SIDE, _PANE):
            colour = np.array(_GLASS[chance.integers(len(_GLASS))]) * chance.uniform(0.7, 1.1)
            corners = square + np.array([x, y]) + chance.uniform(-2, 2, (4, 2))
            cv2.fillPoly(panes, [corners.astype(np.int32)], np.clip(colour, 0, 255).tolist())
    return panes


TEXTURES: dict[str, Callable[[], Texture]] = {
    "stained-glass": stained_glass,
}


def write_codes(path: Path, networks: Networks) -> None:
    """Put the code of every texture into a table such as ``styles.json``, in place of its old."""
    rows = [row for row in json.loads(path.read_text("utf-8")) if row["name"] not in TEXTURES]
    for name, draw in TEXTURES.items():
        code = [round(float(number), 5) for number in run(styles.of(draw()), networks)]
        rows.append({"name": name, "origin": "drawn by Selfmoji", "code": code})
    path.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write_codes(styles.TABLE, wiring.networks())
