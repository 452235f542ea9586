"""What worker and pipeline know of each other."""

from typing import Protocol
from uuid import UUID

from storage.contract.jobs import Job, Outcome


class Photos(Protocol):
    """The photos of one job, for a pipeline that holds no portrait of them."""

    async def read(self, photo_id: UUID) -> tuple[bytes, bytes | None]:
        """Return a photo as it was sent, and the report of an earlier job, if one was kept.

        Raises:
            PhotoGone: it was erased, or is past its time.
        """
        ...

    def keep(self, report: bytes) -> None:
        """Take a report on the job's photo, to be kept with it; from any thread."""
        ...


class Pipeline(Protocol):
    """From a job to its outcome; see ``inference.serving.pipeline``.

    One that holds nothing in memory may inherit that it doesn't.
    """

    async def run(self, job: Job, photos: Photos) -> Outcome:
        """Work on a job; raises what ``photos`` raises."""
        ...

    @property
    def held(self) -> frozenset[UUID]:
        """The photos of which something is held in memory."""
        return frozenset()

    def forget(self, photo_id: UUID) -> None:
        """Drop what is held in memory of a photo."""
