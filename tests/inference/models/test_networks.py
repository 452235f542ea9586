"""Networks in memory: loaded when called, let go for room, never while they run."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from inference.models.calls import Call, Tensors
from inference.models.networks import Networks


class Sized:
    """A network that takes so much memory and does what it is told while it runs."""

    batched = True

    def __init__(self, size: int, during: Callable[[], None] = lambda: None) -> None:
        self.bytes = size
        self._during = during

    def run(self, inputs: Tensors) -> Tensors:
        self._during()
        return inputs


class Shelf:
    """Where networks are loaded from; remembers what was asked for."""

    def __init__(self, **networks: Sized) -> None:
        self.networks = networks
        self.loads: list[str] = []

    def __call__(self, name: str) -> Sized:
        self.loads.append(name)
        return self.networks[name]


def call(name: str) -> Call:
    return Call(name, {"x": np.zeros(1)})


def test_a_network_is_loaded_when_it_is_first_called() -> None:
    """Not before, and once for all calls."""
    shelf = Shelf(a=Sized(4), b=Sized(4))
    networks = Networks(shelf, budget=10)
    assert networks.loaded == ()
    for name in ("a", "a", "b", "a"):
        networks(call(name))
    assert shelf.loads == ["a", "b"]
    assert networks.loaded == ("b", "a")


def test_the_least_recently_used_makes_room() -> None:
    """What no longer fits the budget goes, the longest unused first, and comes back on demand."""
    shelf = Shelf(a=Sized(4), b=Sized(4), c=Sized(4))
    networks = Networks(shelf, budget=10)
    for name in ("a", "b", "a", "c"):
        networks(call(name))
    assert networks.loaded == ("a", "c")
    networks(call("b"))
    assert networks.loaded == ("c", "b")
    assert shelf.loads == ["a", "b", "c", "b"]


def test_one_that_is_larger_than_the_budget_still_runs() -> None:
    """It is there for its call, and gone after it."""
    networks = Networks(Shelf(a=Sized(4)), budget=1)
    assert networks(call("a"))["x"] == 0
    assert networks.loaded == ()


def test_a_running_network_stays() -> None:
    """While it runs another one is let go in its place, though used later."""
    running, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        running.set()
        assert go_on.wait(60)

    networks = Networks(Shelf(slow=Sized(4, wait), a=Sized(4), b=Sized(4)), budget=8)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(networks, call("slow"))
        assert running.wait(60)
        networks(call("a"))
        networks(call("b"))
        assert networks.loaded == ("slow", "b")
        go_on.set()
        slow.result()
    networks(call("a"))
    assert networks.loaded == ("b", "a")


def test_many_callers_share_one_load() -> None:
    """Who calls while a network is being loaded waits for it; other networks run meanwhile."""
    loading, go_on = threading.Event(), threading.Event()
    shelf = Shelf(slow=Sized(1), quick=Sized(1))

    def load(name: str) -> Sized:
        if name == "slow":
            loading.set()
            assert go_on.wait(60)
        return shelf(name)

    networks = Networks(load, budget=9)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(networks, call("slow")) for _ in range(3)]
        assert loading.wait(60)
        networks(call("quick"))
        go_on.set()
        for one in waiting:
            one.result()
    assert shelf.loads == ["quick", "slow"]


def test_a_failed_load_is_tried_again() -> None:
    """The error reaches the caller and leaves nothing behind."""
    shelf = Shelf()
    networks = Networks(shelf, budget=9)
    for _ in range(2):
        with pytest.raises(KeyError):
            networks(call("nobody"))
    assert networks.loaded == ()
    assert shelf.loads == ["nobody", "nobody"]


def test_what_is_batched_is_remembered() -> None:
    """Asking again loads nothing, even where the network found no room to stay."""
    shelf = Shelf(a=Sized(4))
    networks = Networks(shelf, budget=1)
    assert [networks.batched("a"), networks.batched("a")] == [True, True]
    assert shelf.loads == ["a"]
