"""Deliveries: a job's end, or the answers to an update, on their way to a chat.

```
add ──> WAITING ──take──> SENDING ──finish──> SHOWN
           ^  <─release──  │  │
           └─ lease ran out┘  └──fail──> DEAD
```

A job's delivery is added with the job's end, an update's with the decision that it led to. What to
show is decided once and kept, sealed, with the row (the plan), and so is how much of it stands in
the chat (the progress): whoever takes the delivery after a crash goes on from there.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs, people, results
from storage.contract.failures import Failure
from storage.contract.jobs import Failed, Job, Outcome
from storage.models import (
    DeliveryRow,
    JobRow,
    PackMakingRow,
    PersonRow,
    ResultRow,
    now,
)
from storage.people import Person, key_of
from storage.vault import Vault

LEASE = timedelta(minutes=5)
"""Longer than showing takes with all its waiting; a restart of the platform's process ends it."""

MAX_ATTEMPTS = 300
"""Attempts, at most five minutes apart, after which a platform is no longer waited for."""


RECENT = timedelta(days=2)
MOST_CHATS = 50
"""How many chats are looked at again after a start."""


class DeliveryState(StrEnum):
    """WAITING -> SENDING -> SHOWN, or DEAD; back to WAITING while the platform is away."""

    WAITING = "waiting"
    SENDING = "sending"
    SHOWN = "shown"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One answer on its way to ``platform`` and ``chat``.

    ``job`` and ``outcome``: for a job's end. ``plan``: what was decided to show, once that is so;
    ``progress``: how many of its answers stand in the chat.
    """

    id: UUID
    person_id: UUID
    platform: str
    chat: str
    attempts: int
    job: Job | None = None
    outcome: Outcome | None = None
    plan: bytes | None = None
    progress: int = 0

    @property
    def resumed(self) -> bool:
        """Whether an attempt before this one may have shown something without our knowing."""
        return self.attempts > 1


@dataclass(frozen=True, slots=True)
class Latest:
    """How a delivery stands at this moment.

    ``plan``: what was decided to show, by whichever attempt; None if that is still to be done.
    ``placeholder``: the reference of the message that the job's result replaces. ``for_pack``:
    whether what the job made goes into a group's pack (``makings``).
    """

    person: Person
    plan: bytes | None
    placeholder: str | None
    for_pack: bool


async def add_answers(
    session: AsyncSession, vault: Vault, person_id: UUID, platform: str, chat: str,
    update_key: str, plan: bytes, delivery_id: UUID,
) -> Delivery:  # fmt: skip
    """Add the answers to an update, taken already by the process that decided them."""
    key = await key_of(session, vault, person_id)
    session.add(
        DeliveryRow(
            id=delivery_id,
            update_key=_digest(update_key),
            person_id=person_id,
            platform=platform,
            chat=chat,
            state=DeliveryState.SENDING.value,
            attempts=1,
            progress=0,
            lease_until=now() + LEASE,
            sealed_plan=key.seal(plan, "plan", delivery_id),
        )
    )
    await session.flush()
    return Delivery(delivery_id, person_id, platform, chat, 1, plan=plan)


async def owe(
    session: AsyncSession, vault: Vault, person_id: UUID, platform: str, chat: str, plan: bytes
) -> UUID:
    """Add what a chat is to be shown though nobody said anything there; return its id."""
    delivery_id = uuid4()
    key = await key_of(session, vault, person_id)
    session.add(
        DeliveryRow(
            id=delivery_id,
            person_id=person_id,
            platform=platform,
            chat=chat,
            state=DeliveryState.WAITING.value,
            progress=0,
            sealed_plan=key.seal(plan, "plan", delivery_id),
        )
    )
    await session.flush()
    return delivery_id


async def pending(session: AsyncSession, platform: str | None = None) -> list[UUID]:
    """Return the deliveries of a platform that wait for somebody to take them, oldest first."""
    return [row_id for row_id, of in await pending_everywhere(session) if platform in {None, of}]


async def pending_everywhere(session: AsyncSession) -> list[tuple[UUID, str]]:
    """Return the deliveries that wait for somebody to take them, with their platforms."""
    rows = await session.execute(_TAKEABLE, {"time": now()})
    return [(row_id, platform) for row_id, platform in rows]


async def recent_chats(session: AsyncSession, platform: str) -> list[str]:
    """Return the chats of a platform that were answered in the last two days, the latest first."""
    latest = func.max(DeliveryRow.created)
    found = await session.scalars(
        select(DeliveryRow.chat)
        .where(DeliveryRow.platform == platform, DeliveryRow.created >= now() - RECENT)
        .group_by(DeliveryRow.chat)
        .order_by(latest.desc())
        .limit(MOST_CHATS)
    )
    return list(found)


async def unfinished(session: AsyncSession) -> list[UUID]:
    """Return the deliveries that are neither shown nor dead."""
    states = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)
    return list(await session.scalars(select(DeliveryRow.id).where(DeliveryRow.state.in_(states))))


async def of_update(session: AsyncSession, update_key: str) -> UUID | None:
    """Return the delivery of an update's answers, if it is not shown yet."""
    found: UUID | None = await session.scalar(
        select(DeliveryRow.id).where(
            DeliveryRow.update_key == _digest(update_key),
            DeliveryRow.state.in_((DeliveryState.WAITING.value, DeliveryState.SENDING.value)),
        )
    )
    return found


