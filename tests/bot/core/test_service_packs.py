"""Packs through the whole service."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import jobs
from storage.contract.jobs import Done, Job
from storage.contract.kinds import MOOD
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import App, ScriptedPipeline, TroubledChat, png

AVATAR = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}


async def test_a_pack_comes_one_by_one(app: App) -> None:
    """Sixteen moods, more than a person may have waiting, follow one sentence in their order."""
    sheet = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
    app.pipeline.script = lambda job: Done(png(), sheet if job.kind == "mood-sheet" else AVATAR)
    await app.photo("/moods")
    await app.all_done()
    before = len(app.chat.calls)
    await app.press(app.press_value("All 16"))
    await app.all_done()
    assert [message.name for message in app.chat.stickers()] == [
        f"mood-{name}" for name in MOOD.pack
    ]
    assert app.chat.calls[before:] == [app.chat.calls[before], *["send sticker"] * 16]


async def test_a_pack_outlives_its_process(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """What was left when everything stopped is made by the process that starts next."""
    sheet = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
    chat = TroubledChat()
    pipeline = ScriptedPipeline()

    def script(job: Job) -> Done:
        if len(pipeline.seen) == 4:  # a sheet, and three of sixteen
            pipeline.gate.clear()
        return Done(png(), sheet if job.kind == "mood-sheet" else AVATAR)

    pipeline.script = script
    pipeline.gate.set()

    async def living(until: Callable[[App], Awaitable[None]]) -> None:
        """Run a process that ends without a word once ``until`` returns."""
        service = Service(database, vault, queue, load(), settings)
        worker = Worker(database, vault, queue, pipeline, InferenceSettings(_env_file=None))
        app = App(database, vault, queue, service, chat, pipeline, len(chat.calls))
        never = asyncio.Event()
        tasks = [
            asyncio.create_task(part) for part in (worker.run(never), service.deliver(chat, never))
        ]
        await until(app)
        for task in tasks:
            task.cancel()
        pipeline.gate.set()  # what runs is waited for
        await asyncio.gather(*tasks, return_exceptions=True)

    async def half(app: App) -> None:
        await app.photo("/moods")
        await app.all_done()
        await app.press(app.press_value("All 16"))
        await patience.until(lambda: len(chat.stickers()) >= 3)

    await living(half)
    assert len(chat.stickers()) < 16
    async with database.transaction() as session:
        await jobs.expire_leases(session)
    await living(App.all_done)
    named = dict.fromkeys(message.name for message in chat.stickers())
    assert list(named) == [f"mood-{name}" for name in MOOD.pack]
