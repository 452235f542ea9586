"""The web chat before the real service."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image

from bot.core.language import texts
from bot.core.service import Service
from bot.frontends.web.chat import WebChat
from bot.settings import BotSettings
from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.database import Database
from storage.queue import open_queue
from storage.vault import Vault
from tests.bot.on_the_web import SELFIE, jpeg, png, serving, visiting


class Painter(Pipeline):
    """A pipeline that paints the amount of its first setting, or refuses."""

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        del told
        assert job.photo_id is not None
        photo, _ = await photos.read(job.photo_id)
        if photo != SELFIE:
            return Failed(Failure.NO_FACE)
        amount = job.settings[0].amount if job.settings else 0.0
        return Done(png((round(100 * amount), 0, 0, 255)))


@asynccontextmanager
async def real_chat(tmp_path: Path) -> AsyncIterator[WebChat]:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'selfmoji.sqlite3'}")
    queue = await open_queue(database)
    vault = Vault(bytes(32))
    shutdown = asyncio.Event()
    worker = Worker(database, vault, queue, Painter(), InferenceSettings())
    working = asyncio.create_task(worker.run(shutdown))
    service = Service(database, vault, queue, texts.load(), BotSettings(data_dir=tmp_path))
    try:
        async with serving(service, tmp_path) as chat:
            yield chat
    finally:
        shutdown.set()
        await working
        await queue.close()
        await database.close()


async def test_selfie_becomes_three_stickers_that_a_slider_changes(tmp_path: Path) -> None:
    """Through service, queue and worker: three results, one typed, one dragged in its place."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page, page.tab() as tab:
        await page.photo()
        three = await tab.until(3)
        assert all(message["sticker"] for message in three)
        assert len({message["name"] for message in three}) == 3
        assert all(message["buttons"] for message in three)
        await page.command("/expression smile 0.8")
        smile = (await tab.until(4))[3]
        slider = smile["sliders"][0]
        assert (slider["value"], slider["low"], slider["high"]) == (0.8, -1.0, 1.0)
        await page.command(f"{slider['command']} 0.30", replaces=smile["id"])
        while tab.shown[smile["id"]]["sliders"][0]["value"] != 0.3:
            await tab.hear()
        assert len(await tab.until(4)) == 4
        answer = await page.http.get(f"{tab.shown[smile['id']]['sticker']}.png")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.getpixel((5, 5)) == (30, 0, 0, 255)


async def test_bad_photo_is_answered_with_a_sentence(tmp_path: Path) -> None:
    """A failure comes in words, once for all three results."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page, page.tab() as tab:
        await page.photo(jpeg("blue"))
        sentence = texts.load().get("en", "failure.no_face")
        while [m["text"] for m in tab.messages if m["author"] == "bot"] != [sentence]:
            await tab.hear()


async def test_person_is_found_again_and_forgotten(tmp_path: Path) -> None:
    """The cookie finds the chosen language again; /forget ends it and empties the page."""
    async with real_chat(tmp_path) as chat, visiting(chat) as page, page.tab() as tab:
        assert (await page.command("/language zh")).json() == {"reworded": True}
        assert '<html lang="zh-Hans">' in (await page.http.get("/")).text
        await page.photo()
        await tab.until(4)
        await page.command("/forget")
        question = (await tab.until(5))[-1]
        yes = question["buttons"][0][0]["value"]
        await page.choose(yes, message=question["id"])
        while len(tab.messages) != 1:
            await tab.hear()
        assert tab.messages[0]["sticker"] is None
        assert (await page.http.get("/healthz")).json()["sessions"] == 1
