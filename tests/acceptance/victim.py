"""A worker process to be killed: real storage, queue and worker; by default a slow pipeline.

Says on standard output what happens: ``started <job> <attempt>`` when a job's pipeline begins,
``shown <job> <failure or done>`` when it finishes a delivery as a front end would. ``--pipeline``
takes another one, such as ``inference.serving.pipeline:Pipeline`` (called with the settings).
"""

import argparse
import asyncio
import importlib
from datetime import timedelta
from uuid import UUID

from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.serving.worker import Worker
from inference.settings import InferenceSettings
from storage import deliveries
from storage.contract.jobs import Done, Failed, Job, Outcome
from storage.database import Database
from storage.queue import open_queue
from storage.vault import Vault


def say(*words: object) -> None:
    """Tell the test at once."""
    print(*words, flush=True)  # noqa: T201


class Slow(Pipeline):
    """Takes so many seconds for a picture that tells the attempt."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Sleep."""
        del told
        assert job.photo_id is not None
        photo, _ = await photos.read(job.photo_id)
        await asyncio.sleep(self._seconds)
        return Done(b"%d: " % job.attempts + photo)


class Announced(Pipeline):
    """A pipeline that says when it starts."""

    def __init__(self, inner: Pipeline) -> None:
        self._inner = inner

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Say so, then run the inner one."""
        say("started", job.id, job.attempts)
        return await self._inner.run(job, photos, told)


async def main() -> None:
    """Work until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--lease", type=float, required=True)
    parser.add_argument("--heartbeat", type=float, required=True)
    parser.add_argument("--deliver", action="store_true")
    parser.add_argument("--pipeline")
    options = parser.parse_args()

    settings = InferenceSettings(lease_seconds=options.lease, concurrency=2)
    pipeline: Pipeline = Slow(options.seconds)
    if options.pipeline:
        module, name = options.pipeline.split(":")
        pipeline = getattr(importlib.import_module(module), name)(settings)
    vault = Vault(bytes(range(32)))
    database = await Database.open(options.url)
    queue = await open_queue(database, heartbeat=timedelta(seconds=options.heartbeat))

    async def show(delivery_id: UUID) -> None:
        async with database.transaction() as session:
            delivery = await deliveries.take(session, vault, delivery_id)
            if delivery is None or not await deliveries.finish(session, delivery_id, "message"):
                return
        outcome = delivery.outcome
        end = outcome.failure if isinstance(outcome, Failed) else "done"
        say("shown", delivery.job.id, end)

    shutdown = asyncio.Event()
    worker = Worker(database, vault, queue, Announced(pipeline), settings)
    tasks = [worker.run(shutdown)]
    if options.deliver:
        tasks.append(queue.serve("delivery.test", show, 2, shutdown))
    say("ready")
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main())
