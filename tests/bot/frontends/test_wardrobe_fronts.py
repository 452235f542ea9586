"""The wardrobe where people meet it: on Telegram and on Discord, over HTTP and websocket."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from PIL import Image

from bot.core.language.texts import load
from bot.frontends.discord import DiscordChat
from bot.frontends.telegram import TelegramChat
from tests.bot import fake_gateway
from tests.bot.bot_api_objects import Shown
from tests.bot.dressing import wardrobe
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.fake_gateway import FakeDiscord

SENTENCE = "Hair 16 of 72: bob, black"


def selfie() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "tan").save(stream, "JPEG")
    return stream.getvalue()


async def test_on_telegram_one_message_is_edited(tmp_path: Path) -> None:
    """The picture and its caption change in place at each press; Done sends a real sticker."""
    ada = BotApi.person(1)

    async with BotApi() as api:
        chat = TelegramChat(TOKEN, load(), api.url, hold=1, album_pause=0.2)

        def newest(form: str) -> list[Shown]:
            return [shown for shown in api.messages(1) if shown.form == form]

        def says(text: str) -> Callable[[], bool]:
            return lambda: bool(newest("photo")) and newest("photo")[-1].text.startswith(text)

        async with wardrobe(tmp_path, chat, styles=("avataaars",)):
            await api.send_photo(ada, selfie(), "/emoji")
            await api.until(lambda: bool(newest("sticker")))
            await api.press(ada, newest("sticker")[0], "Change")
            await api.until(says(SENTENCE))
            (photo,) = newest("photo")
            number, first = photo.number, photo.data
            assert all(len(value.encode()) <= 64 for value in photo.buttons.values())
            for _ in range(3):
                await api.press(ada, photo, "Next")
            await api.until(says("Hair 19 of 72"))
            (photo,) = newest("photo")
            assert (photo.number, photo.data != first) == (number, True)
            with Image.open(io.BytesIO(photo.data)) as picture:
                assert picture.size == (512, 512)
            await api.press(ada, photo, "Done")
            await api.until(lambda: len(newest("sticker")) == 2 and not newest("photo"))
            await api.say(ada, "/wear no glasses")
            await api.until(lambda: len(newest("sticker")) == 3)
            await api.say(ada, "/avatars")
            await api.until(lambda: bool(newest("photo")))
            assert "1 · avataaars" in newest("photo")[0].buttons


async def test_on_discord_one_message_is_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buttons fit Discord's rows, presses edit, and slash commands take words."""
    ada, channel = FakeDiscord.person(71), 5150
    async with FakeDiscord() as discord:
        monkeypatch.setattr(Route, "BASE", discord.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway))
        chat = DiscordChat(fake_gateway.TOKEN, load())

        def shown() -> list[fake_gateway.Shown]:
            return [one for one in discord.in_channel(channel) if one.files]

        def content(at: int) -> str:
            return str(shown()[at].body.get("content")) if len(shown()) > at else ""

        async with wardrobe(tmp_path, chat, styles=("avataaars",)):
            await discord.until(lambda: discord.identified)
            photo = discord.attachment("me.jpg", selfie(), "image/jpeg")
            await discord.slash(ada, channel, "emoji", photo)
            await discord.until(lambda: len(shown()) == 1)
            change = next(label for label in shown()[0].buttons if "Change" in label)
            await discord.press(ada, shown()[0], change)
            await discord.until(lambda: content(1) == SENTENCE)
            rows = shown()[1].body["components"]
            assert len(rows) <= 5
            assert all(len(row["components"]) <= 5 for row in rows)
            for _ in range(3):
                label = next(label for label in shown()[1].buttons if "Next" in label)
                await discord.press(ada, shown()[1], label)
            await discord.until(lambda: content(1).startswith("Hair 19 of 72"))
            assert len(shown()) == 2
            done = next(label for label in shown()[1].buttons if "Done" in label)
            await discord.press(ada, shown()[1], done)
            await discord.until(lambda: content(1) == "emoji avataaars")
            await discord.slash(ada, channel, "wear", what="hair bun")
            await discord.until(lambda: len(shown()) == 3)
            await discord.slash(ada, channel, "avatar", what="name Lisa")
            await discord.until(
                lambda: any(
                    "called Lisa" in str(one.body.get("content"))
                    for one in discord.in_channel(channel)
                ),
            )
