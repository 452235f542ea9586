"""Parts of a process go on without each other, and a platform has one server at a time."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from bot import supervising
from bot.errors import CannotWork, ChatForbidden
from bot.supervising import alone, keep_up
from storage.database import Database
from tests import patience

Part = Callable[[asyncio.Event], Awaitable[None]]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervising, "LOOK", 0.02)


def raising(*problems: Exception | None) -> tuple[Part, list[int]]:
    """Return a part that fails as told, then ends well, and how often it was started."""
    starts: list[int] = []

    async def part(_: asyncio.Event) -> None:
        starts.append(len(starts))
        problem = problems[len(starts) - 1] if len(starts) <= len(problems) else None
        if problem is not None:
            raise problem

    return part, starts


async def test_a_part_that_fails_starts_again() -> None:
    """Until it ends by itself."""
    part, starts = raising(RuntimeError("a bug"), KeyError("another"))
    await keep_up("part", part, asyncio.Event())
    assert len(starts) == 3


@pytest.mark.parametrize(
    "problem",
    [
        ChatForbidden("wrong token"),
        CannotWork("no device"),
        ValueError("a setting"),
        ModuleNotFoundError("a package"),
        OSError("the address is taken"),
    ],
)
async def test_what_only_an_operator_can_mend_comes_out(problem: Exception) -> None:
    """Trying again would not help."""
    part, starts = raising(problem)
    with pytest.raises(type(problem)):
        await keep_up("part", part, asyncio.Event())
    assert len(starts) == 1


async def test_an_outage_of_a_part_that_had_settled_is_waited_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same error is an operator's only right after the start."""
    monkeypatch.setattr(supervising, "SETTLED", -1.0)
    part, starts = raising(OSError("the network"))
    await keep_up("part", part, asyncio.Event())
    assert len(starts) == 2


async def test_a_shutdown_ends_the_pause_of_a_part_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for its next start."""
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 3600.0)
    part, starts = raising(RuntimeError("a bug"))
    shutdown = asyncio.Event()
    task = asyncio.create_task(keep_up("part", part, shutdown))
    await patience.until(lambda: starts)
    shutdown.set()
    async with patience.limit():
        await task
    assert len(starts) == 1


class Serving:
    """A part that notes whether it serves."""

    def __init__(self) -> None:
        self.now = False
        self.starts = 0

    async def __call__(self, ended: asyncio.Event) -> None:
        self.now, self.starts = True, self.starts + 1
        try:
            await ended.wait()
        finally:
            self.now = False


async def test_a_stand_by_takes_over_when_the_first_has_gone(postgres_url: str) -> None:
    """Two processes never serve a platform at once, and the second serves after the first."""
    first, second = Serving(), Serving()
    ends = asyncio.Event(), asyncio.Event()
    here, there = await Database.open(postgres_url), await Database.open(postgres_url)
    serving = asyncio.create_task(alone(here, "test", first, ends[0]))
    await patience.until(lambda: first.now)
    standing_by = asyncio.create_task(alone(there, "test", second, ends[1]))
    other = Serving()
    elsewhere = asyncio.create_task(alone(there, "another", other, ends[1]))
    await patience.until(lambda: other.now)  # a platform of its own is nobody's business
    assert not second.now
    ends[0].set()
    await patience.until(lambda: second.now)
    assert not first.now
    ends[1].set()
    async with patience.limit():
        await asyncio.gather(serving, standing_by, elsewhere)
    await here.close()
    await there.close()


async def test_who_lost_the_lock_to_another_stops_serving(postgres_url: str) -> None:
    """A process that was cut off from the database stands by when it comes back too late."""
    first, second = Serving(), Serving()
    end = asyncio.Event()
    here, there = await Database.open(postgres_url), await Database.open(postgres_url)
    tasks = [asyncio.create_task(alone(here, "test", first, end))]
    await patience.until(lambda: first.now)
    tasks.append(asyncio.create_task(alone(there, "test", second, end)))

    async def taken_over() -> bool:
        await _end_locks(postgres_url)
        await asyncio.sleep(5 * supervising.LOOK)
        return second.now and not first.now

    await patience.until(taken_over)
    end.set()
    async with patience.limit():
        await asyncio.gather(*tasks)
    assert not second.now
    await here.close()
    await there.close()


async def _end_locks(url: str) -> None:
    """Cut off whoever holds an advisory lock."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database d ON d.oid = database "
        "WHERE locktype = 'advisory' AND datname = current_database()"
    )
    await connection.close()


async def test_a_part_that_ends_by_itself_ends_the_process(sqlite_url: str) -> None:
    """What is over is over for all."""
    part, starts = raising()
    shutdown = asyncio.Event()
    database = await Database.open(sqlite_url)
    await alone(database, "test", part, shutdown)
    await database.close()
    assert shutdown.is_set()
    assert len(starts) == 1
