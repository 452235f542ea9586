"""Updates are kept once, in order, and read back by the next process until they are handled."""

import pytest
from sqlalchemy import select

from storage import inbox, people
from storage.database import Database
from storage.inbox import KeptUpdate, NewUpdate
from storage.models import InboxRow
from storage.vault import Vault

WORDS = b"the secret words of an update"


def update(number: int, person: str = "ada") -> NewUpdate:
    return NewUpdate(f"telegram:{number}", person, b"%d: %s" % (number, WORDS), "en")


async def keep(database: Database, vault: Vault, *updates: NewUpdate) -> list[KeptUpdate]:
    async with database.transaction() as session:
        return await inbox.keep(session, vault, "telegram", updates)


async def waiting(database: Database, vault: Vault) -> list[bytes]:
    async with database.transaction() as session:
        return [one.payload for one in await inbox.waiting(session, vault, "telegram")]


async def test_an_update_is_kept_once(database: Database, vault: Vault) -> None:
    """Sent again because it was not confirmed, it is told apart from what is new."""
    first = await keep(database, vault, update(1), update(2))
    again = await keep(database, vault, update(2), update(3))
    assert [one.payload[:1] for one in first] == [b"1", b"2"]
    assert [one.payload[:1] for one in again] == [b"3"]


async def test_what_was_not_handled_is_read_back_in_order(database: Database, vault: Vault) -> None:
    """After a restart; what was handled is gone, and other platforms' updates are not ours."""
    kept = await keep(database, vault, update(3), update(1), update(2, "bob"))
    async with database.transaction() as session:
        await inbox.keep(session, vault, "discord", [update(4)])
        await inbox.erase(session, [kept[1].id])
    assert [payload[:1] for payload in await waiting(database, vault)] == [b"3", b"2"]


async def test_what_is_kept_is_sealed_and_goes_with_its_person(
    database: Database, vault: Vault
) -> None:
    """No word of an update stands in its row, and forgetting takes the row along."""
    await keep(database, vault, update(1))
    async with database.transaction() as session:
        assert WORDS not in (await session.scalars(select(InboxRow.sealed))).one()
        ada = await people.find(session, "telegram", "ada")
    assert ada is not None
    await people.forget(database, vault, ada.id)
    assert await waiting(database, vault) == []


@pytest.mark.parametrize("starts", [inbox.MAX_ATTEMPTS - 1, inbox.MAX_ATTEMPTS])
async def test_an_update_that_ends_its_process_is_passed_over(
    database: Database, vault: Vault, starts: int
) -> None:
    """After so many starts the others behind it get their turn."""
    await keep(database, vault, update(1))
    for _ in range(starts - 1):
        await waiting(database, vault)
    left = await waiting(database, vault)
    assert bool(left) == (starts < inbox.MAX_ATTEMPTS)
