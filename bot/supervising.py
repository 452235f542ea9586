"""Keeps the parts of a process going, and has each platform served by one process at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.errors import CannotWork, ChatForbidden, place_of
from storage.database import Database, is_away
from storage.locks import Lock

log = logging.getLogger("selfmoji")

LOOK = 1.0  # seconds between two looks at a lock
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a part that failed starts again
SETTLED = 10.0  # seconds after which a part that fails had been right to start

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Something that runs until the event is set."""


async def keep_up(name: str, part: Part, shutdown: asyncio.Event) -> None:
    """Run a part, again when it fails, so that the others need not fall with it.

    What only an operator can mend comes out: a wrong token or setting, a package or model file
    that is not there, an address that is taken. Returns when the part ended by itself or the
    shutdown came.
    """
    loop = asyncio.get_running_loop()
    pause = FIRST_PAUSE
    while True:
        started = loop.time()
        try:
            await part(shutdown)
        except (ChatForbidden, CannotWork, ValueError, ModuleNotFoundError):
            raise
        except Exception as problem:
            early = loop.time() < started + SETTLED
            if shutdown.is_set() or (isinstance(problem, OSError) and early):
                raise
            pause = pause if early else FIRST_PAUSE
            log.error("%s failed: %s; again in %g s", name, place_of(problem), pause)
            await _rest(pause, shutdown)
            pause = min(LONGEST_PAUSE, 2 * pause)
            if shutdown.is_set():
                return
        else:
            return


async def alone(database: Database, platform: str, part: Part, shutdown: asyncio.Event) -> None:
    """Serve a platform while no other process does; wait as its stand-by till then."""
    lock = Lock(database, f"front end {platform}")
    said = False
    try:
        while not shutdown.is_set():
            if not await _ours(lock.take):
                if not said:
                    log.info("another process serves %s; this one stands by", platform)
                said = True
                await _rest(LOOK, shutdown)
                continue
            said = False
            await _serve(lock, platform, part, shutdown)
            if not shutdown.is_set():
                await lock.release()
    finally:
        await lock.release()


async def _serve(lock: Lock, platform: str, part: Part, shutdown: asyncio.Event) -> None:
    """Run the part until the shutdown, or until another process has taken the lock."""
    ended = asyncio.Event()

    async def watch() -> None:
        while not shutdown.is_set():
            await _rest(LOOK, shutdown)
            if not await _ours(lock.holds):
                log.warning("another process has taken over %s; this one stands by", platform)
                break
        ended.set()

    watching = asyncio.create_task(watch())
    try:
        await part(ended)
        if not watching.done():  # it came to its end by itself
            shutdown.set()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _ours(ask: Callable[[], Awaitable[bool]]) -> bool:
    """Ask the database until it answers."""
    while True:
        try:
            return await ask()
        except Exception as trouble:
            if not is_away(trouble):
                raise
        await asyncio.sleep(LOOK)


async def _rest(seconds: float, shutdown: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(shutdown.wait(), seconds)
