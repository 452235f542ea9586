"""Painting from a second picture: real rows on both databases, the real worker and models."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
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
from storage import photos
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience

pytestmark = pytest.mark.slow

PEOPLE = Path(openpeople.__file__).parent / "data" / "curated"
SELFIE = PEOPLE / "P008" / "assets" / "amateur_selfie.jpg"
ANN = Who("fake", "ann", "en")


def painting() -> bytes:
    """Draw short strokes along waves, in four colours: a picture without any face."""
    strokes = np.random.default_rng(3)
    canvas = np.full((480, 640, 3), (40, 110, 200), np.uint8)
    colours = ((60, 200, 240), (140, 60, 30), (60, 80, 210), (210, 235, 245))
    for x, y, colour in strokes.integers((0, 0, 0), (640, 480, 4), (700, 3)):
        angle = np.sin(x / 80)
        end = (int(x + 36 * np.cos(angle)), int(y + 36 * np.sin(angle)))
        cv2.line(canvas, (int(x), int(y)), end, colours[colour], 7, cv2.LINE_AA)
    return cv2.imencode(".png", canvas)[1].tobytes()


def pixels(message: Message) -> np.ndarray:
    assert message.sticker is not None, message.text
    with Image.open(io.BytesIO(message.sticker)) as image:
        return np.asarray(image.convert("RGBA"), np.float32)


async def test_a_selfie_is_painted_like_a_picture(
    database: Database, vault: Vault, queue: Queue
) -> None:
    """The picture is asked for, lends its style while it is kept, and expires like a photo."""
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

    async def tell(make: type[PhotoSent] | type[CommandGiven], *what: bytes | str) -> Message:
        """Do something; return the newest message once nothing is busy any more."""
        nonlocal number
        number += 1
        event: Event = make(Origin(f"fake:{number}", ANN, "room"), *what)  # type: ignore[arg-type]
        await service.handle(event, chat)
        async with patience.limit():
            while True:
                shown = list(chat.messages["room"].values())
                if not any(message.busy for message in shown):
                    return shown[-1]
                await asyncio.sleep(0.05)

    try:
        plain = pixels(await tell(PhotoSent, SELFIE.read_bytes(), "/cutout"))
        asked = await tell(CommandGiven, "/paint 0.8")
        assert asked.text == load().get("en", "say.send_picture")
        painted = pixels(await tell(PhotoSent, painting()))
        assert painted.shape[2] == plain.shape[2]
        inside = painted[..., 3] > 250
        assert 0.1 < inside.mean() < 0.9
        colourful = np.ptp(painted[..., :3], axis=2)[inside].mean()
        assert colourful > 1.5 * np.ptp(plain[..., :3], axis=2)[plain[..., 3] > 250].mean()
        weaker = pixels(await tell(CommandGiven, "/weaker"))
        assert weaker.shape != painted.shape or np.abs(weaker - painted).max() > 30

        spoilt = await tell(PhotoSent, b"no picture at all", "/paint")
        assert spoilt.text == load().get("en", "failure.not_an_image")
        async with database.transaction() as session:
            await photos.expire(session, datetime.now(UTC) + timedelta(days=2))
        late = await tell(CommandGiven, "/again")
        assert late.text == load().get("en", "failure.photo_expired")
    finally:
        shutdown.set()
        await asyncio.gather(*tasks)
        pipeline.close()
