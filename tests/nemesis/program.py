"""``python -m bot`` whose worker shows each photo as it came, after a while: no models are loaded.

Where it is to draw avatars, each wish of each avatar has a picture of its own.

Discord is where the environment says. The rest is the program itself: its command line, processes,
database, queue, worker, front ends.
"""

import asyncio
import hashlib
import io
import json
import multiprocessing
import os
import signal
import sys
import threading
from pathlib import Path

from PIL import Image

import bot.__main__ as program
from inference.serving.contract import Photos, Pipeline, Told, untold
from inference.settings import InferenceSettings
from storage.contract.jobs import Done, Job, Outcome


class Mirror(Pipeline):
    """A pipeline that returns the photo; how long that takes depends on the job alone."""

    def __init__(self, settings: InferenceSettings) -> None:
        del settings
        self._longest = float(os.environ.get("NEMESIS_JOB_SECONDS", "0.4"))

    async def run(self, job: Job, photos: Photos, told: Told = untold) -> Outcome:
        """Sleep for up to so many seconds."""
        del told
        part = hashlib.sha256(job.id.bytes).digest()[0] / 255
        await asyncio.sleep(self._longest * part)
        if job.photo_id is None:
            return Done(_drawn(job))
        photo, _ = await photos.read(job.photo_id)
        return Done(photo)

    def close(self) -> None:
        """Hold nothing."""


def _drawn(job: Job) -> bytes:
    wish = json.dumps([job.kind, [one.name for one in job.settings], job.avatar], sort_keys=True)
    colour = tuple(hashlib.sha256(wish.encode()).digest()[:3])
    file = io.BytesIO()
    Image.new("RGBA", (512, 512), colour).save(file, "PNG")
    return file.getvalue()


async def _no_library(_url: str, _ready: asyncio.Event) -> None:
    """Build no avatar parts."""


def _find_discord(server: str) -> None:
    """Point the library at a server; it has no setting for that."""
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = f"http://{server}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{server}/gateway")


def _hurry() -> None:
    """Ask a Bot API for stickers in sets as fast as it answers."""
    from bot.frontends.telegram import limiter

    limiter.STICKER_SETS = limiter.Rate(1000, 1000)


def _end_with_the_run() -> None:
    """End at once when the run does, so that nothing is left that works on its data."""
    run = multiprocessing.parent_process()
    assert run is not None

    def watch() -> None:
        run.join()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def serve(command: str, environment: dict[str, str], log: Path) -> None:
    """Be ``python -m bot COMMAND`` in an environment, and write to a log; in a fresh process."""
    _end_with_the_run()
    with log.open("ab") as stream:
        for output in (sys.stdout, sys.stderr):
            os.dup2(stream.fileno(), output.fileno())
    os.environ.clear()
    os.environ.update(environment)
    if "NEMESIS_DISCORD" in os.environ and command in {"run", "discord"}:
        _find_discord(os.environ["NEMESIS_DISCORD"])
    if "NEMESIS_HURRY" in os.environ:
        _hurry()
    program._prepare = Mirror  # type: ignore[assignment]
    program.library.build = _no_library
    sys.argv[1:] = [command]
    program.main()
