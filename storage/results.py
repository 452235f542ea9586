"""What jobs made: sealed pictures with the facts that their families learned."""

import json
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.jobs import Done, JobState
from storage.errors import ResultGone as ResultGone
from storage.models import JobRow, PersonRow, ResultRow
from storage.vault import PersonKey, Vault


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


def unsealed(key: PersonKey, row: ResultRow) -> Done:
    """Return what a row keeps sealed.

    Raises:
        VaultError: under another key.
    """
    facts = json.loads(key.unseal(row.sealed_facts, "facts", row.job_id))
    return Done(key.unseal(row.sealed_picture, "picture", row.job_id), facts)


async def read_hint(session: AsyncSession, vault: Vault, job_id: UUID) -> bytes | None:
    """Return the picture that came with a failed job, if any."""
    found = (
        await session.execute(
            select(JobRow.person_id, PersonRow.wrapped_key, ResultRow.sealed_picture)
            .join(JobRow, JobRow.id == ResultRow.job_id)
            .join(PersonRow, PersonRow.id == JobRow.person_id)
            .where(ResultRow.job_id == job_id, JobRow.state == JobState.FAILED.value)
        )
    ).first()
    if found is None:
        return None
    person_id, wrapped, sealed = found
    return vault.unwrap(person_id, wrapped).unseal(sealed, "picture", job_id)
