"""What is left in PostgreSQL's files of somebody who was forgotten opens no more."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select

from storage import people, retention
from storage.database import Database
from storage.errors import VaultError
from storage.keyfiles import KeyFiles
from storage.models import PersonRow
from storage.people import Person
from storage.vault import Vault
from tests.clusters import Cluster, cluster
from tests.storage.traces import SECRETS, leave_traces

MASTER = bytes(range(32))


@pytest.fixture
def private() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


@pytest.mark.slow
async def test_nothing_in_postgresqls_files_opens_after_forgetting(
    private: Cluster, tmp_path: Path
) -> None:
    """After a checkpoint, with no vacuum: what is personal was never there in plain.

    The wrapped key is still there, as are backups; but the half that it takes to open it is not, in
    these files or anywhere.
    """
    keys = tmp_path / "keys"
    vault = Vault(MASTER, KeyFiles(keys))
    database = await Database.open(private.url)
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "web", "ada-the-person", "en")
        bob = await people.find_or_add(session, vault, "web", "bob", "en")
        wrapped = await session.scalar(select(PersonRow.wrapped_key).where(PersonRow.id == ada.id))
    assert wrapped is not None
    await leave_traces(database, vault, ada)
    secret = (keys / ada.id.hex).read_bytes()
    vault.unwrap(ada.id, wrapped)
    await people.forget(database, vault, ada.id)
    connection = await asyncpg.connect(private.url.replace("+asyncpg", ""))
    await connection.execute("CHECKPOINT")
    await connection.close()
    left = private.files()
    async with database.snapshot() as session:
        await people.key_of(session, vault, bob.id)  # nobody else's is lost
    await database.close()
    assert wrapped in left  # else this test would look in vain
    assert not [words for words in SECRETS if words in left]
    assert secret not in left
    assert not [path for path in keys.iterdir() if secret in path.read_bytes()]
    with pytest.raises(VaultError):
        vault.unwrap(ada.id, wrapped)
    with pytest.raises(VaultError):
        Vault(MASTER).unwrap(ada.id, wrapped)


async def test_a_secret_of_somebody_forgotten_is_destroyed_by_the_next_sweep(
    database: Database, ada: Person, tmp_path: Path
) -> None:
    """If a process was killed between the rows and the file; who is there stays."""
    keys = KeyFiles(tmp_path / "keys")
    vault = Vault(MASTER, keys)
    gone, going = uuid4(), uuid4()
    for person_id in (ada.id, gone, going):
        keys.make(person_id)
        keys.mark(person_id)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for person_id in (ada.id, gone):
        os.utime(tmp_path / "keys" / f"{person_id.hex}.leaving", (hour_ago.timestamp(),) * 2)
    await retention.sweep(database, vault, datetime.now(UTC))
    assert [keys.read(one) is None for one in (ada.id, gone, going)] == [False, True, False]
    assert list(keys.leaving(-1)) == [going]


async def test_secrets_of_people_that_a_database_does_not_know_are_left_alone(
    database: Database, tmp_path: Path
) -> None:
    """A folder beside a restored backup, or a wrong database, loses nobody."""
    keys = KeyFiles(tmp_path / "keys")
    stranger = uuid4()
    keys.make(stranger)
    week_ago = datetime.now(UTC) - timedelta(days=7)
    os.utime(tmp_path / "keys" / stranger.hex, (week_ago.timestamp(),) * 2)
    await retention.sweep(database, Vault(MASTER, keys), datetime.now(UTC))
    assert keys.read(stranger) is not None


async def test_whoever_is_forgotten_is_marked_before_their_rows_go(
    database: Database, ada: Person, tmp_path: Path
) -> None:
    """And no mark is left of them."""
    keys = KeyFiles(tmp_path / "keys")
    vault = Vault(MASTER, keys)
    keys.make(ada.id)
    async with database.transaction() as session:
        await people.erase_person(session, vault, ada.id)
        assert list(keys.leaving(-1)) == [ada.id]
    await people.forget(database, vault, ada.id)
    assert list((tmp_path / "keys").iterdir()) == []


def test_keys_from_before_there_were_files_open_as_before(tmp_path: Path) -> None:
    """A folder may be given to an installation that had none."""
    person = uuid4()
    wrapped = Vault(MASTER).new_key(person)
    sealed = Vault(MASTER).unwrap(person, wrapped).seal(b"words", "plan", person)
    later = Vault(MASTER, KeyFiles(tmp_path / "keys"))
    assert later.unwrap(person, wrapped).unseal(sealed, "plan", person) == b"words"


def test_destroying_twice_is_no_error(tmp_path: Path) -> None:
    """Forgetting somebody unknown is none either."""
    keys = KeyFiles(tmp_path / "keys")
    person = uuid4()
    keys.destroy(person)
    keys.make(person)
    keys.destroy(person)
    keys.destroy(person)
    assert list((tmp_path / "keys").iterdir()) == []
