"""Places for the bodies that browsers send: few each, many together, and none for idling.

A body that comes slower than agreed is hung up on. Where an address, or everybody together, has
all its places taken or all memory for bodies, the slowest of those gives way, so that whoever sends
bytes drop by drop stops nobody else: not from a dozen connections behind the same address, nor from
hundreds of addresses.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

GRACE = 8.0  # seconds before a body has to have come anywhere
LEAST = 16 * 2**10  # bytes a second that it has to come at from then on, on average
YIELDING = 1.0  # seconds after which a body may have to give way to another
PER_PERSON = 4
PER_ADDRESS = 12
OVERALL = 256
OVERALL_BYTES = 512 * 2**20
RETRY_AFTER = 3  # seconds


class BodyTooLargeError(Exception):
    """More bytes than allowed were sent or announced."""


def refusal(seconds: float) -> HTTPException:
    """Return the answer to somebody who is to come again a little later."""
    return HTTPException(429, headers={"retry-after": str(max(1, round(seconds)))})


@dataclass(eq=False)
class _Upload:
    """A body on its way. ``deadline``: hangs up on it."""

    address: str
    person: str
    since: float
    deadline: asyncio.Timeout
    received: int = 0

    def rate(self, now: float) -> float:
        """Return its bytes a second so far."""
        return self.received / max(now - self.since, 1e-3)


class Uploads:
    """The bodies on their way to one server."""

    def __init__(self) -> None:
        self._on_their_way: set[_Upload] = set()
        self._bytes = 0

    async def read(self, request: Request, limit: int, person: str = "") -> bytes:
        """Return a request's body.

        Args:
            request: whose body is still to come.
            limit: bytes; beyond it the rest is not read.
            person: who sends it; nobody in particular by default.

        Raises:
            BodyTooLargeError: it passes the limit.
            HTTPException: it comes too slowly (408), or there is no place for it (429).
        """
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise BodyTooLargeError
        address = request.client.host if request.client else ""
        chunks = bytearray()
        try:
            async with self._place(address, person) as upload:
                async for chunk in request.stream():
                    chunks += chunk
                    if len(chunks) > limit:
                        raise BodyTooLargeError
                    self._came(upload, len(chunk))
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        return bytes(chunks)

    def _came(self, upload: _Upload, count: int) -> None:
        """Note that so many bytes came, and let them be waited for longer.

        Raises:
            TimeoutError: it had to give way, just before they came.
            HTTPException: there is no memory for them, and all others have only just begun.
        """
        if upload not in self._on_their_way:
            raise TimeoutError
        upload.received += count
        self._bytes += count
        if self._bytes > OVERALL_BYTES:
            now = asyncio.get_running_loop().time()
            self._hang_up_on_slowest(self._on_their_way - {upload}, now)
        upload.deadline.reschedule(upload.since + GRACE + upload.received / LEAST)

    @asynccontextmanager
    async def _place(self, address: str, person: str) -> AsyncIterator[_Upload]:
        now = asyncio.get_running_loop().time()
        await self._make_room(address, person, now)
        async with asyncio.timeout_at(now + GRACE) as deadline:
            upload = _Upload(address, person, now, deadline)
            self._on_their_way.add(upload)
            try:
                yield upload
            finally:
                self._leave(upload)

    async def _make_room(self, address: str, person: str, now: float) -> None:
        """Let the slowest give way where all places are taken.

        Raises:
            HTTPException: none may yet.
        """
        mine = [one for one in self._on_their_way if person and one.person == person]
        near = [one for one in self._on_their_way if one.address == address]
        for taken, most in ((mine, PER_PERSON), (near, PER_ADDRESS), (self._on_their_way, OVERALL)):
            if len(taken) >= most:
                self._hang_up_on_slowest(taken, now)

    def _hang_up_on_slowest(self, some: Collection[_Upload], now: float) -> None:
        """Make room for another body.

        Raises:
            HTTPException: all have only just begun.
        """
        may_yield = [one for one in some if now - one.since >= YIELDING]
        if not may_yield:
            raise refusal(RETRY_AFTER)
        slowest = min(may_yield, key=lambda one: one.rate(now))
        slowest.deadline.reschedule(now)
        self._leave(slowest)

    def _leave(self, upload: _Upload) -> None:
        if upload in self._on_their_way:
            self._on_their_way.remove(upload)
            self._bytes -= upload.received
