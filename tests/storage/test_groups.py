"""A group's pack: one for all, joined and left by one's own word, kept by somebody who is there."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import pytest

from storage import groups, members, moving, packs, people
from storage.contract.packs import NewSticker, Origin, Pack
from storage.database import Database
from storage.errors import NotTheirs, PackFull
from storage.people import Person
from storage.vault import Vault
from tests import patience

FAMILY = Origin("together", ({"name": "family", "amount": 1.0},))
JOINING = Path(__file__).with_name("joining.py")


async def someone(database: Database, vault: Vault, name: str) -> Person:
    async with database.transaction() as session:
        return await people.find_or_add(session, vault, "telegram", name, None)


async def begun(database: Database, vault: Vault, keeper: Person) -> tuple[Person, Pack]:
    async with database.transaction() as session:
        group = await groups.account(session, vault, "telegram", "-5")
        pack, _ = await groups.shared_pack(session, vault, group.id, keeper.id, "Friends")
    return group, pack


async def in_it(database: Database, pack_id: UUID) -> set[UUID]:
    async with database.snapshot() as session:
        return {one.person_id for one in await members.of_pack(session, pack_id)}


async def test_two_who_begin_at_the_same_moment_share_one_pack(
    database: Database, vault: Vault
) -> None:
    """Both are told of the same, one of them that it is new."""
    ada, bo = [await someone(database, vault, name) for name in ("1", "2")]
    async with database.transaction() as session:
        group = await groups.account(session, vault, "telegram", "-5")

    async def begin(person: Person) -> tuple[Pack, bool]:
        async with database.transaction() as session:
            return await groups.shared_pack(session, vault, group.id, person.id, "Friends")

    (first, new), (second, again) = await asyncio.gather(begin(ada), begin(bo))
    assert first.id == second.id
    assert {new, again} == {True, False}
    assert first.keeper in {ada.id, bo.id}


async def test_of_two_who_join_at_the_same_moment_one_sees_both(
    database: Database, vault: Vault
) -> None:
    """So that a portrait drawn after the second shows the first as well."""
    ada, bo, cy = [await someone(database, vault, name) for name in "123"]
    _, pack = await begun(database, vault, ada)

    async def join(person: Person) -> set[UUID]:
        async with database.transaction() as session:
            there = await groups.join(session, pack.id, person.id, "group-1")
        return {one.person_id for one in there}

    seen = await asyncio.gather(join(ada), join(bo), join(cy), join(bo))
    assert max(seen, key=len) == {ada.id, bo.id, cy.id} == await in_it(database, pack.id)


async def test_a_pack_has_room_for_as_many_as_a_portrait(database: Database, vault: Vault) -> None:
    """Whoever is in it may agree again; another is told that it is full."""
    crowd = [await someone(database, vault, f"{at}") for at in range(groups.MOST_MEMBERS + 1)]
    _, pack = await begun(database, vault, crowd[0])
    async with database.transaction() as session:
        for one in crowd[:-1]:
            await groups.join(session, pack.id, one.id, "group-1")
        assert len(await groups.join(session, pack.id, crowd[0].id, "group-2")) == 30
    with pytest.raises(PackFull):
        async with database.transaction() as session:
            await groups.join(session, pack.id, crowd[-1].id, "group-1")


async def test_who_leaves_is_on_no_sticker_any_more(database: Database, vault: Vault) -> None:
    """Neither their own nor a portrait that others brought; the others' stay."""
    ada, bo = [await someone(database, vault, name) for name in "12"]
    group, pack = await begun(database, vault, ada)
    async with database.transaction() as session:
        for one in (ada, bo):
            await groups.join(session, pack.id, one.id, "group-1")
        brought = [
            await packs.add(
                session, vault, pack.id, NewSticker(by, b"png", False, FAMILY, ("🙂",), (), shown)
            )
            for by, shown in ((ada.id, ()), (bo.id, ()), (group.id, (ada.id, bo.id)))
        ]
    async with database.transaction() as session:
        left, went = await groups.leave(session, pack.id, bo.id)
        kept = (await packs.read(session, vault, pack.id)).stickers
        consents = await members.of_person(session, bo.id)
    assert [one.person_id for one in left] == [ada.id]
    assert went == 2
    assert [one.id for one in kept] == brought[:1]
    assert [one.withdrawn is not None for one in consents] == [True]


async def test_another_member_takes_over_once_the_keeper_is_gone(
    database: Database, vault: Vault
) -> None:
    """Not before, and nobody who is not in it."""
    ada, bo, cy = [await someone(database, vault, name) for name in "123"]
    _, pack = await begun(database, vault, ada)
    async with database.transaction() as session:
        await groups.join(session, pack.id, bo.id, "group-1")
    await refused(database, pack, bo)
    await people.forget(database, vault, ada.id)
    await refused(database, pack, cy)
    async with database.transaction() as session:
        await groups.take_over(session, pack.id, bo.id)
        assert (await packs.read(session, vault, pack.id)).keeper == bo.id


async def refused(database: Database, pack: Pack, person: Person) -> None:
    with pytest.raises(NotTheirs):
        async with database.transaction() as session:
            await groups.take_over(session, pack.id, person.id)


async def test_a_group_that_becomes_a_supergroup_keeps_its_pack(
    database: Database, vault: Vault
) -> None:
    """Its account is found under the new number."""
    ada = await someone(database, vault, "1")
    group, pack = await begun(database, vault, ada)
    async with database.transaction() as session:
        await moving.follow(session, vault, "telegram", "-5", "-1005", {})
        assert (await groups.account(session, vault, "telegram", "-1005")).id == group.id
        assert (await groups.shared_pack(session, vault, group.id, ada.id, ""))[0].id == pack.id


@pytest.mark.slow
@pytest.mark.parametrize("what", ["join", "leave"])
async def test_a_kill_in_the_middle_leaves_all_or_nothing(
    sqlite_url: str, vault: Vault, what: str
) -> None:
    """Killed with -9 before the commit it is as it was; said again it is whole."""
    database = await Database.open(sqlite_url)
    ada, bo = [await someone(database, vault, name) for name in "12"]
    _, pack = await begun(database, vault, ada)
    if what == "leave":
        async with database.transaction() as session:
            await groups.join(session, pack.id, bo.id, "group-1")
            new = NewSticker(bo.id, b"png", False, FAMILY, ("🙂",))
            await packs.add(session, vault, pack.id, new)
    before = await in_it(database, pack.id)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(JOINING), sqlite_url, what, str(pack.id), str(bo.id),
        stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": str(JOINING.parents[2])},
    )  # fmt: skip
    assert process.stdout is not None
    async with patience.limit():
        assert await process.stdout.readline() == b"done but not kept\n"
    process.kill()
    assert await process.wait() == -9
    assert await in_it(database, pack.id) == before
    async with database.transaction() as session:
        stickers = (await packs.read(session, vault, pack.id)).stickers
        assert len(stickers) == (what == "leave")
        if what == "join":
            await groups.join(session, pack.id, bo.id, "group-1")
        else:
            await groups.leave(session, pack.id, bo.id)
        assert not (await packs.read(session, vault, pack.id)).stickers
    assert await in_it(database, pack.id) == ({bo.id} if what == "join" else set())
    await database.close()
