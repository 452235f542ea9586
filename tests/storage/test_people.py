"""People, their conversations and preferences, and that forgetting leaves nothing."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage import deliveries, people, photos, results
from storage.database import Database
from storage.errors import PersonGone, PhotoGone, ResultGone
from storage.models import Row
from storage.people import Erasure, Person
from storage.vault import Vault
from tests.storage.traces import SECRETS, leave_traces, passages


async def test_a_person_is_added_once(database: Database, vault: Vault, ada: Person) -> None:
    """The same account is the same person; their chosen language outlives what the app says."""
    async with database.transaction() as session:
        await people.set_locale(session, ada.id, "zh-Hans")
        again = await people.find_or_add(session, vault, "web", "ada", "en")
        elsewhere = await people.find_or_add(session, vault, "telegram", "ada", "en")
    assert again == Person(ada.id, "web", "ada", "zh-Hans")
    assert elsewhere.id != ada.id


async def test_two_first_updates_at_once_make_one_person(database: Database, vault: Vault) -> None:
    """Concurrent first contacts of one account end with one row."""

    async def arrive() -> Person:
        async with database.transaction() as session:
            return await people.find_or_add(session, vault, "web", "eve", None)

    assert len({person.id for person in await asyncio.gather(*(arrive() for _ in range(5)))}) == 1


async def test_an_update_is_new_only_once(database: Database) -> None:
    """The second sight of a key says no, also when both come at the same time."""

    async def see(key: str) -> bool:
        async with database.transaction() as session:
            return await people.first_time(session, key)

    assert sorted(await asyncio.gather(*(see("telegram:1") for _ in range(4)))) == [
        False,
        False,
        False,
        True,
    ]
    assert await see("telegram:2")


async def test_a_rolled_back_update_is_new_again(database: Database) -> None:
    """An update whose handling failed is handled when it is repeated."""

    async def fail() -> None:
        async with database.transaction() as session:
            assert await people.first_time(session, "telegram:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.transaction() as session:
        assert await people.first_time(session, "telegram:1")


async def test_conversations_and_preferences_are_kept(
    database: Database, vault: Vault, ada: Person
) -> None:
    """State is kept per chat, preferences per person; both can be changed."""
    async with database.transaction() as session:
        assert await people.load_conversation(session, vault, ada.id, "room") == {}
        await people.save_conversation(session, vault, ada.id, "room", {"photo": "1"})
        await people.save_conversation(
            session, vault, ada.id, "room", {"photo": "2", "undo": ["a"]}
        )
        await people.save_conversation(session, vault, ada.id, "other", {})
        await people.set_preference(session, vault, ada.id, "style", "hokusai")
        await people.set_preference(session, vault, ada.id, "style", ["monet", 0.5])
        await people.set_preference(session, vault, ada.id, "gone", 1)
        await people.set_preference(session, vault, ada.id, "gone", None)
    async with database.transaction() as session:
        state = await people.load_conversation(session, vault, ada.id, "room")
        assert state == {"photo": "2", "undo": ["a"]}
        assert await people.preferences(session, vault, ada.id) == {"style": ["monet", 0.5]}


async def test_two_updates_do_not_overwrite_each_others_state(
    database: Database, vault: Vault, ada: Person
) -> None:
    """Loading a conversation holds the person's turn until the transaction ends."""

    async def count() -> None:
        async with database.transaction() as session:
            state = await people.load_conversation(session, vault, ada.id, "room")
            await asyncio.sleep(0.01)
            state["n"] = state.get("n", 0) + 1
            await people.save_conversation(session, vault, ada.id, "room", state)

    await asyncio.gather(*(count() for _ in range(5)))
    async with database.transaction() as session:
        assert await people.load_conversation(session, vault, ada.id, "room") == {"n": 5}


async def test_forgetting_leaves_no_row(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """All of a person's rows go, nobody else's; a second time finds nothing."""
    job, _ = await leave_traces(database, vault, ada)
    erased = await people.forget(database, vault, ada.id)
    assert erased == Erasure(
        photos=1, results=1, jobs=1, avatars=1, conversations=1, preferences=1, links=0, packs=1
    )
    async with database.transaction() as session:
        for table in Row.metadata.sorted_tables:
            rows = await session.scalar(select(func.count()).select_from(table))
            assert rows == (1 if table.name == "people" else 0), table.name
        assert (await people.find_or_add(session, vault, "web", "bob", None)).id == bob.id
        with pytest.raises(ResultGone):
            await results.read(session, vault, job.id)
        with pytest.raises(PhotoGone):
            await photos.fetch(session, job.photo_id)
        with pytest.raises(PersonGone):
            await people.load_conversation(session, vault, ada.id, "room")
        assert await deliveries.pending(session, "web") == []
    assert await people.forget(database, vault, ada.id) == Erasure(0, 0, 0, 0, 0, 0, 0)


async def test_forgetting_leaves_no_byte_in_the_files(
    sqlite_url: str, tmp_path: Path, vault: Vault
) -> None:
    """No piece of photo, result or key, plain or sealed, is in SQLite's files afterwards."""
    database = await Database.open(sqlite_url)
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "web", "ada-the-person", "en")
    _, sealed = await leave_traces(database, vault, ada)

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())

    words = [b"ada-the-person", b"ada's room"]
    before = files()
    await people.forget(database, vault, ada.id)
    after = files()
    await database.close()
    pieces = list(passages(sealed))
    assert sum(piece in before for piece in pieces) > 0.9 * len(pieces)  # some lie across pages
    assert all(word in before for word in words)
    assert not any(secret in before for secret in SECRETS)
    assert not any(piece in after for piece in [*pieces, *words])
