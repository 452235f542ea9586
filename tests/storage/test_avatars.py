"""Avatars are kept, changed and found again, and their number stays bounded."""

from uuid import uuid4

from sqlalchemy import select

from storage import avatars
from storage.avatars import MOST
from storage.contract.avatars import AvatarSpec
from storage.database import Database
from storage.models import AvatarRow
from storage.people import Person
from storage.vault import Vault


def spec(top: str, style: str = "avataaars") -> AvatarSpec:
    return AvatarSpec(style, {"top": top, "eyes": "happy"}, {"hair": "#222222"})


async def of(database: Database, vault: Vault, person: Person) -> list[str]:
    """The tops of a person's avatars, the current one first."""
    async with database.snapshot() as session:
        found = await avatars.of_person(session, vault, person.id)
    return [avatar.spec.parts["top"] for avatar in found]


async def test_an_avatar_reads_back_as_kept(database: Database, vault: Vault, ada: Person) -> None:
    """Parts, colours and what fits the person come back, for them alone, and no change is lost."""
    new = uuid4()
    async with database.transaction() as session:
        ranked = {"top": ("bob", "bun")}
        assert await avatars.keep(session, vault, ada.id, spec("bob"), ranked, new) == new
        await avatars.change(session, vault, new, spec("bun"))
        await avatars.name(session, vault, new, "Lisa")
        sealed = await session.scalar(select(AvatarRow.sealed_ranked))
        (found,) = await avatars.of_person(session, vault, ada.id)
    assert (found.id, found.name, found.person_id) == (new, "Lisa", ada.id)
    assert (found.spec, found.matched) == (spec("bun"), spec("bob"))
    assert found.ranked == {"top": ["bob", "bun"]}
    assert sealed is not None
    assert b"bob" not in sealed


async def test_what_was_chosen_last_is_current(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Making, taking, changing and making the same once more all count; others' do not."""
    async with database.transaction() as session:
        first = await avatars.keep(session, vault, ada.id, spec("bob"))
        second = await avatars.keep(session, vault, ada.id, spec("bun"))
        await avatars.keep(session, vault, bob.id, spec("fro"))
    assert await of(database, vault, ada) == ["bun", "bob"]
    async with database.transaction() as session:
        await avatars.choose(session, first)
    assert await of(database, vault, ada) == ["bob", "bun"]
    async with database.transaction() as session:
        assert await avatars.keep(session, vault, ada.id, spec("bun")) == second
    assert await of(database, vault, ada) == ["bun", "bob"]
    async with database.transaction() as session:
        assert await avatars.change(session, vault, first, spec("curly"))
    assert await of(database, vault, ada) == ["curly", "bun"]
    async with database.transaction() as session:
        await avatars.delete(session, first)
        assert not await avatars.change(session, vault, first, spec("curly"))
    assert await of(database, vault, ada) == ["bun"]


async def test_the_longest_unused_go(database: Database, vault: Vault, ada: Person) -> None:
    """Beyond the bound the nameless go first, the oldest of them before the others."""
    async with database.transaction() as session:
        for number in range(MOST):
            made = await avatars.keep(session, vault, ada.id, spec(f"top{number}"))
            if number in (0, 2):
                await avatars.name(session, vault, made, f"name {number}")
        await avatars.keep(session, vault, ada.id, spec("one more"))
        await avatars.keep(session, vault, ada.id, spec("and another"))
    kept = await of(database, vault, ada)
    assert len(kept) == MOST
    assert kept[:2] == ["and another", "one more"]
    assert kept[-3:] == ["top4", "top2", "top0"]


async def test_the_newest_stays_even_among_names(
    database: Database, vault: Vault, ada: Person
) -> None:
    """Where all have names, the named one that was unused for longest makes room."""
    async with database.transaction() as session:
        for number in range(MOST):
            made = await avatars.keep(session, vault, ada.id, spec(f"top{number}"))
            await avatars.name(session, vault, made, f"name {number}")
        await avatars.keep(session, vault, ada.id, spec("new"))
    kept = await of(database, vault, ada)
    assert (len(kept), kept[0], kept[-1]) == (MOST, "new", "top1")
