"""How long a test waits for what must come: the one place that says so.

Tests wait for events and assert no duration. These limits only turn what would hang into a failure,
so they are generous, and they grow with what else the machine has to do.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

CALM = 120.0  # seconds, where nobody else wants the processor


def stretched(seconds: float) -> float:
    """Return what a time on a calm machine is on this one, busy as it is."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def seconds() -> float:
    """Return after how long nothing will come any more."""
    return stretched(CALM)


def limit() -> asyncio.Timeout:
    """Return a context that ends what hangs."""
    return asyncio.timeout(seconds())


async def until(true: Callable[[], object]) -> None:
    """Wait until a condition holds, or one that is to be awaited, that has no event of its own.

    It is asked less often the longer it takes: what is waited for needs the processor as well.
    """
    began = time.monotonic()
    async with limit():
        while True:
            holds = true()
            if await holds if isinstance(holds, Awaitable) else holds:
                return
            await asyncio.sleep(min(0.25, max(0.01, (time.monotonic() - began) / 10)))


def wait(true: Callable[[], object]) -> None:
    """Wait, where no loop runs, until a condition holds."""
    ends = time.monotonic() + seconds()
    while not true():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.1)
