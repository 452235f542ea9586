"""The gateway client: keep, acknowledge, read, and tell the listener, in order for each person."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord import app_commands

from bot.core.chat import Listener
from bot.core.collecting import Collection
from bot.core.conversation.events import ChoiceMade, Event, Origin, Who
from bot.core.language.texts import Texts
from bot.core.offering import Offer
from bot.frontends.discord import reading
from bot.frontends.discord.answers import Answer, answering, current
from bot.frontends.discord.commands import Translator, add_commands
from bot.frontends.discord.errors import TRANSPORT
from bot.frontends.discord.references import TOKEN_SECONDS
from storage.contract.updates import KeptUpdate, NewUpdate

log = logging.getLogger(__name__)

PLATFORM = "discord"
KEPT_TYPES = (2, 3)  # commands and presses; what completes a line needs no memory
MISSED = 20  # messages of a chat that are gone back
EDITED_FOR = timedelta(hours=1)  # after it was written that a changed message is answered anew
MISSED_FOR = timedelta(hours=12)
LAST_WORDS = 10.0  # seconds that a stop leaves to what is in hand

Json = Any

Receive = Callable[[Event], Awaitable[None]]
Read = Callable[[], Awaitable[Sequence[Event]]]


def _to_keep(message: discord.Message) -> NewUpdate:
    """Return what is kept of a message until it was handled: where Discord has it."""
    guild = None if message.guild is None else message.guild.id
    where = {"channel": message.channel.id, "guild": guild, "message": message.id}
    changed = f":{message.edited_at.timestamp():.3f}" if message.edited_at else ""
    key = f"{message.id}{changed}"
    return NewUpdate(key, str(message.author.id), json.dumps(where).encode())


class Client(discord.Client):
    """Listens on the gateway.

    Buttons are found by their ``custom_id`` alone, which is the choice's value, so they work after
    any restart. No privileged intent is needed: Discord tells the content of messages to us.
    """

    def __init__(self, texts: Texts) -> None:
        intents = discord.Intents(guilds=True, messages=True)
        mentions = discord.AllowedMentions.none()
        super().__init__(intents=intents, max_ratelimit_timeout=30.0, allowed_mentions=mentions)
        self.receive: Receive | None = None
        self.inbox: Listener | None = None
        self.left: list[KeptUpdate] = []
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._answers: dict[str, Answer] = {}
        self._rows: dict[int, int] = {}  # of interactions that are kept
        self._under_way: set[asyncio.Task[Any]] = set()
        self._keeping_turn = asyncio.Lock()
        # the library offers no earlier moment to see an interaction as it came
        self._parse = self._connection.parsers["INTERACTION_CREATE"]
        self._connection.parsers["INTERACTION_CREATE"] = self._interaction_came
        self._texts = texts
        self.tree = app_commands.CommandTree(
            self,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
        )
        add_commands(self.tree, texts, self._respond, self._offer, self._packs_of)

    async def setup_hook(self) -> None:
        """Tell Discord our commands."""
        await self.tree.set_translator(Translator(self._texts))
        try:
            await self.tree.sync()
        except TRANSPORT as problem:
            log.warning("Discord did not take our commands: %s", problem)

    async def close(self) -> None:
        """Close after what is in hand; what takes too long is cut off and stays kept."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_WORDS)
        await super().close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _in_hand(self, task: asyncio.Task[Any] | None) -> None:
        """Let the end wait for a task; the library starts them and forgets them."""
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def on_ready(self) -> None:
        """Say where we are, and take up what an earlier process was told and did not handle."""
        self._in_hand(asyncio.current_task())
        log.info("On Discord as %s", self.user)
        while self.inbox is not None and self.left:
            await self._recover(self.inbox, self.left.pop(0))

        if self.inbox is not None:
            await self._read_missed(self.inbox)

    async def _read_missed(self, inbox: Listener) -> None:
        """Read what was written while nobody was connected, where we were spoken to lately."""
        for chat in await inbox.recent_chats(PLATFORM):
            try:
                channel = self.get_channel(int(chat)) or await self.fetch_channel(int(chat))
                if not isinstance(channel, discord.abc.Messageable):
                    continue
                missed = [one async for one in channel.history(limit=MISSED)]
            except TRANSPORT:  # closed to us, or gone
                continue
            late = discord.utils.utcnow() - MISSED_FOR
            keys = {one.id: reading.keys_of(one) for one in missed if one.created_at >= late}
            seen = await inbox.seen([key for some in keys.values() for key in some])
            for message in reversed(missed):
                if message.id in keys and seen.isdisjoint(keys[message.id]):
                    await self.on_message(message)

    def _interaction_came(self, data: Json) -> None:
        """Keep a command or a press before it is acknowledged; others are answered at once."""
        if self.inbox is None or data["type"] not in KEPT_TYPES:
            self._parse(data)
            return
        self._in_hand(asyncio.create_task(self._keep_interaction(self.inbox, data)))

    async def _keep_interaction(self, inbox: Listener, data: Json) -> None:
        asker = data.get("user") or data["member"]["user"]
        payload = json.dumps({"interaction": data}).encode()
        new = NewUpdate(str(data["id"]), str(asker["id"]), payload, data.get("locale"))
        async with self._keeping_turn:
            kept = await inbox.keep(PLATFORM, [new])
            for row in kept:
                self._take_up(data, row)

    def _take_up(self, data: Json, row: KeptUpdate) -> None:
        self._rows[int(data["id"])] = row.id
        self._parse(data)

    async def _done(self, interaction: int) -> None:
        row = self._rows.pop(interaction, None)
        if row is not None and self.inbox is not None:
            await self.inbox.done([row])

    async def _recover(self, inbox: Listener, row: KeptUpdate) -> None:
        """Take up a kept interaction while it can be answered, and read a kept message again.

        A message that is gone needs no answer.
        """
        where = json.loads(row.payload)
        if "interaction" in where:
            age = discord.utils.utcnow() - discord.utils.snowflake_time(
                int(where["interaction"]["id"])
            )
            if age.total_seconds() < TOKEN_SECONDS:
                self._take_up(where["interaction"], row)
            else:
                await inbox.done([row.id])
            return
        channel = self.get_partial_messageable(where["channel"], guild_id=where["guild"])
        try:
            message = await channel.fetch_message(where["message"])
        except (discord.NotFound, discord.Forbidden):
            await inbox.done([row.id])
        except TRANSPORT as problem:
            log.warning("A kept message cannot be read yet: %s", type(problem).__name__)
        else:
            await self._handle(message, inbox, row)

    async def on_message(self, message: discord.Message) -> None:
        """Read what is written to us: everything in private, elsewhere what mentions us."""
        self._in_hand(asyncio.current_task())
        if message.author.bot or self.user is None:
            return
        if message.guild is not None and self.user not in message.mentions:
            return
        if self.inbox is not None:
            for row in await self.inbox.keep(PLATFORM, [_to_keep(message)]):
                await self._handle(message, self.inbox, row)

    async def on_raw_message_edit(self, changed: discord.RawMessageUpdateEvent) -> None:
        """Read what somebody wrote anew; links that unfold change a message, but no word."""
        message = changed.message
        before = changed.cached_message
        if message.edited_at is None or (before and before.content == message.content):
            return
        age = discord.utils.utcnow() - message.created_at
        if age < EDITED_FOR:
            await self.on_message(message)

    async def _handle(self, message: discord.Message, inbox: Listener, row: KeptUpdate) -> None:
        words = "" if self.user is None else reading.words_of(message, self.user)
        await self._tell(message.author.id, lambda: reading.events_of_message(message, words))
        await inbox.done([row.id])

    async def on_interaction(self, asked: discord.Interaction) -> None:
        """Take a pressed button; commands find their way through the tree."""
        self._in_hand(asyncio.current_task())
        if asked.type is not discord.InteractionType.component or asked.data is None:
            return
        value = str(asked.data.get("custom_id", ""))
        shown = asked.message

        async def chosen() -> Sequence[Event]:
            answer = current(str(asked.channel_id))
            message = answer.reference(shown.id) if answer is not None and shown else None
            return [ChoiceMade(reading.origin_of(asked), value, message)]

        private = shown is not None and shown.flags.ephemeral
        await self._answer(asked, chosen, thinking=False, private=private)

    async def _offer(self, who: Who, typed: str) -> Offer:
        """Return what somebody keeps; nothing before there is anybody to ask."""
        self._in_hand(asyncio.current_task())
        if self.inbox is None:
            return Offer((), "", any=False)
        return await self.inbox.offer(who, typed)

    async def _packs_of(self, origin: Origin) -> Collection:
        self._in_hand(asyncio.current_task())
        if self.inbox is None:
            return Collection()
        return await self.inbox.collections.of(origin.who, origin.chat, kept=False)

    async def _respond(self, asked: discord.Interaction, read: Read, private: bool) -> None:
        self._in_hand(asyncio.current_task())
        await self._answer(asked, read, thinking=True, private=private)

    async def _answer(
        self, asked: discord.Interaction, read: Read, *, thinking: bool, private: bool
    ) -> None:
        """Acknowledge, tell the listener, and let what it sends answer the interaction."""
        try:
            answer = await Answer.begin(asked, thinking=thinking, private=private)
        except TRANSPORT as problem:  # Discord tells the person to try again
            log.warning("An interaction could not be acknowledged: %s", problem)
            await self._done(asked.id)
            return
        if not private:
            self._answers = {chat: known for chat, known in self._answers.items() if known.open}
            self._answers[str(asked.channel_id)] = answer
        try:
            with answering(answer):
                await self._tell(asked.user.id, read)
        finally:
            await answer.end()
        await self._done(asked.id)

    def recent_answer(self, chat: str) -> Answer | None:
        """Return a channel's newest public interaction while it takes answers: a way in."""
        answer = self._answers.get(chat)
        return answer if answer is not None and answer.open else None

    async def _tell(self, person: int, read: Read) -> None:
        """Read and pass on what one person did, in the order in which they did it."""
        turn = self._turns.setdefault(person, asyncio.Lock())
        async with turn:
            for event in await read():
                if self.receive is not None:
                    await self.receive(event)
