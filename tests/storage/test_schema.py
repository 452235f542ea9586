"""The migrated schema is what the models say, on both databases, however processes start."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database
from storage.migrations import config, ours
from storage.models import AvatarRow, ConversationRow, JobRow, PreferenceRow, ResultRow, Row
from storage.queue import open_queue


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": ours}
    )
    return list(compare_metadata(context, Row.metadata))


@pytest.mark.usefixtures("queue")
async def test_migrated_schema_equals_the_models(database: Database) -> None:
    """After migrating there is nothing that Alembic would change; the queue's tables aside."""
    async with database.transaction() as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []


@pytest.fixture(params=["sqlite", "postgres"])
def own_url(
    request: pytest.FixtureRequest, sqlite_url: str, make_postgres_database: Callable[[], str]
) -> str:
    """A database without any table, once of each sort."""
    return sqlite_url if request.param == "sqlite" else make_postgres_database()


async def test_migrations_can_be_taken_back(own_url: str) -> None:
    """Downgrading to nothing leaves no table of ours."""
    await (await Database.open(own_url)).close()
    engine = create_async_engine(own_url)

    def downgrade(connection: Connection) -> set[str]:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "base")
        return set(inspect(connection).get_table_names())

    async with engine.begin() as connection:
        assert await connection.run_sync(downgrade) <= {"alembic_version"}
    await engine.dispose()


async def test_migrating_keeps_what_was_there(own_url: str) -> None:
    """Jobs keep their photo and their results, avatars count as matched and chosen when made."""
    await (await Database.open(own_url)).close()
    engine = create_async_engine(own_url)
    person, job, photo, avatar = (uuid4() for _ in range(4))

    def earlier(connection: Connection) -> None:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, "0003")
        tables = MetaData()
        tables.reflect(connection, only=["people", "jobs", "results", "avatars"])
        when = datetime(2026, 11, 1, tzinfo=UTC)
        rows: dict[str, dict[str, object]] = {
            "people": {"id": person, "platform": "web", "external_id": "ada", "wrapped_key": b"k"},
            "jobs": {
                "id": job, "person_id": person, "photo_id": photo, "kind": "emoji",
                "settings": [], "platform": "web", "chat": "room", "state": "done",
                "start_tag": 1, "attempts": 1, "detail": {},
            },
            "results": {"job_id": job, "sealed_picture": b"p", "sealed_facts": b"f"},
            "avatars": {
                "id": avatar, "person_id": person, "style": "cat", "name": "",
                "parts": {"eyes": "wide"}, "colours": {"fur": "#222222"},
            },
        }  # fmt: skip
        for name, values in rows.items():
            table = tables.tables[name]
            plain = {
                key: value.hex
                if isinstance(value, UUID) and own_url.startswith("sqlite")
                else value
                for key, value in values.items()
            }
            connection.execute(table.insert().values(**plain, created=when))

    async with engine.begin() as connection:
        await connection.run_sync(earlier)
    await engine.dispose()
    database = await Database.open(own_url)
    async with database.snapshot() as session:
        kept = (await session.scalars(select(JobRow))).one()
        assert (kept.id, kept.photo_id, kept.avatar) == (job, photo, None)
        assert (await session.scalars(select(ResultRow.sealed_picture))).one() == b"p"
        found = (await session.scalars(select(AvatarRow))).one()
        assert found.matched == {"parts": {"eyes": "wide"}, "colours": {"fur": "#222222"}}
        assert found.chosen == found.created == datetime(2026, 11, 1, tzinfo=UTC)
    await database.close()


