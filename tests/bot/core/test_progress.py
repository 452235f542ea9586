"""How placeholders follow their jobs through the queue."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation.events import Message, Origin, PhotoSent, Who
from bot.core.language.texts import load
from bot.core.service import Service
from bot.errors import ChatRejected
from bot.settings import BotSettings
from storage import jobs
from storage.contract.jobs import Done, Job
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.bot.at_work import PHOTO, App, TroubledChat, png
from tests.patience import until

LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def seconds_between_looks(monkeypatch: pytest.MonkeyPatch) -> float:
    """Look often."""
    monkeypatch.setattr("bot.core.progress.EVERY", 0.02)
    return 0.02


async def claim(database: Database, *job_ids: UUID) -> list[Job]:
    """Begin to work on jobs."""
    async with database.transaction() as session:
        found = [await jobs.claim(session, job_id, "test", LEASE) for job_id in job_ids]
    return [job for job in found if job is not None]


async def queued(database: Database) -> list[UUID]:
    """The jobs that wait, the next first."""
    async with database.snapshot() as session:
        return [job_id for job_id, _ in await jobs.claimable(session)]


class Room:
    """A service without a worker, so that jobs go on as a test says."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.chat = TroubledChat()
        self.shutdown = asyncio.Event()
        self.number = 0

    async def photo(self, person: str) -> None:
        """Have something made for a person in a chat of their own."""
        self.number += 1
        origin = Origin(f"fake:{self.number}", Who("fake", person, "en"), person)
        await self.service.handle(PhotoSent(origin, PHOTO, "/cutout"), self.chat)

    def texts(self, person: str) -> list[str]:
        """What stands in a person's chat."""
        return [message.text for message in self.chat.shown(person)]


@pytest.fixture
async def room(
    database: Database, queue: Queue, vault: Vault, settings: BotSettings
) -> AsyncIterator[Room]:
    room = Room(Service(database, vault, queue, load(), settings))
    delivering = asyncio.create_task(room.service.deliver(room.chat, room.shutdown))
    yield room
    room.shutdown.set()
    await delivering


async def test_one_persons_slow_chat_stops_nobodys_progress(database: Database, room: Room) -> None:
    """While an edit for one hangs, the others' placeholders go on."""
    stuck, slow = asyncio.Event(), asyncio.Event()
    edit = room.chat.edit

    async def hang(chat: str, reference: str, message: Message, once: str = "") -> str:
        if chat == "ann":
            stuck.set()
            await slow.wait()
        return await edit(chat, reference, message, once)

    room.chat.edit = hang  # type: ignore[method-assign]
    for person in ("ann", "ann", "bob", "bob"):
        await room.photo(person)
    assert all("Queued" in room.texts(person)[1] for person in ("ann", "bob"))
    await claim(database, *(await queued(database))[:3])
    async with patience.limit():
        await stuck.wait()
    await claim(database, *await queued(database))
    await until(lambda: "Working" in room.texts("bob")[1])
    assert "Queued" in room.texts("ann")[1]
    slow.set()
    await until(lambda: "Working" in room.texts("ann")[1])


async def test_a_placeholder_says_how_far_its_job_is(database: Database, room: Room) -> None:
    """A worker's word is shown when it is worth an edit; another attempt takes nothing back."""
    await room.photo("ann")
    (job,) = await claim(database, *await queued(database))

    async def tell(share: float) -> None:
        async with database.transaction() as session:
            assert await jobs.renew(session, job, LEASE, share)

    await tell(0.42)
    await until(lambda: "42%" in room.texts("ann")[0])
    await tell(0.45)
    await tell(0.0)
    await tell(0.81)
    await until(lambda: "81%" in room.texts("ann")[0])
    async with database.transaction() as session:
        assert await jobs.release(session, job)
    (again,) = await claim(database, job.id)
    assert again.detail == {}
    assert "81%" in room.texts("ann")[0]


async def test_a_place_never_grows(
    database: Database, vault: Vault, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is let in before changes nothing on the screen; going on does."""
    looks: list[dict[UUID, int]] = []
    places = jobs.places

    async def seen(session: AsyncSession, job_ids: Collection[UUID]) -> dict[UUID, int]:
        looks.append(await places(session, job_ids))
        return looks[-1]

    monkeypatch.setattr(jobs, "places", seen)
    for _ in range(3):
        await room.photo("ann")
    third = room.texts("ann")[2]
    assert "3" in third
    await room.photo("bob")
    await until(lambda: looks and 4 in looks[-1].values())
    before = len(looks)
    await until(lambda: len(looks) > before)
    assert room.texts("ann")[2] == third
    for job in await claim(database, *(await queued(database))[:2]):
        async with database.transaction() as session:
            await jobs.finish(session, vault, job, Done(png()))
    await until(lambda: "2" in room.texts("ann")[2])
    assert not any("4" in call for call in room.chat.calls)


async def test_a_job_tried_again_stays_at_work_on_the_screen(
    database: Database, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that gave it back puts nobody back into the queue's words."""
    looks: list[dict[UUID, int]] = []
    places = jobs.places

    async def seen(session: AsyncSession, job_ids: Collection[UUID]) -> dict[UUID, int]:
        looks.append(await places(session, job_ids))
        return looks[-1]

    for _ in range(2):
        await room.photo("ann")
    _, late = await queued(database)
    (job,) = await claim(database, late)
    await until(lambda: "Working" in room.texts("ann")[1])
    monkeypatch.setattr(jobs, "places", seen)
    async with database.transaction() as session:
        assert await jobs.release(session, job)
    await until(lambda: looks and looks[-1].get(late) == 2)
    before = len(looks)
    await until(lambda: len(looks) > before)
    assert "Working" in room.texts("ann")[1]


@pytest.mark.parametrize("problem", [ChatRejected("too old"), RuntimeError("a bug")], ids=str)
async def test_a_placeholder_that_cannot_be_changed_is_left_alone(
    database: Database,
    queue: Queue,
    vault: Vault,
    room: Room,
    problem: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its job goes on, and its sticker comes; a bug is logged."""
    await room.photo("ann")
    room.chat.troubles = [problem]
    (job,) = await claim(database, *await queued(database))
    await until(lambda: not room.chat.troubles)
    async with database.transaction() as session:
        delivery = await jobs.finish(session, vault, job, Done(png()))
    assert delivery is not None
    await queue.enqueue("delivery.fake", delivery)
    await until(lambda: room.chat.stickers("ann"))
    assert len(room.chat.shown("ann")) == 1
    bugs = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(bugs) == isinstance(problem, RuntimeError)


async def test_a_look_that_fails_is_followed_by_the_next(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that hiccups costs one look."""
    troubles = [OSError("away")]
    places = jobs.places

    async def seen(session: AsyncSession, job_ids: Collection[UUID]) -> dict[UUID, int]:
        if troubles:
            raise troubles.pop()
        return await places(session, job_ids)

    monkeypatch.setattr(jobs, "places", seen)
    app.pipeline.gate.clear()
    for _ in range(2):
        await app.photo()
    await until(lambda: any("edit" in call and "Working" in call for call in app.chat.calls))
    assert not troubles
    app.pipeline.gate.set()
    await app.all_done()
