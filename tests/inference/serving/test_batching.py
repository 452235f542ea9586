"""Micro-batching: company for concurrent items, and no other item's troubles."""

import asyncio
import threading

import numpy as np
import pytest

from inference.models.calls import Tensors
from inference.serving.batching import MicroBatcher
from tests import patience


class Doubling:
    """A network that doubles, remembers its batch sizes, and fails when a batch holds 13.

    ``gate`` holds runs back while it is clear, ``running`` is set as soon as one has begun.
    """

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.threads: set[str] = set()
        self.gate, self.running = threading.Event(), threading.Event()
        self.gate.set()
        self._busy = threading.Lock()

    def __call__(self, batch: Tensors) -> Tensors:
        assert self._busy.acquire(blocking=False), "two runs at once"
        try:
            self.running.set()
            assert self.gate.wait(patience.seconds())
            self.threads.add(threading.current_thread().name)
            self.sizes.append(len(batch["x"]))
            if (batch["x"] == 13).any():
                raise ValueError("thirteen")
            return {"y": batch["x"] * 2}
        finally:
            self._busy.release()


def item(value: float, size: int = 3) -> Tensors:
    return {"x": np.full((1, size), value, np.float32)}


async def test_concurrent_items_share_a_run_and_get_their_own_slice() -> None:
    """Items that come together run together, each gets its own answer, in no batch too large."""
    network = Doubling()
    batcher = MicroBatcher(network, max_batch=4, max_wait=0.05)
    outputs = await asyncio.gather(*(batcher(item(value)) for value in range(10)))
    assert [output["y"].tolist() for output in outputs] == [[[2.0 * v] * 3] for v in range(10)]
    assert network.sizes == [4, 4, 2]
    batcher.close()


async def test_a_call_of_several_items_shares_runs_too() -> None:
    """Nine items at once fill what others leave free, and come back whole and in order."""
    network = Doubling()
    batcher = MicroBatcher(network, max_batch=4, max_wait=0.05)
    nine = {"x": np.arange(20, 38, dtype=np.float32).reshape(9, 2)}
    one = {"x": np.full((1, 2), 50, np.float32)}
    outputs = await asyncio.gather(batcher(nine), batcher(one))
    assert (outputs[0]["y"] == 2 * nine["x"]).all()
    assert (outputs[1]["y"] == 100).all()
    assert network.sizes == [4, 4, 2]
    batcher.close()


async def test_a_full_batch_waits_for_nobody() -> None:
    """As many items as fit start at once, and so does one that has no company to wait for."""
    network = Doubling()
    batcher = MicroBatcher(network, max_batch=2, max_wait=3600)
    await asyncio.gather(batcher(item(1)), batcher(item(2)))
    batcher.close()
    batcher = MicroBatcher(network, max_batch=2, max_wait=3600, company=lambda: False)
    await batcher(item(3))
    batcher.close()
    assert network.sizes == [2, 1]


async def test_a_lone_item_is_run_after_its_wait() -> None:
    """Company that never comes holds nobody up for good."""
    batcher = MicroBatcher(Doubling(), max_batch=2, max_wait=0.05)
    assert (await batcher(item(3)))["y"][0, 0] == 6
    batcher.close()


async def test_the_next_batch_gathers_while_one_runs() -> None:
    """What comes during a run forms one batch behind it, off the event loop, never beside it."""
    network = Doubling()
    network.gate.clear()
    batcher = MicroBatcher(network, max_batch=8, max_wait=0.0)
    first = asyncio.create_task(batcher(item(0)))
    await patience.until(network.running.is_set)
    others = [asyncio.create_task(batcher(item(value))) for value in range(5)]
    await asyncio.sleep(0.05)
    network.gate.set()
    await asyncio.gather(first, *others)
    assert network.sizes == [1, 5]
    assert threading.current_thread().name not in network.threads
    batcher.close()


async def test_only_equal_shapes_share_a_run() -> None:
    """Items of other shapes or types run in batches of their own."""
    network = Doubling()
    batcher = MicroBatcher(network, max_batch=8, max_wait=0.02)
    items = [item(1, 3), item(2, 5), item(3, 3), {"x": np.ones((1, 3), np.float64)}]
    outputs = await asyncio.gather(*map(batcher, items))
    assert [output["y"].shape for output in outputs] == [(1, 3), (1, 5), (1, 3), (1, 3)]
    assert outputs[3]["y"].dtype == np.float64
    assert sorted(network.sizes) == [1, 1, 2]
    batcher.close()


async def test_a_failing_batch_fails_its_items_alone() -> None:
    """Later batches and other shapes are not touched by a failure."""
    batcher = MicroBatcher(Doubling(), max_batch=2, max_wait=0.01)
    outputs = await asyncio.gather(
        batcher(item(13)), batcher(item(1)), batcher(item(2)), batcher(item(3, 5)),
        return_exceptions=True,
    )  # fmt: skip
    assert [isinstance(output, ValueError) for output in outputs] == [True, True, False, False]
    assert (await batcher(item(4)))["y"][0, 0] == 8
    batcher.close()


async def test_outputs_need_the_batch_axis() -> None:
    """A network that answers for fewer items than it got is an error, not somebody's face."""
    batcher = MicroBatcher(lambda batch: {"y": batch["x"][:1]}, max_batch=2, max_wait=0.01)
    outputs = await asyncio.gather(*(batcher(item(n)) for n in (1, 2)), return_exceptions=True)
    assert all(isinstance(output, ValueError) for output in outputs)
    batcher.close()


async def test_a_cancelled_item_is_not_run() -> None:
    """Who no longer waits takes no place in a batch."""
    network = Doubling()
    batcher = MicroBatcher(network, max_batch=3, max_wait=3600.0)
    tasks = [asyncio.create_task(batcher(item(value))) for value in range(2)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks += [asyncio.create_task(batcher(item(value))) for value in range(2)]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(done[1], asyncio.CancelledError)
    assert network.sizes == [3]
    batcher.close()


async def test_closing_cancels_who_waits() -> None:
    """Items at work or waiting end as cancelled instead of never."""
    for max_wait in (0.0, 3600.0):
        network = Doubling()
        network.gate.clear()
        batcher = MicroBatcher(network, max_batch=8, max_wait=max_wait)
        task = asyncio.create_task(batcher(item(1)))
        if max_wait == 0.0:
            await patience.until(network.running.is_set)
        else:
            await asyncio.sleep(0)
        batcher.close()
        with pytest.raises(asyncio.CancelledError):
            async with patience.limit():
                await task
        network.gate.set()
