"""What goes wrong on the way, and what people see of it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation.events import JobEnded, Message, PhotoSent
from bot.core.deciding import Decider
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Line
from bot.core.language.texts import load
from bot.core.service import TRIES
from bot.errors import ChatForbidden, ChatRejected, ChatUnavailable
from storage import deliveries, jobs, people, photos, results
from storage.contract.jobs import Done
from storage.database import Database
from storage.errors import PersonGone, ResultGone
from storage.photos import SealedPhoto
from storage.vault import PersonKey, Vault
from tests import patience
from tests.bot.at_work import PHOTO, SECRET, App


def words(key: str, **values: object) -> str:
    return load().get("en", key, **values)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno == logging.ERROR]


def once(problem: Exception, then: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Raise at the first call, do as always at the others."""
    troubles = [problem]

    async def call(*given: object, **named: object) -> object:
        if troubles:
            raise troubles.pop()
        return await then(*given, **named)

    return call


# --- answering ------------------------------------------------------------------------------------


async def test_jobs_do_not_end_by_events(app: App) -> None:
    """A front end that says so is wrong."""
    with pytest.raises(TypeError, match="deliver"):
        await app.service.handle(JobEnded(UUID(int=1), "cutout", (), None, Done(b"")), app.chat)


async def test_an_apology_that_cannot_be_said_is_no_further_fault(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug while the platform is away ends with the log."""
    monkeypatch.setattr(people, "save_conversation", once(RuntimeError(SECRET), people.read))
    app.chat.troubles = [ChatUnavailable("502")]
    await app.say("/start")
    assert app.chat.shown() == []
    assert [one.partition(":")[0] for one in errors(caplog)] == ["could not answer an update"]
    assert SECRET not in caplog.text


async def test_an_answer_outlasts_the_tries_of_its_turn(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that stays away gets it as a delivery, once it is back."""
    monkeypatch.setattr("bot.core.delivering.LONGEST_WAIT", 0.01)
    monkeypatch.setattr("bot.core.service.LONGEST_DELAY", 0.01)
    app.chat.troubles = [ChatUnavailable("502", retry_after=9.0) for _ in range(TRIES + 1)]
    await app.say("/start")
    assert app.chat.shown() == []
    await app.all_done()
    assert [one.text for one in app.chat.shown()] == [
        words("say.welcome", example="/expression smile 0.8")
    ]


async def test_words_that_are_refused_are_tried_again(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """What the platform does not take of ours is our fault, and logged as that."""
    app.chat.troubles = [ChatRejected("can't parse entities")]
    await app.say("/start")
    await app.all_done()
    assert len(app.chat.shown()) == 1
    assert [one.partition(":")[0] for one in errors(caplog)] == ["could not deliver to fake"]


async def test_an_apology_in_a_closed_chat_is_let_be(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was refused at each attempt cannot even be apologised for."""
    caplog.set_level(logging.INFO, "bot")
    monkeypatch.setattr("bot.core.service.MISTAKES", 1)
    app.chat.troubles = [RuntimeError("a bug"), ChatForbidden()]
    await app.say("/start")
    await app.all_done()
    assert app.chat.shown() == []
    assert any("does not take an apology" in line for line in caplog.messages)


async def test_placeholders_that_stand_are_kept_when_the_next_is_refused(app: App) -> None:
    """Their stickers find them all the same."""
    app.pipeline.gate.clear()
    app.chat.troubles = [None, ChatRejected("no")]
    await app.photo()
    placeholder = next(iter(app.chat.messages["room"]))
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.messages["room"][placeholder].name == "cutout"


async def test_a_message_that_cannot_be_taken_away_stays(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither changed nor removed, it is followed by its sticker."""

    async def refuse(*_: object) -> None:
        raise ChatRejected("message can't be deleted")

    caplog.set_level(logging.INFO, "bot")
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    monkeypatch.setattr(app.chat, "remove", refuse)
    app.chat.troubles = [ChatRejected("message can't be edited")]
    app.pipeline.gate.set()
    await app.all_done()
    placeholder, sticker = app.chat.shown()
    assert (placeholder.busy, sticker.name) == (True, "cutout")
    assert any("could not take a message away" in line for line in caplog.messages)


# --- rows that are gone ---------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["/undo", "/favourite"])
async def test_a_result_that_is_gone_is_told(
    app: App, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """Neither undone to nor kept, and said so."""
    await app.photo("/cutout")
    await app.all_done()
    await app.say("/emoji")
    await app.all_done()

    async def gone(_: AsyncSession, *__: object) -> None:
        raise ResultGone

    monkeypatch.setattr(results, "read", gone)
    monkeypatch.setattr("storage.favourites.add", gone)
    await app.say(line)
    assert app.chat.shown()[-1].text == words("say.result_gone")


async def test_a_job_that_is_gone_can_be_cancelled(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are."""
    app.pipeline.gate.clear()
    await app.photo()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "read", once(LookupError(), jobs.read))
        await app.say("/cancel")
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.shown()[-1].text == words("say.cancelled", count=3) or app.chat.stickers()
    assert len(app.chat.stickers()) == 1


async def test_a_sticker_erased_before_it_could_be_shown_is_told_of(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that waits for the platform keeps no copy of it."""
    await app.photo("/cutout")
    await app.all_done()
    await app.say("/emoji")
    await app.all_done()
    read, reads = results.read, []

    async def then_gone(session: AsyncSession, vault: Vault, job_id: UUID) -> Done:
        reads.append(job_id)
        if len(reads) > 1:
            raise ResultGone
        return await read(session, vault, job_id)

    monkeypatch.setattr("bot.core.delivering.LONGEST_WAIT", 0.01)
    monkeypatch.setattr("bot.core.service.LONGEST_DELAY", 0.01)
    monkeypatch.setattr(results, "read", then_gone)
    app.chat.troubles = [ChatUnavailable("502", retry_after=9.0) for _ in range(TRIES)]
    await app.say("/undo")
    await app.all_done()
    assert app.chat.shown()[-1].text == words("say.result_gone")


async def test_a_job_that_is_gone_needs_no_placeholder(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that may stand already is not sent again for it."""
    app.pipeline.gate.clear()
    app.chat.troubles = [ChatUnavailable("502", retry_after=0.01)]
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "read", once(LookupError(), jobs.read))
        await app.photo("/cutout")
    assert app.chat.shown() == []
    app.pipeline.gate.set()
    await app.all_done()
    assert len(app.chat.stickers()) == len(app.chat.shown()) == 1


# --- delivering -----------------------------------------------------------------------------------


async def test_what_is_made_for_the_forgotten_goes_nowhere(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person forgotten while their sticker was taken up is shown nothing more."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    monkeypatch.setattr(people, "read", once(PersonGone(), people.read))
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.stickers() == []


async def test_a_bug_while_delivering_costs_an_attempt(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged without its words, and the sticker comes."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    decide = Decider.plan_of
    with monkeypatch.context() as patch:
        patch.setattr(Decider, "plan_of", once(RuntimeError(SECRET), decide))
        app.pipeline.gate.set()
        await app.all_done()
    assert len(app.chat.stickers()) == 1
    assert [one.partition(":")[0] for one in errors(caplog)] == ["could not deliver to fake"]
    assert SECRET not in caplog.text


async def test_a_chat_that_closes_under_its_sticker_is_left(app: App) -> None:
    """Blocked while the sticker was on its way: nobody is told, nothing waits."""
    app.pipeline.gate.clear()
    await app.photo("/cutout")
    app.chat.troubles = [ChatRejected("gone"), ChatForbidden()]
    app.pipeline.gate.set()
    await app.all_done()
    assert app.chat.stickers() == []


async def test_a_platform_that_never_comes_back_is_given_up(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After its last attempt a delivery waits for it no longer."""
    monkeypatch.setattr("bot.core.delivering.LONGEST_WAIT", 0.01)
    monkeypatch.setattr("bot.core.service.MISTAKES", 1)
    monkeypatch.setattr(deliveries, "MAX_ATTEMPTS", 1)
    app.chat.troubles = [ChatUnavailable("502", retry_after=9.0) for _ in range(TRIES)]
    await app.say("/start")
    await app.all_done()
    assert [one.text for one in app.chat.shown()] == [words("say.unexpected")]
    assert [one.partition(":")[0] for one in errors(caplog)] == ["could not deliver to fake"]


async def test_looking_for_lost_deliveries_goes_on_after_a_fault(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that hiccups costs one look."""
    asked = asyncio.Event()
    pending = deliveries.pending

    async def look(session: AsyncSession, platform: str | None = None) -> list[UUID]:
        asked.set()
        return await pending(session, platform)

    monkeypatch.setattr("bot.core.service.RECHECK", 0.01)
    monkeypatch.setattr(deliveries, "pending", once(OSError("away"), look))
    shutdown = asyncio.Event()
    delivering = asyncio.create_task(app.service.deliver(app.chat, shutdown))
    async with patience.limit():
        await asked.wait()
    shutdown.set()
    await delivering
    assert any(line.startswith("upkeep failed") for line in caplog.messages)


# --- photos, captions, forgetting -----------------------------------------------------------------


async def test_photos_are_sealed_before_the_transaction(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the database while megabytes are sealed."""
    writing = ContextVar("writing", default=False)
    transaction, seal = Database.transaction, photos.seal
    sealed = []

    @asynccontextmanager
    async def noted(database: Database) -> AsyncIterator[AsyncSession]:
        async with transaction(database) as session:
            before = writing.set(True)
            try:
                yield session
            finally:
                writing.reset(before)

    def outside(key: PersonKey, person_id: UUID, data: bytes) -> SealedPhoto:
        sealed.append((data, writing.get()))
        return seal(key, person_id, data)

    app.pipeline.gate.clear()
    monkeypatch.setattr(Database, "transaction", noted)
    monkeypatch.setattr(photos, "seal", outside)
    event = PhotoSent(app.origin(), b"a painting", "/paint", b"a selfie")
    await app.service.handle(event, app.chat)
    app.pipeline.gate.set()
    await app.all_done()
    assert sealed == [(b"a painting", False), (b"a selfie", False)]
    assert [photo for _, photo in app.pipeline.seen] == [b"a selfie"]


async def test_a_person_forgotten_meanwhile_is_met_anew(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos sealed for the old key, which is gone, are sealed for the new one."""
    prepared = Decider._prepared

    async def forgotten(decider: Decider, event: PhotoSent) -> object:
        sealed = await prepared(decider, event)
        async with app.database.snapshot() as session:
            person = await people.find(session, "fake", "ann")
        assert person is not None
        await people.forget(app.database, app.vault, person.id)
        return sealed

    monkeypatch.setattr(Decider, "_prepared", forgotten)
    event = PhotoSent(app.origin(), b"a painting", "/paint", b"a selfie")
    await app.service.handle(event, app.chat)
    await app.all_done()
    assert [photo for _, photo in app.pipeline.seen] == [b"a selfie"]
    assert len(app.chat.stickers()) == 1


async def test_a_photo_that_came_before_makes_nobody_known(app: App) -> None:
    """An update sent again after forgetting leaves no row of the person."""
    event = PhotoSent(app.origin(), PHOTO, "/cutout")
    await app.service.handle(event, app.chat)
    await app.all_done()
    async with app.database.snapshot() as session:
        person = await people.find(session, "fake", "ann")
    assert person is not None
    await people.forget(app.database, app.vault, person.id)
    await app.service.handle(event, app.chat)
    async with app.database.snapshot() as session:
        assert await people.find(session, "fake", "ann") is None


@pytest.mark.parametrize("caption", ["/paint", "smile 0.8", "/nonsensical", "what a day"])
async def test_a_caption_is_read_once(
    app: App, monkeypatch: pytest.MonkeyPatch, caption: str
) -> None:
    """Whatever it asks for."""
    read = []
    parse = Grammar.parse

    def noted(grammar: Grammar, text: str) -> Line:
        read.append(text)
        return parse(grammar, text)

    monkeypatch.setattr(Grammar, "parse", noted)
    event = PhotoSent(app.origin(), PHOTO, caption, b"a selfie")
    await app.service.handle(event, app.chat)
    await app.all_done()
    assert read == [caption]


async def test_a_chat_is_emptied_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgetting clears what was shown, and then says so."""
    emptied = []
    forget, send = app.chat.forget, app.chat.send

    async def noted(chat: str) -> None:
        emptied.append(chat)
        await forget(chat)

    async def after(chat: str, message: Message, once: str = "") -> str:
        emptied.append("answer")
        return await send(chat, message, once)

    await app.say("/forget")
    monkeypatch.setattr(app.chat, "forget", noted)
    monkeypatch.setattr(app.chat, "send", after)
    await app.press("forget:yes")
    assert emptied == ["room", "answer"]
