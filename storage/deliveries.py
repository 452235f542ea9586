"""Answers owed to chats: made with a job's end, finished when a front end has shown them.

A front end shows an answer by editing its placeholder, so showing one twice changes nothing; one
row per job and ``take`` after ``finish`` giving None do the rest.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs, results
from storage.contract.failures import Failure
from storage.contract.jobs import Failed, Job, Outcome
from storage.errors import ResultGone
from storage.models import DeliveryRow, now
from storage.vault import Vault

GIVE_UP_AFTER = timedelta(days=1)
MAX_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """One answer on its way to ``job.platform`` and ``job.chat``."""

    id: UUID
    job: Job
    outcome: Outcome


async def pending(session: AsyncSession, platform: str | None = None) -> list[UUID]:
    """Return a platform's unfinished deliveries, oldest first."""
    return [row_id for row_id, of in await pending_everywhere(session) if platform in {None, of}]


async def pending_everywhere(session: AsyncSession) -> list[tuple[UUID, str]]:
    """Return the unfinished deliveries that are still worth trying, with their platforms."""
    rows = await session.execute(
        select(DeliveryRow.id, DeliveryRow.platform)
        .where(
            DeliveryRow.finished.is_(None),
            DeliveryRow.attempts < MAX_ATTEMPTS,
            DeliveryRow.created > now() - GIVE_UP_AFTER,
        )
        .order_by(DeliveryRow.created)
    )
    return [(row_id, platform) for row_id, platform in rows]


async def take(session: AsyncSession, vault: Vault, delivery_id: UUID) -> Delivery | None:
    """Return what to show and count the attempt; None if it was shown or erased."""
    job_id = await session.scalar(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.finished.is_(None))
        .values(attempts=DeliveryRow.attempts + 1)
        .returning(DeliveryRow.job_id)
    )
    if job_id is None:
        return None
    job = await jobs.read(session, job_id)
    outcome: Outcome
    if job.failure is not None:
        hint = await results.read_hint(session, vault, job_id)
        return Delivery(delivery_id, job, Failed(job.failure, job.detail, hint))
    try:
        outcome = await results.read(session, vault, job_id)
    except ResultGone:
        outcome = Failed(Failure.PHOTO_EXPIRED)
    return Delivery(delivery_id, job, outcome)


async def finish(session: AsyncSession, delivery_id: UUID, reference: str | None) -> bool:
    """Mark a delivery as shown in the message ``reference``; False if it was already."""
    first = await session.scalar(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.finished.is_(None))
        .values(finished=now(), reference=reference)
        .returning(DeliveryRow.id)
    )
    return first is not None
