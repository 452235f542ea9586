"""Packs keep their stickers in order, changes can be taken back, and leaving is exact."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from storage import consents, favourites, jobs, members, packs, people, retention
from storage.contract.avatars import AvatarSpec
from storage.contract.jobs import Done, NewJob
from storage.contract.packs import MOST_PACKS, MOST_STICKERS, NewSticker, Origin, Pack, PackKind
from storage.database import Database
from storage.errors import PackFull, PackGone, PersonGone
from storage.models import PackRow, PackShownRow, PackStickerRow
from storage.people import Person
from storage.vault import Vault
from tests.rows import add_photo

SPEC = AvatarSpec("avataaars", {"top": "bob"}, {"hair": "#222222"})


def sticker(
    person: Person, words: str, *, animated: bool = False, shown: tuple[UUID, ...] = ()
) -> NewSticker:
    origin = Origin("mood", ({"name": words, "amount": 1.0},), None, SPEC.to_json())
    picture = words.encode()
    return NewSticker(person.id, picture, animated, origin, ("🙂",), (words,), shown)


async def filled(
    database: Database, vault: Vault, owner: Person, *names: str
) -> tuple[Pack, list[UUID]]:
    """A pack with a sticker of each name."""
    async with database.transaction() as session:
        pack = await packs.create(session, vault, owner.id, "Ada's faces")
        made = [await packs.add(session, vault, pack.id, sticker(owner, name)) for name in names]
    return pack, made


async def order(database: Database, vault: Vault, pack_id: UUID) -> str:
    """The keywords of a pack's stickers, in order."""
    async with database.snapshot() as session:
        pack = await packs.read(session, vault, pack_id)
    return "".join(one.keywords[0] for one in pack.stickers)


async def test_a_pack_reads_back_as_kept(database: Database, vault: Vault, ada: Person) -> None:
    """Title, kind, what made each sticker, its picture, emoji and keywords come back, sealed."""
    async with database.transaction() as session:
        pack = await packs.create(session, vault, ada.id, "Ada's faces", PackKind.CUSTOM_EMOJI)
        still = await packs.add(session, vault, pack.id, sticker(ada, "happy"))
        film = await packs.add(session, vault, pack.id, sticker(ada, "wave", animated=True))
        await packs.describe(session, vault, film, ("👋", "🙂"), ("hello",))
    async with database.snapshot() as session:
        (found,) = await packs.of_account(session, vault, ada.id)
        assert found == await packs.read(session, vault, pack.id)
        picture = await packs.picture(session, vault, film)
        columns = select(PackStickerRow.sealed_picture, PackStickerRow.about)
        rows = (await session.execute(columns)).all()
        title = await session.scalar(select(PackRow.title))
    assert (found.title, found.kind, found.owner, found.name) == (
        "Ada's faces", PackKind.CUSTOM_EMOJI, ada.id, pack.name,
    )  # fmt: skip
    assert [one.id for one in found.stickers] == [still, film]
    assert found.stickers[0].origin.avatar == SPEC.to_json()
    assert (found.stickers[1].emoji, found.stickers[1].keywords) == (("👋", "🙂"), ("hello",))
    assert (picture.data, picture.animated, found.animated) == (b"wave", True, True)
    kept = repr((rows, title))
    assert not [words for words in ("happy", "wave", "hello", "bob", "Ada") if words in kept]


async def test_every_change_can_be_taken_back(
    database: Database, vault: Vault, ada: Person
) -> None:
    """Moving, dropping, replacing, renaming and new emoji all go back to what was."""
    pack, (a, b, c) = await filled(database, vault, ada, "a", "b", "c")
    async with database.transaction() as session:
        assert await packs.move(session, c, 0) == 2
    assert await order(database, vault, pack.id) == "cab"
    async with database.transaction() as session:
        await packs.move(session, c, 2)
        assert await packs.drop(session, b) == 1
    assert await order(database, vault, pack.id) == "ac"
    async with database.transaction() as session:
        await packs.restore(session, b, 1)
        old = await packs.replace(session, vault, a, sticker(ada, "new", animated=True))
        assert (await packs.picture(session, vault, a)).data == b"new"
        replaced = await packs.read(session, vault, pack.id)
        assert [one.id for one in replaced.stickers] == [a, b, c]
        assert replaced.stickers[0].animated
        assert replaced.stickers[0].keywords == ("a",)  # words stay with the place
        await packs.exchange(session, vault, a, old)
        assert (await packs.picture(session, vault, a)).data == b"a"
        assert await packs.rename(session, vault, pack.id, "Other") == "Ada's faces"
    assert await order(database, vault, pack.id) == "abc"
    async with database.snapshot() as session:
        now = await packs.read(session, vault, pack.id)
    assert now.title == "Other"
    assert not now.animated
    assert now.title_version == 2
    assert now.version > pack.version


