"""Sealed bytes open for their own person, purpose and row, under the right master key."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from storage import people, photos
from storage.database import Database
from storage.errors import PersonGone, PhotoGone, VaultError
from storage.people import Person
from storage.vault import Vault
from tests.rows import add_photo


def test_sealed_bytes_come_back(vault: Vault) -> None:
    """What was sealed opens, and looks different every time."""
    person, row = uuid4(), uuid4()
    key = vault.unwrap(person, vault.new_key(person))
    first, second = (key.seal(b"hello", "photo", row) for _ in range(2))
    assert key.unseal(first, "photo", row) == key.unseal(second, "photo", row) == b"hello"
    assert first != second
    assert b"hello" not in first


def test_sealed_bytes_open_nowhere_else(vault: Vault) -> None:
    """Another row, purpose, person, master key or a changed byte all fail alike."""
    person, row = uuid4(), uuid4()
    wrapped = vault.new_key(person)
    key = vault.unwrap(person, wrapped)
    sealed = key.seal(b"hello", "photo", row)
    changed = bytes([sealed[0] ^ 1]) + sealed[1:]
    for attempt in (
        lambda: key.unseal(sealed, "photo", uuid4()),
        lambda: key.unseal(sealed, "report", row),
        lambda: key.unseal(changed, "photo", row),
        lambda: key.unseal(b"short", "photo", row),
        lambda: vault.unwrap(uuid4(), wrapped),
        lambda: Vault(bytes(32)).unwrap(person, wrapped),
    ):
        with pytest.raises(VaultError):
            attempt()


def test_a_master_key_has_32_bytes() -> None:
    """Any other length is refused."""
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"too short")


async def test_a_photo_and_its_report_come_back(
    database: Database, vault: Vault, ada: Person, photo_id: UUID
) -> None:
    """Photos are read as they came; a report is kept beside and may be replaced."""
    async with database.transaction() as session:
        assert (await photos.fetch(session, photo_id)).open(vault) == (b"a selfie", None)
        key = await people.key_of(session, vault, ada.id)
        await photos.keep_report(session, key, photo_id, b"one face")
        await photos.keep_report(session, key, photo_id, b"two faces")
        sealed = await photos.fetch(session, photo_id)
    assert sealed.open(vault) == (b"a selfie", b"two faces")


async def test_a_photo_is_gone_after_its_time(
    database: Database, vault: Vault, ada: Person, photo_id: UUID
) -> None:
    """It cannot be read from the moment its time is over, and expiring erases its row."""
    async with database.transaction() as session:
        late = await add_photo(session, vault, ada.id, b"late", timedelta(seconds=-1))
        with pytest.raises(PhotoGone):
            await photos.fetch(session, late)
        assert await photos.expire(session, datetime.now(UTC)) == 1
        assert await photos.expire(session, datetime.now(UTC)) == 0
        assert (await photos.fetch(session, photo_id)).open(vault) == (b"a selfie", None)
        assert await photos.expire(session, datetime.now(UTC) + timedelta(hours=2)) == 1


async def test_a_photo_needs_a_person(database: Database, vault: Vault, ada: Person) -> None:
    """Nothing is kept for somebody who was forgotten."""
    await people.forget(database, vault, ada.id)
    async with database.transaction() as session:
        with pytest.raises(PersonGone):
            await add_photo(session, vault, ada.id, b"x", timedelta(hours=1))
