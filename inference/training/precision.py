"""Take the faster arithmetic of this machine: processors differ fiftyfold in bf16 (torch)."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Precision:
    """What networks compute in. seconds: of one step in each arithmetic that was tried."""

    name: str
    device: str
    seconds: dict[str, float]

    def cast(self) -> AbstractContextManager[object]:
        """Run what is inside in this precision."""
        if self.name == "fp32":
            return nullcontext()
        return torch.autocast(self.device, torch.bfloat16)


def fastest(step: Callable[[], object], device: str = "cpu") -> Precision:
    """Time one step in fp32 and in bf16 autocast.

    Args:
        step: forward and backward as in training, without effect on the weights.
        device: cpu or cuda.
    """
    # a processor's own time: other work on the machine must not choose
    clock = time.perf_counter if device == "cuda" else time.process_time
    seconds: dict[str, float] = {}
    for name in ("fp32", "bf16"):
        with Precision(name, device, {}).cast():
            times = []
            for _ in range(_ROUNDS):
                begun = clock()
                step()
                if device == "cuda":
                    torch.cuda.synchronize()
                times.append(clock() - begun)
                if times[0] > 4 * min(seconds.values(), default=float("inf")):
                    break
        seconds[name] = min(times)
    return Precision(min(seconds, key=lambda name: seconds[name]), device, seconds)