async def test_migrating_keeps_pages_wardrobes_and_second_photos(own_url: str) -> None:
    """Sheets keep their page, which was a strength; states keep what has another name now."""
    await (await Database.open(own_url)).close()
    engine = create_async_engine(own_url)
    person, photo = uuid4(), uuid4()
    look = {"kind": "try-on", "settings": [{"name": "hair", "amount": 3.0}], "picture": None}
    smile = {"kind": "expression", "settings": [{"name": "smile", "amount": 0.4}], "picture": None}
    before = {"offered": True, "fitting": {"slot": "top"}, "last": [look, smile], "excused": None}
    jobs: dict[str, list[list[object]]] = {
        "try-on": [["hair", 3.0]], "fitting": [["mirror", 1.0]], "expression": [["smile", 0.4]],
    }  # fmt: skip

    def migrated(connection: Connection, revision: str) -> MetaData:
        made = config()
        made.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(made, revision)
        tables = MetaData()
        tables.reflect(connection, only=["people", "jobs", "conversations", "preferences"])
        return tables

    def plain(one: UUID) -> object:
        return one.hex if own_url.startswith("sqlite") else one

    def earlier(connection: Connection) -> None:
        tables = migrated(connection, "0005").tables
        when = datetime(2026, 11, 1, tzinfo=UTC)
        add = {name: table.insert() for name, table in tables.items()}
        connection.execute(
            add["people"].values(
                id=plain(person), platform="web", external_id="ada", wrapped_key=b"k", created=when
            )
        )
        for kind, settings in jobs.items():
            connection.execute(
                add["jobs"].values(
                    id=plain(uuid4()),
                    person_id=plain(person),
                    picture_id=plain(photo),
                    kind=kind,
                    settings=settings,
                    platform="web",
                    chat="room",
                    state="queued",
                    start_tag=1,
                    attempts=0,
                    detail={},
                    created=when,
                )
            )
        connection.execute(
            add["conversations"].values(person_id=plain(person), chat="room", state=before)
        )
        connection.execute(
            add["preferences"].values(person_id=plain(person), name="preferred", value=[smile])
        )

    async with engine.begin() as connection:
        await connection.run_sync(earlier)
    database = await Database.open(own_url)
    async with database.snapshot() as session:
        columns = select(JobRow.kind, JobRow.settings, JobRow.second_photo_id)
        kept = {row.kind: row for row in await session.execute(columns)}
        state = (await session.scalars(select(ConversationRow.state))).one()
        preferred = (await session.scalars(select(PreferenceRow.value))).one()
    await database.close()
    assert {row.second_photo_id for row in kept.values()} == {photo}
    assert {kind: row.settings for kind, row in kept.items()} == {
        "try-on": [["hair", 1.0, 3]],
        "preview": [["alone", 1.0]],
        "expression": [["smile", 0.4]],
    }
    turned = {"name": "hair", "amount": 1.0, "page": 3}
    smiling = {**smile, "second_photo": None}
    del smiling["picture"]
    assert state == {
        "sheet_newest": True,
        "wardrobe": {"slot": "top"},
        "last": [{"kind": "try-on", "settings": [turned], "second_photo": None}, smiling],
        "suppressed": None,
    }
    assert preferred == [smiling]

    def earlier_again(connection: Connection) -> None:
        tables = migrated(connection, "0005").tables
        rows = connection.execute(select(tables["jobs"].c["kind", "settings"])).all()
        assert {row.kind: row.settings for row in rows} == jobs
        states = connection.execute(select(tables["conversations"].c["state"])).all()
        assert [row.state for row in states] == [before]

    async with engine.begin() as connection:
        await connection.run_sync(earlier_again)
    await engine.dispose()


async def test_processes_may_start_at_once(own_url: str) -> None:
    """Several processes that migrate and install the queue at the same moment all succeed."""

    async def start() -> None:
        database = await Database.open(own_url)
        queue = await open_queue(database)
        await queue.close()
        await database.close()

    await asyncio.gather(*(start() for _ in range(4)))


async def test_sqlite_is_set_up_for_two_processes_and_for_erasure(sqlite_url: str) -> None:
    """WAL, a patient lock, foreign keys and overwriting of deleted bytes are on."""
    database = await Database.open(sqlite_url)
    async with database.snapshot() as session:
        found = {
            pragma: (await session.execute(text(f"PRAGMA {pragma}"))).scalar()
            for pragma in ("journal_mode", "busy_timeout", "foreign_keys", "secure_delete")
        }
    await database.close()
    assert found == {
        "journal_mode": "wal",
        "busy_timeout": 10000,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


async def test_a_transaction_inside_a_transaction_is_refused(sqlite_url: str) -> None:
    """Nesting raises at once instead of waiting for itself forever."""
    database = await Database.open(sqlite_url)
    async with database.transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with database.transaction():
                pass
    await database.close()


async def test_two_processes_share_a_sqlite_file(sqlite_url: str) -> None:
    """Transactions of two engines on one file wait for each other rather than fail."""
    first, second = await Database.open(sqlite_url), await Database.open(sqlite_url)

    async def add(database: Database, number: int) -> None:
        async with database.transaction() as session:
            count = (await session.execute(text("SELECT count(*) FROM updates"))).scalar()
            await session.execute(
                text("INSERT INTO updates (key, created) VALUES (:key, '2026-01-01')"),
                {"key": bytes([number, count or 0])},
            )

    await asyncio.gather(*(add((first, second)[n % 2], n) for n in range(20)))
    async with first.snapshot() as session:
        keys = (await session.execute(text("SELECT key FROM updates"))).scalars().all()
    assert sorted(key[1] for key in keys) == list(range(20))
    await first.close()
    await second.close()


async def test_other_databases_are_refused() -> None:
    """A URL that is neither SQLite in a file nor PostgreSQL is a clear error."""
    with pytest.raises(ValueError, match="database URL"):
        await Database.open("sqlite+aiosqlite://")


async def test_a_postgresql_url_needs_no_driver(postgres_url: str) -> None:
    """As providers write it, the URL is understood."""
    database = await Database.open(postgres_url.replace("+asyncpg", ""))
    async with database.snapshot() as session:
        assert (await session.execute(text("SELECT 1"))).scalar() == 1
    await database.close()
