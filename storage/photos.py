"""Photos and their face reports: sealed, and gone after their time."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.erasing import erase
from storage.errors import PhotoGone as PhotoGone
from storage.models import PersonRow, PhotoRow, now
from storage.people import key_of
from storage.vault import Vault


async def add(
    session: AsyncSession, vault: Vault, person_id: UUID, data: bytes, keep_for: timedelta
) -> UUID:
    """Keep a photo as it came; raises PersonGone."""
    key = await key_of(session, vault, person_id)
    photo_id, created = uuid4(), now()
    session.add(
        PhotoRow(
            id=photo_id,
            person_id=person_id,
            sealed=key.seal(data, "photo", photo_id),
            created=created,
            expires=created + keep_for,
        )
    )
    await session.flush()
    return photo_id


async def read(session: AsyncSession, vault: Vault, photo_id: UUID) -> bytes:
    """Return a photo's bytes; raises PhotoGone when it was erased or is past its time."""
    found = (
        await session.execute(
            select(PhotoRow.person_id, PersonRow.wrapped_key, PhotoRow.sealed)
            .join(PersonRow, PersonRow.id == PhotoRow.person_id)
            .where(PhotoRow.id == photo_id, PhotoRow.expires > now())
        )
    ).first()
    if found is None:
        raise PhotoGone(str(photo_id))
    person_id, wrapped, sealed = found
    return vault.unwrap(person_id, wrapped).unseal(sealed, "photo", photo_id)


async def keep_report(session: AsyncSession, vault: Vault, photo_id: UUID, report: bytes) -> None:
    """Keep what was found in a photo as long as the photo; nothing if that is gone."""
    person_id = await session.scalar(select(PhotoRow.person_id).where(PhotoRow.id == photo_id))
    if person_id is None:
        return
    key = await key_of(session, vault, person_id)
    await session.execute(
        update(PhotoRow)
        .where(PhotoRow.id == photo_id)
        .values(sealed_report=key.seal(report, "report", photo_id))
    )


async def read_report(session: AsyncSession, vault: Vault, photo_id: UUID) -> bytes | None:
    """Return what was found in a photo, if it was kept and the photo is still there."""
    found = (
        await session.execute(
            select(PhotoRow.person_id, PersonRow.wrapped_key, PhotoRow.sealed_report)
            .join(PersonRow, PersonRow.id == PhotoRow.person_id)
            .where(PhotoRow.id == photo_id, PhotoRow.expires > now())
        )
    ).first()
    if found is None:
        return None
    person_id, wrapped, sealed = found
    if sealed is None:
        return None
    return vault.unwrap(person_id, wrapped).unseal(sealed, "report", photo_id)


async def expire(session: AsyncSession, now: datetime) -> int:
    """Erase the photos whose time is over; return how many."""
    return await erase(session, PhotoRow, PhotoRow.expires <= now)
