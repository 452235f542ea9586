"""Selfmoji on Discord: commands, menus, photos and buttons in, pictures with buttons out."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Collection
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

import discord

from bot.core.chat import Listener
from bot.core.conversation.events import Event, Message
from bot.core.language.texts import Texts
from bot.errors import ChatUnavailable
from bot.frontends.discord.answers import current
from bot.frontends.discord.appearance import Appearance, appearance, text_on
from bot.frontends.discord.client import Client
from bot.frontends.discord.errors import TRANSPORT, translate, translated
from bot.frontends.discord.references import Reference
from bot.frontends.discord.sets import DiscordSets

if TYPE_CHECKING:
    from storage.contract.updates import KeptUpdate

log = logging.getLogger(__name__)

CLOSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
PROBES = 100  # messages looked at for one whose sending was cut off
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between attempts to log in


class DiscordChat:
    """Discord as a ``Chat``: chats are channel numbers, messages are ``references``."""

    platform = "discord"

    def __init__(self, token: str, texts: Texts) -> None:
        """Prepare; nothing is asked of Discord before ``run``."""
        # at DEBUG the library writes interaction tokens
        logging.getLogger("discord").setLevel(logging.INFO)
        self._token = token
        self._texts = texts
        self._left: list[KeptUpdate] = []
        self.client = Client(texts)
        self.sets = DiscordSets(self.client)

    def listen(self, listener: Listener) -> None:
        """Tell a listener what happens from now on."""

        async def receive(event: Event) -> None:
            await listener.handle(event, self)

        self.client.receive = receive
        self.client.inbox = listener
        self.client.left = self._left

    async def run(self, listener: Listener, shutdown: asyncio.Event) -> None:
        """Serve until the shutdown; outages of Discord are waited out.

        Raises:
            ChatForbidden: Discord does not know the token.
        """
        self._left = await listener.kept(self.platform)  # before anything new is kept
        try:
            if not await self._log_in(listener, shutdown):
                return
            async with asyncio.TaskGroup() as group:
                group.create_task(listener.deliver(self, shutdown))
                group.create_task(self._connect())
                await shutdown.wait()
                await self.client.close()
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        finally:
            await self.client.close()

    async def _log_in(self, listener: Listener, shutdown: asyncio.Event) -> bool:
        """Log in, trying again while Discord is away; False if the shutdown came first."""
        pause = FIRST_PAUSE
        stop = asyncio.create_task(shutdown.wait())
        try:
            while True:
                self.listen(listener)
                attempt = asyncio.create_task(self.client.login(self._token))
                await asyncio.wait({attempt, stop}, return_when=asyncio.FIRST_COMPLETED)
                if not attempt.done():
                    attempt.cancel()
                    with suppress(asyncio.CancelledError, *TRANSPORT):
                        await attempt
                    return False
                problem = attempt.exception()
                if problem is None:
                    return True
                if not isinstance(problem, TRANSPORT):
                    raise problem
                if not isinstance(translate(problem), ChatUnavailable):
                    raise translate(problem) from problem
                if pause == FIRST_PAUSE:
                    log.warning(
                        "Discord cannot be reached (%s); trying again", type(problem).__name__
                    )
                await self.client.close()
                self.client = Client(self._texts)  # one that failed cannot log in cleanly again
                self.sets = DiscordSets(self.client)
                await asyncio.wait({stop}, timeout=pause)
                if stop.done():
                    return False
                pause = min(LONGEST_PAUSE, pause * 2)
        finally:
            stop.cancel()

    async def _connect(self) -> None:
        """Stay on the gateway; the library reconnects by itself."""
        with translated():
            await self.client.connect(reconnect=True)

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        """Show a message, as the answer of the interaction in hand if there is one."""
        look = await appearance(message)
        with translated():
            return await self._send(chat, look, once)

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        """Replace a message in place; one that is gone, or out of reach, is sent anew."""
        look = await appearance(message)
        known = Reference.read(reference)
        with translated():
            webhook = self._webhook(known)
            if webhook is not None and await _reached(
                webhook.edit_message(known.message, **look.to_edit())
            ):
                return reference
            if await _reached(self._in_channel(chat, known).edit(**look.to_edit())):
                return Reference(known.message).write()
            return await self._send(chat, look, once)

    async def remove(self, chat: str, reference: str) -> None:
        """Take a message away, if it is still there and in reach."""
        known = Reference.read(reference)
        with translated():
            webhook = self._webhook(known)
            if webhook is None or not await _reached(webhook.delete_message(known.message)):
                await _reached(self._in_channel(chat, known).delete())

    async def find(
        self, chat: str, after: str, known: Collection[str], message: Message
    ) -> str | None:
        """Look for the same words, in the history and under the interaction in hand."""
        look = await appearance(message)
        numbers = {Reference.read(one).message for one in known}
        answer = current(chat)
        answered = answer.found(look.text, numbers) if answer is not None else None
        if answered is not None:
            return answered
        channel = self.client.get_partial_messageable(int(chat))
        since = discord.Object(Reference.read(after).message)
        with translated():
            try:
                shown = [one async for one in channel.history(limit=PROBES, after=since)]
            except (discord.Forbidden, discord.NotFound):
                return None
        ours = (one for one in shown if one.author == self.client.user and one.id not in numbers)
        found = next((one.id for one in ours if text_on(one) == look.text), None)
        return None if found is None else Reference(found).write()

    async def _send(self, chat: str, look: Appearance, once: str) -> str:
        answer = current(chat)
        if answer is not None:
            return await answer.show(look)
        try:
            channel = self.client.get_partial_messageable(int(chat))
            shown = await channel.send(**look.to_send(), nonce=_nonce(once))
        except (discord.Forbidden, discord.NotFound):
            # where a person brought us along, but not the server, only interactions let us in
            recent = self.client.recent_answer(chat)
            if recent is None:
                raise
            return await recent.show(look)
        return Reference(shown.id).write()

    def _in_channel(self, chat: str, known: Reference) -> discord.PartialMessage:
        return self.client.get_partial_messageable(int(chat)).get_partial_message(known.message)

    def _webhook(self, known: Reference) -> discord.Webhook | None:
        """Return the door that an interaction's token opens, while it does."""
        token, application = known.usable_token, self.client.application_id
        if token is None or application is None:
            return None
        return discord.Webhook.partial(application, token, client=self.client)


def _nonce(once: str) -> str:
    """Return by what Discord knows a message that it got a few minutes ago: 24 hex digits.

    A message without a name is like no other.
    """
    return hashlib.sha256(once.encode()).hexdigest()[:24] if once else secrets.token_hex(12)


async def _reached(change: Awaitable[object]) -> bool:
    """Tell whether a change was made; a spent token, a closed channel, a lost message: no."""
    try:
        await change
    except discord.HTTPException as refusal:
        if refusal.status not in CLOSED:
            raise
        return False
    return True
