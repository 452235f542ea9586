"""The most photos a second that the whole program makes here, and what of a processor each takes.

People send their next photo as soon as they have the sticker of the last, so that there is always
something to do. Seconds of the processor differ far less than those of a clock on a busy machine.
"""

import asyncio
import itertools
import time
from collections.abc import Sequence

from inference.measuring.benchmarks.whole import Visitor, crowd, processor_seconds
from inference.measuring.statistics import Row, timings

_IDLE = 0.1  # of a core: what the program takes at most once it has built all that it builds
_LOOK = 2.0  # seconds
_PATIENCE = 120.0  # seconds


def measure(
    photos: Sequence[bytes], people: int, seconds: float, wish: str, patience: float = _PATIENCE
) -> list[Row]:
    """Let people send photos without a pause.

    Args:
        photos: sent in turn.
        people: who send at once, each with a browser and an address of their own.
        seconds: how long.
        wish: what they ask for, such as "/cutout".
        patience: seconds that what a start still has to do may take before.
    """
    return asyncio.run(_measure(photos, people, seconds, wish, patience))


async def _measure(
    photos: Sequence[bytes], people: int, seconds: float, wish: str, patience: float
) -> list[Row]:
    async with crowd(people) as (process, visitors):
        for photo in photos:  # models are loaded
            await visitors[0].sticker(photo, wish)
        await _settled(process, patience)
        begun, had = time.monotonic(), processor_seconds(process)
        turns = itertools.count()
        waits: list[float] = []

        async def send(visitor: Visitor) -> None:
            while time.monotonic() < begun + seconds:
                photo = photos[next(turns) % len(photos)]
                waits.append(await visitor.sticker(photo, wish))

        await asyncio.gather(*(send(visitor) for visitor in visitors))
        took = time.monotonic() - begun
        busy = processor_seconds(process) - had
    return [
        *timings("ceiling", waits),
        *(
            Row("ceiling", metric, value, None, None, len(waits), unit)
            for metric, value, unit in (
                ("stickers_a_second", len(waits) / took, "1/s"),
                ("processor_ms", 1000 * busy / len(waits), "ms"),
                ("cores", busy / took, ""),
            )
        ),
    ]


async def _settled(process: int, patience: float) -> None:
    """Wait until a program has done what it does after a start, such as building parts."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        had = processor_seconds(process)
        await asyncio.sleep(_LOOK)
        if processor_seconds(process) - had < _IDLE * _LOOK:
            return
