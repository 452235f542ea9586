"""Read what a browser sends, never more than agreed."""

import asyncio
import json

from starlette.exceptions import HTTPException
from starlette.requests import Request

SECONDS = 90.0


class BodyTooLargeError(Exception):
    """More bytes than allowed were sent or announced."""


async def read(request: Request, limit: int) -> bytes:
    """Return the body.

    Raises:
        BodyTooLargeError: it passes ``limit`` bytes; the rest is not read.
        HTTPException: it took too long.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLargeError
    chunks = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                chunks += chunk
                if len(chunks) > limit:
                    raise BodyTooLargeError
    except TimeoutError:
        raise HTTPException(408) from None
    return bytes(chunks)


async def read_fields(request: Request, limit: int) -> dict[str, str]:
    """Return the strings of a JSON object body.

    Raises:
        HTTPException: it is anything else, or too large.
    """
    try:
        found = json.loads(await read(request, limit))
    except BodyTooLargeError:
        raise HTTPException(413) from None
    except ValueError:
        raise HTTPException(400) from None
    if not isinstance(found, dict):
        raise HTTPException(400)
    return {name: value for name, value in found.items() if isinstance(value, str)}
