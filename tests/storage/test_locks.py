"""Locks that end with who holds them."""

import asyncpg
import pytest

from storage.database import Database
from storage.locks import Lock


@pytest.fixture
async def held(postgres_url: str) -> Database:
    return await Database.open(postgres_url)


async def test_one_at_a_time_holds_a_lock(held: Database) -> None:
    """Another gets it after a release, and a lock of another name at any time."""
    first, second, other = Lock(held, "a"), Lock(held, "a"), Lock(held, "b")
    assert await first.take()
    assert not await second.take()
    assert await other.take()
    assert await first.holds()
    await first.release()
    assert await second.take()
    assert not await first.holds()
    for lock in (first, second, other):
        await lock.release()
    await held.close()


async def test_a_lock_ends_with_its_connection_and_is_taken_again(
    held: Database, postgres_url: str
) -> None:
    """Who was cut off holds it again if nobody was faster, and knows it if somebody was."""
    first, second = Lock(held, "a"), Lock(held, "a")
    assert await first.take()
    await _cut_off(postgres_url)
    assert await first.holds()
    await _cut_off(postgres_url)
    assert await second.take()
    assert not await first.holds()
    await second.release()
    await held.close()


async def test_on_sqlite_everybody_may(sqlite_url: str) -> None:
    """One process serves there."""
    database = await Database.open(sqlite_url)
    first, second = Lock(database, "a"), Lock(database, "a")
    assert await first.take()
    assert await second.take()
    assert await first.holds()
    await first.release()
    await database.close()


async def _cut_off(url: str) -> None:
    """End all other connections to a database, and see them gone."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
