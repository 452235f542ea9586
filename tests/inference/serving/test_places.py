"""A worker's places: a share for each person, and an order for what waits aside."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from inference.serving.places import Places
from storage.contract.jobs import Job, JobState

ADA, BOB = uuid4(), uuid4()


def _job(person: UUID, priority: int = 0) -> Job:
    return Job(
        person, None, "cutout", (), "test", "room",
        id=uuid4(), state=JobState.RUNNING, attempts=1, created=datetime.now(UTC),
        priority=priority,
    )  # fmt: skip


def test_a_person_has_a_share_and_others_have_theirs() -> None:
    """The third of one person's jobs waits, the first of another's does not."""
    places = Places(2)
    assert [places.take(_job(ADA)) for _ in range(3)] == [True, True, False]
    assert places.take(_job(BOB))


def test_what_is_next_asks_for_the_place_that_gets_free() -> None:
    """In the order of priorities, whatever the order of asking, and once."""
    places = Places(1)
    first, later, sooner = _job(ADA), _job(ADA, -2), _job(ADA, -1)
    assert [places.take(job) for job in (first, later, sooner, later)] == [
        True,
        False,
        False,
        False,
    ]
    assert sooner in places.leave(first.id)
    assert places.take(sooner)
    assert not places.take(later)
    assert places.leave(sooner.id) == [later]
    assert places.leave(sooner.id) == []


def test_nothing_is_left_aside_when_nobody_of_a_person_is_at_work() -> None:
    """The next of them may have been cancelled, so all ask again."""
    places = Places(2)
    first, second, *aside = [_job(ADA) for _ in range(5)]
    for job in (first, second, *aside):
        places.take(job)
    (next_one,) = places.leave(first.id)
    assert places.leave(second.id) == [job for job in aside if job is not next_one]
