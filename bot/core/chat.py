"""The Protocol each front end satisfies, and the fake that tests use."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.core.collecting import Collections
from bot.core.conversation.events import Event, Message, Who
from bot.core.offering import Offer
from storage.contract.updates import KeptUpdate, NewUpdate


class Chat(Protocol):
    """One platform's way of showing messages.

    References (``chat``, the returned message reference) are the front end's own strings. Errors
    are ``bot.errors.ChatError``; SDK errors stop in the front end.
    """

    platform: str

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Show a message; return its reference.

        ``once``: a name that all attempts at one message share, by which a platform that can do so
        shows it once.
        """
        ...

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Replace a shown message in place and return its reference.

        The reference is a new one where the platform cannot change that sort of message; the old
        message then goes. ``once``: of what is sent for that.
        """
        ...

    async def remove(self, chat: str, reference: str) -> None:
        """Take a message of ours away; nothing happens where it is already gone."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A chat that keeps what it showed in this process alone.

    Rows remember it beyond that (``bot.core.restoring``), and it can be dropped when a person asks.
    """

    async def forget(self, chat: str) -> None:
        """Drop everything shown in a chat."""
        ...


@runtime_checkable
class Resending(Protocol):
    """A chat that puts some messages in another's place by sending anew and taking that away."""

    async def stands(self, chat: str, reference: str) -> bool:
        """Whether a message is still there, which tells whether another took its place."""
        ...


@runtime_checkable
class Searchable(Protocol):
    """A chat in which a text is found whose sending was cut off before we learned its reference."""

    async def find(
        self, chat: str, after: str, known: Collection[str], message: Message
    ) -> str | None:
        """Return where a text of ours stands that is newer than ``after`` and not ``known``.

        There is ``message`` then, if need be by a change. None if none is there, or near enough.
        """
        ...


@runtime_checkable
class Moderated(Protocol):
    """A chat that tells who has a say in a group only when it is asked."""

    async def is_admin(self, chat: str, person: str) -> bool:
        """Whether a person is an admin of the group of a chat; False where that is not known."""
        ...


class Listener(Protocol):
    """Whom a front end tells what happens: ``bot.core.service.Service``, or a test."""

    collections: Collections
    """Everything that people have."""

    async def keep(self, platform: str, updates: Sequence[NewUpdate]) -> list[KeptUpdate]:
        """Keep updates, whatever it takes; return those that are new. Then they may be confirmed.

        Each is to be handled, and then ``done``.
        """
        ...

    async def kept(self, platform: str) -> list[KeptUpdate]:
        """Return the updates that an earlier process kept and did not handle."""
        ...

    async def recent_chats(self, platform: str) -> list[str]:
        """Return where people of a platform were answered lately, the latest first."""
        ...

    async def seen(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which of the updates of these keys were handled."""
        ...

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Learn that a chat is called otherwise from now on; once more changes nothing."""
        ...

    async def done(self, rows: Sequence[int]) -> None:
        """Let go of updates that were handled."""
        ...

    async def offer(self, who: Who, typed: str) -> Offer:
        """Return a person's own stickers that what they type leads to."""
        ...

    async def handle(self, event: Event, chat: Chat) -> None:
        """Answer one event through the chat it came from."""
        ...

    async def deliver(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Deliver finished work to its chats until the shutdown."""
        ...


@dataclass
class FakeChat:
    """A chat in memory: ``messages[chat]`` maps references to what stands there now."""

    platform: str = "fake"
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    sent: int = 0

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Keep the message under a new reference."""
        del once
        self.sent += 1
        reference = str(self.sent)
        self.messages.setdefault(chat, {})[reference] = message
        return reference

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Replace the message under its reference."""
        del once
        self.messages[chat][reference] = message
        return reference

    async def remove(self, chat: str, reference: str) -> None:
        """Forget the message."""
        self.messages.get(chat, {}).pop(reference, None)