def _takeable() -> ColumnElement[bool]:
    """Whether a delivery is to be had at the ``time`` of a statement."""
    return or_(
        DeliveryRow.state == DeliveryState.WAITING.value,
        and_(
            DeliveryRow.state == DeliveryState.SENDING.value,
            DeliveryRow.lease_until <= bindparam("time"),
        ),
    )


def _held(delivery: Delivery) -> ColumnElement[bool]:
    return and_(
        DeliveryRow.id == delivery.id,
        DeliveryRow.state == DeliveryState.SENDING.value,
        DeliveryRow.attempts == delivery.attempts,
    )


async def take(
    session: AsyncSession, vault: Vault, delivery_id: UUID, lease: timedelta = LEASE
) -> Delivery | None:
    """Take what is to be shown and count the attempt; None if it is not to be had."""
    time = now()
    row = await session.scalar(
        _TAKE, {"delivery": delivery_id, "time": time, "until": time + lease}
    )
    if row is None:
        return None
    job = outcome = plan = None
    if row.job_id is not None:
        job, outcome = await _ended(session, vault, row.job_id)
    if row.sealed_plan is not None:
        key = await key_of(session, vault, row.person_id)
        plan = key.unseal(row.sealed_plan, "plan", row.id)
    return Delivery(
        row.id, row.person_id, row.platform, row.chat, row.attempts, job, outcome, plan,
        row.progress,
    )  # fmt: skip


async def _ended(session: AsyncSession, vault: Vault, job_id: UUID) -> tuple[Job, Outcome]:
    """Return a job that ended and what came of it."""
    found = await session.execute(_ENDED, {"job": job_id})
    row, person, result = found.one()
    people.meet(session, person)
    job = await jobs.opened(session, vault, jobs.from_row(row))
    made = None
    if result is not None:
        made = results.unsealed(await key_of(session, vault, person.id), result)
    if job.failure is not None:
        return job, Failed(job.failure, job.detail, None if made is None else made.picture)
    return job, made or Failed(Failure.PHOTO_EXPIRED)


async def keep_plan(session: AsyncSession, vault: Vault, delivery: Delivery, plan: bytes) -> None:
    """Keep what was decided to show, with the decision."""
    sealed = (await key_of(session, vault, delivery.person_id)).seal(plan, "plan", delivery.id)
    await session.execute(_KEEP, {"delivery": delivery.id, "plan": sealed})


async def look_again(session: AsyncSession, vault: Vault, delivery: Delivery) -> Latest:
    """Return what may have changed since a delivery was taken.

    Raises:
        PersonGone: they were forgotten.
        LookupError: it was erased.
    """
    found = await session.execute(_LATEST, {"delivery": delivery.id})
    row = found.one_or_none()
    if row is None:
        await people.read(session, delivery.person_id)
        raise LookupError(str(delivery.id))
    person, plan = people.meet(session, row.PersonRow), None
    if row.sealed_plan is not None:
        key = await key_of(session, vault, person.id)
        plan = key.unseal(row.sealed_plan, "plan", delivery.id)
    return Latest(person, plan, row.placeholder, for_pack=row.job_id is not None)


async def advance(
    session: AsyncSession, delivery: Delivery, progress: int, reference: str | None = None
) -> None:
    """Note, once, that so many answers stand in the chat, the latest under ``reference``."""
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery.id, DeliveryRow.progress < progress)
        .values(progress=progress, **_also(reference))
    )


def _also(reference: str | BindParameter[str] | None) -> dict[str, Any]:
    """Return how one more reference is kept with those before it, a line for each."""
    if reference is None:
        return {}
    return {"reference": func.coalesce(DeliveryRow.reference + "\n", "") + reference}


async def references(session: AsyncSession, platform: str, chat: str) -> frozenset[str]:
    """Return the references of what was shown in a chat, as far as rows tell."""
    shown = await session.scalars(
        select(DeliveryRow.reference).where(
            DeliveryRow.platform == platform,
            DeliveryRow.chat == chat,
            DeliveryRow.reference.is_not(None),
        )
    )
    placed = await session.scalars(
        select(JobRow.placeholder).where(
            JobRow.platform == platform, JobRow.chat == chat, JobRow.placeholder.is_not(None)
        )
    )
    lines = (line for one in shown for line in (one or "").splitlines())
    return frozenset((*lines, *(one for one in placed if one)))


