"""The worker: every job ends once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import deliveries, jobs, people, workers
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, JobState, NewJob, Outcome
from storage.database import Database
from storage.models import JobRow, PhotoRow
from storage.people import Person
from storage.queue import Queue
from storage.vault import Vault
from tests import patience
from tests.rows import add_photo

Run = Callable[[Job, Photos], Awaitable[Outcome]]


class Scripted(Pipeline):
    """A pipeline that does what a test says."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.jobs: list[Job] = []
        self.photos: set[UUID] = set()
        self.told: Told = untold
        self.emptied = asyncio.Event()

    @property
    def held(self) -> frozenset[UUID]:
        return frozenset(self.photos)

    def forget(self, photo_id: UUID) -> None:
        self.photos.discard(photo_id)
        self.emptied.set()

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        self.jobs.append(job)
        self.told = told
        if job.photo_id is not None:
            self.photos.add(job.photo_id)
        return await self._run(job, photos)


async def sent(job: Job, photos: Photos) -> bytes:
    """Read a job's photo."""
    assert job.photo_id is not None
    photo, _ = await photos.read(job.photo_id)
    return photo


async def echo(job: Job, photos: Photos) -> Outcome:
    """Show the photo backwards and tell its report, or leave one."""
    assert job.photo_id is not None
    photo, report = await photos.read(job.photo_id)
    if report is None:
        photos.keep(b"one face")
    return Done(photo[::-1], {"report": report.decode() if report else None})


class Room:
    """A database with a person and a worker beside it, and the chat that gets the deliveries."""

    def __init__(self, database: Database, vault: Vault, queue: Queue, ada: Person) -> None:
        self.database, self.vault, self.queue, self.ada = database, vault, queue, ada
        self.shown: asyncio.Queue[tuple[UUID, Outcome]] = asyncio.Queue()
        self.workers: list[Worker] = []

    async def ask(self, photo: bytes = b"selfie", keep: float = 3600, send: bool = True) -> Job:
        async with self.database.transaction() as session:
            photo_id = await add_photo(
                session, self.vault, self.ada.id, photo, timedelta(seconds=keep)
            )
        return await self.ask_again(photo_id, send)

    async def ask_again(
        self,
        photo_id: UUID | None,
        send: bool = True,
        second_photo_id: UUID | None = None,
        avatar: Mapping[str, object] | None = None,
    ) -> Job:
        new = NewJob(self.ada.id, photo_id, "cutout", (), "test", "room")
        new = replace(new, second_photo_id=second_photo_id, avatar=avatar)
        async with self.database.transaction() as session:
            job = await jobs.add(session, new, None, self.vault)
        if send:
            await self.queue.enqueue("jobs", job.id, job.priority)
        return job

    async def guest(self, name: str) -> "Room":
        """Let somebody else ask beside her."""
        async with self.database.transaction() as session:
            person = await people.find_or_add(session, self.vault, "test", name, None)
        return Room(self.database, self.vault, self.queue, person)

    async def read(self, job: Job) -> Job:
        async with self.database.snapshot() as session:
            return await jobs.read(session, job.id)

    async def heard_of(self) -> bool:
        async with self.database.snapshot() as session:
            return bool(await workers.last_beats(session))

    async def lease(self, job: Job) -> datetime | None:
        async with self.database.snapshot() as session:
            return await session.scalar(select(JobRow.lease_until).where(JobRow.id == job.id))

    async def answer(self) -> tuple[UUID, Outcome]:
        async with patience.limit():
            return await self.shown.get()

    @asynccontextmanager
    async def working(
        self, run: Run = echo, lease: float = 30.0, concurrency: int = 2
    ) -> AsyncIterator[Scripted]:
        """Let a worker work and a chat show; at the end stop both gracefully."""
        pipeline = Scripted(run)
        settings = InferenceSettings(concurrency=concurrency, lease_seconds=lease)
        worker = Worker(self.database, self.vault, self.queue, pipeline, settings)
        shutdown = asyncio.Event()
        tasks = [
            asyncio.create_task(worker.run(shutdown)),
            asyncio.create_task(self.queue.serve("delivery.test", self._show, 2, shutdown)),
        ]
        try:
            yield pipeline
        finally:
            shutdown.set()
            async with patience.limit():
                await asyncio.gather(*tasks)

    async def _show(self, delivery_id: UUID) -> None:
        async with self.database.transaction() as session:
            delivery = await deliveries.take(session, self.vault, delivery_id)
            if delivery and await deliveries.finish(session, delivery_id, "message"):
                self.shown.put_nowait((delivery.job.id, delivery.outcome))


