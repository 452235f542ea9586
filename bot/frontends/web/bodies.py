"""The fields that a browser sends as JSON."""

import json

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.frontends.web.uploads import BodyTooLargeError, Uploads


async def read_fields(uploads: Uploads, request: Request, limit: int) -> dict[str, str]:
    """Return the strings of a JSON object body.

    Raises:
        HTTPException: it is anything else, too large or too slow.
    """
    try:
        found = json.loads(await uploads.read(request, limit))
    except BodyTooLargeError:
        raise HTTPException(413) from None
    except ValueError:
        raise HTTPException(400) from None
    if not isinstance(found, dict):
        raise HTTPException(400)
    return {name: value for name, value in found.items() if isinstance(value, str)}
