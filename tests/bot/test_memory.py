"""What a process no longer needs goes back to the system."""

import asyncio
import ctypes
import subprocess
import sys

import pytest

from bot import memory
from tests import patience

SCATTERED = """
import os, threading
from pathlib import Path
from bot import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

kept = []
def work():
    kept.extend([bytearray(60_000) for _ in range(2000)][::100])

thread = threading.Thread(target=work)
thread.start()
thread.join()
before = resident()
assert memory.give_back()
assert before - resident() > 80_000_000, (before, resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="no glibc")
def test_what_a_thread_freed_between_what_is_kept_goes_back() -> None:
    """Of 120 MB that a thread had, 1 MB is still in use."""
    subprocess.run([sys.executable, "-c", SCATTERED], check=True)


async def test_it_ends_with_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the next time is off."""
    given: list[None] = []
    shutdown = asyncio.Event()

    def give() -> bool:
        given.append(None)
        return True

    monkeypatch.setattr(memory, "EVERY", 3600.0)
    monkeypatch.setattr(memory, "give_back", give)
    keeping = asyncio.create_task(memory.kept_small(shutdown))
    await patience.until(lambda: given)
    shutdown.set()
    await keeping
    assert len(given) == 1


async def test_it_is_not_asked_for_again_where_there_is_no_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another C library keeps its memory as it likes."""
    monkeypatch.setattr(memory, "give_back", lambda: False)
    await memory.kept_small(asyncio.Event())
