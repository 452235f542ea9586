"""How long a killed worker's job waits for another worker: measured with long jobs."""

import asyncio
import socket
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from storage import jobs, people
from storage.contract.jobs import NewJob
from storage.database import Database
from storage.models import JobRow, WorkerRow
from storage.queue import open_queue
from storage.vault import Vault
from tests import patience
from tests.nemesis import marks
from tests.nemesis.processes import Program, programs
from tests.rows import add_photo

LONG = "600"  # seconds that a job takes at most, so that none ends by itself


def _name(program: Program) -> str:
    """Return what a worker's process is called in its rows."""
    return f"{socket.gethostname()}:{program.process.pid if program.process else 0}"


async def _works(database: Database, program: Program) -> bool:
    """Tell whether a worker's process has started to work."""
    async with database.snapshot() as session:
        return await session.get(WorkerRow, _name(program)) is not None


async def recoveries(
    url: str, folder: Path, settings: dict[str, str], vault: Vault, times: int
) -> list[float]:
    """Return the seconds from each kill -9 of a worker to the next attempt at its job.

    Args:
        url: PostgreSQL's, for this alone.
        folder: for the processes' logs.
        settings: of the processes.
        vault: under their master key.
        times: how many workers to kill.
    """
    database = await Database.open(url)
    queue = await open_queue(database)
    workers = programs(
        {"worker-1": "worker", "worker-2": "worker"},
        {**settings, "NEMESIS_JOB_SECONDS": LONG},
        folder,
    )
    for worker in workers.values():
        worker.start()
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "test", "ada", None)
        photo = await add_photo(session, vault, ada.id, marks.photo(1), timedelta(hours=1))
        job = await jobs.add(session, NewJob(ada.id, photo, "cutout", (), "test", "room"))
    await queue.enqueue("jobs", job.id, job.priority)

    async def at_work() -> tuple[int, str]:
        columns = select(JobRow.attempts, JobRow.worker).where(JobRow.id == job.id)
        async with database.snapshot() as session:
            row = (await session.execute(columns)).one()
        return row.attempts, row.worker or ""

    async def until(attempts: int) -> None:
        async def reached() -> bool:
            return (await at_work())[0] >= attempts

        await patience.until(reached)

    took = []
    try:
        for attempt in range(1, min(times, jobs.MAX_ATTEMPTS - 1) + 1):
            await until(attempt)
            at = (await at_work())[1]
            victim, *others = sorted(workers.values(), key=lambda one: _name(one) != at)
            await patience.until(partial(_works, database, others[0]))
            await asyncio.sleep(2.0)  # the lease was renewed by now
            killed = time.monotonic()
            victim.kill()
            await until(attempt + 1)
            took.append(time.monotonic() - killed)
    finally:
        await database.retry(lambda session: jobs.cancel(session, job.id))  # so that they may end
        await asyncio.gather(*(worker.stop() for worker in workers.values()))
        await queue.close()
        await database.close()
    return took
