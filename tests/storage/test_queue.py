"""The queue in memory and on PostgreSQL: quick, in order, one message per row, none lost."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent
from sqlalchemy.engine import make_url

from storage.database import Database
from storage.queue import Again, Queue, _Listener, open_queue
from tests import patience


class Served:
    """Serves a topic in the background and notes what comes."""

    def __init__(
        self,
        queue: Queue,
        work: Callable[[UUID], Awaitable[None]] | None = None,
        topic: str = "jobs",
        concurrency: int = 1,
    ) -> None:
        self.ids: list[UUID] = []
        self.shutdown = asyncio.Event()
        self._work = work
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(queue.serve(topic, self._note, concurrency, self.shutdown))

    async def _note(self, row_id: UUID) -> None:
        self.ids.append(row_id)
        self._changed.set()
        if self._work:
            await self._work(row_id)

    async def wait_for(self, count: int) -> None:
        async with patience.limit():
            while len(self.ids) < count:
                self._changed.clear()
                await self._changed.wait()

    async def stop(self) -> None:
        self.shutdown.set()
        async with patience.limit():
            await self._task


async def insist(queue: Queue, row_id: UUID, served: Served, count: int) -> None:
    """Enqueue until so many have come: a row may still be on its way from before."""
    async with patience.limit():
        while len(served.ids) < count:
            await queue.enqueue("jobs", row_id)
            await asyncio.sleep(0.05)


async def test_messages_come_to_their_topic(queue: Queue) -> None:
    """Several topics are served beside each other, each with its own."""
    jobs, deliveries = Served(queue), Served(queue, topic="delivery.web")
    job, delivery = uuid4(), uuid4()
    await queue.enqueue("jobs", job)
    await queue.enqueue("delivery.web", delivery)
    await jobs.wait_for(1)
    await deliveries.wait_for(1)
    assert (jobs.ids, deliveries.ids) == ([job], [delivery])
    await jobs.stop()
    await deliveries.stop()


async def test_higher_priorities_come_first(queue: Queue) -> None:
    """What waits is taken by priority, then by age."""
    low, middle, high, later = (uuid4() for _ in range(4))
    for row_id, priority in ((low, -9), (middle, -3), (high, 0), (later, -3)):
        await queue.enqueue("jobs", row_id, priority)
    served = Served(queue)
    await served.wait_for(4)
    await served.stop()
    assert served.ids == [high, middle, later, low]


async def test_a_row_is_on_its_way_once(queue: Queue) -> None:
    """Enqueueing again changes nothing while it waits or is worked on, but does afterwards."""
    row_id, release = uuid4(), asyncio.Event()
    await queue.enqueue("jobs", row_id)
    await queue.enqueue("jobs", row_id)

    async def work(_: UUID) -> None:
        await release.wait()

    served = Served(queue, work, concurrency=4)
    await served.wait_for(1)
    await queue.enqueue("jobs", row_id)
    await asyncio.sleep(0.1)
    assert served.ids == [row_id]
    release.set()
    await insist(queue, row_id, served, 2)
    await served.stop()


async def test_so_many_at_once(queue: Queue) -> None:
    """No more handlers run at the same time than asked for, and that many do."""
    running = most = 0
    three = asyncio.Barrier(3)

    async def work(_: UUID) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await three.wait()
        await asyncio.sleep(0.02)  # for a fourth to come
        running -= 1

    for _ in range(12):
        await queue.enqueue("jobs", uuid4())
    served = Served(queue, work, concurrency=3)
    await served.wait_for(12)
    await served.stop()
    assert most == 3


async def test_a_handler_may_ask_for_its_row_again(queue: Queue) -> None:
    """Again brings the same row back, but not before its wait is over."""

    async def work(row_id: UUID) -> None:
        if row_id == late:
            raise Again(timedelta(hours=1))
        if len(served.ids) < 4:
            raise Again(timedelta(seconds=0.05))

    late, soon = uuid4(), uuid4()
    served = Served(queue, work)
    await queue.enqueue("jobs", late)
    await served.wait_for(1)
    await queue.enqueue("jobs", soon)
    await served.wait_for(4)
    await served.stop()
    assert served.ids == [late, soon, soon, soon]


async def test_a_failing_handler_stops_nothing(
    queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged by type and place, never by message, and the next row is worked on."""

    async def work(row_id: UUID) -> None:
        if row_id == bad:
            raise ValueError("the person's secret")

    bad, good = uuid4(), uuid4()
    served = Served(queue, work)
    await queue.enqueue("jobs", bad)
    await queue.enqueue("jobs", good)
    await served.wait_for(2)
    await served.stop()
    assert "ValueError at" in caplog.text
    assert "secret" not in caplog.text


