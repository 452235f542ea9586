"""Who may be worked on in photos that were sent where others are: a row for each such photo.

It says who was asked, who answered, when, and to which wording; it holds for that photo alone and
stays as long as anything made of it. The same file sent again by the same person is known by its
digest, which tells nothing without the master key.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.erasing import erase
from storage.models import (
    AvatarRow,
    FavouriteRow,
    JobRow,
    PhotoConsentRow,
    PhotoRow,
    ResultRow,
    now,
)


@dataclass(frozen=True, slots=True)
class PhotoConsent:
    """A question about a photo, and its answer.

    ``person_id``: who sent the photo, in ``chat``. ``asked``: the account that alone may answer for
    themselves, None where whoever is shown may. ``agreed``: None until somebody answered;
    ``by_id``: who did.
    """

    photo_id: UUID
    person_id: UUID
    chat: str
    asked: str | None
    wording: str
    agreed: bool | None
    by_id: UUID | None
    created: datetime
    answered: datetime | None


async def ask(
    session: AsyncSession, photo_id: UUID, person_id: UUID, chat: str, asked: str | None,
    wording: str, digest: bytes,
) -> None:  # fmt: skip
    """Keep that a photo waits for an answer; asking twice changes nothing."""
    if await session.get(PhotoConsentRow, photo_id) is None:
        session.add(
            PhotoConsentRow(
                photo_id=photo_id,
                person_id=person_id,
                chat=chat,
                asked=asked,
                wording=wording,
                digest=digest,
                agreed=None,
                by_id=None,
                answered=None,
            )
        )
        await session.flush()


async def read(session: AsyncSession, photo_id: UUID) -> PhotoConsent | None:
    """Return what was asked about a photo, if anything."""
    row = await session.get(PhotoConsentRow, photo_id, populate_existing=True)
    return None if row is None else _consent(row)


async def known(session: AsyncSession, person_id: UUID, digest: bytes) -> PhotoConsent | None:
    """Return the newest answer about the same file of the same sender, if there is one."""
    row = await session.scalar(
        select(PhotoConsentRow)
        .where(
            PhotoConsentRow.person_id == person_id,
            PhotoConsentRow.digest == digest,
            PhotoConsentRow.agreed.is_not(None),
        )
        .order_by(PhotoConsentRow.answered.desc())
        .limit(1)
    )
    return None if row is None else _consent(row)


async def answer(session: AsyncSession, photo_id: UUID, by_id: UUID, *, agreed: bool) -> bool:
    """Keep an answer, now; False where the question has one already, or is gone.

    A photo that is not to be worked on is erased at once.
    """
    answered = await session.execute(
        update(PhotoConsentRow)
        .where(PhotoConsentRow.photo_id == photo_id, PhotoConsentRow.agreed.is_(None))
        .values(agreed=agreed, by_id=by_id, answered=now())
    )
    first: bool = answered.rowcount == 1  # type: ignore[attr-defined]
    if first and not agreed:
        await erase(session, PhotoRow, PhotoRow.id == photo_id)
    return first


async def of_person(session: AsyncSession, person_id: UUID) -> tuple[PhotoConsent, ...]:
    """Return what a person agreed to, the newest first."""
    rows = await session.scalars(
        select(PhotoConsentRow)
        .where(PhotoConsentRow.by_id == person_id, PhotoConsentRow.agreed.is_(True))
        .order_by(PhotoConsentRow.answered.desc())
    )
    return tuple(_consent(row) for row in rows.all())


async def shown_on(session: AsyncSession, job_id: UUID) -> tuple[UUID, ...]:
    """Return who said that a job's photos show them, and agreed."""
    photos = select(JobRow.photo_id, JobRow.second_photo_id).where(JobRow.id == job_id)
    used = [one for row in await session.execute(photos) for one in row if one is not None]
    rows = await session.scalars(
        select(PhotoConsentRow.by_id).where(
            PhotoConsentRow.photo_id.in_(used), PhotoConsentRow.agreed.is_(True)
        )
    )
    return tuple(dict.fromkeys(one for one in rows if one is not None))


async def forget(session: AsyncSession, person_id: UUID) -> int:
    """Erase what others made of photos that show a person by their word; return how many photos.

    What the person sent themselves goes with their own rows.
    """
    rows = await session.scalars(
        select(PhotoConsentRow.photo_id).where(
            PhotoConsentRow.by_id == person_id, PhotoConsentRow.person_id != person_id
        )
    )
    shown = list(rows)
    jobs = select(JobRow.id).where(
        or_(JobRow.photo_id.in_(shown), JobRow.second_photo_id.in_(shown))
    )
    await erase(session, FavouriteRow, FavouriteRow.job_id.in_(jobs))
    await erase(session, AvatarRow, AvatarRow.id.in_(jobs))
    await erase(session, ResultRow, ResultRow.job_id.in_(jobs))
    await erase(session, PhotoRow, PhotoRow.id.in_(shown))
    await erase(session, JobRow, or_(JobRow.photo_id.in_(shown), JobRow.second_photo_id.in_(shown)))
    return await erase(session, PhotoConsentRow, PhotoConsentRow.photo_id.in_(shown))


def past(before: datetime) -> ColumnElement[bool]:
    """Return which rows are past their time: older, and nothing is left of their photos."""
    photo = exists().where(PhotoRow.id == PhotoConsentRow.photo_id)
    made = exists().where(
        or_(
            JobRow.photo_id == PhotoConsentRow.photo_id,
            JobRow.second_photo_id == PhotoConsentRow.photo_id,
        )
    )
    return (PhotoConsentRow.created < before) & ~photo & ~made


def _consent(row: PhotoConsentRow) -> PhotoConsent:
    return PhotoConsent(
        row.photo_id, row.person_id, row.chat, row.asked, row.wording, row.agreed, row.by_id,
        row.created, row.answered,
    )  # fmt: skip
