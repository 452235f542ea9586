"""Photos and their face reports: sealed, and gone after their time."""

from collections.abc import Collection
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
    return (await read_with_report(session, vault, photo_id))[0]


async def read_with_report(
    session: AsyncSession, vault: Vault, photo_id: UUID
) -> tuple[bytes, bytes | None]:
    """Return a photo and what was found in it so far; raises PhotoGone."""
    found = (
        await session.execute(
            select(
                PhotoRow.person_id,
                PersonRow.wrapped_key,
                PhotoRow.sealed,
                PhotoRow.sealed_report,
            )
            .join(PersonRow, PersonRow.id == PhotoRow.person_id)
            .where(PhotoRow.id == photo_id, PhotoRow.expires > now())
        )
    ).first()
    if found is None:
        raise PhotoGone(str(photo_id))
    person_id, wrapped, sealed, report = found
    key = vault.unwrap(person_id, wrapped)
    return (
        key.unseal(sealed, "photo", photo_id),
        None if report is None else key.unseal(report, "report", photo_id),
    )


async def keep_report(session: AsyncSession, vault: Vault, photo_id: UUID, report: bytes) -> None:
    """Keep what was found in a photo as long as the photo; nothing if that is gone."""
    found = (
        await session.execute(
            select(PhotoRow.person_id, PersonRow.wrapped_key)
            .join(PersonRow, PersonRow.id == PhotoRow.person_id)
            .where(PhotoRow.id == photo_id)
        )
    ).first()
    if found is None:
        return
    person_id, wrapped = found
    sealed = vault.unwrap(person_id, wrapped).seal(report, "report", photo_id)
    await session.execute(
        update(PhotoRow).where(PhotoRow.id == photo_id).values(sealed_report=sealed)
    )


async def kept(session: AsyncSession, photo_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the photos that are still there."""
    if not photo_ids:
        return frozenset()
    found = await session.scalars(
        select(PhotoRow.id).where(PhotoRow.id.in_(photo_ids), PhotoRow.expires > now())
    )
    return frozenset(found)


async def expire(session: AsyncSession, now: datetime) -> int:
    """Erase the photos whose time is over; return how many."""
    return await erase(session, PhotoRow, PhotoRow.expires <= now)
