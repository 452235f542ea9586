"""The whole program under load: many people, photos at a rate, for minutes.

Arrivals are a Poisson process, seeded: they come whether or not the program keeps up, so that what
is measured is what people wait for, and not how fast they can be made to wait.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import numpy as np
from websockets.exceptions import WebSocketException

from inference.measuring.benchmarks.whole import Unanswered, Visitor, crowd, resident_mb
from inference.measuring.statistics import Row, timings

SAMPLE = 2.0  # seconds between two looks at the program's memory


@dataclass
class _Seen:
    """What became of the photos. ``waits``: seconds until their stickers."""

    waits: list[float] = field(default_factory=list)
    told: int = 0
    """Photos answered by a sentence, such as that the bot is busy."""
    lost: int = 0
    doubled: int = 0
    """Stickers shown beyond one for each photo."""
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Minutes since the start, and megabytes."""


def measure(
    photos: Sequence[bytes], people: int, rate: float, minutes: float, seed: int = 1
) -> list[Row]:
    """Let people send photos at a rate; say how long they waited and what they were refused.

    Args:
        photos: sent in turn.
        people: who come again and again, each with a browser and an address of their own.
        rate: photos a second, on average, of all together.
        minutes: how long.
        seed: of who sends when.
    """
    return asyncio.run(_measure(photos, people, rate, minutes, random.Random(seed)))  # noqa: S311


async def _measure(
    photos: Sequence[bytes], people: int, rate: float, minutes: float, chance: random.Random
) -> list[Row]:
    seen = _Seen()
    async with crowd(people) as (process, visitors):
        await visitors[0].sticker(photos[0])  # models are loaded
        watching = asyncio.create_task(_watch(process, seen))
        begun = time.monotonic()
        sending: list[asyncio.Task[None]] = []
        while time.monotonic() < begun + 60 * minutes:
            await asyncio.sleep(chance.expovariate(rate))
            photo = photos[len(sending) % len(photos)]
            sending.append(asyncio.create_task(_send(chance.choice(visitors), photo, seen)))
        await asyncio.gather(*sending)
        took = time.monotonic() - begun
        watching.cancel()
        for visitor in visitors:
            await visitor.look()
            seen.doubled += max(0, len(visitor.shown) - visitor.sent)
    return [
        *(timings("load", seen.waits) if seen.waits else ()),
        *_counts(seen, len(sending), took),
    ]


async def _send(visitor: Visitor, photo: bytes, seen: _Seen) -> None:
    begun = time.perf_counter()
    try:
        async with visitor.turn:  # a person looks at one photo's sticker before the next
            await visitor.sticker(photo)
    except Unanswered:
        seen.told += 1
    except (httpx.HTTPError, OSError, TimeoutError, WebSocketException):
        seen.lost += 1
    else:
        seen.waits.append(time.perf_counter() - begun)


async def _watch(process: int, seen: _Seen) -> None:
    begun = time.monotonic()
    while True:
        seen.memory.append(((time.monotonic() - begun) / 60, resident_mb(process)))
        await asyncio.sleep(SAMPLE)


def _counts(seen: _Seen, sent: int, took: float) -> list[Row]:
    half = seen.memory[len(seen.memory) // 2 :]  # after the warm-up
    slope = 0.0
    if len(half) > 1:
        minutes, megabytes = np.asarray(half, np.float64).T
        slope = float(np.polyfit(minutes, megabytes, 1)[0])
    return [
        Row("load", metric, value, None, None, sent, unit)
        for metric, value, unit in (
            ("sent", float(sent), "photos"),
            ("stickers_a_second", len(seen.waits) / took, "1/s"),
            ("told", float(seen.told), "photos"),
            ("lost", float(seen.lost), "photos"),
            ("doubled", float(seen.doubled), "stickers"),
            ("resident_mb", half[-1][1] if half else 0.0, "MB"),
            ("growth_mb_a_minute", slope, "MB/min"),
        )
    ]
