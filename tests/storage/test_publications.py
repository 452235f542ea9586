"""Packs come to platforms step by step, and what is to go outlives what it was of."""

import asyncio
from uuid import UUID

import pytest

from storage import packs, people, publications
from storage.contract.packs import NewSticker, Origin, Pack, Publication, StepState, Volume
from storage.database import Database
from storage.people import Person
from storage.vault import Vault


@pytest.fixture
async def pack(database: Database, vault: Vault, ada: Person) -> Pack:
    """A pack of two stickers that is wanted on a platform."""
    async with database.transaction() as session:
        made = await packs.create(session, vault, ada.id, "Faces")
        for words in (b"a", b"b"):
            new = NewSticker(ada.id, words, False, Origin("cutout"), ("🙂",))
            await packs.add(session, vault, made.id, new)
        await publications.want(session, made.id, "telegram", ada.id, "1")
        return await packs.read(session, vault, made.id)


async def shown(database: Database, pack: Pack) -> tuple[Volume, list[UUID]]:
    """Put all of a pack into a set, as one at work on it would."""
    async with database.transaction() as session:
        volume = await publications.add_volume(session, pack.id, "telegram", 1, f"{pack.name}_1")
        assert await publications.sending_volume(session, volume.id, volume.name)
        uploads = []
        for place, one in enumerate(pack.stickers):
            upload = await publications.begin(session, volume.id, one, place)
            assert upload.state is StepState.SENDING
            await publications.arrived(session, upload.id, f"file{place}", f"key{place}")
            uploads.append(upload.id)
        await publications.volume_there(session, volume.id, pack.title_version)
        (volume,) = await publications.volumes(session, pack.id, "telegram")
    return volume, uploads


async def test_one_at_a_time_works_on_a_pack(database: Database, pack: Pack) -> None:
    """It is due until it is taken; of several takers one gets it, and only that one goes on."""
    async with database.snapshot() as session:
        assert await publications.due(session, "telegram") == [pack.id]
        assert await publications.due(session, "discord") == []

    async def take() -> Publication | None:
        async with database.transaction() as session:
            return await publications.take(session, pack.id, "telegram")

    (taken,) = [one for one in await asyncio.gather(*(take() for _ in range(4))) if one]
    async with database.transaction() as session:
        await publications.expire_leases(session, "telegram")
    later = await take()
    assert later is not None
    async with database.transaction() as session:
        assert not await publications.renew(session, taken)
        assert not await publications.finish(session, taken, pack.version)
        assert await publications.renew(session, later)


async def test_every_change_makes_it_due_again(
    database: Database, vault: Vault, ada: Person, pack: Pack
) -> None:
    """What is there in full rests until the pack changes; waiting and failures are kept to."""
    async with database.transaction() as session:
        taken = await publications.take(session, pack.id, "telegram")
        assert taken is not None
        assert await publications.tell(session, taken, "text:9")
        assert await publications.finish(session, taken, pack.version)
        assert await publications.due(session, "telegram") == []
        await packs.rename(session, vault, pack.id, "Other")
        assert await publications.due(session, "telegram") == [pack.id]
        taken = await publications.take(session, pack.id, "telegram")
        assert taken is not None
        assert taken.reference == "text:9"
        assert await publications.wait(session, taken, 3600)
        assert await publications.due(session, "telegram") == []
        await publications.want(session, pack.id, "telegram", ada.id, "2")
        taken = await publications.take(session, pack.id, "telegram")
        assert taken is not None
        assert (taken.chat, taken.reference) == ("2", None)
        assert await publications.fail(session, taken, "owner_unknown")
        assert await publications.due(session, "telegram") == []
        (row,) = await publications.of_pack(session, pack.id)
    assert (row.state, row.failure) == (StepState.FAILED, "owner_unknown")


async def test_cancelling_stops_whoever_is_at_work(database: Database, pack: Pack) -> None:
    """The holder's next word is refused, and nothing is due until it is wanted again."""
    async with database.transaction() as session:
        taken = await publications.take(session, pack.id, "telegram")
        assert taken is not None
        assert await publications.cancel(session, pack.id, "telegram")
        assert not await publications.renew(session, taken)
        assert not await publications.cancel(session, pack.id, "telegram")
        assert await publications.due(session, "telegram") == []