@pytest.fixture
async def room(database: Database, vault: Vault, queue: Queue) -> Room:
    """Somewhere to ask for stickers."""
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "test", "ada", None)
    return Room(database, vault, queue, ada)


async def test_a_photo_becomes_a_delivery(room: Room) -> None:
    """Photo in, picture out; the report is kept and given to the next job of the same photo."""
    async with room.working():
        first = await room.ask(b"abc")
        assert await room.answer() == (first.id, Done(b"cba", {"report": None}))
        second = await room.ask_again(first.photo_id)
        assert await room.answer() == (second.id, Done(b"cba", {"report": "one face"}))
    ended = await room.read(first)
    assert (ended.state, ended.attempts) == (JobState.DONE, 1)
    assert ended.started is not None
    assert ended.ended is not None
    assert ended.created <= ended.started <= ended.ended


async def test_a_second_picture_reaches_the_pipeline_while_it_is_kept(room: Room) -> None:
    """A job may name another photo; once that has expired, the failure says which is missing."""

    async def both(job: Job, photos: Photos) -> Outcome:
        if job.second_photo_id is None:
            return await echo(job, photos)
        second, _ = await photos.read(job.second_photo_id)
        return Done(await sent(job, photos) + second)

    async with room.working(both):
        selfie = await room.ask(b"abc")
        await room.answer()
        painting = await room.ask(b"wave")
        await room.answer()
        await room.ask_again(selfie.photo_id, second_photo_id=painting.photo_id)
        assert (await room.answer())[1] == Done(b"abcwave")
        faded = await room.ask(b"gone", keep=-1, send=False)
        late = await room.ask_again(selfie.photo_id, second_photo_id=faded.photo_id)
        expired = Failed(Failure.PHOTO_EXPIRED, {"picture": True})
        assert await room.answer() == (late.id, expired)


async def test_an_avatar_is_drawn_after_its_photo_expired(room: Room) -> None:
    """A job with an avatar reads no photo, whether it names one or none."""
    avatar = {"style": "cat"}
    over = timedelta(seconds=-1)
    async with room.database.transaction() as session:
        faded = await add_photo(session, room.vault, room.ada.id, b"gone", over)

    async def draw(job: Job, _: Photos) -> Outcome:
        return Done(repr(job.avatar).encode())

    async with room.working(draw) as pipeline:
        for photo_id in (faded, None):
            job = await room.ask_again(photo_id, avatar=avatar)
            assert await room.answer() == (job.id, Done(repr(avatar).encode()))
        assert [job.avatar for job in pipeline.jobs] == [avatar, avatar]


async def test_a_failure_is_delivered_with_its_code(room: Room) -> None:
    """What the person can mend reaches them as a code, at the first attempt."""

    async def two_faces(*_: object) -> Outcome:
        return Failed(Failure.TOO_MANY_FACES, {"faces": 2}, b"numbered")

    async with room.working(two_faces):
        job = await room.ask()
        outcome = (await room.answer())[1]
    assert outcome == Failed(Failure.TOO_MANY_FACES, {"faces": 2}, b"numbered")
    assert (await room.read(job)).attempts == 1


async def test_an_expired_photo_ends_as_such(room: Room) -> None:
    """The pipeline is not even asked."""
    async with room.working() as pipeline:
        await room.ask(keep=-1)
        assert (await room.answer())[1] == Failed(Failure.PHOTO_EXPIRED)
    assert pipeline.jobs == []


async def test_who_floods_leaves_places_for_others(room: Room) -> None:
    """One person's jobs take half of the places; those that wait aside all end, too."""
    bob = await room.guest("bob")
    gate, at_work, most = asyncio.Event(), 0, 0

    async def held(job: Job, photos: Photos) -> Outcome:
        nonlocal at_work, most
        if job.person_id == bob.ada.id:
            return await echo(job, photos)
        at_work += 1
        most = max(most, at_work)
        await gate.wait()
        at_work -= 1
        return await echo(job, photos)

    async with room.working(held, concurrency=4) as pipeline:
        flood = [await room.ask() for _ in range(6)]
        await patience.until(lambda: len(pipeline.jobs) == 2)
        only = await bob.ask()
        assert (await room.answer())[0] == only.id
        gate.set()
        answered = {(await room.answer())[0] for _ in flood}
    assert answered == {job.id for job in flood}
    assert most == 2
    assert [(await room.read(job)).attempts for job in flood] == [1] * 6


