"""What any training shows while it runs: a table of losses, pictures, every few minutes (torch)."""

import csv
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray


class Every:
    """Says when so many minutes have passed since it last said so."""

    def __init__(self, minutes: float) -> None:
        self._seconds = minutes * 60
        self._last = time.monotonic()

    def passed(self) -> bool:
        """Tell whether it is time again."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True


def log(path: Path, step: int, minutes: float, losses: str) -> None:
    """Add a row to a table of losses (CSV), its header first."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        table = csv.writer(file)
        if new:
            table.writerow(("step", "minutes", "losses"))
        table.writerow((step, f"{minutes:.2f}", losses))


def pixels(planes: torch.Tensor) -> NDArray[np.uint8]:
    """(N, C, S, S) in -1..1 -> (N, S, S, C) uint8."""
    return ((planes.clamp(-1, 1) + 1) * 127.5).byte().permute(0, 2, 3, 1).cpu().numpy()