async def test_a_dropped_sticker_leaves_its_set(database: Database, pack: Pack) -> None:
    """One that was sent waits to be taken out; one that was not is simply no more."""
    volume, _ = await shown(database, pack)
    assert [one.file_id for one in volume.uploads] == ["file0", "file1"]
    first = pack.stickers[0].id
    async with database.transaction() as session:
        await packs.drop(session, first)
        (found,) = await publications.leaving(session, "telegram")
    assert [(one.sticker_id, one.state) for one in found.uploads] == [
        (first, StepState.LEAVING), (pack.stickers[1].id, StepState.THERE),
    ]  # fmt: skip
    async with database.transaction() as session:
        await publications.forget_upload(session, found.uploads[0].id)
        assert await publications.leaving(session, "telegram") == ()


async def test_forgetting_leaves_only_what_is_to_go(
    database: Database, vault: Vault, ada: Person, pack: Pack
) -> None:
    """The set's name waits to be taken down, with nothing of the person; then it goes too."""
    volume, _ = await shown(database, pack)
    erased = await people.forget(database, vault, ada.id)
    assert (erased.packs, erased.sets) == (1, 1)
    async with database.transaction() as session:
        (going,) = await publications.leaving(session, "telegram")
        assert (going.name, going.state) == (volume.name, StepState.LEAVING)
        assert await publications.due(session, "telegram") == []
        await publications.rest(session, going.id, 3600)
        assert await publications.leaving(session, "telegram") == ()
        await publications.expire_leases(session, "telegram")
    async with database.transaction() as session:
        assert len(await publications.leaving(session, "telegram")) == 1
        await publications.forget_volume(session, going.id)
        assert await publications.leaving(session, "telegram") == ()


async def test_what_arrives_too_late_goes_all_the_same(database: Database, pack: Pack) -> None:
    """A sticker and a set under way when they were dropped are taken away after they arrived."""
    async with database.transaction() as session:
        volume = await publications.add_volume(session, pack.id, "telegram", 1, "s1")
        assert await publications.sending_volume(session, volume.id, "s1a")
        upload = await publications.begin(session, volume.id, pack.stickers[0], 0)
        await packs.delete(session, pack.id)
        await publications.arrived(session, upload.id, "f", "k")
        await publications.volume_there(session, volume.id, 1)
        assert not await publications.sending_volume(session, volume.id, "s1b")
        (going,) = await publications.leaving(session, "telegram")
    assert (going.name, going.state, going.uploads[0].file_id) == ("s1a", StepState.LEAVING, "f")


async def test_a_set_that_was_only_planned_needs_no_taking_down(
    database: Database, pack: Pack
) -> None:
    """The platform never heard of it."""
    async with database.transaction() as session:
        await publications.add_volume(session, pack.id, "telegram", 1, "s1")
        await packs.delete(session, pack.id)
        assert await publications.leaving(session, "telegram") == ()


async def test_what_got_lost_on_its_way_is_given_again(database: Database, pack: Pack) -> None:
    """One that never came is wanted; where an older picture stands, that is to be replaced."""
    volume, _ = await shown(database, pack)
    first, second = pack.stickers
    async with database.transaction() as session:
        replacing = await publications.begin(session, volume.id, first, 0)
        await publications.lost(session, replacing)
        await publications.forget_upload(session, volume.uploads[1].id)
        adding = await publications.begin(session, volume.id, second, 1)
        await publications.lost(session, adding)
        (found,) = await publications.volumes(session, pack.id, "telegram")
    assert [(one.state, one.file_id, one.picture_version) for one in found.uploads] == [
        (StepState.THERE, "file0", 0), (StepState.WANTED, None, 0),
    ]  # fmt: skip


async def test_what_failed_for_a_reason_that_is_gone_is_wanted_again(
    database: Database, ada: Person, pack: Pack
) -> None:
    """Only packs of that person and that reason."""
    async with database.transaction() as session:
        taken = await publications.take(session, pack.id, "telegram")
        assert taken is not None
        await publications.fail(session, taken, "owner_unknown")
        assert await publications.want_again(session, ada.id, "telegram", "other") == 0
        assert await publications.want_again(session, ada.id, "telegram", "owner_unknown") == 1
        assert await publications.due(session, "telegram") == [pack.id]
