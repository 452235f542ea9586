"""Portraits that are likely to be wanted again: one photo usually asks for several stickers."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from inference.face.report import Portrait

_Key = tuple[UUID, int | None]


class Portraits:
    """A small cache of portraits by photo and face; use from one event loop.

    Whoever asks while the same portrait is being made waits for it, so it is made once. Failures
    are not kept. size: most portraits; seconds: how long one is kept.
    """

    def __init__(self, size: int = 16, seconds: float = 600.0) -> None:
        self._size = size
        self._seconds = seconds
        self._tasks: OrderedDict[_Key, asyncio.Task[Portrait]] = OrderedDict()
        self._timers: dict[_Key, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    async def get(
        self, photo_id: UUID, face: int | None, make: Callable[[], Awaitable[Portrait]]
    ) -> Portrait:
        """Return the portrait, made by ``make`` unless it is there or under way.

        One of several waiting may be cancelled without harm to the others.
        """
        key = photo_id, face
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(_await(make()))
            task.add_done_callback(lambda done: self._drop_failure(key, done))
            self._tasks[key] = task
            loop = asyncio.get_running_loop()
            self._timers[key] = loop.call_later(self._seconds, self._drop, key)
        self._tasks.move_to_end(key)
        while len(self._tasks) > self._size:
            self._drop(next(iter(self._tasks)))
        return await asyncio.shield(task)

    @property
    def photos(self) -> frozenset[UUID]:
        """The photos of which something is held."""
        return frozenset(photo_id for photo_id, _ in self._tasks)

    def forget(self, photo_id: UUID) -> None:
        """Drop everything about one photo now."""
        for key in [key for key in self._tasks if key[0] == photo_id]:
            self._drop(key)

    def clear(self) -> None:
        """Drop everything."""
        for key in list(self._tasks):
            self._drop(key)

    def _drop(self, key: _Key) -> None:
        del self._tasks[key]
        self._timers.pop(key).cancel()

    def _drop_failure(self, key: _Key, done: asyncio.Task[Portrait]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._tasks.get(key) is done:
            self._drop(key)


async def _await(awaitable: Awaitable[Portrait]) -> Portrait:
    return await awaitable