async def test_what_is_in_a_pack_outlives_what_made_it(
    database: Database, vault: Vault, ada: Person, new_job: NewJob
) -> None:
    """The sweep takes jobs and results; pictures in packs stay, dropped ones for a day."""
    async with database.transaction() as session:
        job = await jobs.add(session, new_job)
        claimed = await jobs.claim(session, job.id, "w", timedelta(seconds=9))
        assert claimed is not None
        await jobs.finish(session, vault, claimed, Done(b"picture"))
    _, (kept, dropped) = await filled(database, vault, ada, "kept", "dropped")
    async with database.transaction() as session:
        await packs.drop(session, dropped)
    later = datetime.now(UTC) + timedelta(days=30)
    await retention.sweep(database, vault, datetime.now(UTC))
    async with database.snapshot() as session:
        assert (await packs.picture(session, vault, dropped)).data == b"dropped"
    swept = await retention.sweep(database, vault, later)
    assert swept.results == 1
    async with database.transaction() as session:
        assert (await packs.picture(session, vault, kept)).data == b"kept"
        with pytest.raises(PackGone):
            await packs.restore(session, dropped, 0)
        assert await favourites.of_person(session, vault, ada.id) == []


async def test_there_are_bounds(database: Database, vault: Vault, ada: Person) -> None:
    """An account has so many packs, a pack so many stickers, and each is told by its error."""
    async with database.transaction() as session:
        made = [await packs.create(session, vault, ada.id, "p") for _ in range(MOST_PACKS)]
        with pytest.raises(PackFull) as full:
            await packs.create(session, vault, ada.id, "one more")
        assert full.value.most == MOST_PACKS
        first = await packs.add(session, vault, made[0].id, sticker(ada, "x"))
        for _ in range(MOST_STICKERS - 1):
            await packs.add(session, vault, made[0].id, sticker(ada, "x"))
        with pytest.raises(PackFull):
            await packs.add(session, vault, made[0].id, sticker(ada, "x"))
        await packs.drop(session, first)
        await packs.add(session, vault, made[0].id, sticker(ada, "x"))
        with pytest.raises(PackFull):
            await packs.restore(session, first, 0)


