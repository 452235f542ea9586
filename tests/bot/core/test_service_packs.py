"""Packs through the whole service."""

import asyncio
import io
import json
import zipfile
from collections.abc import Awaitable, Callable

from bot.core.conversation.events import Message
from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from bot.stickers import suffix
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import jobs, packs, people
from storage.contract.jobs import Done, Job
from storage.contract.kinds import MOOD
from storage.contract.packs import NewSticker, Origin, Pack
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import App, ScriptedPipeline, TroubledChat, png
from tests.bot.filming import film

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


async def test_a_mixed_pack_goes_to_whatsapp_in_two_files(app: App) -> None:
    """What stands and what moves come apart; what is too little for a pack is told of."""
    await fill(app, stills=3, films=4)
    await app.say("/pack whatsapp")  # its stickers are not at hand: it is shown first
    await app.say("/pack whatsapp")
    still, moving = documents(app)
    assert [suffix(one.document or b"") for one in (still, moving)] == ["wastickers"] * 2
    assert (still.name, moving.name) == ("Ada-Co", "Ada-Co-moving")
    for one, count in ((still, 3), (moving, 4)):
        assert f"{count} stickers" in one.text
        with zipfile.ZipFile(io.BytesIO(one.document or b"")) as file:
            assert sum(name.endswith(".webp") for name in file.namelist()) == count
            assert {"title.txt", "author.txt", "tray.png"} <= set(file.namelist())


async def test_what_is_too_little_for_whatsapp_is_told_of(app: App) -> None:
    """Two films beside three stills: one file, and a sentence about the two."""
    await fill(app, stills=3, films=2)
    await app.say("/pack")
    await app.say("/pack wastickers")
    assert len(documents(app)) == 1
    told = load().get("en", "pack.left_out", title="Ada & Co", count=2)
    assert app.chat.shown()[-1].text == told


async def test_the_zip_of_a_pack_leads_to_the_other_forms(app: App) -> None:
    """Below the ZIP stands a button for Signal: one folder of all, with its emoji."""
    await fill(app, stills=2, films=1)
    await app.say("/pack")
    await app.press(app.press_value("ZIP"))
    await app.press(app.press_value("Signal"))
    *_, signal = documents(app)
    assert signal.name == "Ada-Co-signal"
    with zipfile.ZipFile(io.BytesIO(signal.document or b"")) as file:
        assert len(json.loads(file.read("Ada-Co/emoji.txt"))) == 3


async def fill(app: App, stills: int, films: int) -> None:
    """Put stickers into a new pack of the person's."""
    moving = film(6)
    async with app.database.transaction() as session:
        person = await people.find_or_add(session, app.vault, "fake", "ann", "en")
        pack = await packs.create(session, app.vault, person.id, "Ada & Co")
        for number in range(stills + films):
            picture = moving if number >= stills else png("blue")
            new = NewSticker(person.id, picture, number >= stills, Origin("mood"), ("🎉",))
            await packs.add(session, app.vault, pack.id, new)


def documents(app: App) -> list[Message]:
    """Return the files that were handed over."""
    return [one for one in app.chat.shown() if one.document is not None]


async def only_pack(app: App) -> Pack:
    """Return the person's pack."""
    async with app.database.snapshot() as session:
        person = await people.find(session, "fake", "ann")
        assert person is not None
        (pack,) = await packs.of_account(session, app.vault, person.id)
    return pack
