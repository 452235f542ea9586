"""Results that people keep as favourites."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs, results
from storage.contract.jobs import Done, Job, JobState
from storage.errors import ResultGone
from storage.models import JobRow, ResultRow, StickerRow
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Sticker:
    """A favourite: the job that made it and what it made."""

    job: Job
    done: Done


async def favourite(session: AsyncSession, job_id: UUID) -> None:
    """Keep a job's result for good; once more changes nothing. Raises ResultGone."""
    person_id = await session.scalar(
        select(JobRow.person_id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(JobRow.id == job_id, JobRow.state == JobState.DONE.value)
    )
    if person_id is None:
        raise ResultGone(str(job_id))
    await session.merge(StickerRow(job_id=job_id, person_id=person_id))
    await session.flush()


async def drop(session: AsyncSession, job_id: UUID) -> None:
    """Keep it no longer."""
    await session.execute(delete(StickerRow).where(StickerRow.job_id == job_id))


async def favourites(
    session: AsyncSession, vault: Vault, person_id: UUID, most: int = 120
) -> list[Sticker]:
    """Return a person's favourites, the newest first."""
    ids = await session.scalars(
        select(StickerRow.job_id)
        .where(StickerRow.person_id == person_id)
        .order_by(StickerRow.created.desc())
        .limit(most)
    )
    return [
        Sticker(await jobs.read(session, job_id), await results.read(session, vault, job_id))
        for job_id in ids.all()
    ]
