"""Micro-batching: jobs that need the same network at the same time share one run of it.

One batch runs at a time, since a run uses every core or the whole GPU; while it does, the next one
gathers. An item that finds the network idle waits for company, at most ``max_wait``, and only
while somebody else is at work.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.models.calls import Tensors
from inference.serving.metrics import BATCH, BATCH_WAITED, RAN

_Item = Mapping[str, NDArray[Any]]  # by name, without batch axis
_Form = frozenset[tuple[str, tuple[int, ...], str]]  # names, shapes and types


@dataclass(frozen=True, slots=True)
class _Waiting:
    item: _Item
    form: _Form  # items of one form can be stacked
    since: float
    future: asyncio.Future[_Item]


def _form(item: _Item) -> _Form:
    return frozenset((name, array.shape, array.dtype.str) for name, array in item.items())


class MicroBatcher:
    """Puts items of equal shapes into batches for ``run``; use from one event loop.

    run: takes tensors (N, ...) and returns tensors (N, ...), N <= ``max_batch``; called on a
    thread of its own, never twice at once. max_wait: seconds. company: whether anybody is at work
    whose items might still come. name: for metrics. If a run raises, who has an item in it gets the
    exception and nobody else does.
    """

    def __init__(
        self,
        run: Callable[[Tensors], Tensors],
        max_batch: int,
        max_wait: float,
        company: Callable[[], bool] = lambda: True,
        name: str = "",
    ) -> None:
        if max_batch < 1:
            raise ValueError("a batch holds at least one item")
        self._run = run
        self._name = name
        self._company = company
        self._max_batch = max_batch
        self._max_wait = max_wait
        self._waiting: deque[_Waiting] = deque()
        self._arrival = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="batch")

    async def __call__(self, inputs: Tensors) -> Tensors:
        """Run items (N, ...), together or not; return their outputs (N, ...)."""
        loop = asyncio.get_running_loop()
        since = loop.time()
        items = [
            _Waiting(item, _form(item), since, loop.create_future()) for item in _split(inputs)
        ]
        self._waiting.extend(items)
        self._arrival.set()
        if self._runner is None or self._runner.done():
            self._runner = loop.create_task(self._work())
        outputs = await asyncio.gather(*(waiting.future for waiting in items))
        return _stacked(outputs)

    def close(self) -> None:
        """Let the thread go; items that have no answer yet are cancelled."""
        if self._runner is not None:
            self._runner.cancel()
        for waiting in self._waiting:
            waiting.future.cancel()
        self._waiting.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _work(self) -> None:
        """Run batches until nobody waits."""
        while batch := await self._gather():
            begun = asyncio.get_running_loop().time()
            BATCH.labels(self._name).observe(len(batch))
            for waiting in batch:
                BATCH_WAITED.labels(self._name).observe(begun - waiting.since)
            try:
                outputs = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._run_batch, [waiting.item for waiting in batch]
                )
            except asyncio.CancelledError:
                for waiting in batch:
                    waiting.future.cancel()
                raise
            except Exception as error:
                for waiting in batch:
                    if not waiting.future.done():
                        waiting.future.set_exception(error)
            else:
                for waiting, output in zip(batch, outputs, strict=True):
                    if not waiting.future.done():
                        waiting.future.set_result(output)

    async def _gather(self) -> list[_Waiting]:
        """Wait for company of the oldest item; return its batch, empty if nobody waits."""
        loop = asyncio.get_running_loop()
        while True:
            self._waiting = deque(w for w in self._waiting if not w.future.done())
            if not self._waiting:
                return []
            oldest = self._waiting[0]
            batch = [w for w in self._waiting if w.form == oldest.form]
            left = oldest.since + self._max_wait - loop.time()
            if len(batch) >= self._max_batch or left <= 0 or not self._company():
                batch = batch[: self._max_batch]
                taken = {id(waiting) for waiting in batch}
                self._waiting = deque(w for w in self._waiting if id(w) not in taken)
                return batch
            self._arrival.clear()
            try:
                await asyncio.wait_for(self._arrival.wait(), left)
            except TimeoutError:
                continue

    def _run_batch(self, items: list[_Item]) -> list[_Item]:
        with RAN.labels(self._name).time():
            outputs = self._run(_stacked(items))
        for name, array in outputs.items():
            if array.shape[:1] != (len(items),):
                raise ValueError(f"{name} {array.shape} has no batch axis of {len(items)}")
        return _split(outputs)


def _split(tensors: Tensors) -> list[_Item]:
    count = len(next(iter(tensors.values())))
    return [{name: array[index] for name, array in tensors.items()} for index in range(count)]


def _stacked(items: Sequence[_Item]) -> Tensors:
    return {name: np.stack([item[name] for item in items]) for name in items[0]}
