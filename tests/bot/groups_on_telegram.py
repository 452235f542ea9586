"""A group with its pack on Telegram: the service, the front end and a worker over real HTTP."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cache

import pytest

from bot.frontends.telegram import limiter
from bot.frontends.telegram.limiter import Rate
from inference.serving.contract import Photos, Told, untold
from storage import groups, makings, members, packs, people
from storage.contract.jobs import Done, Job, Outcome
from storage.contract.packs import Pack
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.bot_api_objects import Json, Shown
from tests.bot.fake_bot_api import BotApi
from tests.bot.fake_sticker_sets import Set
from tests.bot.on_telegram import FRIENDS
from tests.bot.packs_on_telegram import Drawing, OnTelegram, picture

PEOPLE = {name: {**BotApi.person(at), "first_name": name} for at, name in enumerate("ABCD", 1)}
A, B, C, D = PEOPLE.values()


def avatar(of: bytes) -> Json:
    """Return the avatar that is composed of a photo; another photo gives another one."""
    skin = hashlib.sha256(of).hexdigest()[:6]
    return {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": f"#{skin}"}}


@dataclass
class Portraying(Drawing):
    """Composes avatars of photos and draws each wish of each avatar in its own colours.

    ``drawn``: which avatars a picture shows, by its bytes.
    """

    drawn: dict[bytes, list[str]] = field(default_factory=dict)

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Draw at once."""
        del told
        shown = job.avatar
        if shown is None and job.photo_id is not None:
            shown = avatar((await photos.read(job.photo_id))[0])
        wish = json.dumps([job.kind, [one.name for one in job.settings], shown], sort_keys=True)
        data = picture(int(hashlib.sha256(wish.encode()).hexdigest()[:8], 16) % 10**7)
        gathered = (shown or {}).get("avatars", [shown])
        assert isinstance(gathered, list)
        self.drawn[data] = [one["colours"]["skin"] for one in gathered if one]
        self.of.append(job.kind)
        return Done(data, {**(shown or {}), "ranked": {}} if job.kind == "emoji" else {})


@dataclass
class InGroup(OnTelegram):
    """What people do in the group and see there; in ``FRIENDS`` unless it moved."""

    chat: Json = field(default_factory=lambda: FRIENDS)

    @property
    def shown(self) -> list[Shown]:
        """What stands in the group."""
        return self.api.messages(self.chat["id"])

    async def seen(self, words: str) -> Shown:
        """Wait for a message in the group with these words; return it."""

        def found() -> list[Shown]:
            return [one for one in self.shown if words in one.text]

        await self.api.until(lambda: bool(found()))
        return found()[-1]

    async def begin(self, person: Json) -> Shown:
        """Ask for the group's pack; return its card."""
        await self.api.say(person, "/pack@selfmoji_bot group", chat=self.chat)
        return await self.seen("a sticker pack of everybody here")

    async def taps(self, person: Json, shown: Shown, label: str) -> None:
        """Let somebody press a button in the group."""
        await self.api.press(person, shown, label, self.chat)

    async def has_avatar(self, person: Json) -> None:
        """Let somebody have an avatar made in private; they start the bot by that."""
        before = {one.number for one in self.api.messages(person["id"])}
        await self.api.say(person, "/start")
        await self.api.send_photo(person, person["first_name"].encode(), "/emoji")
        await self.api.until(
            lambda: any(
                one.form == "sticker" and one.number not in before
                for one in self.api.messages(person["id"])
            )
        )

    async def settled(self, true: Callable[[list[Set]], bool]) -> list[Set]:
        """Wait until the sets on Telegram are as they shall be and nothing is being made."""
        await self.api.until(lambda: true(list(self.api.stickers.sets.values())))

        async def done() -> bool:
            async with self.database.snapshot() as session:
                found = await groups_packs(session, self.vault, self.chat)
                under_way = [
                    one.unfinished
                    for pack in found
                    for one in await makings.of_pack(session, pack.id)
                ]
            return not any(under_way)

        await patience.until(done)
        return list(self.api.stickers.sets.values())

    async def group_pack(self) -> Pack:
        """Return the group's pack as the rows have it."""
        async with self.database.snapshot() as session:
            (pack,) = await groups_packs(session, self.vault, self.chat)
        return pack

    async def in_it(self) -> list[str]:
        """Return who is in the pack, by their names."""
        pack = await self.group_pack()
        async with self.database.snapshot() as session:
            return [one.name for one in await members.brought(session, self.vault, pack.id)]

    def who_is_on(self, made: Set) -> list[set[str]]:
        """Return which people each sticker of a set shows, by their names."""
        assert isinstance(self.pipeline, Portraying)
        skins = {avatar(name.encode())["colours"]["skin"]: name for name in PEOPLE}
        by_key = {key(data): shown for data, shown in self.pipeline.drawn.items()}
        return [{skins[one] for one in by_key[each.unique_id]} for each in made.stickers]


@cache
def key(data: bytes) -> str:
    """Return what a set on Telegram knows a picture by, as the front end encodes it."""
    from bot.stickers import for_telegram

    return hashlib.sha256(for_telegram(data)).hexdigest()[:16]


async def groups_packs(session, vault: Vault, chat: Json) -> tuple[Pack, ...]:  # type: ignore[no-untyped-def]
    """Return the packs of a group's account."""
    account = await people.find(session, "telegram", groups.external_id(str(chat["id"])))
    return () if account is None else await packs.of_account(session, vault, account.id)


@pytest.fixture
async def together(
    database: Database, queue: Queue, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[InGroup]:
    """A group on a Bot API of its own, whose limits are tested elsewhere; nothing runs yet."""
    for name in ("STICKER_SETS", "PRIVATE", "GROUP"):
        monkeypatch.setattr(limiter, name, Rate(1000, 1000))
    async with BotApi() as api:
        yield InGroup(api, database, vault, queue, Portraying())
