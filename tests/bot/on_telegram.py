"""The Telegram front end beside a Bot API over real HTTP, for tests."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from PIL import Image

from bot.core.chat import Chat
from bot.core.conversation.events import Button, Event, Message
from bot.core.language.texts import load
from bot.frontends.telegram import TelegramChat
from tests import patience
from tests.bot.bot_api_objects import group
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.recording import RecordingListener

ADA = BotApi.person(1, "en-GB")


BO = BotApi.person(2, "zh-hans")


FRIENDS = group(77)


AGAIN = ((Button("Again", "again"), Button("Stronger", "more")),)


Running = Callable[..., AbstractAsyncContextManager[TelegramChat]]


def png(width: int = 512, height: int = 400, colour: str = "orange") -> bytes:
    """Draw a picture with a clear ground."""
    stream = io.BytesIO()
    image = Image.new("RGBA", (width, height))
    image.paste(colour, (20, 20, width - 20, height - 20))
    image.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A Bot API of its own for each test."""
    async with BotApi() as server:
        yield server


@pytest.fixture
def running(api: BotApi) -> Running:
    """Run the front end beside the test and stop it afterwards."""

    @asynccontextmanager
    async def run(
        listener: RecordingListener, answer_in: float | None = None
    ) -> AsyncIterator[TelegramChat]:
        wait = answer_in or patience.seconds()
        chat = TelegramChat(TOKEN, load(), api.url, hold=1, album_pause=0.2, timeout=wait)
        shutdown = asyncio.Event()
        task = asyncio.create_task(chat.run(listener, shutdown))
        try:
            yield chat
        finally:
            shutdown.set()
            async with patience.limit():
                await task

    return run


def answer_with(message: Message) -> Callable[[Event, Chat], Awaitable[None]]:
    """Answer every event with the same message."""

    async def reply(event: Event, chat: Chat) -> None:
        assert not hasattr(event, "job_id")
        await chat.send(event.origin.chat, message)  # type: ignore[union-attr]

    return reply
