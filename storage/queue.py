"""The port in front of PgQueuer: ids of rows on their way to who works on them.

The queue is a means of distribution, not a record: a message is a row's id, at most one per topic
and row, and whatever is lost here (a killed process in memory, a crashed PostgreSQL, for the
tables are unlogged) is enqueued again from the rows. Beside SQLite everything stays in this
process's memory; on PostgreSQL any number of processes share the work, woken by NOTIFY.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.adapters.inmemory import InMemoryDriver, InMemoryQueries
from pgqueuer.adapters.persistence import qb
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context
from pgqueuer.domain.models import Job as Message
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import JobId
from sqlalchemy import func, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database, persist

if TYPE_CHECKING:
    from pgqueuer.ports.driver import Driver, NotifyCallback

Handler = Callable[[UUID], Awaitable[None]]

_log = logging.getLogger(__name__)
_SETTINGS = DBSettings(durability=Durability.volatile)
_POLL = timedelta(seconds=1)  # NOTIFY wakes us, though not for retries and what the dead held
_AWAY = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that dies while a statement is prepared
)
_PARTING = 5.0  # seconds that connections have to come back to a pool that closes
_RESTART = 1.0  # seconds between attempts to serve while PostgreSQL is away
_TIDY = timedelta(minutes=5)


class Again(Exception):
    """Raised by a handler to get the same row once more after a while."""

    def __init__(self, after: timedelta = timedelta(0)) -> None:
        super().__init__(f"again in {after.total_seconds():g} s")
        self.after = after


class _Listener(AsyncpgPoolDriver):
    """The driver of a manager, which notifies nobody before it listens itself, and loses nothing.

    PgQueuer probes its listener by a NOTIFY that it starts beside its LISTEN. A probe that
    overtakes it, one in five did, is heard by nobody, and ten seconds later FailingListenerError
    ends the manager. And a connection that cannot be reset at its end, since its server is going
    down, it does not give back: the pool would have one less, and never close.
    """

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: "NotifyCallback") -> None:
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        await self._listening.wait()
        await super().notify(channel, payload)

    async def __aexit__(self, *details: object) -> None:
        try:
            await super().__aexit__(*details)
        except Exception:
            if self._listener_connection is not None:
                self._listener_connection.terminate()  # which gives it back
            raise


def _queries(driver: "Driver") -> Queries:
    return Queries(
        driver,
        qb.QueryBuilderEnvironment(_SETTINGS),
        qb.QueryQueueBuilder(_SETTINGS),
        qb.QuerySchedulerBuilder(_SETTINGS),
    )


class Queue:
    """Topics of row ids; made by ``open_queue``.

    ``heartbeat``: a message whose process has not been heard of for this long goes to another.
    """

    def __init__(self, pool: "asyncpg.Pool[Any] | None", heartbeat: timedelta) -> None:
        self._pool = pool
        self._heartbeat = heartbeat
        self._memory = InMemoryQueries(InMemoryDriver())
        self._sender = _queries(AsyncpgPoolDriver(pool)) if pool else self._memory
        self._closed = asyncio.Event()
        self._serving: set[asyncio.Task[Any]] = set()

    def _open(self) -> Queries | InMemoryQueries:
        """Queries of one manager: in memory all share one, over SQL each has its listener."""
        return _queries(_Listener(self._pool)) if self._pool else self._memory

    async def enqueue(self, topic: str, row_id: UUID, priority: int = 0) -> None:
        """Send a row's id to a topic, higher priorities first; nothing if it is on its way.

        While PostgreSQL is away the message is dropped: the row is there and will be found.
        """
        key = f"{topic}:{row_id}"
        try:
            await self._sender.enqueue(
                topic, row_id.bytes, priority, dedupe_key=key, on_conflict="skip"
            )
        except _AWAY as error:
            _log.warning("could not enqueue %s: %s", key, type(error).__name__)

    async def cancel(self, row_id: UUID) -> None:
        """Take a row's messages back from all topics, and cancel the handlers at work on it."""
        if ids := await self._messages(row_id):
            await self._sender.mark_job_as_cancelled(ids)

    async def _messages(self, row_id: UUID) -> list[JobId]:
        if self._pool is None:
            waiting = await self._memory.browse_queue(limit=1_000_000)
            return [message.id for message in waiting if message.payload == row_id.bytes]
        rows = await self._pool.fetch(
            f"SELECT id FROM {_SETTINGS.qualified.queue_table} WHERE payload = $1",  # noqa: S608
            row_id.bytes,
        )
        return [JobId(row["id"]) for row in rows]

    async def serve(
        self,
        topic: str,
        handler: Handler,
        concurrency: int,
        shutdown: asyncio.Event | None = None,
    ) -> None:
        """Call ``handler`` with ids of a topic, so many at once, until ``shutdown`` or ``close``.

        Then takes no more and returns when those at work have ended. A handler that raises Again
        gets its row back later; any other exception is logged and the message is gone. Survives
        the loss of PostgreSQL.
        """
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
        stop = asyncio.Event()
        try:
            async with _relayed(stop, self._closed, shutdown):
                while not stop.is_set():
                    try:
                        await self._run(topic, handler, concurrency, stop)
                    except Exception as error:
                        if task is not None and task.cancelling():
                            raise asyncio.CancelledError from error  # lost on the way out
                        _log.warning("serving %s failed, trying again: %s", topic, _name(error))
                        _log.debug("serving %s failed", topic, exc_info=True)
                        with suppress(TimeoutError):
                            await asyncio.wait_for(stop.wait(), _RESTART)
        finally:
            if task is not None:
                self._serving.discard(task)

    async def _run(
        self, topic: str, handler: Handler, concurrency: int, stop: asyncio.Event
    ) -> None:
        queries = self._open()
        manager = QueueManager(queries)
        gate = asyncio.Semaphore(concurrency)

        @manager.entrypoint(topic, accepts_context=True)
        async def handle(message: Message, context: Context) -> None:
            async with gate:
                if manager.shutdown.is_set():
                    raise RetryRequested(reason="stopping")
                await _call(topic, handler, UUID(bytes=message.payload), context)

        tidying = asyncio.create_task(_tidy(queries, stop))
        try:
            # an event of its own, for the manager sets it when its listener fails
            async with _relayed(manager.shutdown, stop):
                await manager.run(
                    batch_size=1,  # whoever is free takes the next, so order stays fair
                    max_concurrent_tasks=max(2, concurrency),  # PgQueuer wants twice the batch
                    dequeue_timeout=min(_POLL, self._heartbeat / 2),
                    heartbeat_timeout=self._heartbeat,
                    shutdown_on_listener_failure=True,
                    log_aggregation_interval=timedelta(0),
                )
        finally:
            tidying.cancel()

    async def close(self) -> None:
        """End all serving gracefully, then the connections. Must not be called by a handler."""
        self._closed.set()
        if self._serving:
            await asyncio.wait(self._serving)
        if self._pool:
            with suppress(TimeoutError):  # cuts those that nobody gives back
                await asyncio.wait_for(self._pool.close(), _PARTING)


