"""The jobs' rows: added, claimed under a lease, ended once.

The row is the truth, the queue only carries ids: a job runs under a lease that its worker renews,
and the number of the attempt is the fence, so that whoever lost the lease can no longer end it.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import sealed
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, JobState, NewJob, Outcome
from storage.contract.kinds import Setting
from storage.errors import Busy as Busy
from storage.fairness import Bounds as Bounds
from storage.fairness import admit
from storage.fairness import place as place
from storage.fairness import places as places
from storage.fairness import seconds_per_job as seconds_per_job
from storage.models import DeliveryRow, JobRow, PersonRow, ResultRow, now
from storage.people import key_of, meet_key, take_turn
from storage.vault import PersonKey, Vault

_SHARE = "share"  # in the detail of a job at work

MAX_ATTEMPTS = 5
"""Attempts that may end without an answer (a dead worker, a bug) before a job is failed."""


def from_row(row: JobRow) -> Job:
    """Return a job as its row has it, its avatar and the person's words still sealed."""
    return Job(
        person_id=row.person_id,
        photo_id=row.photo_id,
        kind=row.kind,
        settings=tuple(Setting(*values) for values in row.settings),
        platform=row.platform,
        chat=row.chat,
        face=row.face,
        placeholder=row.placeholder,
        second_photo_id=row.second_photo_id,
        avatar=row.avatar,
        id=row.id,
        state=JobState(row.state),
        attempts=row.attempts,
        created=row.created,
        started=row.started,
        ended=row.ended,
        priority=-row.start_tag,
        failure=Failure(row.failure) if row.failure else None,
        detail=row.detail,
    )


