"""Health in words, on both databases, as any process sees it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text, update

from storage import health, people, workers
from storage.contract.health import Check
from storage.contract.jobs import NewJob
from storage.database import Database
from storage.jobs import add
from storage.migrations import config
from storage.models import WorkerRow, now
from storage.vault import Vault
from tests import patience
from tests.rows import add_photo


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ANSWER_IN", patience.seconds())


async def words(database: Database, machine: str | None = None) -> dict[str, str]:
    """What is said of each thing, with a mark in front of what fails."""
    found = await health.checks(database, machine)
    return {check.name: ("" if check.ok else "! ") + check.words for check in found}


async def works(database: Database) -> bool:
    return all(check.ok for check in await health.checks(database))


@pytest.mark.usefixtures("queue")
async def test_everything_works(database: Database) -> None:
    """With a worker at work all is well, and every check says so."""
    async with workers.beating(database, "one:7"):
        await patience.until(lambda: works(database))
        said = await words(database)
    assert said["database"] == "answers"
    assert said["schema"].endswith("the newest")
    assert said["queue"] == "nothing waits"
    assert said["workers"].startswith("1 alive, last heard of ")


@pytest.mark.usefixtures("queue")
async def test_without_workers_jobs_wait(database: Database, vault: Vault) -> None:
    """No worker, or one that has been silent for long, is a failure; what waits is counted."""
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "test", "ada", None)
        photo = await add_photo(session, vault, ada.id, b"selfie", timedelta(hours=1))
        for _ in range(2):
            await add(session, NewJob(ada.id, photo, "cutout", (), "test", "room"))
    said = await words(database)
    assert said["queue"].startswith("2 waiting, the first for ")
    assert said["workers"] == "! none has been heard of"
    async with database.transaction() as session:
        await workers.beat(session, "one:7")
        silent = now() - workers.SILENCE - timedelta(seconds=3)
        await session.execute(update(WorkerRow).values(beat=silent))
    assert re.match("! none alive, last heard of [0-9]+ s ago", (await words(database))["workers"])


async def test_workers_of_one_machine(database: Database) -> None:
    """A machine's own workers are told from those elsewhere, whatever its name holds."""
    async with database.transaction() as session:
        await workers.beat(session, "a_b:1")
        await workers.beat(session, "axb:2")
        assert len(await workers.last_beats(session)) == 2
        assert len(await workers.last_beats(session, "a_b")) == 1
        assert await workers.last_beats(session, "a") == []
        await workers.leave(session, "a_b:1")
        assert await workers.last_beats(session, "a_b") == []


async def test_the_long_dead_are_forgotten(database: Database) -> None:
    """A beat takes away the rows of those who died without a word, days ago."""
    async with database.transaction() as session:
        await workers.beat(session, "dead:1")
        await session.execute(update(WorkerRow).values(beat=now() - timedelta(days=2)))
        await workers.beat(session, "alive:2")
        assert len(await workers.last_beats(session)) == 1


@pytest.fixture
async def older(database_url: str) -> AsyncIterator[Database]:
    """A database whose schema is one step behind, opened without migrating."""
    opened = await Database.open(database_url)

    def downgrade(connection: Connection) -> None:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "-1")

    async with opened.transaction() as session:
        await (await session.connection()).run_sync(downgrade)
    await opened.close()
    attached = Database.attach(database_url)
    yield attached
    await attached.close()
    await (await Database.open(database_url)).close()


async def test_a_schema_that_is_behind_is_named(older: Database) -> None:
    """What needs migrating is said, and looking does not migrate."""
    for _ in range(2):
        *_, schema = await health.checks(older)
        assert (schema.name, schema.ok) == ("schema", False)
        assert "this program works with" in schema.words


async def test_a_missing_queue_is_named(postgres_url: str) -> None:
    """Without PgQueuer's tables nothing would be worked on."""
    database = Database.attach(postgres_url)
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE pgqueuer RENAME TO elsewhere"))
    said = await words(database)
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO pgqueuer"))
    await database.close()
    assert said["queue"] == "! nothing waits, but the queue's tables are missing"


async def test_a_database_that_is_away_is_all_that_is_said() -> None:
    """Neither its address nor its password is in the words."""
    database = Database.attach("postgresql+asyncpg://ann:secret@127.0.0.1:1/none")
    (only,) = await health.checks(database)
    await database.close()
    assert only == Check("database", False, "does not answer (ConnectionRefusedError)")


def test_looking_makes_no_database(tmp_path: Path) -> None:
    """A SQLite file that is not there is said to be missing, and stays missing."""
    with pytest.raises(FileNotFoundError, match="no database yet"):
        Database.attach(f"sqlite+aiosqlite:///{tmp_path}/a/b.sqlite3")
    assert list(tmp_path.iterdir()) == []
