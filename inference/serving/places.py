"""A worker's places, of which no person takes more than a share, so that others find some free.

A start tag says who is next (``storage.fairness``); it frees no place that a flood already holds,
nor the processor that its jobs share with everybody else's.
"""

from uuid import UUID

from storage.contract.jobs import Job


class Places:
    """Who is at work, and what waits aside until its person has a place again.

    each: most jobs of one person at once.
    """

    def __init__(self, each: int) -> None:
        self._each = each
        self._at_work: dict[UUID, UUID] = {}  # persons by job
        self._aside: dict[UUID, dict[UUID, Job]] = {}  # jobs by id, by person

    def take(self, job: Job) -> bool:
        """Give a job a place, or put it aside; tell which."""
        aside = self._aside.pop(job.person_id, {})
        aside.pop(job.id, None)
        taken = sum(person == job.person_id for person in self._at_work.values())
        if taken < self._each:
            self._at_work[job.id] = job.person_id
        else:
            aside[job.id] = job
        if aside:
            self._aside[job.person_id] = aside
        return taken < self._each

    def leave(self, job_id: UUID) -> list[Job]:
        """Free a job's place, if it has one; return which of those aside are to be claimed anew.

        That is the next one; and all of them once nobody of the person is at work here, for the
        next may have been cancelled, or be at work elsewhere, and would free no place.
        """
        person = self._at_work.pop(job_id, None)
        if person is None or person not in self._aside:
            return []
        aside = self._aside.pop(person)
        if person not in self._at_work.values():
            return list(aside.values())
        first = max(aside.values(), key=lambda job: job.priority)
        del aside[first.id]
        if aside:
            self._aside[person] = aside
        return [first]
