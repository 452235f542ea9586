"""The networks of a process: loaded when first called, the least recently used let go for room."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from inference.models.calls import Call, Tensors


class Network(Protocol):
    """A loaded network; safe to run from several threads at once.

    batched: whether N items in one run take less time than N runs. bytes: memory it is held to
    take.
    """

    batched: bool
    bytes: int

    def run(self, inputs: Tensors) -> Tensors:
        """Run on inputs (N, ...) by name; returns outputs (N, ...) by name."""
        ...


@dataclass(slots=True)
class _Held:
    """A network's place; ``users``: how many run it or wait for it to load."""

    network: Network | None = None
    users: int = 0
    loading: threading.Lock = field(default_factory=threading.Lock)


class Networks:
    """Answers calls (``calls.run``); use from any thread.

    load: opens a network by its name. budget: bytes that loaded networks may take together; those
    in use stay even where they take more.
    """

    def __init__(self, load: Callable[[str], Network], budget: int) -> None:
        self._load = load
        self._budget = budget
        self._held: OrderedDict[str, _Held] = OrderedDict()  # the least recently used first
        self._batched: dict[str, bool] = {}
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> Tensors:
        """Run a call's network, loaded if need be."""
        with self._lent(call.model) as network:
            return network.run(call.inputs)

    def batched(self, model: str) -> bool:
        """Whether calls of several people had better share a run of this network."""
        if model not in self._batched:
            with self._lent(model) as network:
                self._batched[model] = network.batched
        return self._batched[model]

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names of the networks in memory, the least recently used first."""
        with self._lock:
            return tuple(name for name, held in self._held.items() if held.network is not None)

    @contextmanager
    def _lent(self, name: str) -> Iterator[Network]:
        with self._lock:
            held = self._held.setdefault(name, _Held())
            self._held.move_to_end(name)
            held.users += 1
        try:
            with held.loading:
                if held.network is None:
                    held.network = self._load(name)
            yield held.network
        finally:
            with self._lock:
                held.users -= 1
                self._make_room()

    def _make_room(self) -> None:
        """Let go whom nobody uses until the others fit, and what failed to load."""
        taken = sum(held.network.bytes for held in self._held.values() if held.network is not None)
        for name, held in list(self._held.items()):
            if held.users == 0 and (held.network is None or taken > self._budget):
                del self._held[name]
                taken -= 0 if held.network is None else held.network.bytes
