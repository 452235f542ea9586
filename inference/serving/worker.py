"""Takes jobs, runs them, keeps what they made; any number of workers share a database.

The row decides everything (``storage.jobs``): whoever's claim stands may end the job, once. A
worker that dies leaves a lease that runs out; a sweep finds such rows, and those whose message was
lost, and enqueues them again.
"""

import asyncio
import logging
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

from inference.serving import metrics
from inference.serving.contract import Pipeline
from inference.serving.places import Places
from inference.serving.stored_photos import StoredPhotos
from inference.settings import InferenceSettings
from storage import deliveries, jobs, people, photos, retention, workers
from storage.contract.failures import Failure
from storage.contract.jobs import Failed, Job, Outcome
from storage.contract.tracing import JOB
from storage.database import Database
from storage.errors import PhotoGone
from storage.queue import Again, Queue
from storage.retention import Retention
from storage.settings import StorageSettings
from storage.vault import Vault

_log = logging.getLogger(__name__)
_RETENTION = 60.0  # seconds between looks for what is past its time
_BREATH = timedelta(seconds=0.2)  # before another attempt after an unexpected error


class _Share:
    """How much of one job is done, as its thread last said."""

    done = 0.0

    def told(self, share: float) -> None:
        """See ``contract.Told``."""
        self.done = share


class _NoPlaceError(Exception):
    """The person has as many jobs at work here as they may; the claim is taken back."""


