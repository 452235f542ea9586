"""The engine, its transactions and, on SQLite, the pragmas that make it fit for both.

SQLite has one writer at a time. Transactions of one process wait for each other in turn on a lock
here, which costs microseconds, rather than on SQLite's sleeping retries, which cost milliseconds;
other processes meet at ``BEGIN IMMEDIATE``.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import asyncpg
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.migrations import upgrade
from storage.sqlite_driver import Connection as SqliteConnection

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 60.0  # seconds that the database may be away before whoever works with it hears of it
_PRAGMAS = (
    "PRAGMA busy_timeout=10000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",  # a kill loses nothing, a power cut at most the last moments
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # without it a deleted selfie stays in the file
    "PRAGMA temp_store=MEMORY",
)
_SWITCHING = 10.0  # seconds that others may take to turn a new file's log on
_REFUSED = ("28", "3D")  # PostgreSQL's classes of errors: who we say we are, which database
_BEGIN = "selfmoji_begin"
"""Execution option: how a transaction begins on SQLite; empty for none at all."""


def _engine(url: str) -> AsyncEngine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+asyncpg")  # however it was written
        return create_async_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.drivername != "sqlite+aiosqlite" or parsed.database in {None, "", ":memory:"}:
        raise ValueError("the database URL is sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
    file = Path(str(parsed.database)).absolute()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_async_engine(
        parsed, async_creator=lambda: SqliteConnection(str(file)), hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            _execute_with_retry(cursor, pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        driver = cast("SqliteConnection", connection.connection.driver_connection)
        driver.begin = connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE")

    return engine


def _execute_with_retry(cursor: DBAPICursor, pragma: str) -> None:
    """Execute a pragma, again while the file is locked.

    Whoever first turns a new file's log on shuts everybody else out for a moment, and SQLite asks
    no busy handler then.
    """
    deadline = time.monotonic() + _SWITCHING
    while True:
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def is_away(trouble: Exception) -> bool:
    """Tell whether an error is the database's absence or a clash, so that another try may do.

    A server that refuses our name or password, or has no such database, will do so again.
    """
    if isinstance(trouble, IntegrityError | DataError | ProgrammingError):
        return False
    state = getattr(getattr(trouble, "orig", trouble), "sqlstate", None) or ""
    if state.startswith(_REFUSED):
        return False
    return isinstance(
        trouble,
        DBAPIError | PoolTimeout | OSError | asyncpg.PostgresError | asyncpg.InterfaceError
        | asyncpg.InternalClientError,
    )  # fmt: skip


async def persist(work: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T:
    """Do ``work``, again from its start while the database is away.

    After ``patience`` seconds the trouble comes out.
    """
    deadline = time.monotonic() + patience
    pause = 0.05
    while True:
        try:
            return await work()
        except Exception as trouble:
            if not is_away(trouble) or time.monotonic() + pause > deadline:
                raise
            log.warning("the database is away (%s); trying again", type(trouble).__name__)
        await asyncio.sleep(pause)
        pause = min(1.0, 2 * pause)


class Database:
    """Where rows are kept; made by ``open``."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{_BEGIN: "BEGIN"})
        self._turn: asyncio.Lock | None = None
        self._owner: asyncio.Task[Any] | None = None
        if self.dialect == "sqlite":
            self._turn = asyncio.Lock()

    @classmethod
    def attach(cls, url: str) -> "Database":
        """Look at a database as it is: nothing is made or migrated, and nothing asked of it yet.

        Raises:
            FileNotFoundError: there is no such SQLite file.
        """
        file = make_url(url).database
        if make_url(url).get_backend_name() == "sqlite" and not Path(str(file)).is_file():
            raise FileNotFoundError("there is no database yet: start `selfmoji run`")
        return cls(_engine(url))

    @classmethod
    async def open(cls, url: str, patience: float = PATIENCE) -> "Database":
        """Connect, make the folder of a SQLite file, and migrate to the newest schema.

        A server that is away is waited for, ``patience`` seconds at most; what is wrong with a file
        comes out at once.
        """
        engine = _engine(url)
        shared = engine.dialect.name == "postgresql"

        async def migrate() -> None:
            async with engine.begin() as connection:
                # several may start at once: the first statement waits for whoever is at it
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(hashtext('selfmoji'))" if shared
                         else "SELECT 1")
                )  # fmt: skip
                await connection.run_sync(upgrade)

        try:
            await persist(migrate, patience if shared else 0.0)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine)

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Which of the two this is."""
        return "postgresql" if self._engine.dialect.name == "postgresql" else "sqlite"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, password and all: not for logs."""
        return self._engine.url.render_as_string(hide_password=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session that commits at the end, or rolls back on any exception.

        Do not nest: the inner one would wait for the outer one forever (RuntimeError on SQLite).
        Keep slow work such as models and networks outside.
        """
        session = AsyncSession(self._engine, expire_on_commit=False)
        async with self._take_turn(), session, session.begin():
            yield session

    async def retry(
        self,
        work: Callable[[AsyncSession], Awaitable[T]],
        patience: float = PATIENCE,
        *,
        reading: bool = False,
    ) -> T:
        """Do ``work`` in a transaction, again from its start while the database is away.

        A connection that broke during the commit leaves open whether it took place, so work that
        must not be done twice looks first. After ``patience`` seconds the trouble comes out.
        ``reading``: it writes nothing, and so waits for no writer.
        """
        opened = self.snapshot if reading else self.transaction

        async def once() -> T:
            async with opened() as session:
                return await work(session)

        return await persist(once, patience)

    @asynccontextmanager
    async def _take_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        task = asyncio.current_task()
        if self._owner is task:
            raise RuntimeError("a transaction inside a transaction of the same task")
        async with self._turn:
            self._owner = task
            try:
                yield
            finally:
                self._owner = None

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Yield a session for reading alone, which waits for no writer."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                await session.rollback()

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        """Hold what only one process at a time has, by its name; wait for it if need be.

        On SQLite, where one process serves, it is free for all.
        """
        if self.dialect == "sqlite":
            yield
            return
        plain = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        async with plain.connect() as connection:  # the lock ends with it, however the process does
            lock = {"name": f"selfmoji alone {name}"}
            await connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), lock)
            try:
                yield
            finally:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), lock)

    async def connect_plainly(self) -> AsyncConnection:
        """Return a connection outside transactions, for what lasts as long as it is open."""
        return await self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()

    async def scrub(self) -> None:
        """On SQLite, write deletions through from the log to the file and empty the log.

        PostgreSQL overwrites deleted rows when it vacuums; until then they are sealed by keys
        that are themselves deleted rows, so keep its disk and backups safe.
        """
        if self._turn is None:
            return
        for _ in range(50):  # a reader may hold the log for a moment
            bare = self._engine.execution_options(**{_BEGIN: ""})
            async with self._turn, bare.connect() as connection:
                await connection.exec_driver_sql("PRAGMA busy_timeout=20")
                row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
                await connection.exec_driver_sql(_PRAGMAS[0])
            if not row[0]:
                return
            await asyncio.sleep(0.1)
        raise TimeoutError("a reader kept the database's log from being emptied")

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
