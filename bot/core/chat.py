"""The Protocol each front end satisfies, and the fake that tests use."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.core.conversation.events import Event, Message


class Chat(Protocol):
    """One platform's way of showing messages.

    References (``chat``, the returned message reference) are the front end's own strings. Errors
    are ``bot.errors.ChatError``; SDK errors stop in the front end.
    """

    platform: str

    async def send(self, chat: str, message: Message) -> str:
        """Show a message; return its reference."""
        ...

    async def edit(self, chat: str, reference: str, message: Message) -> str:
        """Replace a shown message in place and return its reference.

        The reference is a new one where the platform cannot change that sort of message; the old
        message then goes.
        """
        ...

    async def remove(self, chat: str, reference: str) -> None:
        """Take a message of ours away; nothing happens where it is already gone."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A chat that keeps what it showed in this process, and can drop it when a person asks."""

    async def forget(self, chat: str) -> None:
        """Drop everything shown in a chat."""
        ...


class Listener(Protocol):
    """Whom a front end tells what happens: ``bot.core.service.Service``, or a test."""

    async def handle(self, event: Event, chat: Chat) -> None:
        """Answer one event through the chat it came from."""
        ...

    async def deliver(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Bring finished work to its chats until the shutdown."""
        ...


@dataclass
class FakeChat:
    """A chat in memory: ``messages[chat]`` maps references to what stands there now."""

    platform: str = "fake"
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    sent: int = 0

    async def send(self, chat: str, message: Message) -> str:
        """Keep the message under a new reference."""
        self.sent += 1
        reference = str(self.sent)
        self.messages.setdefault(chat, {})[reference] = message
        return reference

    async def edit(self, chat: str, reference: str, message: Message) -> str:
        """Replace the message under its reference."""
        self.messages[chat][reference] = message
        return reference

    async def remove(self, chat: str, reference: str) -> None:
        """Forget the message."""
        self.messages.get(chat, {}).pop(reference, None)
