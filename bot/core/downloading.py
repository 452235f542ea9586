"""Fetches a file that a platform keeps, again while the platform is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import ChatError, ChatUnavailable
from storage.contract.failures import Failure

log = logging.getLogger(__name__)

PAUSES = (0.2, 0.6, 2, 5, 10, 20, 30, 60, 60)  # seconds between attempts at one file
LONGEST = 60.0  # seconds of one attempt


async def download(
    platform: str, fetch: Callable[[], Awaitable[bytes | Failure]]
) -> bytes | Failure:
    """Return a file, or why there is none.

    A pause that the platform asks for costs no attempt. What does not come in the end is
    NOT_FETCHED: nobody has seen whether the file is sound.

    Args:
        platform: for the log.
        fetch: one attempt; raises ``ChatError``.
    """
    pauses = iter(PAUSES)
    while True:
        try:
            async with asyncio.timeout(LONGEST):
                return await fetch()
        except (ChatUnavailable, TimeoutError) as problem:
            pause = getattr(problem, "retry_after", None)
            if pause is None:
                trouble = type(problem.__cause__ or problem).__name__
                log.warning("A file did not come from %s: %s", platform, trouble)
                pause = next(pauses, None)
        except ChatError as problem:
            log.warning("%s keeps a file back: %s", platform, problem)
            return Failure.NOT_FETCHED
        if pause is None:
            return Failure.NOT_FETCHED
        await asyncio.sleep(pause)
