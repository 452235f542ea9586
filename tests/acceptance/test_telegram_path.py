"""From a photo on Telegram to a sticker: the whole program, its own process, real HTTP."""

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
from tests.bot.bot_api_objects import Fault, Shown, flood
from tests.bot.fake_bot_api import TOKEN, BotApi

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TEXTS = load()
EVE = BotApi.person(3, "en")  # who uses sliders


def selfie(person: str, name: str = "amateur_selfie.jpg") -> bytes:
    """Read a photo of somebody who does not exist."""
    found = resources.files("openpeople") / "data" / "curated" / person / "assets" / name
    return found.read_bytes()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotApi]:
    """A Bot API beside the program, for all tests: each has people of its own."""
    async with BotApi() as server, program(server, tmp_path_factory.mktemp("program") / "data"):
        yield server


@asynccontextmanager
async def program(api: BotApi, data: Path) -> AsyncIterator[None]:
    """Run ``selfmoji run`` against the Bot API on loopback."""
    ours = {
        "SELFMOJI_PORT": "0",
        "SELFMOJI_DATA_DIR": str(data),
        "SELFMOJI_TELEGRAM_TOKEN": TOKEN,
        "SELFMOJI_TELEGRAM_BASE_URL": api.url,
        "SELFMOJI_DISCORD_TOKEN": "",
        "OMP_NUM_THREADS": "2",
    }
    log = data.parent / "log.txt"
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "--verbose", "run"),
            env={**os.environ, **ours},
            stdout=stream,
            stderr=stream,
        )
    try:
        await api.until(lambda: "zh" in api.commands)
        yield
    finally:
        process.terminate()
        assert await process.wait() == 0, log.read_text()
    written = log.read_text()
    assert "Traceback" not in written, written
    assert TOKEN not in written
    assert TOKEN.partition(":")[2] not in written


def stickers(api: BotApi, chat: int) -> list[Shown]:
    """Return the stickers that stand in a chat."""
    return [shown for shown in api.messages(chat) if shown.form == "sticker"]


def forms(api: BotApi, chat: int) -> list[str]:
    """Return of what form the messages are that stand in a chat."""
    return [shown.form for shown in api.messages(chat)]


def assert_is_a_sticker(shown: Shown) -> None:
    """A person cut out: corners clear, middle opaque, 512 px WEBP, buttons underneath."""
    with Image.open(io.BytesIO(shown.data)) as image:
        assert image.format == "WEBP"
        assert max(image.size) == 512
        alpha = image.convert("RGBA").getchannel("A")
    assert alpha.getpixel((0, 0)) == 0
    assert alpha.getpixel((alpha.width // 2, alpha.height // 2)) == 255
    assert shown.buttons


async def test_a_selfie_becomes_stickers(api: BotApi) -> None:
    """A selfie gives what a selfie alone gives; buttons and commands go on from there."""
    en = TEXTS.section("en", "button")
    ada, li = BotApi.person(1, "en"), BotApi.person(2, "zh-hans")
    await api.send_photo(ada, selfie("P001"))
    await api.until(lambda: forms(api, 1) == ["sticker"] * 3)
    for shown in stickers(api, 1):
        assert_is_a_sticker(shown)

    await api.say(ada, "/expression smile 80%")
    await api.until(lambda: len(stickers(api, 1)) == 4)
    smiling = stickers(api, 1)[-1]
    assert_is_a_sticker(smiling)
    await api.press(ada, smiling, en["weaker"])
    await api.until(lambda: len(stickers(api, 1)) == 5)
    assert stickers(api, 1)[-1].data != smiling.data

    await api.send_document(li, b"%PDF-1.4", "paper.pdf", "application/pdf")
    await api.until(lambda: bool(api.messages(2)))
    assert api.messages(2)[0].text == TEXTS.get("zh-Hans", "failure.not_an_image")


async def test_sliders_move_in_place_until_they_are_a_sticker(api: BotApi) -> None:
    """Pressed once more or less, locked and reset in one message; done, it is a sticker."""
    en = TEXTS.section("en", "button")
    await api.send_photo(EVE, selfie("P001"), "/sliders")
    await api.until(lambda: forms(api, EVE["id"]) == ["photo"])
    unmoved = sliders(api).data
    await pressed(api, en["slider_more"])
    assert sliders(api).data != unmoved
    assert [label for label in sliders(api).buttons if "0.2" in label]
    await pressed(api, en["slider_less"])
    assert sliders(api).data == unmoved
    await pressed(api, en["slider_free"])
    assert en["slider_locked"] in sliders(api).buttons
    await pressed(api, en["slider_random"])
    assert sliders(api).data != unmoved
    await pressed(api, en["slider_reset"])
    assert sliders(api).data == unmoved
    await api.press(EVE, sliders(api), en["slider_done"])
    await api.until(lambda: forms(api, EVE["id"]) == ["sticker"])


def sliders(api: BotApi) -> Shown:
    """Return the one message with sliders."""
    (shown,) = api.messages(EVE["id"])
    return shown


async def pressed(api: BotApi, label: str) -> None:
    """Press a button below the sliders and wait for what it changes."""

    def looks() -> tuple[bytes, dict[str, str]]:
        return sliders(api).data, sliders(api).buttons

    before = looks()
    await api.press(EVE, sliders(api), label)
    await api.until(lambda: forms(api, EVE["id"]) == ["photo"] and looks() != before)


async def test_an_album_gives_stickers_of_each_photo(api: BotApi) -> None:
    """Two photos and one command give two stickers of two people."""
    await api.send_album(BotApi.person(4, "en"), [selfie("P001"), selfie("P002")], "/cutout")
    await api.until(lambda: len(stickers(api, 4)) == 2)
    first, second = stickers(api, 4)
    assert_is_a_sticker(first)
    assert_is_a_sticker(second)
    assert first.data != second.data


async def test_a_flood_loses_no_sticker(api: BotApi) -> None:
    """Refused with 429 and then with 500, the finished sticker still arrives, once."""
    api.script("sendSticker", flood(1), Fault(500))
    await api.send_photo(BotApi.person(5, "en"), selfie("P001"), "/cutout")
    await api.until(lambda: bool(stickers(api, 5)))
    await asyncio.sleep(1.0)
    assert forms(api, 5) == ["sticker"]


async def test_many_people_at_once_all_get_their_stickers(api: BotApi) -> None:
    """A dozen selfies that arrive together give a dozen stickers, each in its own chat."""
    photo = selfie("P001")
    people = [BotApi.person(number) for number in range(100, 112)]
    await asyncio.gather(*(api.send_photo(person, photo, "/cutout") for person in people))
    for number in range(100, 112):
        await api.until(lambda number=number: bool(stickers(api, number)))  # type: ignore[misc]
        assert_is_a_sticker(stickers(api, number)[0])
