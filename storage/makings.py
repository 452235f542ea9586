"""Stickers on their way into a group's pack: which job makes which.

What such a job made is put into the pack and kept nowhere else: a person who withdraws is on none
of these pictures any more.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.jobs import JobState
from storage.contract.packs import Making
from storage.erasing import erase
from storage.models import JobRow, PackMakingRow, ResultRow

_UNFINISHED = (JobState.QUEUED.value, JobState.RUNNING.value)


async def add(session: AsyncSession, job_id: UUID, pack_id: UUID, sticker_id: UUID) -> None:
    """Note what a job makes."""
    session.add(PackMakingRow(job_id=job_id, pack_id=pack_id, sticker_id=sticker_id))
    await session.flush()


async def of_job(session: AsyncSession, job_id: UUID) -> Making | None:
    """Return what a job makes, None for one that makes no sticker of a group's pack."""
    found = await _which(session, PackMakingRow.job_id == job_id)
    return found[0] if found else None


async def of_pack(session: AsyncSession, pack_id: UUID) -> tuple[Making, ...]:
    """Return what is being made for a pack, or could not be made lately."""
    return await _which(session, PackMakingRow.pack_id == pack_id)


async def _which(session: AsyncSession, which: ColumnElement[bool]) -> tuple[Making, ...]:
    rows = await session.execute(
        select(
            PackMakingRow.job_id, JobRow.person_id, PackMakingRow.pack_id,
            PackMakingRow.sticker_id, JobRow.state,
        )
        .join(JobRow, JobRow.id == PackMakingRow.job_id)
        .where(which)
    )  # fmt: skip
    return tuple(
        Making(job, person, pack, sticker, state in _UNFINISHED)
        for job, person, pack, sticker, state in rows
    )


async def spend(session: AsyncSession, job_id: UUID) -> None:
    """Erase what a job had to go by and made; that it was done stays known."""
    await erase(session, ResultRow, ResultRow.job_id == job_id)
    await session.execute(update(JobRow).where(JobRow.id == job_id).values(avatar=None))


async def forget(session: AsyncSession, job_ids: Collection[UUID]) -> None:
    """Erase jobs whose stickers nobody wants any more, with all that they made."""
    await erase(session, JobRow, JobRow.id.in_(job_ids))