async def test_a_photo_is_read_beside_whatever_is_written(room: Room) -> None:
    """A pipeline that needs a photo gets it while somebody else's transaction is open."""

    async def beside(job: Job, photos: Photos) -> Outcome:
        async with room.database.transaction() as session:
            await session.execute(update(PhotoRow).values(created=PhotoRow.created))
            return await echo(job, photos)

    async with room.working(beside, concurrency=1):
        await room.ask(b"abc")
        assert (await room.answer())[1] == Done(b"cba", {"report": None})


async def test_a_photo_that_nobody_asks_for_is_not_read(room: Room) -> None:
    """A pipeline that holds the portrait has nothing fetched, nothing unsealed."""
    job = await room.ask(b"abc", send=False)
    async with room.database.transaction() as session:
        await session.execute(update(PhotoRow).values(sealed=b"nobody can open this"))

    async def known(*_: object) -> Outcome:
        return Done(b"from memory")

    async with room.working(known):
        assert await room.answer() == (job.id, Done(b"from memory"))


async def test_a_photo_that_goes_while_its_job_runs_ends_as_expired(room: Room) -> None:
    """Between the claim and the reading somebody may have erased it."""

    async def slow(job: Job, photos: Photos) -> Outcome:
        async with room.database.transaction() as session:
            await session.execute(update(PhotoRow).values(expires=PhotoRow.created))
        return await echo(job, photos)

    async with room.working(slow) as pipeline:
        await room.ask()
        assert (await room.answer())[1] == Failed(Failure.PHOTO_EXPIRED)
    assert len(pipeline.jobs) == 1