class Worker:
    """Works on topic "jobs", ``settings.concurrency`` at once, half of them for one person."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        queue: Queue,
        pipeline: Pipeline,
        settings: InferenceSettings,
    ) -> None:
        self._database = database
        self._vault = vault
        self._queue = queue
        self._pipeline = pipeline
        self._concurrency = settings.concurrency
        self._places = Places((settings.concurrency + 1) // 2)
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._retention = Retention.of(StorageSettings())
        self._name = workers.name()

    async def run(self, shutdown: asyncio.Event) -> None:
        """Work until ``shutdown``; then finish what runs and take no more."""
        if self._database.dialect == "sqlite":  # ours alone: who held a lease is dead
            async with self._database.transaction() as session:
                await jobs.expire_leases(session)
        sweeping = asyncio.create_task(self._sweep_regularly())
        try:
            async with workers.beating(self._database, self._name):
                await self._queue.serve("jobs", self.work, self._concurrency, shutdown)
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await sweeping

    async def work(self, job_id: UUID) -> None:
        """Claim one job, run it and end it; nothing if it is not to be had, or not yet."""
        JOB.set(job_id)
        try:
            job = await self._take(job_id)
            if job is not None:
                await self._run(job)
        except _NoPlaceError:
            return
        finally:
            for waiting in self._places.leave(job_id):
                await self._queue.enqueue("jobs", waiting.id, waiting.priority)

    async def _run(self, job: Job) -> None:
        if job.started is not None:
            metrics.WAITED.labels(job.kind).observe((job.started - job.created).total_seconds())
        stored = StoredPhotos(self._database, self._vault)
        share = _Share()
        run = asyncio.create_task(self._pipeline.run(job, stored, share.told))
        keep = asyncio.create_task(self._keep_lease(job, run, share))
        try:
            with metrics.WORKED.labels(job.kind).time():
                outcome = await run
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # we are told to stop; otherwise the run was, for its claim is gone
        except PhotoGone as gone:
            await self._end(job, _expired(job, str(gone)))
        except Exception as error:
            await self._fail(job, error)
        else:
            await self._end(job, outcome, stored.report)
        finally:
            keep.cancel()

    async def _take(self, job_id: UUID) -> Job | None:
        """Claim a job, or end it where its attempts are used up or its photo is gone.

        Raises:
            _NoPlaceError: its person has no place left; it waits aside.
        """
        delivery = None
        async with self._database.transaction() as session:
            job = await jobs.claim(session, job_id, self._name, self._lease)
            if job is None:
                delivery = await jobs.fail_exhausted(session, job_id)
                job = await jobs.read(session, job_id) if delivery else None
            elif not self._places.take(job):
                raise _NoPlaceError
            else:
                wanted = _wanted(job)
                kept = await photos.kept(session, wanted)
                gone = next((photo_id for photo_id in wanted if photo_id not in kept), None)
                if gone is None:
                    return await jobs.opened(session, self._vault, job)
                delivery = await jobs.finish(session, self._vault, job, _expired(job, str(gone)))
        if job is not None:
            await self._announce(job, delivery)
        return None

    async def _end(self, job: Job, outcome: Outcome, report: bytes | None = None) -> None:
        async with self._database.transaction() as session:
            delivery = await jobs.finish(session, self._vault, job, outcome)
            if delivery is not None and report is not None and job.photo_id is not None:
                key = await people.key_of(session, self._vault, job.person_id)
                await photos.keep_report(session, key, job.photo_id, report)
        ended = outcome.failure.value if isinstance(outcome, Failed) else "done"
        metrics.ENDED.labels(job.kind, ended).inc()
        await self._announce(job, delivery)

    async def _fail(self, job: Job, error: Exception) -> None:
        """Give a job that met a bug or a fault another attempt, or up."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
        _log.error("attempt %d of job %s failed: %s", job.attempts, job.id, where)
        _log.debug("attempt %d of job %s failed", job.attempts, job.id, exc_info=error)
        if job.attempts >= jobs.MAX_ATTEMPTS:
            await self._end(job, Failed(Failure.GAVE_UP))
            return
        async with self._database.transaction() as session:
            released = await jobs.release(session, job)
        if released:
            raise Again(_BREATH)

    async def _announce(self, job: Job, delivery: UUID | None) -> None:
        if delivery is not None:
            await self._queue.enqueue(f"delivery.{job.platform}", delivery)

    async def _keep_lease(self, job: Job, run: asyncio.Task[Outcome], share: "_Share") -> None:
        """Renew the lease while the job runs, and say how far it is.

        The job is stopped if its claim no longer stands.
        """
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                async with self._database.transaction() as session:
                    held = await jobs.renew(session, job, self._lease, share.done)
            except Exception as error:
                _log.warning("job %s: lease not renewed: %s", job.id, type(error).__name__)
                continue
            if not held:
                run.cancel()
                return

    async def _sweep_regularly(self) -> None:
        erased = -_RETENTION
        loop = asyncio.get_running_loop()
        while True:
            try:
                await self.sweep()
                if loop.time() >= erased + _RETENTION:
                    erased = loop.time()
                    await retention.sweep(
                        self._database, self._vault, datetime.now(UTC), self._retention
                    )
            except Exception as error:
                _log.warning("sweep failed: %s", type(error).__name__)
                _log.debug("sweep failed", exc_info=True)
            await asyncio.sleep(self._lease.total_seconds() / 3)

    async def sweep(self) -> None:
        """Enqueue every row that waits for a worker or a front end; those on their way stay."""
        async with self._database.snapshot() as session:
            waiting = await jobs.claimable(session)
            owed = await deliveries.pending_everywhere(session)
        for job_id, priority in waiting:
            await self._queue.enqueue("jobs", job_id, priority)
        for delivery_id, platform in owed:
            await self._queue.enqueue(f"delivery.{platform}", delivery_id)
        await self._forget_erased()

    async def _forget_erased(self) -> None:
        """Let the pipeline drop what it holds of photos that a person had erased."""
        held = self._pipeline.held
        async with self._database.snapshot() as session:
            kept = await photos.kept(session, held)
        for photo_id in held - kept:
            self._pipeline.forget(photo_id)


def _wanted(job: Job) -> tuple[UUID, ...]:
    """The photos that a job needs; a kept avatar is drawn without any."""
    if job.avatar is not None:
        return ()
    return tuple(one for one in (job.photo_id, job.second_photo_id) if one is not None)


def _expired(job: Job, photo_id: str) -> Failed:
    detail = {"picture": True} if photo_id == str(job.second_photo_id) else {}
    return Failed(Failure.PHOTO_EXPIRED, detail)
