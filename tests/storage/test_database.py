"""Work in a transaction, again while the database is away."""

import asyncio
import math
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event, make_url, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from storage import people
from storage.database import Database, _engine, is_away
from storage.models import UpdateRow
from storage.queue import open_queue
from tests import patience
from tests.clusters import cluster
from tests.storage.cutting import cutting

AWAY = OperationalError("SELECT 1", {}, Exception("the database is locked"))


async def test_work_is_done_again_while_the_database_is_away(database: Database) -> None:
    """From its start, so that it is there once."""
    tries = []

    async def work(session: AsyncSession) -> bool:
        new = await people.first_time(session, "update")
        tries.append(new)
        if len(tries) < 3:
            raise AWAY
        return new

    assert await database.retry(work, math.inf)
    assert tries == [True, True, True]
    async with database.snapshot() as session:
        assert len((await session.scalars(select(UpdateRow))).all()) == 1


async def test_a_bug_is_not_tried_again(database: Database) -> None:
    """What another try cannot mend comes out at once."""
    tries = []

    async def work(_: AsyncSession) -> None:
        tries.append(1)
        raise IntegrityError("INSERT", {}, Exception("unique"))

    with pytest.raises(IntegrityError):
        await database.retry(work, math.inf)
    assert len(tries) == 1


async def test_patience_ends(database: Database) -> None:
    """Then the trouble comes out."""

    async def work(_: AsyncSession) -> None:
        raise AWAY

    with pytest.raises(OperationalError):
        await database.retry(work, 0.1)


async def test_a_transaction_cancelled_at_its_first_statement_leaves_nothing_open(
    database: Database,
) -> None:
    """Though the statement goes on, in another thread or on the server."""
    engine = database._engine.sync_engine

    def cancel(*_: object) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    async def work() -> bool:
        async with database.transaction() as session:
            return await people.first_time(session, "update")

    for _ in range(20):
        event.listen(engine, "before_cursor_execute", cancel)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(work())
        event.remove(engine, "before_cursor_execute", cancel)
        async with database.snapshot() as session:
            assert not await people.seen(session, "update")
    assert await work()


async def test_a_cut_connection_is_survived(postgres_url: str) -> None:
    """PostgreSQL ends the connection in the middle of the work; another one does it."""
    database = await Database.open(postgres_url)
    pids = []

    async def work(session: AsyncSession) -> int:
        pids.append(await session.scalar(text("SELECT pg_backend_pid()")))
        if len(pids) == 1:
            killer = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
            await killer.execute("SELECT pg_terminate_backend($1)", pids[0])
            await killer.close()
        return await session.scalar(text("SELECT 7")) or 0

    async with patience.limit():
        assert await database.retry(work, math.inf) == 7
    assert len(set(pids)) == 2
    await database.close()


@pytest.fixture
def bare_postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """A PostgreSQL database without any table."""
    return make_postgres_database()


async def test_connections_cut_while_a_process_starts_are_survived(
    bare_postgres_url: str,
) -> None:
    """In each stage of it, from the greeting to the migrations and the queue's tables."""
    cuts = iter((0, 300, 2_000, 30_000, 1 << 60, 0, 900))
    async with cutting(bare_postgres_url, cuts) as url, patience.limit():
        database = await Database.open(url, math.inf)
        queue = await open_queue(database)
        async with database.transaction() as session:
            assert await people.first_time(session, "update")
        await queue.close()
        await database.close()
    assert next(cuts, None) is None


async def test_a_server_that_starts_later_is_waited_for(shared_postgres_url: str) -> None:
    """Whoever is started first tries again; a URL that leads nowhere is told in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    later = make_url(shared_postgres_url).set(port=port)
    url = later.render_as_string(hide_password=False)
    with pytest.raises(ConnectionRefusedError):
        await Database.open(url, 0.1)
    opening = asyncio.create_task(Database.open(url, math.inf))
    await asyncio.sleep(0.2)
    async with cutting(shared_postgres_url, iter(()), port), patience.limit():
        await (await opening).close()


async def test_a_server_that_has_no_such_database_is_not_waited_for(
    shared_postgres_url: str,
) -> None:
    """What only an operator can mend comes out at once."""
    nowhere = make_url(shared_postgres_url).set(database="selfmoji_nowhere")
    async with patience.limit():
        with pytest.raises(DBAPIError, match="does not exist"):
            await Database.open(nowhere.render_as_string(hide_password=False), math.inf)


@pytest.mark.slow
async def test_a_password_may_hold_what_urls_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given apart, as docker compose does, it reaches both the rows and the queue."""
    password = "p@ss/w:rd%23 #?"
    monkeypatch.setenv("PGPASSWORD", password)
    with cluster(password) as guarded:
        database = await Database.open(guarded.url)
        queue = await open_queue(database)
        async with database.transaction() as session:
            assert await people.first_time(session, "update")
        await queue.close()
        await database.close()


async def test_reading_waits_for_no_writer(sqlite_url: str) -> None:
    """A look is answered while a transaction is open, also in the same task."""
    database = await Database.open(sqlite_url)
    async with database.transaction() as session:
        await people.first_time(session, "update")
        async with patience.limit():
            seen = await database.retry(lambda one: people.seen(one, "update"), reading=True)
    assert not seen
    await database.close()


@pytest.mark.parametrize(
    ("trouble", "away"),
    [
        (AWAY, True),
        (OSError("no route"), True),
        (asyncpg.ConnectionDoesNotExistError("gone"), True),
        (asyncpg.InterfaceError("closed"), True),
        (IntegrityError("INSERT", {}, Exception("unique")), False),
        (RuntimeError("a bug"), False),
    ],
)
def test_absence_is_told_from_bugs(trouble: Exception, away: bool) -> None:
    """Only absence is worth another try."""
    assert is_away(trouble) == away


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Whoever turns a new file's log on is waited for, though SQLite itself does not."""
    together = threading.Barrier(6)

    async def connect(url: str) -> str:
        engine = _engine(url)
        together.wait()
        async with engine.connect() as connection:
            mode = await connection.exec_driver_sql("PRAGMA journal_mode")
            found = str(mode.scalar_one())
        await engine.dispose()
        return found

    with ThreadPoolExecutor(6) as threads:
        for number in range(40):
            url = f"sqlite+aiosqlite:///{tmp_path}/{number}.sqlite3"
            modes = threads.map(lambda url: asyncio.run(connect(url)), [url] * 6)
            assert set(modes) == {"wal"}
