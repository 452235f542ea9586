"""Photos and their face reports: sealed, and gone after their time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.erasing import erase
from storage.errors import PhotoGone as PhotoGone
from storage.models import JobRow, PersonRow, PhotoConsentRow, PhotoRow, now
from storage.people import take_turn
from storage.vault import PersonKey, Vault

NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""When photos expire that stay until their person says otherwise."""


@dataclass(frozen=True, slots=True)
class SealedPhoto:
    """A photo as it is going to be kept."""

    id: UUID
    person_id: UUID
    sealed: bytes


def seal(key: PersonKey, person_id: UUID, data: bytes) -> SealedPhoto:
    """Seal a photo as it came, before any transaction: megabytes take milliseconds.

    Args:
        key: the person's (``people.key_of``).
        person_id: whose photo it is.
        data: the file, undecoded.
    """
    photo_id = uuid4()
    return SealedPhoto(photo_id, person_id, key.seal(data, "photo", photo_id))


async def add(
    session: AsyncSession, photo: SealedPhoto, keep_for: timedelta, quota: int | None = None
) -> UUID:
    """Keep a sealed photo for a time and return its id.

    Args:
        session: a transaction.
        photo: as it is going to be kept.
        keep_for: after this it is erased by itself.
        quota: bytes of photos that one person may have; beyond them the oldest go, but for those
            that a job still needs.

    Raises:
        PersonGone: the person was forgotten meanwhile.
    """
    await take_turn(session, photo.person_id)
    created = now()
    session.add(
        PhotoRow(
            id=photo.id,
            person_id=photo.person_id,
            sealed=photo.sealed,
            created=created,
            expires=created + keep_for,
        )
    )
    await session.flush()
    if quota is not None:
        await _bound(session, photo, quota)
    return photo.id


async def _bound(session: AsyncSession, newest: SealedPhoto, quota: int) -> None:
    rows = await session.execute(_OTHERS, {"person": newest.person_id, "newest": newest.id})
    left, going = quota - len(newest.sealed), []
    for photo_id, size in rows:
        left -= size
        if left < 0:
            going.append(photo_id)
    if not going:
        return
    jobs = await session.execute(
        select(JobRow.photo_id, JobRow.second_photo_id).where(
            JobRow.person_id == newest.person_id, JobRow.ended.is_(None)
        )
    )
    needed = {photo_id for row in jobs for photo_id in row}
    await erase(session, PhotoRow, PhotoRow.id.in_([one for one in going if one not in needed]))


async def hold(
    session: AsyncSession, person_id: UUID, photo_ids: Collection[UUID], keep_for: timedelta
) -> None:
    """Keep these photos of a person until told otherwise, and what was held before for a time."""
    theirs = PhotoRow.person_id == person_id
    held = PhotoRow.id.in_(photo_ids)
    released = update(PhotoRow).where(theirs, ~held, PhotoRow.expires == NEVER)
    await session.execute(released.values(expires=now() + keep_for))
    await session.execute(update(PhotoRow).where(theirs, held).values(expires=NEVER))


async def holds(session: AsyncSession, person_id: UUID) -> bool:
    """Tell whether a person has photos that stay until they say otherwise."""
    found = select(PhotoRow.id).where(PhotoRow.person_id == person_id, PhotoRow.expires == NEVER)
    return await session.scalar(found.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo and what was found in it so far, as they lie in their row."""

    photo_id: UUID
    person_id: UUID
    wrapped_key: bytes
    sealed: bytes
    sealed_report: bytes | None

    def open(self, vault: Vault) -> tuple[bytes, bytes | None]:
        """Unseal the photo and its report; work for a thread."""
        key = vault.unwrap(self.person_id, self.wrapped_key)
        report = self.sealed_report
        return (
            key.unseal(self.sealed, "photo", self.photo_id),
            None if report is None else key.unseal(report, "report", self.photo_id),
        )


async def fetch(session: AsyncSession, photo_id: UUID) -> StoredPhoto:
    """Return a photo's row.

    Raises:
        PhotoGone: it was erased or is past its time.
    """
    found = (await session.execute(_FETCH, {"photo": photo_id, "time": now()})).first()
    if found is None:
        raise PhotoGone(str(photo_id))
    return StoredPhoto(photo_id, *found)


async def others(session: AsyncSession, photo_id: UUID, most: int) -> tuple[UUID, ...]:
    """Return so many other photos of whoever's this one is, the newest first.

    Left out is what lies behind stickers, and what shows or may show somebody else: a photo sent
    where others are counts only where its sender agreed to it, in their own name.
    """
    found = await session.scalars(_BESIDE, {"photo": photo_id, "time": now(), "most": most})
    return tuple(found)


async def keep_report(session: AsyncSession, key: PersonKey, photo_id: UUID, report: bytes) -> None:
    """Keep what was found in a photo as long as the photo; nothing if that is gone.

    ``key``: of the person whose photo it is.
    """
    sealed = key.seal(report, "report", photo_id)
    await session.execute(_REPORT, {"photo": photo_id, "report": sealed})


async def kept(session: AsyncSession, photo_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the photos that are still there."""
    if not photo_ids:
        return frozenset()
    found = await session.scalars(_KEPT, {"photos": list(photo_ids), "time": now()})
    return frozenset(found)


async def expire(session: AsyncSession, now: datetime) -> int:
    """Erase the photos whose time is over; return how many."""
    return await erase(session, PhotoRow, PhotoRow.expires <= now)


# Statements are made once: that costs more than asking them.

_OTHERS = (
    select(PhotoRow.id, func.length(PhotoRow.sealed))
    .where(
        PhotoRow.person_id == bindparam("person"),
        PhotoRow.id != bindparam("newest"),
        PhotoRow.expires < NEVER,
    )
    .order_by(PhotoRow.created.desc())
)
_FETCH = (
    select(PhotoRow.person_id, PersonRow.wrapped_key, PhotoRow.sealed, PhotoRow.sealed_report)
    .join(PersonRow, PersonRow.id == PhotoRow.person_id)
    .where(PhotoRow.id == bindparam("photo"), PhotoRow.expires > bindparam("time"))
)
_THIS = aliased(PhotoRow)
_BESIDE = (
    select(PhotoRow.id)
    .join(_THIS, _THIS.person_id == PhotoRow.person_id)
    .outerjoin(PhotoConsentRow, PhotoConsentRow.photo_id == PhotoRow.id)
    .where(
        _THIS.id == bindparam("photo"),
        PhotoRow.id != _THIS.id,
        PhotoRow.expires > bindparam("time"),
        PhotoRow.expires < NEVER,
        or_(
            PhotoConsentRow.photo_id.is_(None),
            and_(
                PhotoConsentRow.agreed.is_(True),
                PhotoConsentRow.by_id == PhotoRow.person_id,
            ),
        ),
    )
    .order_by(PhotoRow.created.desc())
    .limit(bindparam("most"))
)
_REPORT = (
    update(PhotoRow)
    .where(PhotoRow.id == bindparam("photo"))
    .values(sealed_report=bindparam("report"))
    .execution_options(synchronize_session=False)
)
_KEPT = select(PhotoRow.id).where(
    PhotoRow.id.in_(bindparam("photos", expanding=True)), PhotoRow.expires > bindparam("time")
)
