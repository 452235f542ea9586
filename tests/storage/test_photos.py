"""Photos of one person are bounded."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from storage import consents, jobs, people, photos
from storage.contract.jobs import NewJob
from storage.database import Database
from storage.models import PhotoRow, now
from storage.people import Person
from storage.vault import Vault

HOUR = timedelta(hours=1)


async def keep(database: Database, vault: Vault, person: Person, size: int, quota: int) -> UUID:
    async with database.transaction() as session:
        key = await people.key_of(session, vault, person.id)
        return await photos.add(session, photos.seal(key, person.id, bytes(size)), HOUR, quota)


async def test_beyond_the_quota_the_oldest_go(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """But for the newest, for those that a job needs, and for other people's."""
    others = await keep(database, vault, bob, 2000, 5000)
    needed, old, middle = [await keep(database, vault, ada, 1000, 5000) for _ in range(3)]
    async with database.transaction() as session:
        await jobs.add(session, NewJob(ada.id, needed, "cutout", (), "web", "room"))
    newest = await keep(database, vault, ada, 1000, 2500)
    async with database.snapshot() as session:
        kept = await photos.kept(session, {others, needed, old, middle, newest})
    assert kept == {others, needed, middle, newest}


async def test_what_is_held_stays_beyond_quota_and_time(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Until another is held in its place; then it has its time like all others."""
    first, second = [await keep(database, vault, ada, 1000, 5000) for _ in range(2)]
    others = await keep(database, vault, bob, 1000, 5000)
    async with database.transaction() as session:
        await photos.hold(session, ada.id, {first, others}, HOUR)
        assert await photos.holds(session, ada.id)
        assert not await photos.holds(session, bob.id)
    newest = await keep(database, vault, ada, 1000, 1500)
    async with database.transaction() as session:
        assert await photos.kept(session, {first, second, newest}) == {first, newest}
        await photos.expire(session, now() + 100 * HOUR)
        assert await photos.kept(session, {first, newest, others}) == {first}
        await photos.hold(session, ada.id, (), HOUR)
        assert not await photos.holds(session, ada.id)
        await photos.expire(session, now() + 2 * HOUR)
        assert await photos.kept(session, {first}) == frozenset()


async def test_others_are_a_persons_own_the_newest_first(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """Neither what lies behind stickers, nor what is past its time, nor anybody else's."""
    await keep(database, vault, bob, 10, 5000)
    first, second, behind, late = [await keep(database, vault, ada, 10, 5000) for _ in range(4)]
    asked = await keep(database, vault, ada, 10, 5000)
    async with database.transaction() as session:
        await photos.hold(session, ada.id, {behind}, HOUR)
        await session.execute(
            update(PhotoRow).where(PhotoRow.id == late).values(expires=now() - HOUR)
        )
        assert await photos.others(session, asked, 5) == (second, first)
        assert await photos.others(session, asked, 1) == (second,)
        assert await photos.others(session, first, 5) == (asked, second)


async def test_others_leave_out_whom_nobody_asked_or_who_is_somebody_else(
    database: Database, vault: Vault, ada: Person, bob: Person
) -> None:
    """A photo that waits for an answer, and one that somebody else agreed to, are not looked at."""
    waiting, bobs, own, plain, asked = [await keep(database, vault, ada, 10, 5000) for _ in "12345"]
    async with database.transaction() as session:
        for photo in (waiting, bobs, own):
            await consents.ask(session, photo, ada.id, "group", None, "1", bytes(32))
        await consents.answer(session, bobs, bob.id, agreed=True)
        await consents.answer(session, own, ada.id, agreed=True)
        assert await photos.others(session, asked, 5) == (plain, own)