async def test_a_bug_gets_five_attempts(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    """Then the person hears that we gave up; the log tells where, not what."""

    async def bug(*_: object) -> Outcome:
        raise ZeroDivisionError("her secret")

    async with room.working(bug) as pipeline:
        await room.ask()
        assert (await room.answer())[1] == Failed(Failure.GAVE_UP)
    assert [job.attempts for job in pipeline.jobs] == [1, 2, 3, 4, 5]
    assert "ZeroDivisionError at" in caplog.text
    assert "her secret" not in caplog.text


async def test_a_fault_that_passes_is_survived(room: Room) -> None:
    """The second attempt's answer counts."""

    async def flaky(job: Job, photos: Photos) -> Outcome:
        if job.attempts == 1:
            raise OSError
        return await echo(job, photos)

    async with room.working(flaky):
        await room.ask(b"ab")
        outcome = (await room.answer())[1]
    assert isinstance(outcome, Done)
    assert outcome.picture == b"ba"


async def test_work_left_by_the_dead_is_found_at_start(room: Room) -> None:
    """Rows whose message was lost, leases that ran out, used-up jobs and undelivered answers."""
    lost = await room.ask(b"lost", send=False)
    held = await room.ask(b"held", send=False)
    used_up = await room.ask(b"used up", send=False)
    ended = await room.ask(b"ended", send=False)
    async with room.database.transaction() as session:
        over = timedelta(seconds=-1)
        assert await jobs.claim(session, held.id, "dead", over)
        for _ in range(jobs.MAX_ATTEMPTS):
            assert await jobs.claim(session, used_up.id, "dead", over)
        claimed = await jobs.claim(session, ended.id, "dead", over)
        assert claimed is not None
        await jobs.finish(session, room.vault, claimed, Done(b"ended before"))
    async with room.working():
        answers = dict([await room.answer() for _ in range(4)])
    assert answers == {
        lost.id: Done(b"tsol", {"report": None}),
        held.id: Done(b"dleh", {"report": None}),
        used_up.id: Failed(Failure.GAVE_UP),
        ended.id: Done(b"ended before"),
    }


async def test_a_long_job_keeps_its_lease(room: Room) -> None:
    """A job that takes several leases' time runs once."""

    async def slow(job: Job, photos: Photos) -> Outcome:
        async with patience.limit():
            leases = {await room.lease(job)}
            while len(leases) < 4:  # renewed three times
                await asyncio.sleep(0.05)
                leases.add(await room.lease(job))
        return await echo(job, photos)

    async with room.working(slow, lease=0.5) as pipeline:
        await room.ask(b"ab")
        assert isinstance((await room.answer())[1], Done)
    assert len(pipeline.jobs) == 1


async def test_a_job_says_how_far_it_is(room: Room) -> None:
    """What a thread says goes into the row with the lease, and is gone with the job's end."""

    async def half(job: Job, photos: Photos) -> Outcome:
        pipeline.told(0.5)
        shown = None
        async with patience.limit():
            while shown != 0.5:
                await asyncio.sleep(0.02)
                shown = await share(job.id)
        return await echo(job, photos)

    async def share(job_id: UUID) -> float | None:
        async with room.database.snapshot() as session:
            return (await jobs.shares(session, [job_id])).get(job_id)

    async with room.working(half, lease=0.5) as pipeline:
        await room.ask(b"ab")
        job_id, outcome = await room.answer()
    assert isinstance(outcome, Done)
    assert await share(job_id) is None
    async with room.database.snapshot() as session:
        assert (await jobs.read(session, job_id)).detail == {}


async def test_a_cancelled_job_is_interrupted(room: Room) -> None:
    """Cancelling a running job stops its work and delivers nothing; others go on."""
    started, interrupted = asyncio.Event(), asyncio.Event()

    async def stuck(job: Job, photos: Photos) -> Outcome:
        if await sent(job, photos) == b"stuck":
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                interrupted.set()
        return await echo(job, photos)

    async with room.working(stuck, concurrency=1):
        job = await room.ask(b"stuck")
        await started.wait()
        async with room.database.transaction() as session:
            assert await jobs.cancel(session, job.id)
        await room.queue.cancel(job.id)
        async with patience.limit():
            await interrupted.wait()
        other = await room.ask(b"other")
        assert (await room.answer())[0] == other.id
    assert (await room.read(job)).state is JobState.CANCELLED


async def test_the_forgotten_are_worked_for_no_longer(room: Room) -> None:
    """When a person is erased while their job runs, the worker notices and writes nothing."""
    started, interrupted = asyncio.Event(), asyncio.Event()

    async def stuck(*_: object) -> Outcome:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            interrupted.set()
        return Done(b"")

    async with room.working(stuck, lease=0.6):
        await room.ask()
        await started.wait()
        await people.forget(room.database, room.vault, room.ada.id)
        async with patience.limit():
            await interrupted.wait()
    assert room.shown.empty()


async def test_stopping_finishes_what_runs(room: Room) -> None:
    """A job at work when the shutdown comes is ended and its answer is there for the next."""
    started = asyncio.Event()

    async def slow(job: Job, photos: Photos) -> Outcome:
        started.set()
        await asyncio.sleep(0.3)
        return await echo(job, photos)

    async with room.working(slow):
        job = await room.ask()
        await started.wait()
    assert (await room.read(job)).state is JobState.DONE
    if room.shown.empty():
        async with room.working():
            await room.answer()


async def test_photos_past_their_time_are_swept(room: Room) -> None:
    """A worker erases them by itself."""
    job = await room.ask(keep=-1, send=False)
    async with room.database.transaction() as session:
        await jobs.cancel(session, job.id)
    async with room.working(), patience.limit():
        while True:
            async with room.database.transaction() as session:
                if await session.get(PhotoRow, job.photo_id) is None:
                    break
            await asyncio.sleep(0.05)


async def test_memory_forgets_erased_photos(room: Room) -> None:
    """What a pipeline holds of a photo goes when its person had everything erased."""
    async with room.working(lease=0.3) as pipeline:
        job = await room.ask()
        await room.answer()
        assert pipeline.held == {job.photo_id}
        await people.forget(room.database, room.vault, room.ada.id)
        async with patience.limit():
            await pipeline.emptied.wait()
        assert not pipeline.held


async def test_a_worker_is_heard_of_while_it_works(room: Room) -> None:
    """Its row comes with its start and goes with its stop."""
    async with room.working():
        await patience.until(room.heard_of)
    assert not await room.heard_of()
