"""Databases for every test that wants one: SQLite in a file, PostgreSQL for real."""

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from storage.database import Database
from storage.models import Row
from storage.queue import Queue, open_queue
from storage.vault import Vault
from tests import patience

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a build passes or fails by its code, not by luck
settings.register_profile("seek", settings.get_profile("same"), derandomize=False)
settings.load_profile("same")

sys.dont_write_bytecode = False  # a hundred processes would each compile everything anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if "PYTEST_XDIST_WORKER" in os.environ:
    # threads of one worker wait idly for cores that others have
    os.environ.setdefault("OMP_NUM_THREADS", "1")

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


async def _answers() -> bool:
    try:
        connection = await asyncpg.connect(SERVER, timeout=patience.seconds())
    except (OSError, asyncpg.CannotConnectNowError):
        return False
    await connection.close()
    return True


def _start_cluster() -> None:
    """Start Debian's main cluster, which does not run by itself in a container."""
    listed = subprocess.run(["pg_lsclusters", "-h"], capture_output=True, text=True, check=True)
    versions = [line.split()[0] for line in listed.stdout.splitlines() if "main" in line.split()]
    if not versions:
        raise RuntimeError("PostgreSQL has no cluster named main: pg_createcluster VERSION main")
    subprocess.run(  # which fails where another process of these tests was faster
        ["pg_ctlcluster", "--skip-systemctl-redirect", versions[-1], "main", "start"], check=False
    )


def _ensure_server() -> None:
    if asyncio.run(_answers()):
        return
    try:
        _start_cluster()
    except (OSError, RuntimeError) as error:
        pytest.fail(f"no PostgreSQL at 127.0.0.1:5432 and none could be started: {error}")
    patience.wait(lambda: asyncio.run(_answers()))


async def _execute(statement: str, url: str = SERVER) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def make_postgres_database() -> Iterator[Callable[[], str]]:
    """A function that makes a throwaway database and returns its URL."""
    _ensure_server()
    made = []

    def make() -> str:
        made.append(f"selfmoji_test_{secrets.token_hex(6)}")
        asyncio.run(_execute(f"CREATE DATABASE {made[-1]}"))
        return f"postgresql+asyncpg://postgres@127.0.0.1:5432/{made[-1]}"

    yield make
    for name in made:
        asyncio.run(_execute(f"DROP DATABASE {name} WITH (FORCE)"))


async def _install(url: str) -> None:
    database = await Database.open(url)
    await (await open_queue(database)).close()
    await database.close()


@pytest.fixture(scope="session")
def shared_postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """The throwaway database of this session, migrated."""
    url = make_postgres_database()
    asyncio.run(_install(url))
    return url


@pytest.fixture
def postgres_url(shared_postgres_url: str) -> str:
    """A migrated PostgreSQL database without any row."""
    tables = [table.name for table in reversed(Row.metadata.sorted_tables)]
    names = [*tables, "pgqueuer", "pgqueuer_log"]
    emptying = "; ".join(f"DELETE FROM {name}" for name in names)  # noqa: S608  names of ours
    asyncio.run(_execute(emptying, shared_postgres_url.replace("+asyncpg", "")))
    return shared_postgres_url


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """A database file yet to be made, in a folder yet to be made."""
    return tmp_path / "data" / "selfmoji.sqlite3"


@pytest.fixture
def sqlite_url(sqlite_file: Path) -> str:
    """The URL of a database file yet to be made."""
    return f"sqlite+aiosqlite:///{sqlite_file}"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file without any row, migrated once for all tests to copy."""
    file = tmp_path_factory.mktemp("migrated") / "selfmoji.sqlite3"
    asyncio.run(_install(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each sort, migrated."""
    if request.param == "sqlite":
        file: Path = request.getfixturevalue("sqlite_file")
        file.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database, once of each sort."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def queue(database: Database) -> AsyncIterator[Queue]:
    """The queue that belongs to the database."""
    opened = await open_queue(database)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> Vault:
    """A vault under a made-up master key."""
    return Vault(bytes(range(32)))