def _claimable(time: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(
        JobRow.state == JobState.QUEUED.value,
        and_(JobRow.state == JobState.RUNNING.value, JobRow.lease_until <= time),
    )


def _held(job: Job) -> ColumnElement[bool]:
    """Whether the claim that ``job`` came from still stands."""
    return and_(
        JobRow.id == job.id,
        JobRow.state == JobState.RUNNING.value,
        JobRow.attempts == job.attempts,
    )


async def add(
    session: AsyncSession, new: NewJob, bounds: Bounds | None = None, vault: Vault | None = None
) -> Job:
    """Add a queued job; enqueue its id with its ``priority`` after the commit.

    ``vault``: seals its avatar and the person's words, if it has any.

    Raises:
        Busy: the person, or everybody together, has too many unfinished jobs.
        PersonGone: they were forgotten.
    """
    await take_turn(session, new.person_id)
    start_tag = await admit(session, new.person_id, bounds or Bounds())
    job_id = uuid4()
    seal = await _sealer(session, vault, new, job_id)
    row = JobRow(
        id=job_id,
        person_id=new.person_id,
        photo_id=new.photo_id,
        second_photo_id=new.second_photo_id,
        avatar=None if new.avatar is None else seal(dict(new.avatar), "avatar"),
        kind=new.kind,
        settings=[
            [
                *(one.name, one.amount, one.page, one.kept),
                *([json.dumps(seal(one.words, "words"))] if one.words else ()),
            ]
            for one in new.settings
        ],
        face=new.face,
        platform=new.platform,
        chat=new.chat,
        placeholder=new.placeholder,
        state=JobState.QUEUED.value,
        start_tag=start_tag,
    )
    session.add(row)
    await session.flush()
    return from_row(row)


async def _sealer(
    session: AsyncSession, vault: Vault | None, new: NewJob, job_id: UUID
) -> Callable[[Any, str], Any]:
    """Return what seals a value of a job for a purpose; a job without any needs no key."""
    if new.avatar is None and not any(setting.words for setting in new.settings):
        return lambda value, _purpose: value
    if vault is None:
        raise TypeError("avatars and words are sealed by a vault")
    key = await key_of(session, vault, new.person_id)
    return lambda value, purpose: sealed.seal(key, value, purpose, job_id)


async def opened(session: AsyncSession, vault: Vault, job: Job) -> Job:
    """Return a job with its avatar and the person's words, if it has any, as they were given.

    Raises:
        PersonGone: they were forgotten.
    """
    if job.avatar is None and not any(setting.words for setting in job.settings):
        return job
    return unsealed(await key_of(session, vault, job.person_id), job)


def unsealed(key: PersonKey, job: Job) -> Job:
    """Do what ``opened`` does with the key at hand."""
    avatar = job.avatar
    if avatar is not None:
        avatar = sealed.unseal(key, avatar, "avatar", job.id)
    settings = (
        replace(one, words=sealed.unseal(key, json.loads(one.words), "words", job.id))
        if one.words
        else one
        for one in job.settings
    )
    return replace(job, avatar=avatar, settings=tuple(settings))


async def read(session: AsyncSession, job_id: UUID) -> Job:
    """Return a job as it stands.

    Raises:
        LookupError: there is no such job, or no longer.
    """
    row = await session.get(JobRow, job_id, populate_existing=True)
    if row is None:
        raise LookupError(str(job_id))
    return from_row(row)


async def claim(session: AsyncSession, job_id: UUID, worker: str, lease: timedelta) -> Job | None:
    """Take a job that waits, or whose worker let its lease run out, and count the attempt.

    None if another worker has it, it ended, or its attempts are used up (see ``fail_exhausted``).
    """
    time = now()
    claimed = {"job": job_id, "by": worker, "time": time, "until": time + lease}
    row = await session.scalar(_CLAIM, claimed)
    return from_row(row) if row else None


async def renew(session: AsyncSession, job: Job, lease: timedelta, share: float = 0.0) -> bool:
    """Hold on to a claimed job; False if it was cancelled, erased or taken over.

    ``share``: how much of it is done, 0..1, where that is known (see ``shares``).
    """
    values = {"detail": {_SHARE: round(share, 2)}} if share else {}
    held = await session.scalar(
        update(JobRow)
        .where(_held(job))
        .values(lease_until=now() + lease, **values)
        .returning(JobRow.id)
        .execution_options(synchronize_session=False)
    )
    return held is not None


async def shares(session: AsyncSession, job_ids: Collection[UUID]) -> dict[UUID, float]:
    """Return how much is done of those jobs of which a worker has said so."""
    rows = await session.execute(
        select(JobRow.id, JobRow.detail).where(
            JobRow.id.in_(job_ids), JobRow.state == JobState.RUNNING.value
        )
    )
    return {job_id: float(detail[_SHARE]) for job_id, detail in rows if _SHARE in detail}


async def release(session: AsyncSession, job: Job) -> bool:
    """Put a claimed job back to wait for another attempt; False if the claim no longer stands."""
    held = await session.scalar(
        update(JobRow)
        .where(_held(job))
        .values(state=JobState.QUEUED.value, lease_until=None, worker=None)
        .returning(JobRow.id)
    )
    return held is not None


async def finish(session: AsyncSession, vault: Vault, job: Job, outcome: Outcome) -> UUID | None:
    """End a claimed job: its result, its state and a delivery, all or nothing.

    Returns the delivery's id, to be enqueued as ``delivery.<platform>`` after the commit; None,
    and nothing is written, if the claim no longer stands.
    """
    state, failure, detail = JobState.DONE, None, {}
    if isinstance(outcome, Failed):
        state, failure, detail = JobState.FAILED, outcome.failure.value, dict(outcome.detail)
    ended = {
        "job": job.id, "attempt": job.attempts, "person": job.person_id, "time": now(),
        "to": state.value, "because": failure, "how": detail,
    }  # fmt: skip
    wrapped = await session.scalar(_FINISH, ended)
    if wrapped is None:
        return None
    meet_key(session, job.person_id, wrapped)
    if outcome.picture is not None:
        key = await key_of(session, vault, job.person_id)
        facts = dict(outcome.facts) if isinstance(outcome, Done) else {}
        session.add(
            ResultRow(
                job_id=job.id,
                sealed_picture=key.seal(outcome.picture, "picture", job.id),
                sealed_facts=key.seal(json.dumps(facts).encode(), "facts", job.id),
            )
        )
    return await _add_delivery(session, job)


async def fail_exhausted(session: AsyncSession, job_id: UUID) -> UUID | None:
    """End a job whose attempts are used up as GAVE_UP; return its delivery's id, or None."""
    failed = await session.scalar(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.attempts >= MAX_ATTEMPTS, _claimable(now()))
        .values(
            state=JobState.FAILED.value,
            failure=Failure.GAVE_UP.value,
            ended=now(),
            lease_until=None,
        )
        .returning(JobRow)
    )
    return None if failed is None else await _add_delivery(session, from_row(failed))


