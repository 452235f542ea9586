"""The web chat under attack: what another person's photo waits while somebody means no good.

Each attack runs against a program of its own, while a visitor sends one photo after the other. The
attackers have addresses of their own; what they have of the machine is taken from the program.
``cores``: how many of them the program itself had on average.
"""

import asyncio
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from inference.measuring.benchmarks.whole import Visitor, processor_seconds, program
from inference.measuring.statistics import Row, timings

TRICKLES = 200
"""Connections that send a photo byte by byte, each from an address of its own."""
HALF_HEADS = 500
"""Connections that never finish a request's head."""
FLOOD = 8
"""Photos that one person sends at the same time, again and again."""

BYTE_EVERY = 0.5  # seconds between two bytes of who is slow
FLOOD_PAUSE = 0.05  # seconds between an answer and the same person's next photo
LOOKING = 0.5  # seconds for which the visitor looks at a sticker
SETTLING = 3.0  # seconds for which an attack runs before the visitor comes
_PATIENCE = 60.0  # seconds

Attack = Callable[[str, bytes, Counter[str]], Sequence[Awaitable[None]]]


def measure(photos: Sequence[bytes], seconds: float) -> list[Row]:
    """Measure the visitor's waits for so many seconds: without an attack, under each, under all."""
    return [
        row
        for subject, attacks in SUBJECTS.items()
        for row in asyncio.run(_measure(subject, attacks, photos, seconds))
    ]


async def _measure(
    subject: str, attacks: Sequence[Attack], photos: Sequence[bytes], seconds: float
) -> list[Row]:
    met: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="selfmoji-attack-") as folder:
        async with program(Path(folder)) as (process, address), Visitor(address, 1) as visitor:
            await visitor.sticker(photos[0])  # models are loaded
            attacking = [
                asyncio.ensure_future(one)
                for attack in attacks
                for one in attack(address, photos[0], met)
            ]
            try:
                await asyncio.sleep(SETTLING)
                begun, had = time.monotonic(), processor_seconds(process.pid)
                waits = await _waits(visitor, photos, seconds)
                busy = (processor_seconds(process.pid) - had) / (time.monotonic() - begun)
            finally:
                for task in attacking:
                    task.cancel()
                ended = await asyncio.gather(*attacking, return_exceptions=True)
    for trouble in ended:
        if isinstance(trouble, Exception):
            raise trouble  # an attack that stopped has proved nothing
    return [
        *timings(subject, waits),
        Row(subject, "cores", busy, None, None, 1, ""),
        *(Row(subject, name, float(count), None, None, 1, "") for name, count in met.items()),
    ]


async def _waits(visitor: Visitor, photos: Sequence[bytes], seconds: float) -> list[float]:
    """Return what each of the visitor's photos waited, one sent after the other."""
    waits: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or not waits:
        waits.append(await visitor.sticker(photos[len(waits) % len(photos)]))
        await asyncio.sleep(LOOKING)
    return waits


def _slow_bodies(address: str, _: bytes, met: Counter[str]) -> list[Awaitable[None]]:
    def head(number: int) -> bytes:
        return _head(
            f"POST /photo?key={secrets.token_hex(8)} HTTP/1.1",
            address,
            f"x-forwarded-for: 10.66.{number >> 8}.{number & 255}",
            f"cookie: selfmoji={secrets.token_urlsafe(32)}",
            "content-length: 1000000",
            "",
        )

    return [_trickle(address, lambda n=n: head(n), met) for n in range(TRICKLES)]  # type: ignore[misc]


def _half_sent_heads(address: str, _: bytes, met: Counter[str]) -> list[Awaitable[None]]:
    return [_trickle(address, lambda: _head("GET / HTTP/1.1", address, "x-slow: "), met)
            for _ in range(HALF_HEADS)]  # fmt: skip


def _head(request: str, address: str, *lines: str) -> bytes:
    """Return a request's first lines; an empty one at the end finishes its head."""
    host = urlsplit(address).netloc
    return "\r\n".join((request, f"host: {host}", f"origin: {address}", *lines, "")).encode()


async def _trickle(address: str, head: Callable[[], bytes], met: Counter[str]) -> None:
    """Send a head and then a byte now and then, from a new connection when it is hung up on."""
    while True:
        with suppress(OSError):
            await _until_hung_up(address, head(), met)
        met["hung_up"] += 1
        await asyncio.sleep(BYTE_EVERY)


async def _until_hung_up(address: str, head: bytes, met: Counter[str]) -> None:
    where = urlsplit(address)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    met["connections"] += 1
    try:
        writer.write(head)
        while not writer.is_closing():
            await asyncio.sleep(BYTE_EVERY)
            writer.write(b"x")
            await writer.drain()
    finally:
        writer.transport.abort()


def _flood(address: str, photo: bytes, met: Counter[str]) -> list[Awaitable[None]]:
    return [_photos_of_one(address, photo, met)]


async def _photos_of_one(address: str, photo: bytes, met: Counter[str]) -> None:
    """Be a person who sends photos as fast as they are taken, and does not heed any refusal."""
    headers = {"origin": address, "x-forwarded-for": "10.99.0.1"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=_PATIENCE) as browser:
        (await browser.get("/")).raise_for_status()

        async def send() -> None:
            while True:
                where = {"key": secrets.token_hex(8), "caption": "/cutout"}
                with suppress(httpx.HTTPError):
                    answer = await browser.post("/photo", params=where, content=photo)
                    met["taken" if answer.is_success else "refused"] += 1
                await asyncio.sleep(FLOOD_PAUSE)

        await asyncio.gather(*(send() for _ in range(FLOOD)))


SUBJECTS: dict[str, tuple[Attack, ...]] = {
    "no_attack": (),
    "slow_bodies": (_slow_bodies,),
    "half_sent_heads": (_half_sent_heads,),
    "flood_of_one": (_flood,),
    "all_at_once": (_slow_bodies, _half_sent_heads, _flood),
}
