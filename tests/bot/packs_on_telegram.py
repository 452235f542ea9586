"""The service and the Telegram front end beside a Bot API with sticker sets, for tests of packs."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from PIL import Image

from bot.core.language.texts import load
from bot.core.service import Service
from bot.frontends.telegram import TelegramChat
from bot.settings import BotSettings
from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import packs, people, publications
from storage.contract.jobs import Done, Job, Outcome
from storage.contract.kinds import MOOD
from storage.contract.packs import NewSticker, Origin, Pack
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.bot_api_objects import Shown
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.fake_sticker_sets import Set

ADA = BotApi.person(1, "en")
AVATAR = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}
_SIDE = 512


def picture(number: int) -> bytes:
    """Draw a sticker that differs from those of all other numbers."""
    image = Image.new("RGBA", (_SIDE, _SIDE))
    colour = ((number * 37) % 256, (number * 91) % 256, (number * 53) % 256)
    image.paste(colour, (40, 40, _SIDE - 40, _SIDE - 40 - number % 200))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@dataclass
class Drawing(Pipeline):
    """Draws a new picture for each job; moods and avatars are of the same avatar."""

    made: int = 0
    film: bytes = b""
    of: list[str] = field(default_factory=list)

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Draw at once."""
        del photos, told
        self.made += 1
        self.of.append(job.kind)
        facts: dict[str, object] = AVATAR if job.kind in {"emoji", "mood"} else {}
        if job.kind == "mood-sheet":
            facts = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
        if job.kind == "animate":
            return Done(self.film)
        return Done(picture(self.made), facts)


@dataclass
class OnTelegram:
    """Everything running, as one process has it, and what stands on Telegram."""

    api: BotApi
    database: Database
    vault: Vault
    queue: Queue
    pipeline: Drawing

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run a process until the end of the block."""
        settings = BotSettings(_env_file=None, jobs_per_person=6, jobs_overall=50)
        service = Service(self.database, self.vault, self.queue, load(), settings)
        wait = patience.seconds()
        chat = TelegramChat(TOKEN, load(), self.api.url, hold=1, album_pause=0.2, timeout=wait)
        worker_settings = InferenceSettings(_env_file=None)
        worker = Worker(self.database, self.vault, self.queue, self.pipeline, worker_settings)
        shutdown = asyncio.Event()
        tasks = [
            asyncio.create_task(worker.run(shutdown)),
            asyncio.create_task(chat.run(service, shutdown)),
        ]
        try:
            yield
        finally:
            shutdown.set()
            async with patience.limit():
                await asyncio.gather(*tasks)

    # what a person does and sees

    async def selfie(self, caption: str = "/cutout") -> Shown:
        """Send a selfie and return the sticker that came of it."""
        before = {one.number for one in self.api.messages(1)}
        await self.api.send_photo(ADA, picture(0), caption)
        return await self.newest("sticker", before)

    async def newest(self, form: str, before: set[int]) -> Shown:
        """Wait for a new message of a form; return it."""

        def new() -> list[Shown]:
            return [
                one for one in self.api.messages(1) if one.form == form and one.number not in before
            ]

        await self.api.until(lambda: bool(new()))
        return new()[-1]

    async def press(self, shown: Shown, label: str) -> None:
        """Press a button."""
        await self.api.press(ADA, shown, label)

    async def told(self, words: str) -> Shown:
        """Wait for a message with these words."""

        def found() -> list[Shown]:
            return [one for one in self.api.messages(1) if words in one.text]

        await self.api.until(lambda: bool(found()))
        return found()[-1]

    def set(self, number: int = 0) -> Set:
        """Return a set, in the order in which they were made."""
        return list(self.api.stickers.sets.values())[number]

    def texts(self, chat: int = 1) -> list[str]:
        """Return what stands in a chat in words."""
        return [one.text for one in self.api.messages(chat) if one.form == "text"]

    async def holds(self, count: int, number: int = 0) -> Set:
        """Wait until a set holds so many stickers and everything is told; return it."""

        def full() -> bool:
            sets = list(self.api.stickers.sets.values())
            return len(sets) > number and len(sets[number].stickers) == count

        await self.api.until(full)
        return self.set(number)

    # what lies in the rows

    async def pack(self) -> Pack:
        """Return the person's only pack."""
        async with self.database.snapshot() as session:
            person = await people.find(session, "telegram", "1")
            assert person is not None
            (pack,) = await packs.of_account(session, self.vault, person.id)
        return pack

    async def fill(self, count: int, start: int = 1000) -> UUID:
        """Put stickers into a new pack of the person's, without a word; return its id."""
        async with self.database.transaction() as session:
            person = await people.find_or_add(session, self.vault, "telegram", "1", "en")
            pack = await packs.create(session, self.vault, person.id, "Many")
            for number in range(start, start + count):
                new = NewSticker(
                    person.id, picture(number), False, Origin("cutout"), ("🙂",), ("cutout",)
                )  # fmt: skip
                await packs.add(session, self.vault, pack.id, new)
        return pack.id

    async def want(self, pack_id: UUID) -> None:
        """Have a pack brought to Telegram, once the person is known there."""
        async with self.database.transaction() as session:
            person = await people.find_or_add(session, self.vault, "telegram", "1", "en")
            await publications.want(session, pack_id, "telegram", person.id, "1")


@pytest.fixture
async def there(database: Database, queue: Queue, vault: Vault) -> AsyncIterator[OnTelegram]:
    """A Bot API of its own for each test; nothing runs yet."""
    async with BotApi() as api:
        yield OnTelegram(api, database, vault, queue, Drawing())
