"""What tests look up in the rows themselves."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.jobs import JobState
from storage.models import JobRow


async def unfinished(session: AsyncSession) -> list[UUID]:
    """Return the jobs that have not ended."""
    states = (JobState.QUEUED.value, JobState.RUNNING.value)
    return list(await session.scalars(select(JobRow.id).where(JobRow.state.in_(states))))
