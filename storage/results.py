"""What jobs made: sealed pictures with the facts that their families learned."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs
from storage.contract.jobs import Done, Job, JobState
from storage.errors import ResultGone as ResultGone
from storage.models import FavouriteRow, JobRow, PersonRow, ResultRow
from storage.people import key_of
from storage.vault import PersonKey, Vault


@dataclass(frozen=True, slots=True)
class Made:
    """A result that is kept, without its picture: the job that made it, whether a favourite."""

    job: Job
    favourite: bool


async def read(session: AsyncSession, vault: Vault, job_id: UUID) -> Done:
    """Return what a job made, also long after.

    Raises:
        ResultGone: it was erased, or the job ended without one.
    """
    found = (
        await session.execute(
            select(JobRow.person_id, PersonRow.wrapped_key, ResultRow)
            .join(JobRow, JobRow.id == ResultRow.job_id)
            .join(PersonRow, PersonRow.id == JobRow.person_id)
            .where(ResultRow.job_id == job_id, JobRow.state == JobState.DONE.value)
        )
    ).first()
    if found is None:
        raise ResultGone(str(job_id))
    person_id, wrapped, row = found
    return unsealed(vault.unwrap(person_id, wrapped), row)


async def of_person(
    session: AsyncSession,
    vault: Vault,
    person_id: UUID,
    kinds: Collection[str],
    job_id: UUID | None = None,
    most: int = 400,
) -> list[Made]:
    """Return what of these kinds is kept of a person's, the newest first; or one job's alone.

    Raises:
        PersonGone: they were forgotten.
    """
    key = await key_of(session, vault, person_id)
    which = [JobRow.person_id == person_id, JobRow.kind.in_(kinds)]
    if job_id is not None:
        which.append(JobRow.id == job_id)
    rows = await session.execute(
        select(JobRow, FavouriteRow.job_id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .outerjoin(FavouriteRow, FavouriteRow.job_id == JobRow.id)
        .where(JobRow.state == JobState.DONE.value, *which)
        .order_by(JobRow.ended.desc(), JobRow.id)
        .limit(most)
    )
    return [
        Made(jobs.unsealed(key, jobs.from_row(row)), favourite is not None)
        for row, favourite in rows.all()
    ]


def unsealed(key: PersonKey, row: ResultRow) -> Done:
    """Return what a row keeps sealed.

    Raises:
        VaultError: under another key.
    """
    facts = json.loads(key.unseal(row.sealed_facts, "facts", row.job_id))
    return Done(key.unseal(row.sealed_picture, "picture", row.job_id), facts)
