"""Fetch updates by long polling, through outages and until told to stop.

python-telegram-bot's Updater sleeps up to 30 seconds between retries without hearing the stop and
logs each failure with its traceback; this loop stops at once and says each trouble once.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlencode

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.frontends.telegram.errors import seconds_to_wait

log = logging.getLogger(__name__)

T = TypeVar("T")
Json = dict[str, Any]

ALLOWED = [
    Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY,
]  # fmt: skip
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds


class StoppedError(Exception):
    """The shutdown came first."""


class RetryUntilShutdown:
    """Repeat one call through outages until it succeeds or the process shuts down."""

    def __init__(self, shutdown: asyncio.Event) -> None:
        self._shutdown = shutdown
        self._pause = FIRST_PAUSE
        self._said: type[TelegramError] | None = None

    async def __call__(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the call's first good answer.

        Raises:
            StoppedError: the shutdown came first.
            InvalidToken: no repetition would help.
        """
        while True:
            try:
                answer = await self.unless_stopped(call())
            except InvalidToken:
                raise
            except RetryAfter as problem:
                await self._rest(seconds_to_wait(problem))
            except TelegramError as problem:
                self._say(problem)
                await self._rest(self._pause)
                self._pause = min(LONGEST_PAUSE, self._pause * 2)
            else:
                if self._said:
                    log.info("Telegram answers again")
                self._said, self._pause = None, FIRST_PAUSE
                return answer

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work gives; raises StoppedError, and cancels it, on shutdown."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._shutdown.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise StoppedError
            return task.result()
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, TelegramError):
                    await task

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._shutdown.wait(), seconds)
        if self._shutdown.is_set():
            raise StoppedError

    def _say(self, problem: TelegramError) -> None:
        if self._said is type(problem):
            return
        self._said = type(problem)
        if isinstance(problem, Conflict):
            log.error("Another process is polling with the same Telegram token; only one may")
        else:
            log.warning("Telegram cannot be reached (%s); trying again", type(problem).__name__)


async def poll(
    request: BaseRequest,
    address: str,
    keep: Callable[[list[Json]], Coroutine[Any, Any, None]],
    retry: RetryUntilShutdown,
    hold: float,
) -> None:
    """Fetch updates until the shutdown; ``hold``: seconds of one long poll.

    Asking for what follows confirms what came before, so ``keep`` has to have committed it. Updates
    are kept as they came: one that the library cannot read must not stop the others.
    """
    offset: int | None = None

    async def fetch(seconds: float) -> list[Json]:
        query = {"timeout": str(int(seconds)), "allowed_updates": json.dumps(ALLOWED)}
        if offset is not None:
            query["offset"] = str(offset)
        found = await request.post(
            f"{address}/getUpdates?{urlencode(query)}", read_timeout=seconds + 10
        )
        return found if isinstance(found, list) else []

    try:
        while True:
            updates = await retry(lambda: fetch(hold))
            if updates:
                await retry.unless_stopped(keep(updates))
                offset = max(int(update["update_id"]) for update in updates) + 1
    except StoppedError:
        if offset is not None:  # or Telegram would send the last batch again at the next start
            with suppress(TelegramError):
                await fetch(0)
