"""What trainings share: to follow a loss, and to step until the time is over (torch)."""

from collections.abc import Callable, Iterator
from time import monotonic

import torch
from torch import Tensor

from inference.training.watching import Counted


def follow(loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
    """Take one step down a loss."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def timed(
    training: Counted, minutes: float, advance: Callable[[], dict[str, float]]
) -> Iterator[tuple[float, dict[str, float]]]:
    """Advance until the minutes are over; yields those that are spent, and the losses."""
    begun, before = monotonic(), training.minutes
    while (spent := (monotonic() - begun) / 60) < minutes:
        losses = advance()
        training.minutes = before + (monotonic() - begun) / 60
        yield spent, losses