async def _call(topic: str, handler: Handler, row_id: UUID, context: Context) -> None:
    work = asyncio.ensure_future(handler(row_id))
    try:
        with context.cancellation:  # wait() leaves the work alone; it gets one plain cancel below
            await asyncio.wait({work})
    finally:
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
    if work.cancelled():
        return
    error = work.exception()
    if isinstance(error, Again):
        raise RetryRequested(delay=error.after, reason="asked for")
    if error is not None:
        _log.error("%s of %s failed: %s", topic, row_id, _name(error))
        _log.debug("%s of %s failed", topic, row_id, exc_info=error)


async def _tidy(queries: Queries | InMemoryQueries, stop: asyncio.Event) -> None:
    """Empty PgQueuer's own log, which grows with every message, now and then."""
    while not stop.is_set():
        await asyncio.sleep(_TIDY.total_seconds())
        with suppress(Exception):
            await queries.clear_queue_log()


@asynccontextmanager
async def _relayed(target: asyncio.Event, *sources: asyncio.Event | None) -> AsyncIterator[None]:
    """Set ``target`` as soon as any source is set."""

    async def relay(source: asyncio.Event) -> None:
        await source.wait()
        target.set()

    tasks = [asyncio.create_task(relay(source)) for source in sources if source]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def _name(error: BaseException) -> str:
    """Say what failed and where, without the message: it may quote what must not be logged."""
    trace, line = error.__traceback__, ""
    while trace is not None:
        line = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return type(error).__name__ + line


async def installed(session: AsyncSession) -> bool:
    """Whether the queue's table is there; in memory it always is."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    table = _SETTINGS.qualified.queue_table
    return await session.scalar(select(func.to_regclass(table))) is not None


async def open_queue(database: Database, *, heartbeat: timedelta = timedelta(seconds=2)) -> Queue:
    """Open the queue that belongs to a database: in memory for SQLite, else in PostgreSQL."""
    if database.dialect == "sqlite":
        return Queue(None, heartbeat)
    url = make_url(database.url).set(drivername="postgresql")
    return Queue(await persist(lambda: _pool(url.render_as_string(hide_password=False))), heartbeat)


async def _pool(dsn: str) -> "asyncpg.Pool[Any]":
    """Bring the queue's tables up to date and return connections to them."""
    connection = await asyncpg.connect(dsn)
    try:
        queries = _queries(AsyncpgDriver(connection))
        async with queries.schema_lock():  # several processes may start at once
            if await queries.schema_is_installed():
                await queries.upgrade()
            else:
                await queries.install()
    finally:
        await connection.close()
    return await asyncpg.create_pool(dsn, min_size=2, max_size=10)
