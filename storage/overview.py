"""How the work stands, in numbers: for metrics and for ``selfmoji status``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import workers
from storage.models import DeliveryRow, InboxRow, JobRow, now

LATELY = timedelta(hours=1)
"""How far back times and failures are looked at."""

MOST = 2_000
"""Jobs that times are told from, the newest."""


@dataclass(frozen=True, slots=True)
class Times:
    """Of jobs of one kind that ended lately, in seconds: how long they waited and were at work."""

    count: int
    waited: tuple[float, ...]
    worked: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that ended with a failure."""

    at: datetime
    kind: str
    platform: str
    failure: str


@dataclass(frozen=True, slots=True)
class Overview:
    """``jobs``: by state. ``oldest``: seconds that the first in the queue has waited.

    ``deliveries``: by platform and state. ``inbox``: updates that are not handled, by platform.
    ``beats``: when each worker was last heard of. ``times``: by kind. ``failures``: the newest
    first; ``failed``: how many lately, by code.
    """

    jobs: Mapping[str, int]
    oldest: float
    deliveries: Mapping[tuple[str, str], int]
    inbox: Mapping[str, int]
    beats: Mapping[str, datetime]
    times: Mapping[str, Times]
    failures: tuple[Failed, ...]
    failed: Mapping[str, int]

    def alive(self, at: datetime) -> int:
        """Return how many workers are heard of."""
        return sum(at - beat < workers.SILENCE for beat in self.beats.values())


async def overview(session: AsyncSession) -> Overview:
    """Look at everything that is counted."""
    time = now()
    states = await session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
    first = await session.scalar(select(func.min(JobRow.created)).where(JobRow.state == "queued"))
    owed = await session.execute(
        select(DeliveryRow.platform, DeliveryRow.state, func.count()).group_by(
            DeliveryRow.platform, DeliveryRow.state
        )
    )
    kept = await session.execute(
        select(InboxRow.platform, func.count()).group_by(InboxRow.platform)
    )
    failed = await session.execute(
        select(JobRow.failure, func.count())
        .where(JobRow.failure.is_not(None), JobRow.ended >= time - LATELY)
        .group_by(JobRow.failure)
    )
    latest = await session.execute(
        select(JobRow.ended, JobRow.kind, JobRow.platform, JobRow.failure)
        .where(JobRow.failure.is_not(None), JobRow.ended.is_not(None))
        .order_by(JobRow.ended.desc())
        .limit(5)
    )
    return Overview(
        jobs={row[0]: row[1] for row in states},
        oldest=0.0 if first is None else max(0.0, (time - first).total_seconds()),
        deliveries={(platform, state): count for platform, state, count in owed},
        inbox={row[0]: row[1] for row in kept},
        beats=await workers.beats(session),
        times=await _times(session, time),
        failures=tuple(
            Failed(row.ended or time, row.kind, row.platform, row.failure or "") for row in latest
        ),
        failed={code: count for code, count in failed if code is not None},
    )


async def _times(session: AsyncSession, time: datetime) -> dict[str, Times]:
    rows = await session.execute(
        select(JobRow.kind, JobRow.created, JobRow.started, JobRow.ended)
        .where(JobRow.state == "done", JobRow.ended >= time - LATELY)
        .order_by(JobRow.ended.desc())
        .limit(MOST)
    )
    waited: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}
    for kind, created, started, ended in rows:
        if started is not None and ended is not None:
            waited.setdefault(kind, []).append((started - created).total_seconds())
            worked.setdefault(kind, []).append((ended - started).total_seconds())
    return {
        kind: Times(len(some), tuple(sorted(waited[kind])), tuple(sorted(some)))
        for kind, some in worked.items()
    }
