"""Save and resume a training so that it goes on as if it had never stopped (torch)."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch

_GENERATORS = ("generator", "average")


class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> dict[str, Any]:
        """All that it has learned."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> object:
        """Take it back."""


def save(path: Path, parts: Mapping[str, Stateful], counters: Mapping[str, float]) -> None:
    """Write a checkpoint whole or not at all, the state of chance included."""
    state = {
        "parts": {name: part.state_dict() for name, part in parts.items()},
        "counters": dict(counters),
        "chance": torch.get_rng_state(),
    }
    written = path.with_suffix(".part")
    torch.save(state, written)
    written.replace(path)


def slim(checkpoint: Path, to: Path, dropped: Collection[str]) -> None:
    """Copy a checkpoint for keeping: half precision, without some of its parts.

    A generator goes on from its average, which is stored once for both; where both are dropped,
    from the network that was exported, see ``resume``.
    """
    state = torch.load(checkpoint, weights_only=True)
    state["parts"] = {
        name: {
            key: value.half() if torch.is_tensor(value) and value.is_floating_point() else value
            for key, value in part.items()
        }
        for name, part in state["parts"].items()
        if name not in dropped
    }
    if "average" in state["parts"]:
        state["parts"]["generator"] = state["parts"]["average"]
    torch.save(state, to)


def resume(
    path: Path, parts: Mapping[str, Stateful], exported: Callable[[], dict[str, Any]] | None = None
) -> dict[str, float]:
    """Bring every part to where ``save`` left it; returns the counters, empty if there is none.

    A part that a slim checkpoint lacks, such as an optimiser, begins anew; generator and average
    with the weights of the network that was exported, where ``exported`` reads them.
    """
    if not path.exists():
        return {}
    state = torch.load(path, weights_only=True)
    for name, part in parts.items():
        if name in state["parts"]:
            part.load_state_dict(state["parts"][name])
        elif name in _GENERATORS and exported is not None:
            part.load_state_dict(exported())
    torch.set_rng_state(state["chance"])
    return dict(state["counters"])
