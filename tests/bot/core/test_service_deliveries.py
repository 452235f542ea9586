"""Answers that a chat cannot take at once, and those found again after a stop."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot.core.conversation.events import CommandGiven, Message, Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.plans import Plan, Showing, to_bytes
from bot.core.service import MISTAKES, Service
from bot.errors import ChatForbidden, ChatRejected, ChatUnavailable
from bot.settings import BotSettings
from storage import cards, deliveries, jobs, packs, people
from storage.contract.jobs import Done, JobState
from storage.database import Database
from storage.models import DeliveryRow
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import PHOTO, SECRET, App, TroubledChat, png
from tests.rows import unfinished


async def test_a_platform_that_is_away_gets_its_results_later(app: App) -> None:
    """Deliveries wait as long as the platform says and are not lost."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [ChatUnavailable("429", retry_after=0.05), ChatUnavailable("503"), None]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.calls[-1] == "edit sticker"
    assert len(app.chat.shown()) == 1


async def test_an_answer_is_tried_again(app: App) -> None:
    """A short outage costs no words."""
    app.chat.troubles = [ChatUnavailable("429", retry_after=0.01), ChatUnavailable("502")]
    await app.say("/start")
    assert len(app.chat.shown()) == 1


async def test_a_closed_chat_ends_its_delivery(app: App) -> None:
    """Whoever blocked us is not tried again."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [ChatForbidden()]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.stickers() == []


async def test_a_placeholder_that_is_gone_is_no_obstacle(app: App) -> None:
    """The sticker comes as a message of its own."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [ChatRejected("message to edit not found")]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.calls[-1] == "send sticker"


async def test_a_sticker_that_is_refused_is_told(app: App) -> None:
    """Twice refused, the person hears of it in their language."""
    await app.say("/language zh")
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [ChatRejected("no"), ChatRejected("no")]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.shown()[-1].text == load().get("zh-Hans", "say.not_shown")


async def test_a_placeholder_that_never_stood_is_no_obstacle(app: App) -> None:
    """The platform was away when the photo came and is back for the sticker."""
    app.chat.troubles = [ChatForbidden()]
    await app.photo("/cutout")
    await app.all_done()
    assert len(app.chat.stickers()) == 1


