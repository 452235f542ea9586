"""One's own photo found for a drawing: real rows on both databases, the real worker and models."""

import asyncio
import io
from pathlib import Path

import cv2
import numpy as np
import openpeople
import pytest
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
from tests import patience

pytestmark = pytest.mark.slow

PEOPLE = Path(openpeople.__file__).parent / "data" / "curated"
ANN = Who("fake", "ann", "en")
BEN = Who("fake", "ben", "en")


def selfie(person: str) -> bytes:
    return (PEOPLE / person / "assets" / "amateur_selfie.jpg").read_bytes()


def pixels(message: Message) -> np.ndarray:
    assert message.sticker is not None, message.text
    with Image.open(io.BytesIO(message.sticker)) as image:
        return np.asarray(image.convert("RGBA"))


def on_paper(sticker: np.ndarray) -> bytes:
    """A sticker as it looks printed: what somebody might send as a drawing of themselves."""
    alpha = sticker[..., 3:] / 255
    laid = sticker[..., :3] * alpha + 214 * (1 - alpha)
    return cv2.imencode(".png", laid[..., ::-1].astype(np.uint8))[1].tobytes()


async def test_a_drawing_brings_back_its_photo(
    database: Database, vault: Vault, queue: Queue
) -> None:
    """Among three of one's own, none of anybody else's; the chat goes on with what is found."""
    chat = FakeChat()
    service = Service(database, vault, queue, load(), BotSettings())
    pipeline = Pipeline(InferenceSettings(concurrency=1))
    worker = Worker(database, vault, queue, pipeline, InferenceSettings(concurrency=1))
    shutdown = asyncio.Event()
    tasks = [
        asyncio.create_task(worker.run(shutdown)),
        asyncio.create_task(service.deliver(chat, shutdown)),
    ]
    number = 0

    async def tell(
        who: Who, make: type[PhotoSent] | type[CommandGiven], *what: bytes | str
    ) -> list[Message]:
        """Do something; return what is new in the chat once nothing is busy any more."""
        nonlocal number
        number += 1
        room = f"room of {who.external_id}"
        before = set(chat.messages.get(room, ()))
        event: Event = make(Origin(f"fake:{number}", who, room), *what)  # type: ignore[arg-type]
        await service.handle(event, chat)
        async with patience.limit():
            while True:
                shown = chat.messages[room]
                if shown and not any(message.busy for message in shown.values()):
                    return [shown[name] for name in shown if name not in before]
                await asyncio.sleep(0.05)

    text = load()
    try:
        (drawn,) = await tell(BEN, PhotoSent, selfie("P006"), "/cartoon ink")
        drawing = on_paper(pixels(drawn))
        (none,) = await tell(ANN, PhotoSent, drawing, "/lookalike photos")
        assert none.text == text.get("en", "failure.no_other_photos")
        cut = {
            person: pixels((await tell(ANN, PhotoSent, selfie(person), "/cutout"))[0])
            for person in ("P006", "P001", "P005")
        }
        found, said = await tell(ANN, PhotoSent, drawing, "/lookalike photos")
        assert pixels(found).shape == (512, 512, 4)
        assert said.text == text.get("en", "say.photo_found")
        (again,) = await tell(ANN, CommandGiven, "/cutout")
        assert np.array_equal(pixels(again), cut["P006"])
    finally:
        shutdown.set()
        await asyncio.gather(*tasks)
        pipeline.close()
