"""Who is next, and who has to wait: start-time fair queueing over people, within bounds.

Every job gets a start tag: the virtual time, which is the tag of the job last taken to work, or
one more than the same person's last tag, whichever is later (Goyal, Vin and Cheng, "Start-time
Fair Queueing", SIGCOMM 1996, with equal weights and costs). Lower tags go first. So one person's
fifty photos get fifty ascending tags, and another's single one starts right behind those at work.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.errors import Busy
from storage.models import JobRow

_UNFINISHED = ("queued", "running")
_ASSUMED_SECONDS = 1.0  # until the first jobs have shown how long they take


def _standing() -> Select[int, int, int | None, int | None]:
    """How many jobs are unfinished, of all and of a person; the virtual time; their last tag."""
    latest = select(JobRow.start_tag).order_by(JobRow.start_tag.desc()).limit(1)
    unfinished = select(func.count()).where(JobRow.state.in_(_UNFINISHED))
    own = JobRow.person_id == bindparam("person_id")
    return select(
        unfinished.scalar_subquery(),
        unfinished.where(own).scalar_subquery(),
        latest.where(JobRow.state != "queued").scalar_subquery(),
        latest.where(own).scalar_subquery(),
    )


def _ahead() -> Select[int]:
    """How many jobs go before one that waits."""
    other = aliased(JobRow)
    earlier = or_(
        other.start_tag < JobRow.start_tag,
        and_(other.start_tag == JobRow.start_tag, other.created < JobRow.created),
    )
    ahead = select(func.count()).where(other.state == "queued", earlier).scalar_subquery()
    return select(ahead).where(JobRow.id == bindparam("job_id"), JobRow.state == "queued")


_STANDING, _AHEAD = _standing(), _ahead()  # made once: that costs more than asking


@dataclass(frozen=True, slots=True)
class Bounds:
    """Most unfinished jobs: of one person, and of everybody together."""

    per_person: int = 12
    overall: int = 400


async def admit(session: AsyncSession, person_id: UUID, bounds: Bounds) -> int:
    """Return the start tag for a new job of this person.

    Raises:
        Busy: it would exceed the bounds; its seconds are a guess at when half of what is in the way
            will have ended.
    """
    found = await session.execute(_STANDING, {"person_id": person_id})
    overall, own, virtual_time, last = found.one()
    if own >= bounds.per_person or overall >= bounds.overall:
        in_the_way = own if own >= bounds.per_person else overall
        raise Busy(max(1, math.ceil(await seconds_per_job(session) * in_the_way / 2)))
    return max(virtual_time or 0, 0 if last is None else last + 1)


async def place(session: AsyncSession, job_id: UUID) -> int:
    """Return a job's place in the queue: 1 is next, 0 is at work, ended or unknown."""
    found = await session.scalar(_AHEAD, {"job_id": job_id})
    return 0 if found is None else 1 + found


async def places(session: AsyncSession, job_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the places of those jobs that have not ended: 1 is next, 0 is at work."""
    order = func.row_number().over(order_by=(JobRow.start_tag, JobRow.created)).label("place")
    queued = select(JobRow.id, order).where(JobRow.state == "queued").subquery()
    rows = await session.execute(
        select(JobRow.id, func.coalesce(queued.c.place, 0).label("place"))
        .outerjoin(queued, queued.c.id == JobRow.id)
        .where(JobRow.id.in_(job_ids), JobRow.state.in_(_UNFINISHED))
    )
    return {row.id: row.place for row in rows}


async def seconds_per_job(session: AsyncSession) -> float:
    """Return how long a job's work took lately, on average."""
    rows = await session.execute(
        select(JobRow.started, JobRow.ended)
        .where(JobRow.state == "done")
        .order_by(JobRow.ended.desc())
        .limit(32)
    )
    spans = [(ended - started).total_seconds() for started, ended in rows if started and ended]
    return sum(spans) / len(spans) if spans else _ASSUMED_SECONDS