async def test_two_at_once_both_get_in(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Stickers that members bring at the same moment have places of their own."""
    pack, _ = await filled(database, vault, ada)

    async def bring(person: Person, name: str) -> None:
        async with database.transaction() as session:
            await packs.add(session, vault, pack.id, sticker(person, name))

    await asyncio.gather(*(bring((ada, bob)[n % 2], str(n)) for n in range(8)))
    assert sorted(await order(database, vault, pack.id)) == list("01234567")
    async with database.snapshot() as session:
        places = await session.scalars(select(PackStickerRow.position))
        assert sorted(places) == list(range(8))


async def test_who_withdraws_is_taken_out(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Their own stickers and those that show them go; the consent keeps both times; others stay."""
    pack, _ = await filled(database, vault, ada, "ada")
    async with database.transaction() as session:
        for person in (ada, bob):
            await members.consent(session, pack.id, person.id, "v1")
        await packs.add(session, vault, pack.id, sticker(bob, "bob"))
        await packs.add(session, vault, pack.id, sticker(ada, "both", shown=(ada.id, bob.id)))
        again = await members.consent(session, pack.id, bob.id, "v1")
        assert [one.person_id for one in await members.of_pack(session, pack.id)] == [
            ada.id,
            bob.id,
        ]
        before = (await packs.read(session, vault, pack.id)).version
    async with database.transaction() as session:
        assert await members.withdraw(session, pack.id, bob.id) == 2
    assert await order(database, vault, pack.id) == "ada"
    async with database.transaction() as session:
        assert (await packs.read(session, vault, pack.id)).version > before
        assert [one.person_id for one in await members.of_pack(session, pack.id)] == [ada.id]
        (row,) = await members.of_person(session, bob.id)
        assert (row.consented, row.wording) == (again.consented, "v1")
        assert row.withdrawn is not None
        assert row.withdrawn >= row.consented
        back = await members.consent(session, pack.id, bob.id, "v2")
        assert (back.withdrawn, back.wording) == (None, "v2")
        assert await session.scalar(select(func.count()).select_from(PackShownRow)) == 0


async def test_forgetting_a_member_leaves_the_others_pack(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """What showed them is gone, the pack and its other stickers stay, also for its keeper."""
    async with database.transaction() as session:
        group = await people.find_or_add(session, vault, "telegram", "group:-100", None)
        pack = await packs.create(session, vault, group.id, "Us", keeper=bob.id)
        for person in (ada, bob):
            await members.consent(session, pack.id, person.id, "v1")
            await packs.add(session, vault, pack.id, sticker(person, person.external_id))
        await packs.add(session, vault, pack.id, sticker(group, "all", shown=(ada.id, bob.id)))
    erased = await people.forget(database, vault, bob.id)
    assert (erased.packs, erased.sets) == (0, 0)
    assert await order(database, vault, pack.id) == "ada"
    async with database.transaction() as session:
        assert (await packs.read(session, vault, pack.id)).keeper is None
        await packs.keep_on(session, pack.id, ada.id)
        assert (await packs.read(session, vault, pack.id)).keeper == ada.id
        with pytest.raises(PersonGone):
            await packs.add(session, vault, pack.id, sticker(bob, "again"))


async def test_a_deleted_pack_is_gone(database: Database, vault: Vault, ada: Person) -> None:
    """Neither it nor its stickers are found any more, dropped ones neither."""
    pack, (a, b) = await filled(database, vault, ada, "a", "b")
    async with database.transaction() as session:
        await packs.drop(session, b)
        await packs.delete(session, pack.id)
    async with database.transaction() as session:
        for asked in (
            packs.read(session, vault, pack.id), packs.picture(session, vault, a),
            packs.restore(session, b, 0), packs.rename(session, vault, pack.id, "x"),
            packs.add(session, vault, pack.id, sticker(ada, "c")), packs.move(session, a, 1),
        ):  # fmt: skip
            with pytest.raises(PackGone):
                await asked
        assert await packs.of_account(session, vault, ada.id) == ()


async def test_the_same_brought_twice_is_there_once(
    database: Database, vault: Vault, ada: Person
) -> None:
    """Ids that are given make adding, replacing and beginning a pack safe to repeat."""
    pack_id, one, old = uuid4(), uuid4(), uuid4()
    async with database.transaction() as session:
        for _ in range(2):
            assert (await packs.create(session, vault, ada.id, "P", pack_id=pack_id)).id == pack_id
            await packs.add(session, vault, pack_id, sticker(ada, "a"), one)
        await packs.add(session, vault, pack_id, sticker(ada, "b"))
        await packs.drop(session, one)
        await packs.add(session, vault, pack_id, sticker(ada, "a"), one)
        for _ in range(2):
            assert await packs.replace(session, vault, one, sticker(ada, "new"), old) == old
        assert (await packs.picture(session, vault, one)).data == b"new"
    assert await order(database, vault, pack_id) == "ba"


async def test_outlines_tell_what_there_is(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Titles and numbers of stickers without the dropped, the newest change first."""
    first, (a, _) = await filled(database, vault, ada, "a", "b")
    async with database.transaction() as session:
        empty = await packs.create(session, vault, ada.id, "Empty")
        await packs.drop(session, a)
        found = await packs.outlines(session, vault, ada.id, "telegram")
        assert await packs.outlines(session, vault, bob.id, "telegram") == ()
    assert [(one.id, one.title, one.count, one.sets) for one in found] == [
        (first.id, "Ada's faces", 1, ()), (empty.id, "Empty", 0, ()),
    ]  # fmt: skip


async def test_who_agreed_to_a_photo_is_on_its_stickers(database: Database, vault: Vault) -> None:
    """A sticker of somebody's photo, by their word, leaves others' packs when they forget."""
    async with database.transaction() as session:
        ada = await people.find_or_add(session, vault, "telegram", "1", None)
        bo = await people.find_or_add(session, vault, "telegram", "2", None)
        photo = await add_photo(session, vault, ada.id, b"bo", timedelta(hours=1))
        await consents.ask(session, photo, ada.id, "group", "2", "1", bytes(32))
        await consents.answer(session, photo, bo.id, agreed=True)
        job = await jobs.add(session, NewJob(ada.id, photo, "cutout", (), "telegram", "group"))
        pack = await packs.create(session, vault, ada.id, "Ada's faces")
        of_bo = NewSticker(ada.id, b"bo", False, Origin("cutout", (), job.id), ("🙂",))
        await packs.add(session, vault, pack.id, of_bo)
        kept = await packs.add(session, vault, pack.id, sticker(ada, "happy"))
    await people.forget(database, vault, bo.id)
    async with database.snapshot() as session:
        left = (await packs.read(session, vault, pack.id)).stickers
    assert [one.id for one in left] == [kept]
