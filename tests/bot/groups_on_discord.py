"""A Discord server with a group's pack: the service, the front end and a worker over real HTTP."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core.language.texts import load
from bot.core.service import Service
from bot.frontends.discord import DiscordChat
from bot.settings import BotSettings
from bot.stickers import for_discord
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import avatars, groups, makings, packs, people
from storage.contract.avatars import AvatarSpec
from storage.contract.packs import Pack
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.discord_objects import APPLICATION, TOKEN, Json, Shown
from tests.bot.fake_gateway import FakeDiscord
from tests.bot.groups_on_telegram import Portraying, avatar

PEOPLE = {
    name: {**FakeDiscord.person(at), "global_name": name} for at, name in enumerate("ABC", 71)
}
A, B, C = PEOPLE.values()
GUILD, CHANNEL = 900, 5150
JOIN, PUBLISH = (load().get("en", f"shared_button.{verb}") for verb in ("join", "publish"))


@dataclass
class OnServer:
    """What people do in the server and see there."""

    discord: FakeDiscord
    database: Database
    vault: Vault
    queue: Queue
    pipeline: Portraying = field(default_factory=Portraying)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run a process until the end of the block; everybody has an avatar."""
        await self._with_avatars()
        settings = BotSettings(_env_file=None, jobs_per_person=6, jobs_overall=50)
        service = Service(self.database, self.vault, self.queue, load(), settings)
        worker_settings = InferenceSettings(_env_file=None)
        worker = Worker(self.database, self.vault, self.queue, self.pipeline, worker_settings)
        shutdown = asyncio.Event()
        tasks = [
            asyncio.create_task(worker.run(shutdown)),
            asyncio.create_task(DiscordChat(TOKEN, load()).run(service, shutdown)),
        ]
        try:
            await self.discord.until(lambda: self.discord.identified)
            yield
        finally:
            shutdown.set()
            async with patience.limit():
                await asyncio.gather(*tasks)

    async def _with_avatars(self) -> None:
        async with self.database.transaction() as session:
            for name, person in PEOPLE.items():
                row = await people.find_or_add(session, self.vault, "discord", person["id"], "en")
                spec = AvatarSpec.from_json(avatar(name.encode()))
                await avatars.keep(session, self.vault, row.id, spec)

    async def seen(self, words: str, button: str = "") -> Shown:
        """Wait for a message in the server with these words and a button; return the newest."""

        def found() -> list[Shown]:
            return [
                one
                for one in self.discord.in_channel(CHANNEL)
                if words in (one.body.get("content") or "")
                and (not button or button in one.buttons)
            ]

        await self.discord.until(found)
        return found()[-1]

    async def begin(self, *who: Json) -> Shown:
        """Ask for the server's pack and join it; return its card once all stickers are there."""
        await self.discord.slash(who[0], CHANNEL, "pack", what="group")
        for count, person in enumerate(who, 1):
            card = await self.seen("a sticker pack of everybody here")
            await self.discord.press(person, card, JOIN)
            await self.seen(f"({count})")
        await self.whole(len(who))
        return await self.seen(f"({len(who)})", PUBLISH)

    async def whole(self, members: int) -> Pack:
        """Wait until the pack's rows are what so many members bring; return it."""
        count = members * 5 + (members - 1) * 3 + (members > 1)

        async def settled() -> bool:
            async with self.database.snapshot() as session:
                account = await people.find(session, "discord", groups.external_id(str(GUILD)))
                assert account is not None
                (pack,) = await packs.of_account(session, self.vault, account.id)
                under_way = await makings.of_pack(session, pack.id)
            found[:] = [pack]
            return len(pack.stickers) == count and not any(one.unfinished for one in under_way)

        found: list[Pack] = []
        await patience.until(settled)
        return found[0]

    async def until_shown(self, true: Callable[[list[set[str]], int], bool]) -> None:
        """Wait until who is on the server's stickers, and how many emoji we keep, is so."""
        await self.discord.until(
            lambda: true(self.who_is_on(), len(self.discord.expressions.emoji))
        )

    def who_is_on(self) -> list[set[str]]:
        """Return which people each sticker of the server shows, by their names."""
        skins = {avatar(name.encode())["colours"]["skin"]: name for name in PEOPLE}
        shown = {key(data): who for data, who in self.pipeline.drawn.items()}
        files = self.discord.expressions.guilds[str(GUILD)].files
        stickers = self.discord.expressions.guilds[str(GUILD)].stickers
        return [
            {skins[who] for who in shown[hashlib.sha256(files[one]).hexdigest()]}
            for one in stickers
        ]


@cache
def key(data: bytes) -> str:
    """Return what a picture is known by once it is encoded for a server."""
    return hashlib.sha256(for_discord(data)).hexdigest()


@pytest.fixture
async def server(
    database: Database, queue: Queue, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OnServer]:
    """A server where A and we may make stickers, with room for all of two; nothing runs yet."""
    monkeypatch.setattr("bot.core.publishing.publisher.RECHECK", 0.05)
    async with FakeDiscord() as discord:
        discord.guild(GUILD, CHANNEL, slots=60, makers=(int(A["id"]), APPLICATION))
        monkeypatch.setattr(Route, "BASE", discord.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway))
        yield OnServer(discord, database, vault, queue)
