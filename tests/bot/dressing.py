"""A app with a filled wardrobe: real rows, a real worker and really drawn avatars."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bot.core.chat import Chat
from bot.core.conversation.events import ChoiceMade, CommandGiven, Message, Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from inference.emoji import parts as built
from inference.emoji.preview import Lineup, Preview
from inference.emoji.serving import Emoji
from inference.serving.contract import Photos, Told, untold
from inference.serving.contract import Pipeline as Protocolled
from inference.serving.pipeline import Pipeline
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import avatars, parts, people, photos
from storage.contract.avatars import Avatar, AvatarSpec
from storage.contract.jobs import Done, Job, Outcome
from storage.database import Database
from storage.parts import NewStyle
from storage.queue import Queue, open_queue
from storage.vault import Vault
from tests.rows import all_done

MATCHED = AvatarSpec(
    "avataaars",
    {
        "top": "bob", "facialHair": "none", "accessories": "round", "eyebrows": "default",
        "eyes": "happy", "mouth": "smile", "clothes": "hoodie",
    },
    {
        "skin": "#dca57c", "hair": "#1d1817", "facialHair": "#1d1817", "clothes": "#3d5a80",
        "hat": "#b23a48", "accessories": "#262e33",
    },
)  # fmt: skip
RANKED = {"top": ["bob", "straight01", "curly"], "accessories": ["round", "none"]}


@cache
def style(name: str) -> NewStyle:
    """A style of the library as the worker's side builds it, without codes."""
    return built.build(name, [])


@runtime_checkable
class Serving(Protocol):
    """A front end that hears of updates by itself."""

    async def run(self, listener: Any, shutdown: asyncio.Event) -> None:
        """Serve until the shutdown."""
        ...


@dataclass
class Matching(Protocolled):
    """Matches every photo to ``MATCHED``, and draws kept avatars for real once ``gate`` is set."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        families = {"emoji": Emoji(), "preview": Preview(), "lineup": Lineup()}
        self.drawing = Pipeline(InferenceSettings(_env_file=None, concurrency=1), families=families)
        self.gate.set()

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Work on a job."""
        del told
        self.seen.append(job)
        await self.gate.wait()
        avatar = job.avatar
        if avatar is None:
            (setting,) = job.settings
            matched = MATCHED.to_json() if setting.name == "avataaars" else CAT.to_json()
            drawn = await self.drawing.run(_of(job, matched), photos)
            assert isinstance(drawn, Done)
            return Done(drawn.picture, {**matched, "ranked": RANKED})
        return await self.drawing.run(job, photos)


CAT = AvatarSpec(
    "cat",
    {"body": "smooth", "fur": "none", "mouth": "content", "eyes": "round", "accessory": "none"},
    {"fur": "#929090"},
)


def _of(job: Job, avatar: Mapping[str, object]) -> Job:
    values: dict[str, Any] = {name: getattr(job, name) for name in Job.__dataclass_fields__}
    return Job(**{**values, "avatar": avatar})


@dataclass
class Wardrobe:
    """A service at work for one chat platform."""

    database: Database
    vault: Vault
    queue: Queue
    service: Service
    pipeline: Matching
    chat: Any
    number: int = 0

    def origin(self, room: str = "room") -> Origin:
        """Where the next update comes from."""
        self.number += 1
        return Origin(f"test:{self.number}", Who(self.chat.platform, "ann", "en"), room)

    async def photo(self, caption: str = "/emoji") -> None:
        """Send a photo and wait for what comes of it."""
        await self.service.handle(PhotoSent(self.origin(), b"a photo", caption), self.chat)
        await self.all_done()

    async def say(self, text: str, replaces: str | None = None) -> None:
        """Type a line and wait for what comes of it."""
        await self.service.handle(CommandGiven(self.origin(), text, replaces), self.chat)
        await self.all_done()

    async def press(self, label: str, message: str | None = None, *, wait: bool = True) -> None:
        """Press the newest button of a label and wait for what comes of it."""
        value = self.value(label)
        await self.service.handle(ChoiceMade(self.origin(), value, message), self.chat)
        if wait:
            await self.all_done()

    def value(self, label: str) -> str:
        """What the newest button with this in its label sends back."""
        found = [
            button.value
            for message in self.shown()
            for row in message.buttons
            for button in row
            if label in button.label
        ]
        return found[-1]

    def shown(self) -> list[Message]:
        """What stands in the chat."""
        return list(self.chat.messages.get("room", {}).values())

    def reference(self) -> str:
        """The newest message's reference."""
        return str(list(self.chat.messages["room"])[-1])

    async def expire_photos(self) -> None:
        """Let the time of all photos be over."""
        async with self.database.transaction() as session:
            await photos.expire(session, datetime.now(UTC) + timedelta(days=2))

    async def kept(self) -> tuple[Avatar, ...]:
        """The person's avatars."""
        async with self.database.snapshot() as session:
            person = await people.find(session, self.chat.platform, "ann")
            assert person is not None
            return await avatars.of_person(session, self.vault, person.id)

    async def all_done(self) -> None:
        """See ``tests.rows.all_done``."""
        await all_done(self.database)


@asynccontextmanager
async def wardrobe(
    folder: Path, chat: Chat, styles: tuple[str, ...] = ("avataaars", "cat")
) -> AsyncIterator[Wardrobe]:
    """Serve a chat on SQLite; a second time in the same folder is a restart."""
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'selfmoji.sqlite3'}")
    vault = Vault(bytes(32))
    async with database.transaction() as session:
        for name in styles:
            await parts.replace(session, style(name))
    queue = await open_queue(database)
    service = Service(database, vault, queue, load(), BotSettings(_env_file=None))
    pipeline = Matching()
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(
            chat.run(service, shutdown)
            if isinstance(chat, Serving)
            else service.deliver(chat, shutdown)
        ),
    ]
    try:
        yield Wardrobe(database, vault, queue, service, pipeline, chat)
    finally:
        pipeline.gate.set()
        shutdown.set()
        await asyncio.gather(*tasks)
        pipeline.drawing.close()
        await queue.close()
        await database.close()
