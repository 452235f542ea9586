"""Packs on Discord, from a button to a server's stickers, over HTTP and a websocket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.language.texts import load
from bot.core.service import Service
from bot.frontends.discord import DiscordChat
from bot.settings import BotSettings
from storage import packs, people
from storage.contract.packs import NewSticker, Origin, PackKind
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import png
from tests.bot.discord_objects import APPLICATION, TOKEN, Shown
from tests.bot.fake_gateway import FakeDiscord

ADA = FakeDiscord.person(71)
GUILD, CHANNEL, PRIVATE = 900, 5150, 5151
COLOURS = ("red", "blue", "green", "orange", "teal", "navy", "pink")
TEXTS = load()
TO_SERVER = TEXTS.get("en", "pack_button.publish")


@dataclass
class World:
    """Discord, the service, and Ada's pack."""

    discord: FakeDiscord
    database: Database
    vault: Vault

    @property
    def stickers(self) -> list[dict[str, str]]:
        return list(self.discord.expressions.guilds[str(GUILD)].stickers.values())

    @property
    def emoji(self) -> list[str]:
        return [one["name"] for one in self.discord.expressions.emoji.values()]

    async def packed(self, count: int) -> None:
        """Give Ada a pack of so many stickers."""
        async with self.database.transaction() as session:
            ada = await people.find_or_add(session, self.vault, "discord", ADA["id"], "en")
            pack = await packs.create(session, self.vault, ada.id, "Us", PackKind.REGULAR)
            for colour in COLOURS[:count]:
                new = NewSticker(
                    ada.id, png(colour), False, Origin("mood"), ("😀",), ("mood", colour)
                )
                await packs.add(session, self.vault, pack.id, new)

    async def say(self, line: str, channel: int = CHANNEL) -> Shown:
        """Let Ada type behind /pack; return what is answered."""
        before = len(self.discord.messages)
        await self.discord.slash(ADA, channel, "pack", what=line)
        await self.discord.until(lambda: len(self.discord.messages) > before)
        return self.discord.in_channel(channel)[-1]

    async def publish(self, channel: int = CHANNEL) -> None:
        card = await self.say("Us", channel)
        await self.discord.press(ADA, card, TO_SERVER)

    async def told(self, sentence: str, channel: int = CHANNEL) -> None:
        """Wait until a message begins so."""
        await self.discord.until(
            lambda: any(
                (one.body.get("content") or "").startswith(sentence)
                for one in self.discord.in_channel(channel)
            )
        )


@pytest.fixture
async def world(
    database: Database, queue: Queue, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setattr("bot.core.publishing.publisher.RECHECK", 0.05)
    service = Service(database, vault, queue, load(), BotSettings(_env_file=None))
    async with FakeDiscord() as discord:
        discord.guild(GUILD, CHANNEL, slots=5, makers=(71, APPLICATION))
        monkeypatch.setattr(Route, "BASE", discord.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway))
        shutdown = asyncio.Event()
        running = asyncio.create_task(DiscordChat(TOKEN, load()).run(service, shutdown))
        await discord.until(lambda: discord.identified)
        yield World(discord, database, vault)
        shutdown.set()
        async with patience.limit():
            await running


async def test_a_pack_becomes_a_servers_stickers_and_goes_with_it(world: World) -> None:
    """Asked for by a button: named, with emoji; changed with the pack, and gone with it."""
    await world.packed(3)
    assert world.stickers == []  # nobody asked yet
    await world.publish()
    await world.told("📦 “Us” is on its server: its 3 stickers")
    assert [(one["name"], one["tags"]) for one in world.stickers] == [
        ("mood red", "😀"), ("mood blue", "😀"), ("mood green", "😀"),
    ]  # fmt: skip
    await world.say("drop 2")
    await world.discord.until(lambda: len(world.stickers) == 2)
    await world.say("undo")
    await world.discord.until(lambda: len(world.stickers) == 3)
    question = await world.say("delete")
    await world.discord.press(ADA, question, TEXTS.get("en", "pack_button.yes_delete"))
    await world.discord.until(lambda: world.stickers == [])
    assert world.emoji == []


async def test_full_slots_are_said_and_the_rest_are_emoji(world: World) -> None:
    """Others' stickers stay; what finds no slot is an emoji; all of ours goes by /forget."""
    theirs = {"id": "1", "name": "theirs", "tags": "x", "description": "", "type": 2}
    guild = world.discord.expressions.guilds[str(GUILD)]
    guild.stickers["1"] = {**theirs, "format_type": 1, "available": True, "guild_id": str(GUILD)}
    guild.slots = 3
    await world.packed(4)
    await world.publish()
    await world.told("📦 “Us”: 2 of 4 are its server's stickers now; there are no slots for more")
    assert [one["name"] for one in world.stickers] == ["theirs", "mood red", "mood blue"]
    assert [name.partition("_")[0] for name in world.emoji] == ["green", "orange"]
    await world.discord.slash(ADA, CHANNEL, "forget")
    yes = TEXTS.get("en", "button.yes_forget")
    await world.discord.until(
        lambda: any(yes in one.buttons for one in world.discord.in_channel(CHANNEL))
    )
    asked = next(one for one in world.discord.in_channel(CHANNEL) if yes in one.buttons)
    await world.discord.press(ADA, asked, yes)
    await world.discord.until(lambda: world.emoji == [] and len(world.stickers) == 1)
    assert world.stickers[0]["name"] == "theirs"


@pytest.mark.parametrize("makers", [(71,), (APPLICATION,), ()])
async def test_whoever_may_not_make_stickers_gets_emoji(
    world: World, makers: tuple[int, ...]
) -> None:
    """The person has to be allowed to, and so do we."""
    world.discord.expressions.guilds[str(GUILD)].makers = makers
    await world.packed(1)
    await world.publish()
    await world.told("📦 “Us”: I keep its 1 stickers as emoji of mine.")
    assert (len(world.emoji), world.stickers) == (1, [])


async def test_no_room_anywhere_is_said(world: World) -> None:
    """In private there is no server; where the application's emoji are all used, a zip is left."""
    world.discord.expressions.most_emoji = 0
    await world.packed(1)
    await world.publish(PRIVATE)
    await world.told("📦 “Us”: there is no room left on Discord.", PRIVATE)


async def test_an_answer_that_never_came_doubles_nothing(world: World) -> None:
    """Discord made the sticker and answered 502: the server is looked at before the next."""
    await world.packed(2)
    for _ in range(6):  # more often than the library tries by itself
        world.discord.script("POST", "/stickers", 502, done=True)
    world.discord.expressions.guilds[str(GUILD)].slots = 100
    await world.publish()
    await world.discord.until(lambda: len(world.stickers) > 1)
    world.discord.heal()
    await world.told("📦 “Us” is on its server: its 2 stickers")