async def _add_delivery(session: AsyncSession, job: Job) -> UUID:
    row = DeliveryRow(
        job_id=job.id,
        person_id=job.person_id,
        platform=job.platform,
        chat=job.chat,
        state="waiting",
        progress=0,
    )
    session.add(row)
    await session.flush()
    return row.id


async def cancel(session: AsyncSession, job_id: UUID) -> bool:
    """Cancel a job that has not ended; a worker running it stops and writes nothing."""
    unfinished = (JobState.QUEUED.value, JobState.RUNNING.value)
    cancelled = await session.scalar(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state.in_(unfinished))
        .values(state=JobState.CANCELLED.value, ended=now(), lease_until=None)
        .returning(JobRow.id)
    )
    return cancelled is not None


async def set_placeholder(session: AsyncSession, job_id: UUID, reference: str) -> None:
    """Keep the front end's reference of the message that the result shall replace."""
    await session.execute(_PLACE, {"job": job_id, "reference": reference})


async def claimable(session: AsyncSession) -> list[tuple[UUID, int]]:
    """Return the jobs that some worker should take now, with their priorities."""
    rows = await session.execute(_CLAIMABLE, {"time": now()})
    return [(job_id, -start_tag) for job_id, start_tag in rows]


async def expire_leases(session: AsyncSession) -> None:
    """Let every lease run out: right only where a single process works, and has just started."""
    await session.execute(
        update(JobRow).where(JobRow.state == JobState.RUNNING.value).values(lease_until=now())
    )


# Statements are made once: that costs more than asking them.

_CLAIM = (
    update(JobRow)
    .where(
        JobRow.id == bindparam("job"),
        JobRow.attempts < MAX_ATTEMPTS,
        _claimable(bindparam("time")),
    )
    .values(
        state=JobState.RUNNING.value,
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        attempts=JobRow.attempts + 1,
        started=bindparam("time"),
        detail={},
    )
    .returning(JobRow)
    .execution_options(populate_existing=True, synchronize_session=False)
)
_FINISH = (
    update(JobRow)
    .where(
        JobRow.id == bindparam("job"),
        JobRow.state == JobState.RUNNING.value,
        JobRow.attempts == bindparam("attempt"),
    )
    .values(
        state=bindparam("to"),
        failure=bindparam("because"),
        detail=bindparam("how"),
        ended=bindparam("time"),
        lease_until=None,
    )
    .returning(
        select(PersonRow.wrapped_key).where(PersonRow.id == bindparam("person")).scalar_subquery()
    )
    .execution_options(synchronize_session=False)
)
_PLACE = (
    update(JobRow)
    .where(JobRow.id == bindparam("job"))
    .values(placeholder=bindparam("reference"))
    .execution_options(synchronize_session=False)
)
_CLAIMABLE = (
    select(JobRow.id, JobRow.start_tag)
    .where(_claimable(bindparam("time")))
    .order_by(JobRow.start_tag, JobRow.created)
)
