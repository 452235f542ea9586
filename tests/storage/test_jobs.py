"""Jobs: fair order, bounds, leases with a fence, one delivery each."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from storage import deliveries, favourites, jobs, people, results, retention
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Job, JobState, NewJob, Outcome
from storage.contract.kinds import Setting
from storage.database import Database
from storage.errors import Busy, PersonGone, ResultGone
from storage.jobs import Bounds
from storage.models import JobRow
from storage.people import Person
from storage.vault import Vault
from tests.rows import unfinished

LEASE = timedelta(seconds=30)
OVER = timedelta(seconds=-1)  # a lease that has run out already


async def claim(database: Database, job_id: UUID, lease: timedelta = LEASE) -> Job | None:
    async with database.transaction() as session:
        return await jobs.claim(session, job_id, "worker", lease)


async def finish(database: Database, vault: Vault, job: Job, outcome: Outcome) -> UUID | None:
    async with database.transaction() as session:
        return await jobs.finish(session, vault, job, outcome)


def asked_by(person: Person, new_job: NewJob) -> NewJob:
    return NewJob(person.id, new_job.photo_id, "cutout", (), "web", "room")


async def test_a_job_reads_back_as_asked(database: Database, new_job: NewJob, job: Job) -> None:
    """Everything the bot said comes back to the worker."""
    async with database.transaction() as session:
        await jobs.set_placeholder(session, job.id, "message 8")
        read = await jobs.read(session, job.id)
    assert (read.kind, read.settings, read.face) == ("expression", (Setting("smile", 0.8),), None)
    assert (read.platform, read.chat, read.placeholder) == ("web", "room", "message 8")
    assert (read.person_id, read.photo_id) == (new_job.person_id, new_job.photo_id)
    assert read.second_photo_id is None
    assert (read.state, read.attempts) == (JobState.QUEUED, 0)
    assert datetime.now(UTC) - read.created < timedelta(minutes=30)  # no zone is off by less


async def test_a_job_may_name_a_second_picture(database: Database, new_job: NewJob) -> None:
    """It is kept with the job, claimed with it, and counts as one job."""
    picture = uuid4()
    async with database.transaction() as session:
        job = await jobs.add(session, replace(new_job, second_photo_id=picture))
    claimed = await claim(database, job.id)
    assert claimed is not None
    assert (claimed.photo_id, claimed.second_photo_id) == (new_job.photo_id, picture)


async def test_a_job_may_draw_an_avatar(database: Database, vault: Vault, new_job: NewJob) -> None:
    """It then needs no photo, and the worker gets the avatar as the bot gave it."""
    avatar = {"style": "cat", "parts": {"eyes": "wide"}, "colours": {"fur": "#222222"}}
    async with database.transaction() as session:
        job = await jobs.add(session, replace(new_job, photo_id=None, avatar=avatar), None, vault)
    claimed = await claim(database, job.id)
    assert claimed is not None
    assert claimed.photo_id is None
    assert "wide" not in str(claimed.avatar)
    async with database.snapshot() as session:
        assert (await jobs.opened(session, vault, claimed)).avatar == avatar


async def test_words_are_sealed_until_they_are_wanted(
    database: Database, vault: Vault, new_job: NewJob
) -> None:
    """What a person has their face say is in no row, and comes back to whoever works on it."""
    said = (Setting("words", words="my secret"),)
    async with database.transaction() as session:
        job = await jobs.add(session, replace(new_job, kind="say", settings=said), None, vault)
    claimed = await claim(database, job.id)
    assert claimed is not None
    assert "secret" not in str(claimed)
    async with database.snapshot() as session:
        assert "secret" not in str(await session.scalar(select(JobRow.settings)))
        assert (await jobs.opened(session, vault, claimed)).settings == said
    with pytest.raises(TypeError, match="vault"):
        async with database.transaction() as session:
            await jobs.add(session, replace(new_job, kind="say", settings=said))


async def test_one_worker_gets_a_job(database: Database, job: Job) -> None:
    """Of many claims at once exactly one succeeds."""
    claims = await asyncio.gather(*(claim(database, job.id) for _ in range(6)))
    won = [claimed for claimed in claims if claimed]
    assert [(claimed.state, claimed.attempts) for claimed in won] == [(JobState.RUNNING, 1)]


async def test_a_lease_that_ran_out_can_be_taken_over_and_fences_the_first(
    database: Database, vault: Vault, job: Job
) -> None:
    """The second claim counts another attempt, and the first worker can end nothing any more."""
    first = await claim(database, job.id, OVER)
    second = await claim(database, job.id)
    assert first is not None
    assert second is not None
    assert second.attempts == 2
    async with database.transaction() as session:
        assert not await jobs.renew(session, first, LEASE)
        assert not await jobs.release(session, first)
        assert await jobs.renew(session, second, LEASE)
    assert await finish(database, vault, first, Done(b"first")) is None
    assert await finish(database, vault, second, Done(b"second")) is not None
    assert await finish(database, vault, second, Done(b"twice")) is None
    async with database.transaction() as session:
        assert (await results.read(session, vault, job.id)).picture == b"second"
        assert len(await deliveries.pending(session, "web")) == 1


async def test_three_attempts_and_the_job_is_buried(
    database: Database, vault: Vault, job: Job
) -> None:
    """After the third attempt nobody can claim it; failing it adds one delivery."""
    for _ in range(jobs.MAX_ATTEMPTS):
        async with database.transaction() as session:
            assert await jobs.fail_exhausted(session, job.id) is None
        assert await claim(database, job.id, OVER)
    assert await claim(database, job.id) is None
    async with database.transaction() as session:
        delivery_id = await jobs.fail_exhausted(session, job.id)
        assert await jobs.fail_exhausted(session, job.id) is None
        assert delivery_id is not None
        delivery = await deliveries.take(session, vault, delivery_id)
    assert delivery is not None
    assert delivery.outcome == Failed(Failure.GAVE_UP)


async def test_a_released_job_waits_again(database: Database, job: Job) -> None:
    """Releasing keeps the count of attempts."""
    claimed = await claim(database, job.id)
    assert claimed is not None
    async with database.transaction() as session:
        assert await jobs.claimable(session) == []
        assert await jobs.release(session, claimed)
        assert await jobs.claimable(session) == [(job.id, job.priority)]
    again = await claim(database, job.id)
    assert again is not None
    assert again.attempts == 2


async def test_a_cancelled_job_ends_silently(database: Database, vault: Vault, job: Job) -> None:
    """Cancelling stops a running job from being ended and adds no delivery."""
    claimed = await claim(database, job.id)
    assert claimed is not None
    async with database.transaction() as session:
        assert await jobs.cancel(session, job.id)
        assert not await jobs.cancel(session, job.id)
        assert not await jobs.renew(session, claimed, LEASE)
    assert await finish(database, vault, claimed, Done(b"late")) is None
    assert await claim(database, job.id) is None
    async with database.transaction() as session:
        assert await deliveries.pending(session, "web") == []
        assert await unfinished(session) == []


async def test_a_failure_carries_its_detail_and_picture(
    database: Database, vault: Vault, job: Job
) -> None:
    """A person asked which face it is sees the numbered faces; it is no result to keep."""
    claimed = await claim(database, job.id)
    assert claimed is not None
    failed = Failed(Failure.TOO_MANY_FACES, {"faces": 3}, b"numbered faces")
    delivery_id = await finish(database, vault, claimed, failed)
    assert delivery_id is not None
    async with database.transaction() as session:
        delivery = await deliveries.take(session, vault, delivery_id)
        assert delivery is not None
        assert delivery.outcome == failed
        with pytest.raises(ResultGone):
            await results.read(session, vault, job.id)
        with pytest.raises(ResultGone):
            await favourites.add(session, job.id)


async def test_fifty_photos_do_not_starve_one(
    database: Database, new_job: NewJob, bob: Person
) -> None:
    """Somebody's single job comes right behind the one at work, before the others' rest."""
    roomy = Bounds(per_person=100)
    async with database.transaction() as session:
        many = [await jobs.add(session, new_job, roomy) for _ in range(50)]
    for job in many[:5]:
        assert await claim(database, job.id)
    async with database.transaction() as session:
        single = await jobs.add(session, asked_by(bob, new_job), roomy)
        assert await jobs.place(session, single.id) == 1
        assert await jobs.place(session, many[5].id) == 2
        assert await jobs.place(session, many[49].id) == 46
        assert await jobs.place(session, many[0].id) == 0
        order = [job_id for job_id, _ in await jobs.claimable(session)]
    assert order[:2] == [single.id, many[5].id]


async def test_two_busy_people_take_turns(database: Database, new_job: NewJob, bob: Person) -> None:
    """Whatever the order of asking, the work alternates."""
    roomy = Bounds(per_person=100)
    async with database.transaction() as session:
        first = [await jobs.add(session, new_job, roomy) for _ in range(6)]
        second = [await jobs.add(session, asked_by(bob, new_job), roomy) for _ in range(6)]
        order = [job_id for job_id, _ in await jobs.claimable(session)]
    expected = [job.id for pair in zip(first, second, strict=True) for job in pair]
    assert order == expected


async def test_being_away_saves_no_turns(database: Database, new_job: NewJob, bob: Person) -> None:
    """A person who comes late starts at the present, not with all the turns they missed."""
    async with database.transaction() as session:
        for _ in range(10):
            job = await jobs.add(session, new_job)
            assert await jobs.claim(session, job.id, "worker", LEASE)
        late = [await jobs.add(session, asked_by(bob, new_job)) for _ in range(3)]
        other = await jobs.add(session, new_job)
        order = [job_id for job_id, _ in await jobs.claimable(session)]
    assert order == [late[0].id, late[1].id, other.id, late[2].id]


async def test_bounds_answer_busy_with_seconds(
    database: Database, new_job: NewJob, bob: Person
) -> None:
    """Too many jobs of one person, or of all, are refused with a time; ended ones do not count."""
    bounds = Bounds(per_person=2, overall=3)
    async with database.transaction() as session:
        first = await jobs.add(session, new_job, bounds)
        await jobs.add(session, new_job, bounds)
        with pytest.raises(Busy) as own:
            await jobs.add(session, new_job, bounds)
        await jobs.add(session, asked_by(bob, new_job), bounds)
        with pytest.raises(Busy) as overall:
            await jobs.add(session, asked_by(bob, new_job), bounds)
        assert (own.value.seconds, overall.value.seconds) == (1, 2)
        await jobs.cancel(session, first.id)
        await jobs.add(session, new_job, bounds)


async def test_seconds_per_job_are_measured(
    database: Database, vault: Vault, new_job: NewJob
) -> None:
    """At first a guess, then what the last good jobs took."""
    async with database.transaction() as session:
        assert await jobs.seconds_per_job(session) == 1.0
        job = await jobs.add(session, new_job)
        claimed = await jobs.claim(session, job.id, "worker", LEASE)
        assert claimed is not None
        await jobs.finish(session, vault, claimed, Done(b""))
        row = await session.get_one(JobRow, job.id)
        assert row.ended is not None
        row.started = row.ended - timedelta(seconds=3)
        await session.flush()
        assert await jobs.seconds_per_job(session) == pytest.approx(3)


async def test_the_forgotten_ask_for_nothing(
    database: Database, vault: Vault, ada: Person, new_job: NewJob, job: Job
) -> None:
    """Forgetting a person ends their jobs; a worker that comes late writes nothing."""
    claimed = await claim(database, job.id)
    assert claimed is not None
    await people.forget(database, vault, ada.id)
    assert await finish(database, vault, claimed, Done(b"late")) is None
    async with database.transaction() as session:
        with pytest.raises(PersonGone):
            await jobs.add(session, new_job)
        with pytest.raises(LookupError):
            await jobs.read(session, job.id)


async def test_favourites_stay_when_old_results_go(
    database: Database, vault: Vault, ada: Person, new_job: NewJob
) -> None:
    """The sweep erases old results and update keys but not what somebody keeps and never drops."""
    made = []
    for number in range(3):
        async with database.transaction() as session:
            job = await jobs.add(session, new_job)
            claimed = await jobs.claim(session, job.id, "worker", LEASE)
            assert claimed is not None
            await jobs.finish(session, vault, claimed, Done(b"%d" % number))
            made.append(job)
    async with database.transaction() as session:
        assert await people.first_time(session, "update")
        await favourites.add(session, made[2].id)
        await favourites.add(session, made[2].id)
        await favourites.remove(session, uuid4(), made[2].id)  # somebody else's word
        await favourites.add(session, made[1].id)
        await favourites.remove(session, ada.id, made[1].id)
    swept = await retention.sweep(
        database, vault, datetime.now(UTC) + retention.Retention().results
    )
    assert (swept.photos, swept.results, swept.jobs, swept.updates) == (1, 2, 2, 1)
    async with database.transaction() as session:
        kept = await favourites.of_person(session, vault, ada.id)
        pending = await deliveries.pending(session, "web")
    assert [(one.job.id, one.done.picture) for one in kept] == [(made[2].id, b"2")]
    assert len(pending) == 1


async def test_a_sweep_goes_in_small_steps(
    database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is past its time goes in batches, however much there is."""
    monkeypatch.setattr(retention, "BATCH", 3)
    async with database.transaction() as session:
        for number in range(8):
            assert await people.first_time(session, f"update {number}")
    early = await retention.sweep(database, vault, datetime.now(UTC) + timedelta(days=1))
    late = await retention.sweep(database, vault, datetime.now(UTC) + timedelta(days=3))
    assert (early.updates, late.updates) == (0, 8)


