"""A listener that keeps what a front end tells it and answers as it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.core.chat import Chat
from bot.core.collecting import Collection
from bot.core.conversation.events import Event, Who
from bot.core.offering import Offer
from storage.contract.updates import KeptUpdate, NewUpdate
from tests import patience

Reply = Callable[[Event, Chat], Awaitable[None]]


async def silence(_event: Event, _chat: Chat) -> None:
    """Answer nothing."""


@dataclass
class Belongings:
    """What everybody is said to have."""

    found: Collection = field(default_factory=Collection)

    async def of(self, _who: Who, _chat: str, *, kept: bool = True) -> Collection:
        """Return it."""
        del kept
        return self.found


@dataclass
class RecordingListener:
    """Stands where the service stands."""

    reply: Reply = silence
    events: list[Event] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    collections: Any = field(default_factory=Belongings)
    delivering: bool = False
    chats: list[str] = field(default_factory=list)
    look_while_keeping: Callable[[], bool] | None = None
    """Asked whenever updates are kept; ``kept_before`` notes the answers."""
    kept_before: list[bool] = field(default_factory=list)
    forgetful: bool = False
    """Whether ends of updates are lost, as by a kill; ``ended`` counts them."""
    ended: int = 0
    offered: Offer = field(default_factory=lambda: Offer((), "en", any=False))
    inbox: dict[int, KeptUpdate] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def keep(self, _platform: str, updates: Sequence[NewUpdate]) -> list[KeptUpdate]:
        """Keep in memory what is not there."""
        if self.look_while_keeping is not None:
            self.kept_before.append(self.look_while_keeping())
        new = [one for one in updates if self.keys.get(one.key) not in self.inbox]
        for one in new:
            self.keys[one.key] = row = len(self.keys) + 1
            self.inbox[row] = KeptUpdate(row, one.payload)
        return [self.inbox[self.keys[one.key]] for one in new]

    async def kept(self, _platform: str) -> list[KeptUpdate]:
        """Return what was not handled."""
        return list(self.inbox.values())

    async def recent_chats(self, _platform: str) -> list[str]:
        """Return what the test put there."""
        return self.chats

    async def seen(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which were told of."""
        return frozenset(keys) & {event.origin.key for event in self.events}

    async def moved(self, _platform: str, old: str, new: str) -> None:
        """Note it."""
        self.moves.append((old, new))

    async def done(self, rows: Sequence[int]) -> None:
        """Let go."""
        for row in rows:
            if not self.forgetful:
                self.inbox.pop(row)
        self.ended += len(rows)

    async def offer(self, _who: Who, _typed: str) -> Offer:
        """Offer what the test put there."""
        return self.offered

    async def handle(self, event: Event, chat: Chat) -> None:
        """Keep the event, then reply."""
        async with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()
        await self.reply(event, chat)

    async def deliver(self, _chat: Chat, shutdown: asyncio.Event) -> None:
        """Have nothing to deliver."""
        self.delivering = True
        await shutdown.wait()
        self.delivering = False

    async def heard(self, count: int) -> list[Event]:
        """Wait for so many events and return them."""
        async with patience.limit(), self._arrived:
            await self._arrived.wait_for(lambda: len(self.events) >= count)
        return self.events
