"""Answers that a chat cannot take at once, and those found again after a stop."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.core.conversation.events import Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.service import Service
from bot.errors import ChatForbidden, ChatRejected, ChatUnavailable
from bot.settings import BotSettings
from storage import deliveries, jobs, people
from storage.contract.jobs import Done, JobState
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.bot.at_work import PHOTO, SECRET, House, TroubledChat, png


async def test_a_platform_that_is_away_gets_its_results_later(house: House) -> None:
    """Deliveries wait as long as the platform says and are not lost."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatUnavailable("429", retry_after=0.05), ChatUnavailable("503"), None]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.calls[-1] == "edit sticker"
    assert len(house.chat.shown()) == 1


async def test_an_answer_is_tried_again(house: House) -> None:
    """A short outage costs no words."""
    house.chat.troubles = [ChatUnavailable("429", retry_after=0.01), ChatUnavailable("502")]
    await house.say("/start")
    assert len(house.chat.shown()) == 1


async def test_a_closed_chat_ends_its_delivery(house: House) -> None:
    """Whoever blocked us is not tried again."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatForbidden()]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.stickers() == []


async def test_a_placeholder_that_is_gone_is_no_obstacle(house: House) -> None:
    """The sticker comes as a message of its own."""
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatRejected("message to edit not found")]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.calls[-1] == "send sticker"


async def test_a_sticker_that_is_refused_is_told(house: House) -> None:
    """Twice refused, the person hears of it in their language."""
    await house.say("/language zh")
    house.pipeline.gate.clear()
    await house.photo("/cutout")
    house.chat.troubles = [ChatRejected("no"), ChatRejected("no")]
    house.pipeline.gate.set()
    await house.all_done()
    assert house.chat.shown()[-1].text == load().get("zh-Hans", "say.not_shown")


async def test_a_placeholder_that_never_stood_is_no_obstacle(house: House) -> None:
    """The platform was away when the photo came and is back for the sticker."""
    house.chat.troubles = [ChatForbidden()]
    await house.photo("/cutout")
    await house.all_done()
    assert len(house.chat.stickers()) == 1


async def test_a_bug_is_answered_in_one_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No trace, path or token reaches the chat; the update may be sent again."""

    async def fail(*_: object) -> None:
        raise RuntimeError(f"/srv/secret {SECRET}")

    with monkeypatch.context() as patch:
        patch.setattr(people, "save_conversation", fail)
        await house.say("/start")
    assert [message.text for message in house.chat.shown()] == [load().get("en", "say.unexpected")]
    assert any(record.levelno == logging.ERROR for record in caplog.records)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  rows have no event
            await asyncio.sleep(0.01)


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.core.waiting.EVERY", 0.05)


async def test_long_waits_are_told(impatience: None, house: House) -> None:  # noqa: ARG001
    """The placeholder goes from its place in the queue to being worked on."""
    house.pipeline.gate.clear()
    for _ in range(2):
        await house.photo()
    queued = [message.text for message in house.chat.shown() if "Queued" in message.text]
    assert queued
    await until(lambda: any("edit" in call and "Working" in call for call in house.chat.calls))
    house.pipeline.gate.set()
    await house.all_done()
    assert len(house.chat.stickers()) == 6


async def test_results_made_while_we_were_away_are_brought_at_start(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """A delivery without a message in the queue is found."""
    service, chat = Service(database, vault, queue, load(), settings), TroubledChat()
    origin = Origin("fake:1", Who("fake", "ann"), "room")
    await service.handle(PhotoSent(origin, PHOTO, "/cutout"), chat)
    async with database.transaction() as session:
        (job_id,) = await jobs.unfinished(session)
        job = await jobs.claim(session, job_id, "test", timedelta(seconds=30))
        assert job is not None
        await jobs.finish(session, vault, job, Done(png()))
    shutdown = asyncio.Event()
    delivering = asyncio.create_task(service.deliver(chat, shutdown))
    await until(chat.stickers)
    shutdown.set()
    await delivering
    assert len(chat.shown()) == 1


async def test_a_delivery_repeated_shows_nothing_twice(house: House) -> None:
    """The same delivery in the queue again changes nothing."""
    await house.photo("/cutout")
    await house.all_done()
    calls = list(house.chat.calls)
    async with house.database.snapshot() as session:
        assert await deliveries.pending(session) == []
    await house.queue.enqueue("delivery.fake", await _delivery_of(house))
    await asyncio.sleep(0.1)
    assert house.chat.calls == calls


async def _delivery_of(house: House) -> UUID:
    from sqlalchemy import select

    from storage.models import DeliveryRow

    async with house.database.snapshot() as session:
        found = await session.scalar(select(DeliveryRow.id))
    return found or uuid4()


async def test_every_job_ends_done(house: House) -> None:
    """Rows agree with what was shown."""
    await house.photo()
    await house.all_done()
    async with house.database.snapshot() as session:
        assert await jobs.unfinished(session) == []
        for one in house.chat.stickers():
            value = one.buttons[0][0].value
            job = await jobs.read(session, UUID(value.partition(":")[2]))
            assert job.state is JobState.DONE
