"""Chats of several people with the service, a worker and the real models, in one process."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpeople
from PIL import Image

from bot.core.chat import FakeChat
from bot.core.conversation.events import CommandGiven, Event, Message, Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from inference.serving.pipeline import Pipeline
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.rows import all_done

_PEOPLE = Path(openpeople.__file__).parent / "data" / "curated"


@dataclass
class RealChat:
    """Everybody's own chat, as it stands."""

    database: Database
    service: Service
    chat: FakeChat
    number: int = 0

    async def send(self, photo: bytes, caption: str = "", person: str = "ann") -> list[Message]:
        """Send a photo; return what the person's chat shows once all is answered."""
        return await self._told(PhotoSent(self._origin(person), photo, caption))

    async def say(self, line: str, person: str = "ann") -> list[Message]:
        """Type a line; return the same."""
        return await self._told(CommandGiven(self._origin(person), line))

    def _origin(self, person: str) -> Origin:
        self.number += 1
        return Origin(f"fake:{self.number}", Who("fake", person, "en"), f"{person}'s room")

    async def _told(self, event: Event) -> list[Message]:
        await self.service.handle(event, self.chat)
        await all_done(self.database)
        return list(self.chat.messages[event.origin.chat].values())


@asynccontextmanager
async def at_work(database: Database, vault: Vault, queue: Queue) -> AsyncIterator[RealChat]:
    """Run everything until the end of the block."""
    talk = RealChat(database, Service(database, vault, queue, load(), BotSettings()), FakeChat())
    pipeline = Pipeline(InferenceSettings(concurrency=1))
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(concurrency=1))
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(talk.service.deliver(talk.chat, shutdown)),
    ]
    try:
        yield talk
    finally:
        shutdown.set()
        await asyncio.gather(*tasks)
        pipeline.close()


def selfie(person: str) -> bytes:
    """The selfie of a made-up person of openpeople."""
    return (_PEOPLE / person / "assets" / "amateur_selfie.jpg").read_bytes()


def pixels(message: Message) -> np.ndarray:
    """A sticker's (H, W, 4) RGBA."""
    assert message.sticker is not None, message.text
    with Image.open(io.BytesIO(message.sticker)) as image:
        return np.asarray(image.convert("RGBA"))
