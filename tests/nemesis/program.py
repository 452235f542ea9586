"""``python -m bot`` whose worker shows each photo as it came, after a while: no models are loaded.

The rest is the program itself: its command line, processes, database, queue, worker, front ends.
"""

import asyncio
import hashlib
import os

import bot.__main__ as program
from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.settings import InferenceSettings
from storage.contract.jobs import Done, Job, Outcome

LONGEST = float(os.environ.get("NEMESIS_JOB_SECONDS", "0.4"))


class Mirror(Pipeline):
    """A pipeline that returns the photo; how long that takes depends on the job alone."""

    def __init__(self, settings: InferenceSettings) -> None:
        del settings

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Sleep for up to ``LONGEST`` seconds."""
        del told
        assert job.photo_id is not None
        photo, _ = await photos.read(job.photo_id)
        part = hashlib.sha256(job.id.bytes).digest()[0] / 255
        await asyncio.sleep(LONGEST * part)
        return Done(photo)

    def close(self) -> None:
        """Hold nothing."""


async def _no_library(_url: str, _ready: asyncio.Event) -> None:
    """Build no avatar parts."""


if __name__ == "__main__":
    program._prepare = Mirror  # type: ignore[assignment]
    program.library.build = _no_library
    program.main()