async def test_a_bug_is_answered_in_one_sentence(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No trace, path or token reaches the chat; the update may be sent again."""

    async def fail(*_: object) -> None:
        raise RuntimeError(f"/srv/secret {SECRET}")

    with monkeypatch.context() as patch:
        patch.setattr(people, "save_conversation", fail)
        await app.say("/start")
    assert [message.text for message in app.chat.shown()] == [load().get("en", "say.unexpected")]
    assert any(record.levelno == logging.ERROR for record in caplog.records)


@pytest.mark.parametrize("seconds_between_looks", [0.05])
async def test_long_waits_are_told(app: App) -> None:
    """The placeholder goes from its place in the queue to being worked on."""
    app.pipeline.gate.clear()
    for _ in range(2):
        await app.photo()
    queued = [message.text for message in app.chat.shown() if "Queued" in message.text]
    assert queued
    calls = app.chat.calls
    await patience.until(lambda: any("edit" in call and "Working" in call for call in calls))
    app.pipeline.gate.set()
    await app.all_done()
    assert len(app.chat.stickers()) == 6


async def test_results_made_while_we_were_away_are_brought_at_start(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """A delivery without a message in the queue is found."""
    service, chat = Service(database, vault, queue, load(), settings), TroubledChat()
    origin = Origin("fake:1", Who("fake", "ann"), "room")
    await service.handle(PhotoSent(origin, PHOTO, "/cutout"), chat)
    async with database.transaction() as session:
        (job_id,) = await unfinished(session)
        job = await jobs.claim(session, job_id, "test", timedelta(seconds=30))
        assert job is not None
        await jobs.finish(session, vault, job, Done(png()))
    shutdown = asyncio.Event()
    delivering = asyncio.create_task(service.deliver(chat, shutdown))
    await patience.until(chat.stickers)
    shutdown.set()
    await delivering
    assert len(chat.shown()) == 1


async def test_a_delivery_repeated_shows_nothing_twice(app: App) -> None:
    """The same delivery in the queue again changes nothing."""
    await app.photo("/cutout")
    await app.all_done()
    calls = list(app.chat.calls)
    async with app.database.snapshot() as session:
        assert await deliveries.pending(session) == []
    await app.queue.enqueue("delivery.fake", await _delivery_of(app))
    await asyncio.sleep(0.1)
    assert app.chat.calls == calls


async def _delivery_of(app: App) -> UUID:
    async with app.database.snapshot() as session:
        found = await session.scalar(select(DeliveryRow.id))
    return found or uuid4()


async def test_every_job_ends_done(app: App) -> None:
    """Rows agree with what was shown."""
    await app.photo()
    await app.all_done()
    async with app.database.snapshot() as session:
        assert await unfinished(session) == []
        for one in app.chat.stickers():
            value = one.buttons[0][0].value
            job = await jobs.read(session, UUID(value.partition(":")[2]))
            assert job.state is JobState.DONE


class CutOff(asyncio.CancelledError):
    """The process ends here, as far as the service can tell."""


@dataclass
class ResendingChat(TroubledChat):
    """A chat that puts a sticker in a text's place by sending it anew, and can be looked at."""

    cut_off_after: str = ""

    async def send(self, chat: str, message: Message, once: str = "") -> str:
        reference = await super().send(chat, message, once)
        self._cut_off("send")
        return reference

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        if message.sticker is None:
            return await super().edit(chat, reference, message, once)
        shown = await self.send(chat, message, once)
        await self.remove(chat, reference)
        self._cut_off("edit")
        return shown

    async def stands(self, chat: str, reference: str) -> bool:
        return reference in self.messages[chat]

    async def find(
        self, chat: str, after: str, known: Collection[str], message: Message
    ) -> str | None:
        del after
        for reference in self.messages.get(chat, {}).keys() - set(known):
            self.messages[chat][reference] = message
            return reference
        return None

    def _cut_off(self, call: str) -> None:
        if call == self.cut_off_after:
            self.cut_off_after = ""
            raise CutOff


async def _made(database: Database, vault: Vault) -> None:
    """End the only job as a worker would."""
    async with database.transaction() as session:
        (job_id,) = await unfinished(session)
        job = await jobs.claim(session, job_id, "test", timedelta(seconds=30))
        assert job is not None
        await jobs.finish(session, vault, job, Done(png()))


async def _deliver(service: Service, chat: TroubledChat) -> None:
    """Deliver until nothing is pending."""
    shutdown = asyncio.Event()
    delivering = asyncio.create_task(service.deliver(chat, shutdown))

    async def done() -> bool:
        async with service._database.snapshot() as session:
            return delivering.done() or not await deliveries.unfinished(session)

    await patience.until(done)
    shutdown.set()
    await delivering


ORIGIN = Origin("fake:1", Who("fake", "ann"), "room", message="0")


async def test_a_sticker_that_came_before_the_end_is_not_sent_again(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """Cut off when the placeholder had gone, the next process sees that it has."""
    chat = ResendingChat()
    first = Service(database, vault, queue, load(), settings)
    await first.handle(PhotoSent(ORIGIN, PHOTO, "/cutout"), chat)
    await _made(database, vault)
    chat.cut_off_after = "edit"
    async with database.snapshot() as session:
        (delivery,) = await deliveries.pending(session, "fake")
    with pytest.raises(CutOff):
        await first._deliver_one(delivery, chat)
    await _deliver(Service(database, vault, queue, load(), settings), chat)
    assert len(chat.stickers()) == len(chat.shown()) == 1


async def test_a_placeholder_whose_reference_was_lost_is_found(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """Cut off before the row knew of it, the placeholder is taken over rather than left behind."""
    chat = ResendingChat(cut_off_after="send")
    first = Service(database, vault, queue, load(), settings)
    with pytest.raises(CutOff):
        await first.handle(PhotoSent(ORIGIN, PHOTO, "/cutout"), chat)
    assert [message.busy for message in chat.shown()] == [True]
    second = Service(database, vault, queue, load(), settings)
    await _deliver(second, chat)
    assert [message.busy for message in chat.shown()] == [True]
    await _made(database, vault)
    await _deliver(second, chat)
    assert len(chat.stickers()) == len(chat.shown()) == 1


async def test_a_found_placeholder_whose_job_has_ended_goes(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """What it stood for comes, or came, without it."""
    chat = ResendingChat(cut_off_after="send")
    first = Service(database, vault, queue, load(), settings)
    with pytest.raises(CutOff):
        await first.handle(PhotoSent(ORIGIN, PHOTO, "/cutout"), chat)
    await _made(database, vault)
    await _deliver(Service(database, vault, queue, load(), settings), chat)
    assert len(chat.stickers()) == len(chat.shown()) == 1


async def test_words_decided_before_the_end_are_said_once_after_it(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> None:
    """Cut off before anything was shown, the same update again shows what was decided."""
    chat = ResendingChat()
    first = Service(database, vault, queue, load(), settings)
    event = CommandGiven(ORIGIN, "/start")
    assert await first._decider.answer(event) is not None
    second = Service(database, vault, queue, load(), settings)
    await second.handle(event, chat)  # its delivery may still be at work elsewhere
    await _deliver(second, chat)
    await second.handle(event, chat)
    assert len(chat.shown()) == chat.sent == 1


@dataclass
class MovingChat(TroubledChat):
    """A chat that changes a message by sending it anew and taking the old one away, if it is there.

    So does Telegram where a picture becomes a text.
    """

    async def edit(self, chat: str, reference: str, message: Message, once: str = "") -> str:
        shown = await self.send(chat, message, once)
        await self.remove(chat, reference)
        return shown


@pytest.mark.parametrize("first", [None, "0"])
async def test_a_card_shown_anew_several_times_stands_once(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings, first: str | None
) -> None:
    """Each takes the place of the one before, though all were planned when the first one stood."""
    chat = MovingChat(messages={"room": {} if first is None else {first: Message("before")}})
    async with database.transaction() as session:
        ann = await people.find_or_add(session, vault, "fake", "ann", "en")
        pack = await packs.create(session, vault, ann.id, "Ours")
        await cards.shown(session, pack.id, ann.id, "room", first)
        for text in ("one", "two", "three"):
            plan = to_bytes(Plan("en", [Showing(Message(text), first, card=pack.id)]))
            await deliveries.owe(session, vault, ann.id, "fake", "room", plan)
    await _deliver(Service(database, vault, queue, load(), settings), chat)
    (card,) = chat.shown()
    assert "“Ours”" in card.text  # as the pack is, not as each was planned
    async with database.snapshot() as session:
        stands = await cards.in_chat(session, pack.id, "room")
    assert stands is not None
    assert stands.reference in chat.messages["room"]


async def test_what_cannot_be_shown_is_given_up_with_a_sentence(app: App) -> None:
    """A bug met at each attempt ends as a dead letter, and its placeholder does not stay."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [RuntimeError("a bug")] * MISTAKES
    app.pipeline.gate.set()
    await app.all_done()
    assert [message.text for message in app.chat.shown()] == [load().get("en", "say.unexpected")]
    async with app.database.snapshot() as session:
        found = await session.scalars(select(DeliveryRow).where(DeliveryRow.job_id.is_not(None)))
        assert [(one.state, one.failure) for one in found] == [("dead", "RuntimeError")]
