"""What is erased by itself, and when: one table of what is kept how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, inspect, select

from storage import consents, links, packs
from storage.database import Database
from storage.models import (
    DeliveryRow,
    FavouriteRow,
    InboxRow,
    JobRow,
    PersonRow,
    PhotoConsentRow,
    PhotoRow,
    ResultRow,
    Row,
    UpdateRow,
)
from storage.settings import StorageSettings
from storage.vault import Vault

BATCH = 200
"""Rows that one transaction erases, so that nobody waits long for it."""


_SETTLED = timedelta(minutes=10)
"""After which whoever was forgetting somebody has done so, or never will."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept, counted from when they were made.

    Favourites and what is in packs stay until dropped, the latter for ``packs.UNDO`` more.

    ``results``: what jobs made, the jobs themselves and their deliveries. ``updates``:
    the keys of updates that were handled, and updates that nobody could handle.
    """

    results: timedelta = timedelta(days=7)
    updates: timedelta = timedelta(days=2)

    @classmethod
    def of(cls, settings: StorageSettings) -> "Retention":
        """Return what the settings say; how long a photo is kept is written on the photo."""
        return cls(timedelta(days=settings.result_days), timedelta(days=settings.update_days))


@dataclass(frozen=True, slots=True)
class Swept:
    """How much a sweep erased."""

    photos: int
    results: int
    jobs: int
    codes: int
    updates: int


async def sweep(
    database: Database, vault: Vault, now: datetime, keep: Retention | None = None
) -> Swept:
    """Erase what is past its time, in small batches, and secrets that nobody has any more."""
    keep = keep or Retention()
    made, handled = now - keep.results, now - keep.updates
    favourite = exists().where(FavouriteRow.job_id == ResultRow.job_id)
    still_kept = exists().where(ResultRow.job_id == JobRow.id)
    delivered = and_(DeliveryRow.finished < made, DeliveryRow.job_id.is_(None))
    swept = Swept(
        photos=await _erase(database, PhotoRow, PhotoRow.expires <= now),
        results=await _erase(database, ResultRow, and_(ResultRow.created < made, ~favourite)),
        jobs=await _erase(database, JobRow, and_(JobRow.ended < made, ~still_kept)),
        codes=await _expire_codes(database, now),
        updates=await _erase(database, UpdateRow, UpdateRow.created < handled),
    )
    dropped = await _expire_dropped(database, now)
    await _erase(database, DeliveryRow, delivered)
    await _erase(database, PhotoConsentRow, consents.past(made))
    await _erase(database, InboxRow, InboxRow.created < handled)
    await _destroy_secrets(database, vault)
    if swept.photos or swept.results or swept.jobs or dropped:
        await database.scrub()
    return swept


async def _destroy_secrets(database: Database, vault: Vault) -> None:
    """Finish what a process began that was killed while it forgot somebody."""
    leaving = vault.leaving(_SETTLED.total_seconds())
    for start in range(0, len(leaving), BATCH):
        some = leaving[start : start + BATCH]
        async with database.snapshot() as session:
            there = set(await session.scalars(select(PersonRow.id).where(PersonRow.id.in_(some))))
        for person_id in some:
            if person_id in there:
                vault.unmark(person_id)
            else:
                vault.destroy(person_id)


async def _expire_codes(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await links.expire(session, now)


async def _expire_dropped(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await packs.expire(session, now)


async def _erase(database: Database, table: type[Row], which: ColumnElement[bool]) -> int:
    """Erase all rows that meet a condition, so many at once; return how many there were."""
    (key,) = inspect(table).primary_key
    erased = 0
    while True:
        async with database.transaction() as session:
            going = list(await session.scalars(select(key).where(which).limit(BATCH)))
            if going:
                await session.execute(
                    delete(table)
                    .where(key.in_(going), which)
                    .execution_options(synchronize_session=False)
                )
        erased += len(going)
        if len(going) < BATCH:
            return erased
