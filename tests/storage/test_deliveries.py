"""Deliveries: taken by one at a time, until it is shown or given up."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from storage import deliveries, jobs
from storage.contract.jobs import Done, Job, JobState
from storage.database import Database
from storage.deliveries import Delivery
from storage.models import now
from storage.people import Person
from storage.vault import Vault

DONE = Done(b"\x89PNG", {"top": "bun"})


@pytest.fixture
async def delivery(database: Database, vault: Vault, job: Job) -> UUID:
    """The delivery of a job that has ended."""
    async with database.transaction() as session:
        claimed = await jobs.claim(session, job.id, "worker", timedelta(seconds=30))
        assert claimed is not None
        delivery_id = await jobs.finish(session, vault, claimed, DONE)
    assert delivery_id is not None
    return delivery_id


async def take(database: Database, vault: Vault, delivery_id: UUID) -> Delivery | None:
    async with database.transaction() as session:
        return await deliveries.take(session, vault, delivery_id)


async def test_a_delivery_is_taken_by_one_at_a_time(
    database: Database, vault: Vault, delivery: UUID
) -> None:
    """Whoever else asks gets nothing until it is released, or its process is known to be gone."""
    first = await take(database, vault, delivery)
    assert first is not None
    assert (first.outcome, first.resumed) == (DONE, False)
    assert first.job is not None
    assert first.job.state is JobState.DONE
    assert await take(database, vault, delivery) is None
    async with database.transaction() as session:
        assert await deliveries.pending(session, "web") == []
        await deliveries.expire_leases(session, "telegram", now())
    assert await take(database, vault, delivery) is None
    async with database.transaction() as session:
        await deliveries.expire_leases(session, "web", now())
    second = await take(database, vault, delivery)
    assert second is not None
    assert second.resumed
    async with database.transaction() as session:
        assert not await deliveries.release(session, first)
        assert await deliveries.release(session, second)
        assert await deliveries.pending(session, "web") == [delivery]


async def test_a_shown_delivery_is_not_taken_again(
    database: Database, vault: Vault, delivery: UUID
) -> None:
    """After finishing nobody gets it, and finishing twice says so."""
    assert await take(database, vault, delivery)
    async with database.transaction() as session:
        assert await deliveries.finish(session, delivery, "message 9")
        assert not await deliveries.finish(session, delivery, "message 10")
        assert not await deliveries.fail(session, delivery, "Bug")
        assert await deliveries.pending(session, "web") == []
        assert await deliveries.unfinished(session) == []
    assert await take(database, vault, delivery) is None
    assert await take(database, vault, uuid4()) is None


async def test_a_buried_delivery_is_not_taken_again(
    database: Database, vault: Vault, delivery: UUID
) -> None:
    """A dead letter keeps a word of why, and waits for nobody."""
    async with database.transaction() as session:
        assert await deliveries.fail(session, delivery, "ChatForbidden")
        assert await deliveries.unfinished(session) == []
    assert await take(database, vault, delivery) is None


async def test_a_plan_and_its_progress_outlive_the_process(
    database: Database, vault: Vault, delivery: UUID
) -> None:
    """What was decided to show is read back by the next attempt, and where to go on."""
    first = await take(database, vault, delivery)
    assert first is not None
    assert first.plan is None
    async with database.transaction() as session:
        await deliveries.keep_plan(session, vault, first, b"a sticker, then a word")
        await deliveries.advance(session, first, 1, "message 9")
        await deliveries.release(session, first)
    second = await take(database, vault, delivery)
    assert second is not None
    assert (second.plan, second.progress) == (b"a sticker, then a word", 1)


async def test_the_answers_to_an_update_are_owed_once(
    database: Database, vault: Vault, ada: Person
) -> None:
    """They are found by the update until they are shown; the process that decided holds them."""
    async with database.transaction() as session:
        made = await deliveries.add_answers(
            session, vault, ada.id, "web", "room", "web:1", b"Hello", uuid4()
        )
        assert await deliveries.of_update(session, "web:1") == made.id
        assert await deliveries.of_update(session, "web:2") is None
        assert await deliveries.take(session, vault, made.id) is None
        await deliveries.expire_leases(session, "web", now())
    again = await take(database, vault, made.id)
    assert again is not None
    assert (again.plan, again.job, again.chat) == (b"Hello", None, "room")
    async with database.transaction() as session:
        await deliveries.finish(session, made.id)
        assert await deliveries.of_update(session, "web:1") is None
