"""A pack on its way to a Discord server outlives kill -9 of the process that brings it there."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage import groups, packs, people, publications
from storage.contract.packs import NewSticker, Origin, StepState
from storage.database import Database
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import png
from tests.bot.discord_objects import APPLICATION, TOKEN
from tests.bot.fake_gateway import FakeDiscord

pytestmark = pytest.mark.slow

GUILD, CHANNEL = 900, 5150
COLOURS = ("red", "blue", "green", "orange", "teal")

PROGRAM = f"""
import asyncio, sys
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from bot.core.language.texts import load
from bot.core.service import Service
from bot.frontends.discord import DiscordChat
from bot.settings import BotSettings
from storage.database import Database
from storage.queue import open_queue
from storage.vault import Vault

async def main(url, api, gateway):
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)
    database = await Database.open(url)
    queue = await open_queue(database)
    settings = BotSettings(_env_file=None)
    service = Service(database, Vault(bytes(32)), queue, load(), settings)
    await DiscordChat({TOKEN!r}, load()).run(service, asyncio.Event())

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def process(url: str, discord: FakeDiscord) -> AsyncIterator[None]:
    """Run a process that serves Discord; at the end it is killed without a word."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, url, discord.api, discord.gateway
    )
    try:
        yield
    finally:
        victim.kill()
        await victim.wait()


async def test_a_killed_upload_is_neither_doubled_nor_lost(tmp_path: Path) -> None:
    """Discord has made a sticker when the process dies before it hears of it; that twice."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'selfmoji.sqlite3'}"
    database, vault = await Database.open(url), Vault(bytes(32))
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "discord", "71", "en")
        pack = await packs.create(session, vault, ada.id, "Us")
        for colour in COLOURS:
            new = NewSticker(ada.id, png(colour), False, Origin("mood"), ("😀",), (colour, "me"))
            await packs.add(session, vault, pack.id, new)
        await publications.want(session, pack.id, "discord", ada.id, str(CHANNEL))

    async def there() -> bool:
        async with database.snapshot() as session:
            (one,) = await publications.of_pack(session, pack.id)
        return one.state is StepState.THERE

    async with FakeDiscord() as discord:
        discord.guild(GUILD, CHANNEL, slots=9, makers=(71, APPLICATION))
        stickers = discord.expressions.guilds[str(GUILD)].stickers
        for made in (1, 2):  # the first makes a set of it, the second is put beside it
            discord.script("POST", "/stickers", 502, hang=86_400, done=True)
            async with process(url, discord):
                await patience.until(lambda count=made: len(stickers) == count)
        async with process(url, discord):
            await patience.until(there)
        assert [one["name"] for one in stickers.values()] == [f"{one} me" for one in COLOURS]
        assert discord.expressions.emoji == {}
    await database.close()


async def test_who_leaves_a_killed_groups_pack_is_off_the_server(tmp_path: Path) -> None:
    """A server's pack is on its way when the process dies; the next one takes out who left."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'selfmoji.sqlite3'}"
    database, vault = await Database.open(url), Vault(bytes(32))
    async with database.transaction() as session:
        server = await groups.account(session, vault, "discord", str(GUILD), "en")
        ada, bo = [
            await people.find_or_add(session, vault, "discord", number, "en")
            for number in ("71", "72")
        ]
        pack, _ = await groups.shared_pack(session, vault, server.id, ada.id, "Us")
        for person, colours in ((ada, COLOURS[:2]), (bo, COLOURS[2:])):
            await groups.join(session, pack.id, person.id, "server-1")
            for colour in colours:
                new = NewSticker(
                    person.id, png(colour), False, Origin("mood"), ("😀",), (colour, "me"),
                    (person.id,),
                )  # fmt: skip
                await packs.add(session, vault, pack.id, new)
        await publications.want(session, pack.id, "discord", server.id, str(CHANNEL))

    async with FakeDiscord() as discord:
        discord.guild(GUILD, CHANNEL, slots=9, makers=(APPLICATION,))
        stickers = discord.expressions.guilds[str(GUILD)].stickers
        discord.script("POST", "/stickers", 502, hang=86_400, done=True, after=3)
        async with process(url, discord):
            await patience.until(lambda: len(stickers) == 4)  # of bo's, one is not known to be
        async with database.transaction() as session:
            await groups.leave(session, pack.id, bo.id)
        discord.script("DELETE", "", 502, hang=86_400, done=True)
        async with process(url, discord):
            await patience.until(lambda: len(stickers) == 3)  # one went, and nobody heard of it
        async with process(url, discord):
            await patience.until(
                lambda: [one["name"] for one in stickers.values()] == ["red me", "blue me"]
            )
            await patience.until(told_of(discord))
        assert discord.expressions.emoji == {}
    await database.close()


def told_of(discord: FakeDiscord) -> Callable[[], bool]:
    """Tell whether the channel knows that two stickers are there."""
    words = "its 2 stickers stand among this server's own now"
    return lambda: any(
        words in (one.body.get("content") or "") for one in discord.in_channel(CHANNEL)
    )
