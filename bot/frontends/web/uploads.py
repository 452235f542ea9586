"""Places for the bodies that browsers send: few each, many together, and none for idling.

A body that comes slower than agreed is hung up on. Where an address, or everybody together, has
all its places taken, the slowest of those gives way, so that whoever sends bytes drop by drop
from a dozen connections stops nobody else, not even behind the same address.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

GRACE = 8.0  # seconds before a body has to have come anywhere
LEAST = 16 * 2**10  # bytes a second that it has to come at from then on, on average
YIELDING = 1.0  # seconds after which a body may have to give way to another
PER_PERSON = 4
PER_ADDRESS = 12
OVERALL = 48
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
                    upload.received = len(chunks)
                    upload.deadline.reschedule(upload.since + GRACE + len(chunks) / LEAST)
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        return bytes(chunks)

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
                self._on_their_way.discard(upload)

    async def _make_room(self, address: str, person: str, now: float) -> None:
        """Let the slowest give way where all places are taken.

        Raises:
            HTTPException: none may yet.
        """
        mine = [one for one in self._on_their_way if person and one.person == person]
        near = [one for one in self._on_their_way if one.address == address]
        for taken, most in ((mine, PER_PERSON), (near, PER_ADDRESS), (self._on_their_way, OVERALL)):
            if len(taken) < most:
                continue
            slowest = min(taken, key=lambda one: one.rate(now))
            if now - slowest.since < YIELDING:
                raise refusal(RETRY_AFTER)
            slowest.deadline.reschedule(now)
            self._on_their_way.discard(slowest)