async def test_stopping_finishes_what_runs_and_takes_no_more(queue: Queue) -> None:
    """After the shutdown the handler at work ends in peace; what waits stays for another."""

    async def work(_: UUID) -> None:
        await served.shutdown.wait()
        await asyncio.sleep(0.05)
        ended.append(True)

    ended: list[bool] = []
    rows = [uuid4() for _ in range(3)]
    served = Served(queue, work)
    for row_id in rows:
        await queue.enqueue("jobs", row_id)
    await served.wait_for(1)
    await served.stop()
    assert (served.ids, ended) == (rows[:1], [True])
    heir = Served(queue)
    await heir.wait_for(2)
    await heir.stop()
    assert set(heir.ids) == set(rows[1:])


async def test_cancelling_reaches_waiting_and_running(queue: Queue) -> None:
    """A cancelled row that waits never comes; one at work is interrupted, once."""
    interrupted: list[UUID] = []

    async def work(row_id: UUID) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)  # cleaning up may await
            interrupted.append(row_id)
            raise

    first, second, third = uuid4(), uuid4(), uuid4()
    served = Served(queue, work)
    for row_id in (first, second, third):
        await queue.enqueue("jobs", row_id)
    await served.wait_for(1)
    await queue.cancel(third)
    await queue.cancel(first)
    await queue.cancel(uuid4())
    await served.wait_for(2)
    await queue.cancel(second)
    await patience.until(lambda: interrupted == [first, second])
    await served.stop()
    assert served.ids == [first, second]


async def test_no_polling_is_in_the_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle server is woken by a message: it starts though it would not look for an hour."""
    monkeypatch.setattr("storage.queue._POLL", timedelta(hours=1))
    queue = await open_queue(database, heartbeat=timedelta(hours=2))
    served = Served(queue)
    for count in range(20):
        await asyncio.sleep(0.03)  # until it is idle
        await queue.enqueue("jobs", uuid4())
        await served.wait_for(count + 1)
    await served.stop()
    await queue.close()


async def test_the_listener_is_probed_once_it_listens(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe sent before LISTEN would be lost and end the serving ten seconds later."""
    listens, held, probes = asyncio.Event(), asyncio.Event(), []
    listen, probe = AsyncpgPoolDriver.add_listener, AsyncpgPoolDriver.notify

    async def add_listener(*arguments: Any) -> None:
        listens.set()
        await held.wait()
        await listen(*arguments)

    async def notify(*arguments: Any) -> None:
        probes.append(arguments)
        await probe(*arguments)

    monkeypatch.setattr(AsyncpgPoolDriver, "add_listener", add_listener)
    monkeypatch.setattr(AsyncpgPoolDriver, "notify", notify)
    database = await Database.open(postgres_url)
    queue = await open_queue(database)
    served = Served(queue)
    await listens.wait()
    await asyncio.sleep(0.2)
    assert not probes
    held.set()
    await patience.until(lambda: probes)
    await served.stop()
    await queue.close()
    await database.close()


