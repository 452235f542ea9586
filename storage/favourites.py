"""Results that people keep as favourites."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs, results
from storage.contract.jobs import Done, Job, JobState
from storage.errors import ResultGone
from storage.models import FavouriteRow, JobRow, PersonRow, ResultRow
from storage.vault import Vault

MOST = 120
"""That are looked through at once."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """A favourite: the job that made it and what it made."""

    job: Job
    done: Done


async def add(session: AsyncSession, job_id: UUID) -> None:
    """Keep a job's result for good; once more changes nothing.

    Raises:
        ResultGone: it was erased, or the job ended without one.
    """
    person_id = await session.scalar(
        select(JobRow.person_id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .where(JobRow.id == job_id, JobRow.state == JobState.DONE.value)
    )
    if person_id is None:
        raise ResultGone(str(job_id))
    await session.merge(FavouriteRow(job_id=job_id, person_id=person_id))
    await session.flush()


async def remove(session: AsyncSession, person_id: UUID, job_id: UUID) -> None:
    """Let a result of a person's be a favourite no longer; one that is none stays none."""
    await session.execute(
        delete(FavouriteRow).where(
            FavouriteRow.job_id == job_id, FavouriteRow.person_id == person_id
        )
    )


async def of_person(
    session: AsyncSession, vault: Vault, person_id: UUID, most: int = MOST
) -> list[Favourite]:
    """Return a person's favourites, the newest first."""
    rows = await session.execute(
        select(JobRow, ResultRow, PersonRow.wrapped_key)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .join(FavouriteRow, FavouriteRow.job_id == JobRow.id)
        .join(PersonRow, PersonRow.id == FavouriteRow.person_id)
        .where(FavouriteRow.person_id == person_id)
        .order_by(FavouriteRow.created.desc())
        .limit(most)
    )
    found = []
    for job, result, wrapped in rows:
        key = vault.unwrap(person_id, wrapped)
        opened = jobs.unsealed(key, jobs.from_row(job))
        found.append(Favourite(opened, results.unsealed(key, result)))
    return found
