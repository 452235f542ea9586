"""One lane per person: their updates one after another, everybody's side by side.

Albums are gathered here, because Telegram sends each picture as an update of its own and never says
which was the last: an album ends when the person's next update is something else, or after a pause.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Message, Update

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """An update and the row that it is kept in until it has been handled."""

    update: Update
    row: int

    @property
    def album(self) -> str | None:
        """The album that the update belongs to."""
        message = self.update.effective_message
        return message.media_group_id if isinstance(message, Message) else None


Handle = Callable[[list[Item]], Awaitable[None]]


class Lanes:
    """Hand updates to ``handle``: singly, or a whole album in the order it was sent."""

    def __init__(self, handle: Handle, pause: float) -> None:
        self._handle = handle
        self._pause = pause
        self._queues: dict[int, asyncio.Queue[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, person: int, item: Item) -> None:
        """Append an update to its person's lane."""
        queue = self._queues.get(person)
        if queue is None:
            queue = self._queues[person] = asyncio.Queue()
            task = asyncio.create_task(self._walk(person, queue), name=f"telegram lane {person}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        queue.put_nowait(item)

    async def drain(self, seconds: float) -> None:
        """Wait until all lanes are empty, at most so long; then cut off the rest."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _walk(self, person: int, queue: asyncio.Queue[Item]) -> None:
        waiting: list[Item] = []
        while waiting or not queue.empty():
            first = waiting.pop() if waiting else queue.get_nowait()
            together = [first]
            while (album := first.album) is not None:
                try:
                    following = await asyncio.wait_for(queue.get(), self._pause)
                except TimeoutError:
                    break
                if following.album != album:
                    waiting.append(following)
                    break
                together.append(following)
            together.sort(key=lambda item: item.update.update_id)
            try:
                await self._handle(together)
            except Exception:
                log.exception("An update could not be handled")
        del self._queues[person]