async def test_favourites_are_read_in_one_query(
    database: Database, vault: Vault, ada: Person, new_job: NewJob
) -> None:
    """However many there are, the newest first."""
    made = []
    for number in range(3):
        async with database.transaction() as session:
            job = await jobs.add(session, new_job)
            claimed = await jobs.claim(session, job.id, "worker", LEASE)
            assert claimed is not None
            await jobs.finish(session, vault, claimed, Done(b"%d" % number, {"n": number}))
            await favourites.add(session, job.id)
            made.append(job.id)
    statements: list[str] = []
    engine = database._engine.sync_engine

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    async with database.snapshot() as session:
        kept = await favourites.of_person(session, vault, ada.id, 2)
    event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.lstrip().startswith("SELECT")]) == 1
    assert [one.job.id for one in kept] == made[:0:-1]
    assert [one.done for one in kept] == [Done(b"2", {"n": 2}), Done(b"1", {"n": 1})]


async def test_places_of_many_are_told_at_once(
    database: Database, bob: Person, new_job: NewJob
) -> None:
    """In the fair order; those at work have place 0, those that ended none."""
    async with database.transaction() as session:
        mine = [(await jobs.add(session, new_job)).id for _ in range(3)]
        theirs = (await jobs.add(session, asked_by(bob, new_job))).id
        ended = (await jobs.add(session, asked_by(bob, new_job))).id
        assert await jobs.claim(session, mine[0], "worker", LEASE)
        assert await jobs.cancel(session, ended)
        places = await jobs.places(session, [*mine, theirs, ended, uuid4()])
        assert places == {mine[0]: 0, theirs: 1, mine[1]: 2, mine[2]: 3}
        assert places == {job_id: await jobs.place(session, job_id) for job_id in places}
