"""What works and what does not: database, schema, queue and workers, each said in words.

A look changes nothing, so any process may have it, also beside a program that runs already.
"""

import asyncio

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage import workers
from storage.contract.health import Check
from storage.contract.jobs import JobState
from storage.database import Database
from storage.migrations import newest, present
from storage.models import JobRow, now
from storage.queue import installed

ANSWER_IN = 10.0  # seconds


async def checks(database: Database, machine: str | None = None) -> tuple[Check, ...]:
    """Look at everything, up to the first thing without which nothing else can be seen.

    ``machine``: count its workers alone.
    """
    done: list[Check] = []
    try:
        async with asyncio.timeout(ANSWER_IN), database.snapshot() as session:
            await session.execute(text("SELECT 1"))
            done.append(Check("database", True, "answers"))
            done.append(await _schema(session))
            if done[-1].ok:
                done.append(await _queue(session))
                done.append(await _workers(session, machine))
    except Exception as problem:
        done.append(Check("database", False, f"does not answer ({type(problem).__name__})"))
        return tuple(done[-1:])
    return tuple(done)


async def _schema(session: AsyncSession) -> Check:
    there = await (await session.connection()).run_sync(present)
    wanted = newest()
    if there == wanted:
        return Check("schema", True, f"is at {there}, the newest")
    words = f"is at {there or 'nothing'}, this program works with {wanted}"
    return Check("schema", False, f"{words}: start any part of it, and it is migrated")


async def _queue(session: AsyncSession) -> Check:
    waiting, oldest = (
        await session.execute(
            select(func.count(), func.min(JobRow.created)).where(
                JobRow.state == JobState.QUEUED.value
            )
        )
    ).one()
    words = "nothing waits"
    if waiting:
        words = f"{waiting} waiting, the first for {(now() - oldest).total_seconds():.0f} s"
    if not await installed(session):
        return Check("queue", False, f"{words}, but the queue's tables are missing")
    return Check("queue", True, words)


async def _workers(session: AsyncSession, machine: str | None) -> Check:
    beats = await workers.last_beats(session, machine)
    place = " on this machine" if machine else ""
    if not beats:
        return Check("workers", False, f"none has been heard of{place}")
    time = now()
    alive = sum(time - beat < workers.SILENCE for beat in beats)
    words = f"{place}, last heard of {(time - beats[0]).total_seconds():.0f} s ago"
    return Check("workers", alive > 0, f"{alive or 'none'} alive{words}")