async def latest_reference(session: AsyncSession, platform: str, chat: str) -> str | None:
    """Return the reference of what was shown last in a chat, None where nothing was."""
    newest = await session.scalar(
        select(DeliveryRow.reference)
        .where(
            DeliveryRow.platform == platform,
            DeliveryRow.chat == chat,
            DeliveryRow.reference.is_not(None),
        )
        .order_by(DeliveryRow.finished.desc())
        .limit(1)
    )
    return None if newest is None else newest.splitlines()[-1]


async def release(session: AsyncSession, delivery: Delivery) -> bool:
    """Let a delivery wait for its next attempt; False if it is not held any more."""
    released = await session.scalar(
        update(DeliveryRow)
        .where(_held(delivery))
        .values(state=DeliveryState.WAITING.value, lease_until=None)
        .returning(DeliveryRow.id)
    )
    return released is not None


async def finish(
    session: AsyncSession,
    delivery_id: UUID,
    reference: str | None = None,
    *,
    remember: bool = False,
) -> bool:
    """Mark a delivery as shown, the message being ``reference``; False if it had ended before.

    ``remember``: keep its plan, from which what stands in the chat can be told (``standing``).
    """
    told = reference is not None
    ended = {"delivery": delivery_id, "time": now()} | ({"line": reference} if told else {})
    return await session.scalar(_shown(told=told, remember=remember), ended) is not None


async def fail(session: AsyncSession, delivery_id: UUID, failure: str) -> bool:
    """End a delivery that cannot be shown, and say why in a word; False if it had ended before."""
    dead = _ending(DeliveryState.DEAD, {"failure": failure, "sealed_plan": None})
    ended = await session.scalar(dead, {"delivery": delivery_id, "time": now()})
    return ended is not None


@cache
def _shown(*, told: bool, remember: bool) -> Executable:
    """How a delivery is marked as shown, ``told`` under which reference (``line``)."""
    values = _also(bindparam("line", type_=Text)) if told else {}
    return _ending(DeliveryState.SHOWN, values | ({} if remember else {"sealed_plan": None}))


def _ending(state: DeliveryState, values: dict[str, Any]) -> Executable:
    return (
        update(DeliveryRow)
        .where(DeliveryRow.id == bindparam("delivery"), DeliveryRow.finished.is_(None))
        .values(state=state.value, finished=bindparam("time"), lease_until=None, **values)
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )


async def expire(session: AsyncSession, delivery_id: UUID) -> None:
    """Let a delivery be taken whose holder is known to be at it no more."""
    await session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.state == DeliveryState.SENDING.value)
        .values(lease_until=now())
    )


async def expire_leases(session: AsyncSession, platform: str, since: datetime) -> None:
    """Let be taken what a platform's process before the one of ``since`` was at.

    Right where one process at a time serves a platform.
    """
    await session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.platform == platform,
            DeliveryRow.state == DeliveryState.SENDING.value,
            DeliveryRow.lease_until < since + LEASE,
        )
        .values(lease_until=now())
    )


def _digest(update_key: str) -> bytes:
    return hashlib.sha256(update_key.encode()).digest()


# Statements are made once: that costs more than asking them.

_TAKEABLE = (
    select(DeliveryRow.id, DeliveryRow.platform).where(_takeable()).order_by(DeliveryRow.created)
)
_TAKE = (
    update(DeliveryRow)
    .where(DeliveryRow.id == bindparam("delivery"), _takeable())
    .values(
        state=DeliveryState.SENDING.value,
        attempts=DeliveryRow.attempts + 1,
        lease_until=bindparam("until"),
    )
    .returning(DeliveryRow)
    .execution_options(populate_existing=True, synchronize_session=False)
)
_ENDED = (
    select(JobRow, PersonRow, ResultRow)
    .join(PersonRow, PersonRow.id == JobRow.person_id)
    .outerjoin(ResultRow, ResultRow.job_id == JobRow.id)
    .where(JobRow.id == bindparam("job"))
    .execution_options(populate_existing=True)
)
_KEEP = (
    update(DeliveryRow)
    .where(DeliveryRow.id == bindparam("delivery"))
    .values(sealed_plan=bindparam("plan"))
    .execution_options(synchronize_session=False)
)
_LATEST = (
    select(PersonRow, DeliveryRow.sealed_plan, JobRow.placeholder, PackMakingRow.job_id)
    .join(DeliveryRow, DeliveryRow.person_id == PersonRow.id)
    .outerjoin(JobRow, JobRow.id == DeliveryRow.job_id)
    .outerjoin(PackMakingRow, PackMakingRow.job_id == DeliveryRow.job_id)
    .where(DeliveryRow.id == bindparam("delivery"))
)
