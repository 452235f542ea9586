"""What worker and pipeline know of each other."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from storage.contract.jobs import Job, Outcome

Told = Callable[[float], None]
"""Is told what share of a job is done, 0..1; from any thread."""


def untold(share: float) -> None:
    """Heed no progress."""
    del share


class Photos(Protocol):
    """The photos of one job, for a pipeline that holds no portrait of them."""

    async def read(self, photo_id: UUID) -> tuple[bytes, bytes | None]:
        """Return a photo as it was sent, and the report of an earlier job, if one was kept.

        Raises:
            PhotoGone: it was erased, or is past its time.
        """
        ...

    async def others(self, photo_id: UUID, most: int) -> tuple[UUID, ...]:
        """Return so many other photos of the same person that are kept, the newest first."""
        ...

    def keep(self, report: bytes) -> None:
        """Take a report on the job's photo, to be kept with it; from any thread."""
        ...


class Pipeline(Protocol):
    """From a job to its outcome; see ``inference.serving.pipeline``.

    One that holds nothing in memory may inherit that it doesn't.
    """

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Work on a job; raises what ``photos`` raises. ``told`` may hear how far it is."""
        ...

    @property
    def held(self) -> frozenset[UUID]:
        """The photos of which something is held in memory."""
        return frozenset()

    def forget(self, photo_id: UUID) -> None:
        """Drop what is held in memory of a photo."""
