"""Which workers live: each writes a row every few seconds and takes it away when it stops."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.models import WorkerRow, now

EVERY = 5.0  # seconds between two beats
SILENCE = timedelta(seconds=30)
"""A worker not heard of for this long counts as dead."""

_FORGOTTEN = timedelta(days=1)
_log = logging.getLogger(__name__)


def name() -> str:
    """Return what this process is called among all workers: its machine and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"


async def beat(session: AsyncSession, worker: str) -> None:
    """Say that a worker lives, and forget those that died long ago."""
    time = now()
    await session.execute(_BURY, {"before": time - _FORGOTTEN})
    known = await session.scalar(_BEAT, {"worker": worker, "time": time})
    if known is None:
        session.add(WorkerRow(name=worker, beat=time))


async def leave(session: AsyncSession, worker: str) -> None:
    """Say that a worker has stopped."""
    await session.execute(delete(WorkerRow).where(WorkerRow.name == worker))


async def last_beats(session: AsyncSession, machine: str | None = None) -> list[datetime]:
    """Return when each worker, of one machine perhaps, was last heard of, the newest first."""
    ours = WorkerRow.name.startswith(f"{machine}:", autoescape=True) if machine else true()
    found = await session.scalars(
        select(WorkerRow.beat).where(ours).order_by(WorkerRow.beat.desc())
    )
    return list(found)


async def beats(session: AsyncSession) -> dict[str, datetime]:
    """Return when each worker was last heard of, by its name."""
    found = await session.execute(select(WorkerRow.name, WorkerRow.beat).order_by(WorkerRow.name))
    return {row.name: row.beat for row in found}


@asynccontextmanager
async def beating(database: Database, worker: str) -> AsyncIterator[None]:
    """Let a worker be heard of while the context lasts; outages of the database are survived."""
    task = asyncio.create_task(_keep_beating(database, worker))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        with suppress(Exception):  # it is away, and the row will speak for itself soon
            async with database.transaction() as session:
                await leave(session, worker)


async def _keep_beating(database: Database, worker: str) -> None:
    while True:
        try:
            async with database.transaction() as session:
                await beat(session, worker)
        except Exception as error:
            _log.warning("the heartbeat was not written: %s", type(error).__name__)
        await asyncio.sleep(EVERY)


# Statements are made once: that costs more than asking them.

_BURY = (
    delete(WorkerRow)
    .where(WorkerRow.beat < bindparam("before"))
    .execution_options(synchronize_session=False)
)
_BEAT = (
    update(WorkerRow)
    .where(WorkerRow.name == bindparam("worker"))
    .values(beat=bindparam("time"))
    .returning(WorkerRow.name)
    .execution_options(synchronize_session=False)
)
