"""The service, a queue and a worker as one process has them; only the models are made up."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from PIL import Image

from bot.core.chat import FakeChat
from bot.core.conversation.events import ChoiceMade, CommandGiven, Message, Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage.contract.jobs import Done, Job, Outcome
from storage.contract.kinds import Setting
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.rows import all_done

PHOTO = b"a photo"

SECRET = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFakeFak"


def png(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


@dataclass
class ScriptedPipeline(Pipeline):
    """Does what ``script`` says; ``gate`` holds all jobs back while it is clear."""

    script: Callable[[Job], Outcome] = lambda _: Done(png())
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[tuple[str, bytes]] = field(default_factory=list)
    settings: list[tuple[Setting, ...]] = field(default_factory=list)

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        del told
        assert job.photo_id is not None
        photo, _ = await photos.read(job.photo_id)
        self.seen.append((job.kind, photo))
        self.settings.append(job.settings)
        await self.gate.wait()
        return self.script(job)


@dataclass
class TroubledChat(FakeChat):
    """Raises what ``troubles`` holds, one per call, and notes all calls in order."""

    troubles: list[Exception | None] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        self._note("send", message)
        return await super().send(chat, message, once)

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        self._note("edit", message)
        return await super().edit(chat, reference, message, once)

    async def forget(self, chat: str) -> None:
        self.messages.pop(chat, None)

    def _note(self, what: str, message: Message) -> None:
        if self.troubles:
            trouble = self.troubles.pop(0)
            if trouble is not None:
                raise trouble
        self.calls.append(f"{what} {'sticker' if message.sticker else message.text}")

    def shown(self, chat: str = "room") -> list[Message]:
        return list(self.messages.get(chat, {}).values())

    def stickers(self, chat: str = "room") -> list[Message]:
        return [message for message in self.shown(chat) if message.sticker]


@dataclass
class App:
    """Everything running, as one process has it."""

    database: Database
    vault: Vault
    queue: Queue
    service: Service
    chat: TroubledChat
    pipeline: ScriptedPipeline
    number: int = 0

    def origin(self, person: str = "ann", room: str = "room", locale: str = "en") -> Origin:
        self.number += 1
        return Origin(f"fake:{self.number}", Who("fake", person, locale), room)

    async def photo(self, caption: str = "", person: str = "ann", data: bytes = PHOTO) -> None:
        await self.service.handle(PhotoSent(self.origin(person), data, caption), self.chat)

    async def say(self, text: str, person: str = "ann", replaces: str | None = None) -> None:
        await self.service.handle(CommandGiven(self.origin(person), text, replaces), self.chat)

    async def press(self, value: str, message: str | None = None) -> None:
        await self.service.handle(ChoiceMade(self.origin(), value, message), self.chat)

    async def all_done(self) -> None:
        """See ``tests.rows.all_done``."""
        await all_done(self.database)

    def press_value(self, label: str) -> str:
        """Return what the newest button of this label sends back."""
        found = [
            button.value
            for message in self.chat.shown()
            for row in message.buttons
            for button in row
            if label in button.label
        ]
        return found[-1]


@pytest.fixture
def settings() -> BotSettings:
    return BotSettings(_env_file=None, jobs_per_person=6, jobs_overall=50)


@pytest.fixture
def seconds_between_looks() -> float:
    """How often placeholders are brought up to date; never, unless a test asks for it.

    An edit that tells how a job stands would take the trouble that was meant for its sticker.
    """
    return 3600.0


@pytest.fixture
async def app(
    database: Database,
    queue: Queue,
    vault: Vault,
    settings: BotSettings,
    seconds_between_looks: float,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[App]:
    monkeypatch.setattr("bot.core.progress.EVERY", seconds_between_looks)
    service = Service(database, vault, queue, load(), settings)
    pipeline = ScriptedPipeline()
    pipeline.gate.set()
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
    app = App(database, vault, queue, service, TroubledChat(), pipeline)
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(service.deliver(app.chat, shutdown)),
    ]
    yield app
    pipeline.gate.set()
    shutdown.set()
    await asyncio.gather(*tasks)
