"""kill -9 in the middle of a job: another worker, or the restarted one, answers exactly once."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from storage import jobs, people, results
from storage.contract.failures import Failure
from storage.contract.jobs import Job, JobState, NewJob
from storage.database import Database
from storage.models import DeliveryRow
from storage.queue import open_queue
from storage.vault import Vault
from tests import patience
from tests.rows import add_photo

VICTIM = Path(__file__).with_name("victim.py")


class Victim:
    """A worker process and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[str] = []

    async def hear(self, word: str) -> str:
        """Return the rest of its next line that begins so."""
        assert self.process.stdout is not None
        async with patience.limit():
            while line := (await self.process.stdout.readline()).decode().strip():
                self.said.append(line)
                if line.split()[0] == word:
                    return line.removeprefix(word).strip()
        raise AssertionError(f"ended without {word!r}: {self.said}")

    async def hear_out(self, seconds: float) -> None:
        """Listen on for a while, for what should not come."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                while line := await self.process.stdout.readline():
                    self.said.append(line.decode().strip())
        except TimeoutError:
            pass

    async def kill(self) -> None:
        """Kill it with -9."""
        self.process.kill()
        assert await self.process.wait() == -9

    def shown(self) -> list[str]:
        """Return the deliveries it said it finished."""
        return [line.removeprefix("shown ") for line in self.said if line.startswith("shown")]


Start = Callable[..., Awaitable[Victim]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """A function that starts a worker process and waits until it is ready."""
    started: list[Victim] = []

    async def start(url: str, *options: object) -> Victim:
        times = ("--lease", patience.stretched(1.5), "--heartbeat", patience.stretched(1.0))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(VICTIM),
            url,
            *map(str, (*times, *options)),
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": str(VICTIM.parent.parent.parent)},
        )
        started.append(Victim(process))
        await started[-1].hear("ready")
        return started[-1]

    yield start
    for victim in started:
        if victim.process.returncode is None:
            victim.process.kill()
            await victim.process.wait()


async def ask(database: Database, vault: Vault) -> Job:
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "test", "ada", None)
        photo = await add_photo(session, vault, ada.id, b"selfie", timedelta(hours=1))
        return await jobs.add(session, NewJob(ada.id, photo, "cutout", (), "test", "room"))


async def ended(database: Database, vault: Vault, job_id: UUID) -> tuple[Job, bytes, int]:
    """Return the job as it ended, its picture and how many deliveries it has."""
    async with database.snapshot() as session:
        found = await session.scalars(select(DeliveryRow).where(DeliveryRow.job_id == job_id))
        picture = (await results.read(session, vault, job_id)).picture
        return await jobs.read(session, job_id), picture, len(found.all())


@pytest.mark.slow
async def test_another_worker_finishes_what_a_killed_one_began(
    postgres_url: str, vault: Vault, start: Start
) -> None:
    """On PostgreSQL the second worker takes the job over and one answer reaches the chat."""
    database = await Database.open(postgres_url)
    queue = await open_queue(database)
    first = await start(postgres_url, "--seconds", 3600)
    job = await ask(database, vault)
    await queue.enqueue("jobs", job.id, job.priority)
    assert await first.hear("started") == f"{job.id} 1"
    second = await start(postgres_url, "--deliver")
    await second.hear_out(0.5)
    assert second.said == ["ready"]  # the first one lives and holds its lease
    await first.kill()
    assert await second.hear("started") == f"{job.id} 2"
    assert await second.hear("shown") == f"{job.id} done"
    await second.hear_out(1.0)
    assert second.shown() == [f"{job.id} done"]
    read, picture, found = await ended(database, vault, job.id)
    assert (read.state, read.attempts, picture, found) == (JobState.DONE, 2, b"2: selfie", 1)
    await queue.close()
    await database.close()


@pytest.mark.slow
async def test_a_restarted_process_finishes_what_it_began(
    sqlite_url: str, vault: Vault, start: Start
) -> None:
    """On SQLite nothing but the rows survives a kill, and that is enough for one answer."""
    database = await Database.open(sqlite_url)
    job = await ask(database, vault)
    first = await start(sqlite_url, "--seconds", 3600, "--lease", 30, "--deliver")
    assert await first.hear("started") == f"{job.id} 1"
    await first.kill()
    second = await start(sqlite_url, "--lease", 30, "--deliver")
    assert await second.hear("started") == f"{job.id} 2"
    assert await second.hear("shown") == f"{job.id} done"
    await second.kill()
    third = await start(sqlite_url, "--deliver")
    await third.hear_out(1.0)
    assert second.shown() == [f"{job.id} done"]
    assert third.said == ["ready"]
    read, picture, found = await ended(database, vault, job.id)
    assert (read.state, read.attempts, picture, found) == (JobState.DONE, 2, b"2: selfie", 1)
    await database.close()


@pytest.mark.slow
async def test_a_job_that_kills_its_workers_is_buried(
    sqlite_url: str, vault: Vault, start: Start
) -> None:
    """After five kills nobody touches it any more, and the person hears that we gave up."""
    database = await Database.open(sqlite_url)
    job = await ask(database, vault)
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        victim = await start(sqlite_url, "--seconds", 3600, "--deliver")
        assert await victim.hear("started") == f"{job.id} {attempt}"
        await victim.kill()
    last = await start(sqlite_url, "--deliver")
    assert await last.hear("shown") == f"{job.id} {Failure.GAVE_UP}"
    assert not any(line.startswith("started") for line in last.said)
    await database.close()
