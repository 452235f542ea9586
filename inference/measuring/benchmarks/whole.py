"""The whole program as its users meet it: a process of its own, photos over HTTP, stickers back.

``selfmoji run`` is started with an empty data folder and spoken to like a browser does.
"""

import asyncio
import json
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from inference.measuring.statistics import Row, timings

_ADDRESS = re.compile(rb"http://[\w.]+:\d+")
_PATIENCE = 60.0  # seconds


class Unanswered(Exception):
    """The program gave up, or did not answer in time."""


def measure(photos: Sequence[bytes], seconds: float) -> list[Row]:
    """Send a photo a second for so many seconds; time start-up and each way to a sticker."""
    return asyncio.run(_measure(photos, seconds))


async def _measure(photos: Sequence[bytes], seconds: float) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="selfmoji-bench-") as folder:
        begun = time.perf_counter()
        async with program(Path(folder)) as (process, address):
            served = time.perf_counter() - begun
            async with Visitor(address, 0) as first:
                await first.sticker(photos[0])
            started = time.perf_counter() - begun
            await asyncio.sleep(1)
            idle = resident_mb(process.pid)
            waits = await asyncio.gather(
                *(
                    _later(number, address, photos[number % len(photos)])
                    for number in range(round(seconds))
                )
            )
            busy = resident_mb(process.pid)
    return [
        *timings("end_to_end", waits),
        *(
            Row(subject, metric, value, None, None, 1, unit)
            for subject, metric, value, unit in (
                ("start_up", "page_s", served, "s"),
                ("start_up", "sticker_s", started, "s"),
                ("idle", "resident_mb", idle, "MB"),
                ("busy", "resident_mb", busy, "MB"),
            )
        ),
    ]


@asynccontextmanager
async def program(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run ``selfmoji run`` on a free port."""
    ours = {"SELFMOJI_PORT": "0", "SELFMOJI_DATA_DIR": str(data), "SELFMOJI_DATABASE_URL": ""}
    ours |= {"SELFMOJI_TELEGRAM_TOKEN": "", "SELFMOJI_DISCORD_TOKEN": "", "PYTHONUNBUFFERED": "1"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env={**os.environ, **ours},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            address = await _address(process)
        yield process, address
    finally:
        process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None  # noqa: S101 -- it is a pipe
    async for line in process.stdout:
        if found := _ADDRESS.search(line):
            return found.group().decode()
    raise Unanswered("selfmoji run stopped before it served a page")


@asynccontextmanager
async def crowd(people: int) -> AsyncIterator[tuple[int, list["Visitor"]]]:
    """Run ``selfmoji run`` and let so many people open its page; gives the process's number."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="selfmoji-bench-"))
        process, address = await stack.enter_async_context(program(Path(folder)))
        visitors = [Visitor(address, number) for number in range(people)]
        for visitor in visitors:
            await stack.enter_async_context(visitor)
        yield process.pid, visitors


class Visitor:
    """A browser with a cookie of its own, behind a proxy that names its address.

    ``number``: tells addresses apart, for the page counts what each sends. ``turn``: to be held by
    whoever sends a photo where several might.
    """

    def __init__(self, address: str, number: int) -> None:
        self._address = address
        self.turn = asyncio.Lock()
        self.sent = 0
        """Photos that the page has not refused, also if its answer came too late."""
        self.shown: set[str] = set()
        """Messages with stickers that the page has shown it."""
        named = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._http = httpx.AsyncClient(
            base_url=address,
            headers={"origin": address, "x-forwarded-for": named},
            timeout=_PATIENCE,
        )

    async def enter(self) -> None:
        """Open the page."""
        (await self._http.get("/")).raise_for_status()

    async def leave(self) -> None:
        """Close it."""
        await self._http.aclose()

    async def __aenter__(self) -> "Visitor":
        await self.enter()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def look(self) -> None:
        """See all that the page shows by now."""
        async with self._stream() as socket:
            await self._seen(socket)

    async def sticker(self, photo: bytes, wish: str = "/cutout") -> float:
        """Send a photo for a sticker; return the seconds until the sticker's bytes are here."""
        async with self._stream() as socket:
            known = await self._seen(socket)
            begun = time.perf_counter()
            where = {"key": secrets.token_hex(8), "caption": wish}
            self.sent += 1
            answer = await self._http.post("/photo", params=where, content=photo)
            self.sent -= answer.is_error
            answer.raise_for_status()
            async with asyncio.timeout(_PATIENCE):
                address = await _new_sticker(socket, known)
            (await self._http.get(f"{address}.webp")).raise_for_status()
            return time.perf_counter() - begun

    def _stream(self) -> connect:
        cookie = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        return connect(
            f"{self._address.replace('http', 'ws', 1)}/stream",
            origin=Origin(self._address),
            additional_headers={"cookie": cookie},
        )

    async def _seen(self, socket: ClientConnection) -> set[str]:
        """Return all messages that the page shows a tab which has just been opened."""
        messages = json.loads(await socket.recv())["messages"]
        self.shown |= {message["id"] for message in messages if _has_sticker(message)}
        return {message["id"] for message in messages}


def _has_sticker(message: dict[str, Any]) -> bool:
    return not message.get("gone") and message["author"] == "bot" and bool(message["sticker"])


async def _new_sticker(socket: ClientConnection, known: set[str]) -> str:
    """Wait for a sticker that is none of those known; raises Unanswered for any other answer."""
    async for text in socket:
        for message in json.loads(text)["messages"]:
            if message["id"] in known or message.get("gone") or message["author"] != "bot":
                continue
            if message["sticker"]:
                return str(message["sticker"])
            if not message["busy"]:
                raise Unanswered(message["text"])
    raise Unanswered("the connection closed before a sticker came")


async def _later(delay: float, address: str, photo: bytes) -> float:
    await asyncio.sleep(delay)
    async with Visitor(address, 1 + round(delay)) as visitor:
        return await visitor.sticker(photo)


def processor_seconds(process: int) -> float:
    """Seconds that a process has had of the machine's processors (Linux; elsewhere 0)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(process: int) -> float:
    """Resident memory of a process in megabytes (Linux; elsewhere 0)."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    except OSError:
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
