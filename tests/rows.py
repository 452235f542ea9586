"""What tests look up in the rows themselves, or put there."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import deliveries, people, photos
from storage.contract.jobs import JobState
from storage.database import Database
from storage.models import JobRow
from storage.vault import Vault
from tests import patience


async def unfinished(session: AsyncSession) -> list[UUID]:
    """Return the jobs that have not ended."""
    states = (JobState.QUEUED.value, JobState.RUNNING.value)
    return list(await session.scalars(select(JobRow.id).where(JobRow.state.in_(states))))


async def all_done(database: Database) -> None:
    """Wait until every job has ended and every answer is shown."""

    async def done() -> bool:
        async with database.snapshot() as session:
            return not await unfinished(session) and not await deliveries.unfinished(session)

    await patience.until(done)


async def add_photo(
    session: AsyncSession, vault: Vault, person_id: UUID, data: bytes, keep_for: timedelta
) -> UUID:
    """Seal a photo and keep it; raises PersonGone."""
    key = await people.key_of(session, vault, person_id)
    return await photos.add(session, photos.seal(key, person_id, data), keep_for)
