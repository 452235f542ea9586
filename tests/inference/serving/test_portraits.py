"""What was studied lately is not studied again."""

import asyncio
from uuid import uuid4

import pytest

from inference.errors import PhotoError
from inference.serving.portraits import Portraits
from storage.contract.failures import Failure
from tests import patience


async def test_portraits_are_kept_for_a_while():
    """A portrait is made once, kept among the last few for some time, and dropped on demand."""
    made = []

    async def make():
        made.append(1)
        return len(made)

    portraits = Portraits(size=2)
    first, second, third = uuid4(), uuid4(), uuid4()
    assert [await portraits.get(first, None, make) for _ in range(3)] == [1, 1, 1]
    assert await portraits.get(first, 0, make) == 2
    portraits.forget(first)
    assert await portraits.get(first, None, make) == 3
    await portraits.get(second, None, make)
    await portraits.get(third, None, make)
    assert len(portraits) == 2
    assert await portraits.get(first, None, make) == 6
    brief = Portraits(seconds=0.01)
    await brief.get(first, None, make)
    await patience.until(lambda: len(brief) == 0)


async def test_failed_portraits_are_not_kept():
    """All who wait for a portrait get its failure; whoever comes later tries again."""
    calls = []

    async def fail():
        calls.append(1)
        await asyncio.sleep(0.01)
        raise PhotoError(Failure.NO_FACE)

    portraits = Portraits()
    photo_id = uuid4()
    waiting = [portraits.get(photo_id, None, fail) for _ in range(3)]
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [result.failure for result in results] == [Failure.NO_FACE] * 3
    assert len(calls) == 1
    with pytest.raises(PhotoError):
        await portraits.get(photo_id, None, fail)
    assert len(calls) == 2


async def test_one_cancelled_job_does_not_harm_another():
    """Cancelling the job that began a portrait leaves it to the one that waits for it."""
    started = asyncio.Event()

    async def make():
        started.set()
        await asyncio.sleep(0.05)
        return "portrait"

    portraits = Portraits()
    photo_id = uuid4()
    first = asyncio.create_task(portraits.get(photo_id, None, make))
    await started.wait()
    second = asyncio.create_task(portraits.get(photo_id, None, make))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "portrait"
