"""``python -m tests.pack_times --people 10``: from "All 16 moods" to the link, and to the last one.

The whole program in a process of its own, with its models, beside a Bot API on loopback: once that
is asked as fast as it answers, once with what Telegram allows and takes on its way.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from inference.measuring.statistics import Row, report, timings
from storage.contract.kinds import MOOD
from tests.bot.bot_api_objects import Shown
from tests.bot.fake_bot_api import TOKEN, BotApi

LATENCY = 0.05  # seconds to Telegram, and back
AFRESH = 6.0  # seconds in which what may be asked at once is whole again
UNLIMITED = """
from bot.frontends.telegram import limiter
limiter.STICKER_SETS = limiter.PRIVATE = limiter.OVERALL = limiter.Rate(10_000, 10_000)
"""
PROGRAM = "from bot.__main__ import main; main(['run'])"
LINK = "https://t.me/addstickers/"


@asynccontextmanager
async def program(api: BotApi, folder: Path, before: str) -> AsyncIterator[None]:
    """Run the program until the end of the block."""
    ours = {
        "SELFMOJI_PORT": "0",
        "SELFMOJI_DATA_DIR": str(folder),
        "SELFMOJI_DATABASE_URL": "",
        "SELFMOJI_TELEGRAM_TOKEN": TOKEN,
        "SELFMOJI_TELEGRAM_BASE_URL": api.url,
        "SELFMOJI_DISCORD_TOKEN": "",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", before + PROGRAM),
        env={**os.environ, **ours},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await api.until(lambda: "zh" in api.commands)
        yield
    finally:
        process.terminate()
        await process.wait()


async def pack(api: BotApi, number: int, selfie: bytes) -> tuple[float, float]:
    """Return the seconds from the tap to the link, and to the word that all are there."""
    person = BotApi.person(number, "en")

    def shown() -> list[Shown]:
        return [one for one in api.messages(number) if one.form == "sticker"]

    def says(words: str) -> bool:
        return any(words in one.text for one in api.messages(number))

    await api.send_photo(person, selfie, "/emoji")
    await api.until(lambda: bool(shown()))
    begun = time.perf_counter()
    await api.press(person, shown()[0], f"All {len(MOOD.pack)} moods")
    await api.until(lambda: says(LINK))
    linked = time.perf_counter() - begun
    await api.until(lambda: says(f"is on Telegram, {len(MOOD.pack)} stickers"))
    return linked, time.perf_counter() - begun


async def measure(people: int, *, limited: bool) -> list[Row]:
    """Let people ask for a pack each, one after the other; the first warms up."""
    data = resources.files("openpeople") / "data" / "curated" / "P001" / "assets"
    selfie = (data / "amateur_selfie.jpg").read_bytes()
    name = "limited" if limited else "unlimited"
    with tempfile.TemporaryDirectory(prefix="selfmoji-times-") as folder:
        async with BotApi() as api:
            if limited:
                api.latency = lambda: LATENCY
            async with program(api, Path(folder), "" if limited else UNLIMITED):
                times = []
                for number in range(1, people + 2):
                    times.append(await pack(api, number, selfie))
                    await asyncio.sleep(AFRESH if limited else 0)
    linked, whole = zip(*times[1:], strict=True)
    return [*timings(f"{name}_link", linked), *timings(f"{name}_last_sticker", whole)]


def main() -> None:
    """Measure both and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for limited in (False, True):
        rows = asyncio.run(measure(options.people, limited=limited))
        report("pack_times", rows, as_json=options.json)


if __name__ == "__main__":
    main()
