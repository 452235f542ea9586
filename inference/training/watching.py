"""What any training shows while it runs: a table of losses, pictures, every few minutes (torch)."""

import csv
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_SAVED, _LOGGED = 3.0, 0.5  # minutes between


class Counted(Protocol):
    """A training that knows where it is."""

    step: int
    minutes: float


def watch(
    training: Counted,
    steps: Iterable[tuple[float, dict[str, float]]],
    minutes: float,
    work: Path,
    save: Callable[[], object],
    show: Callable[[], object],
    *,
    shown: float,
    console: Console,
) -> None:
    """Take all steps of a training behind a progress bar.

    Args:
        training: where it is.
        steps: minutes of this run that are spent after each, and its losses.
        minutes: of this run.
        work: where the table of losses is.
        save: writes a checkpoint; called every few minutes and at the end.
        show: draws samples; called at the end, too.
        shown: minutes between two of them.
        console: where the bar is.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("training", total=minutes)
        to_log, to_save, to_show = (Every(each) for each in (_LOGGED, _SAVED, shown))
        try:
            for spent, losses in steps:
                text = " ".join(f"{name} {value:.4f}" for name, value in losses.items())
                bar.update(task, completed=spent, description=f"{training.step} {text}")
                if to_log.passed():
                    log(work / "losses.csv", training.step, training.minutes, text)
                if to_save.passed():
                    save()
                if to_show.passed():
                    show()
        finally:  # also when stopped by hand
            save()
    show()


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
