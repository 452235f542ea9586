"""Packs through the whole service."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import jobs, packs, people
from storage.contract.jobs import Done, Job
from storage.contract.kinds import MOOD
from storage.contract.packs import Pack
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import App, ScriptedPipeline, TroubledChat, png

AVATAR = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}


async def test_a_pack_comes_one_by_one(app: App) -> None:
    """Sixteen moods, more than a person may have waiting, end in one message that shows them."""
    sheet = {**AVATAR, "names": list(MOOD.settings[:9]), "page": 1, "pages": 2}
    app.pipeline.script = lambda job: Done(png(), sheet if job.kind == "mood-sheet" else AVATAR)
    await app.photo("/moods")
    await app.all_done()
    before = len(app.chat.calls)
    await app.press(app.press_value("All 16"))
    await app.all_done()
    assert app.chat.stickers() == []
    shown = app.chat.calls[before:]  # what is coming, and the pack at its end
    assert shown == [shown[0], "send “My moods”, 16 stickers. Tap a number to change that one."]
    pack = await only_pack(app)
    assert [one.keywords for one in pack.stickers] == [("mood", name) for name in MOOD.pack]
    assert app.chat.shown()[-1].picture is not None


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

        async def some() -> bool:
            return len((await only_pack(app)).stickers) >= 3

        await patience.until(some)

    await living(half)
    async with database.transaction() as session:
        await jobs.expire_leases(session)

    async def rest(app: App) -> None:
        assert len((await only_pack(app)).stickers) < 16
        await app.all_done()
        pack = await only_pack(app)
        assert [one.keywords[-1] for one in pack.stickers] == list(MOOD.pack)

    await living(rest)


async def only_pack(app: App) -> Pack:
    """Return the person's pack."""
    async with app.database.snapshot() as session:
        person = await people.find(session, "fake", "ann")
        assert person is not None
        (pack,) = await packs.of_account(session, app.vault, person.id)
    return pack