async def test_a_lost_probe_interrupts_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When the listener seems dead, what runs ends in peace, and serving begins anew."""
    probe, lost = QueueManager.listener_healthy, asyncio.Event()

    async def listener_healthy(manager: QueueManager, timeout: timedelta) -> HealthCheckEvent:  # noqa: ASYNC109
        if lost.is_set():
            return await probe(manager, timeout)
        await working.wait()
        lost.set()
        raise FailingListenerError

    async def work(_: UUID) -> None:
        working.set()
        if len(served.ids) == 1:
            await lost.wait()
            await asyncio.sleep(0.2)
        ended.append(True)

    monkeypatch.setattr(QueueManager, "listener_healthy", listener_healthy)
    working, ended = asyncio.Event(), list[bool]()
    queue = await open_queue(database)
    served = Served(queue, work)
    for _ in range(3):
        await queue.enqueue("jobs", uuid4())
    await served.wait_for(3)
    await served.stop()
    await queue.close()
    assert len(set(served.ids)) == 3
    assert len(ended) == 3
    assert "FailingListenerError" in caplog.text


async def test_closing_ends_all_serving(database: Database) -> None:
    """After close every serve has returned."""
    queue = await open_queue(database)
    tasks = [
        asyncio.create_task(queue.serve(topic, lambda _: asyncio.sleep(0), 2))
        for topic in ("jobs", "delivery.web")
    ]
    await asyncio.sleep(0.1)
    async with patience.limit():
        await queue.close()
    assert all(task.done() for task in tasks)


@pytest.mark.slow
async def test_a_listener_that_cannot_be_reset_is_cut(postgres_url: str) -> None:
    """Its pool has the place back, and closes."""
    url = make_url(postgres_url).set(drivername="postgresql")
    pool = await asyncpg.create_pool(
        url.render_as_string(hide_password=False), min_size=1, max_size=2
    )
    listener = _Listener(pool)
    await listener.__aenter__()
    await listener.add_listener("channel", lambda _: None)
    connection = listener._listener_connection
    assert connection is not None
    busy = asyncio.create_task(connection.execute("SELECT pg_sleep(3600)"))
    await asyncio.sleep(0)
    with pytest.raises(asyncpg.InterfaceError, match="another operation"):
        await listener.__aexit__(None, None, None)
    await asyncio.wait({busy})
    assert busy.exception() is not None
    async with patience.limit():
        await pool.close()


async def test_a_connection_that_is_never_given_back_keeps_nobody_from_ending(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut after a while."""
    monkeypatch.setattr("storage.queue._PARTING", 0.05)
    database = await Database.open(postgres_url)
    queue = await open_queue(database)
    assert queue._pool is not None
    held = await queue._pool.acquire()
    async with patience.limit():
        await queue.close()
    with pytest.raises(asyncpg.InterfaceError, match="released back"):
        held.is_closed()
    await database.close()


async def test_serving_survives_the_loss_of_its_connections(postgres_url: str) -> None:
    """When PostgreSQL drops every connection, serving comes back by itself."""
    database = await Database.open(postgres_url)
    queue = await open_queue(database)
    served = Served(queue)
    await queue.enqueue("jobs", uuid4())
    await served.wait_for(1)
    killer = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.close()
    await insist(queue, uuid4(), served, 2)
    await served.stop()
    await queue.close()
    await database.close()


@pytest.mark.slow
async def test_a_dead_process_message_goes_to_another(postgres_url: str) -> None:
    """A message held by a process that no longer beats is served elsewhere soon after."""
    database = await Database.open(postgres_url)
    beat = timedelta(seconds=1)
    dead, alive = (
        await open_queue(database, heartbeat=beat),
        await open_queue(database, heartbeat=beat),
    )
    started = asyncio.Event()

    async def hang(_: UUID) -> None:
        started.set()
        await asyncio.Event().wait()

    holder = asyncio.create_task(dead.serve("jobs", hang, 1))
    row_id = uuid4()
    await alive.enqueue("jobs", row_id)
    async with patience.limit():
        await started.wait()
    dead._pool.terminate()  # type: ignore[union-attr]  # as kill -9 would
    served = Served(alive)
    await served.wait_for(1)
    assert served.ids == [row_id]
    await served.stop()
    holder.cancel()
    with suppress(asyncio.CancelledError):
        await holder
    await alive.close()
    await database.close()
