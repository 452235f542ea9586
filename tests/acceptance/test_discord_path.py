"""From a photo on Discord to a sticker: the whole program, its own process, HTTP and websocket."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.core.language.texts import load
from tests.bot.discord_objects import TOKEN, Shown
from tests.bot.fake_gateway import FakeDiscord

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ADA, EVE = FakeDiscord.person(71), FakeDiscord.person(72)
CHANNEL, SLIDERS = 5150, 5151  # theirs
BUTTONS = load().section("en", "button")

REDIRECTED = """
import sys
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sys.argv.pop(1), yarl.URL(sys.argv.pop(1))
from bot.__main__ import main
main()
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FakeDiscord]:
    """Discord beside the program, for all tests."""
    data = tmp_path_factory.mktemp("program") / "data"
    async with FakeDiscord() as server, program(server, data):
        yield server


@asynccontextmanager
async def program(discord: FakeDiscord, data: Path) -> AsyncIterator[None]:
    """Run ``selfmoji run`` with the library pointed at the server on loopback."""
    ours = {
        "SELFMOJI_PORT": "0",
        "SELFMOJI_DATA_DIR": str(data),
        "SELFMOJI_TELEGRAM_TOKEN": "",
        "SELFMOJI_DISCORD_TOKEN": TOKEN,
        "OMP_NUM_THREADS": "2",
    }
    log = data.parent / "log.txt"
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", REDIRECTED, discord.api, discord.gateway, "--verbose", "run"),
            env={**os.environ, **ours},
            stdout=stream,
            stderr=stream,
        )
    try:
        await discord.until(lambda: discord.identified)
        yield
    finally:
        process.terminate()
        assert await process.wait() == 0, log.read_text()
    written = log.read_text()
    assert "Traceback" not in written, written
    assert TOKEN not in written


def pictures(discord: FakeDiscord, channel: int = CHANNEL) -> list[Shown]:
    """Return the messages with a picture, oldest first."""
    return [shown for shown in discord.in_channel(channel) if shown.files]


async def test_a_selfie_becomes_stickers(discord: FakeDiscord) -> None:
    """A command with a selfie gives a described PNG with buttons, and a button the next one."""
    photo = resources.files("openpeople") / "data/curated/P001/assets/amateur_selfie.jpg"
    selfie = discord.attachment("me.jpg", photo.read_bytes(), "image/jpeg")
    await discord.slash(ADA, CHANNEL, "expression", selfie, what="smile", strength=0.8)
    await discord.until(lambda: len(pictures(discord)) == 1)
    (smiling,) = discord.in_channel(CHANNEL)
    (data,) = smiling.files.values()
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("PNG", (320, 320))
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0
    assert "smile" in smiling.body["attachments"][0]["description"]

    weaker = next(label for label in smiling.buttons if BUTTONS["weaker"] == label)
    await discord.press(ADA, smiling, weaker)
    await discord.until(lambda: len(pictures(discord)) == 2)

    await discord.say(ADA, CHANNEL, "", selfie)
    await discord.until(lambda: len(pictures(discord)) == 5)

    await discord.slash(ADA, CHANNEL, "forget")
    await discord.until(lambda: bool(asked_to_forget(discord)))
    await discord.press(ADA, asked_to_forget(discord)[0], BUTTONS["yes_forget"])
    await discord.until(lambda: not asked_to_forget(discord))


async def test_sliders_move_in_place_until_they_are_a_sticker(discord: FakeDiscord) -> None:
    """Pressed once more or less, the picture in the message changes; done, it is a sticker."""

    def shown() -> list[Shown]:
        return pictures(discord, SLIDERS)

    def looks() -> tuple[bytes, ...]:
        """Return the one picture that stands in the channel, none while it changes."""
        return tuple(data for one in shown() for data in one.files.values())

    photo = resources.files("openpeople") / "data/curated/P001/assets/amateur_selfie.jpg"
    selfie = discord.attachment("me.jpg", photo.read_bytes(), "image/jpeg")
    await discord.say(EVE, SLIDERS, "/sliders", selfie)
    await discord.until(lambda: len(shown()) == 1)
    unmoved = looks()
    for label in ("slider_more", "slider_less"):
        before = looks()
        await discord.press(EVE, shown()[0], BUTTONS[label])
        await discord.until(lambda before=before: looks() not in (before, ()))  # type: ignore[misc]
    assert looks() == unmoved
    await discord.press(EVE, shown()[0], BUTTONS["slider_done"])
    await discord.until(lambda: bool(shown()) and BUTTONS["again"] in shown()[0].buttons)
    assert len(shown()) == 1


def asked_to_forget(discord: FakeDiscord) -> list[Shown]:
    """Return the question whether to erase everything, if it stands."""
    return [
        shown
        for shown in discord.in_channel(CHANNEL)
        if BUTTONS["yes_forget"] in shown.buttons and shown.private
    ]
