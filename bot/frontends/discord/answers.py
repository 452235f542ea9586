"""Answering interactions: acknowledged within 3 seconds, answered for 15 minutes.

The service speaks to a chat and knows no interactions; the one being answered travels beside its
calls in a context variable, so that what it sends becomes that interaction's answer.
"""

import asyncio
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

import discord

from bot.frontends.discord.appearance import Appearance, text_on
from bot.frontends.discord.errors import TRANSPORT
from bot.frontends.discord.references import TOKEN_SECONDS, Reference

ASK_AGAIN = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to acknowledge, as long as nobody knows whether one was heard."""
SERVER_ERROR = 500
ALREADY_ACKNOWLEDGED = 40060  # a code of Discord's


@dataclass(slots=True)
class Answer:
    """An acknowledged interaction.

    ``thinking``: Discord shows that an answer is on its way. ``private``: only the asking person
    sees the answers. ``original``: what an earlier process had answered.
    """

    asked: discord.Interaction
    thinking: bool
    private: bool
    until: float
    original: discord.InteractionMessage | None = None

    @classmethod
    async def begin(
        cls, asked: discord.Interaction, *, thinking: bool = True, private: bool = False
    ) -> "Answer":
        """Acknowledge; what was acknowledged before is taken as it stands.

        Where Discord's answer got lost it may have been: it is asked once more.
        """
        for pause in ASK_AGAIN:
            try:
                return await cls._begin(asked, thinking=thinking, private=private)
            except TRANSPORT as problem:
                if isinstance(problem, discord.HTTPException) and problem.status < SERVER_ERROR:
                    raise
            await asyncio.sleep(pause)
        return await cls._begin(asked, thinking=thinking, private=private)

    @classmethod
    async def _begin(cls, asked: discord.Interaction, *, thinking: bool, private: bool) -> "Answer":
        until = time.time() + TOKEN_SECONDS
        try:
            await asked.response.defer(thinking=thinking, ephemeral=private)
        except discord.HTTPException as refusal:
            if refusal.code != ALREADY_ACKNOWLEDGED:
                raise
            until = asked.created_at.timestamp() + TOKEN_SECONDS
            original = await asked.original_response()
            thinking = thinking and original.flags.loading
            return cls(asked, thinking, private, until, None if thinking else original)
        return cls(asked, thinking, private, until)

    @property
    def open(self) -> bool:
        """Whether Discord still takes an answer."""
        return time.time() < self.until

    def reference(self, message: int) -> str:
        """Return the reference of a message that this interaction's token can change."""
        return Reference(message, self.asked.token, self.until).write()

    def found(self, text: str, known: Container[int]) -> str | None:
        """Return the reference of what an earlier process had answered, if it was this text."""
        original = self.original
        if original is None or original.id in known or text_on(original) != text:
            return None
        return self.reference(original.id)

    async def show(self, look: Appearance) -> str:
        """Put a message in the place of the thinking, or behind what was answered already."""
        if self.thinking:
            original = await self.asked.edit_original_response(**look.to_edit())
            self.thinking = False
            return self.reference(original.id)
        shown = await self.asked.followup.send(**look.to_send(), ephemeral=self.private, wait=True)
        return self.reference(shown.id)

    async def end(self) -> None:
        """Take the thinking away if nothing was answered, as after a repeated update."""
        if self.thinking:
            self.thinking = False
            with suppress(discord.HTTPException):
                await self.asked.delete_original_response()


_current: ContextVar[Answer | None] = ContextVar("discord_answer", default=None)


@contextmanager
def answering(answer: Answer) -> Iterator[None]:
    """Let what is sent in the block answer this interaction."""
    token = _current.set(answer)
    try:
        yield
    finally:
        _current.reset(token)


def current(chat: str) -> Answer | None:
    """Return the interaction being answered in a chat, if any."""
    answer = _current.get()
    if answer is None or str(answer.asked.channel_id) != chat or not answer.open:
        return None
    return answer
