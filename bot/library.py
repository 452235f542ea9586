"""Keeping the library of avatar parts current, in a process of its own.

Building keeps a core busy for ten seconds, on the first start and after updates. Beside the work
it would slow every answer; as a process of low priority it takes what the work leaves.
"""

import asyncio
import logging
import os
import sys
from contextlib import suppress

log = logging.getLogger(__name__)


async def build(database_url: str, ready: asyncio.Event) -> None:
    """Run ``selfmoji parts build`` on a database, once ``ready``; it ends soon if all is there.

    Cancelled, it ends the process; what was not built by then is built at the next start.
    """
    await ready.wait()
    try:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "parts", "build"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "SELFMOJI_DATABASE_URL": database_url},
        )
    except OSError as problem:
        log.warning("the library of parts was not built: %s", problem)
        return
    try:
        with suppress(OSError):  # it is done already
            os.setpriority(os.PRIO_PROCESS, child.pid, 10)
        _, complaint = await child.communicate()
        if child.returncode != 0:
            lines = complaint.decode(errors="replace").strip().splitlines()
            log.warning("the library of parts was not built: %s", lines[-1] if lines else "killed")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
