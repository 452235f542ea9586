"""No update is confirmed before it is kept, and what is kept is handled, over real HTTP."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.core.conversation.events import CommandGiven
from storage.contract.updates import KeptUpdate, NewUpdate
from tests.bot.fake_bot_api import BotApi
from tests.bot.on_telegram import ADA, BO, Running
from tests.bot.recording import RecordingListener


class Unwilling(RecordingListener):
    """Keeps nothing until it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.willing = asyncio.Event()
        self.asked = asyncio.Event()

    async def keep(self, platform: str, updates: Sequence[NewUpdate]) -> list[KeptUpdate]:
        self.asked.set()
        await self.willing.wait()
        return await super().keep(platform, updates)


async def test_an_update_is_confirmed_once_it_is_kept(api: BotApi, running: Running) -> None:
    """While the rows cannot be written, Telegram goes on keeping the update."""
    listener = Unwilling()
    async with running(listener):
        await api.say(ADA, "/start")
        await listener.asked.wait()
        assert [one.fields.get("offset") for one in api.calls("getUpdates")] == [None]
        listener.willing.set()
        await listener.heard(1)
        await api.until(lambda: "offset" in api.calls("getUpdates")[-1].fields)


async def test_a_stop_before_keeping_confirms_nothing(api: BotApi, running: Running) -> None:
    """Asked to stop while the rows cannot be written, the update is left with Telegram."""
    first, second = Unwilling(), RecordingListener()
    async with running(first):
        await api.say(ADA, "/start")
        await first.asked.wait()
    async with running(second):
        (event,) = await second.heard(1)
    assert isinstance(event, CommandGiven)
    assert first.events == []


async def test_what_was_kept_is_handled_at_the_next_start(api: BotApi, running: Running) -> None:
    """Confirmed, so that Telegram has forgotten it, and then cut off: the row tells it again."""
    gate = asyncio.Event()

    async def hang(*_: object) -> None:
        await gate.wait()

    listener = RecordingListener(hang)
    async with running(listener) as chat:
        await api.say(ADA, "/start")
        await listener.heard(1)
        await api.until(lambda: "offset" in api.calls("getUpdates")[-1].fields)
        kept = dict(listener.inbox)
        gate.set()
    assert chat.platform == "telegram"
    assert listener.inbox == {}
    later = RecordingListener(inbox=kept)
    async with running(later):
        (event,) = await later.heard(1)
        assert isinstance(event, CommandGiven)
        assert event.text == "/start"
    assert later.inbox == {}


async def test_an_unreadable_update_is_passed_over(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """One that the library cannot parse is named by its number; those behind it are served."""
    listener = RecordingListener()
    async with running(listener):
        await api.say(BO, "a very secret word", chat={"id": 2, "type": "private"}, date="never")
        await api.say(ADA, "/start")
        (event,) = await listener.heard(1)
    assert isinstance(event, CommandGiven)
    assert "passed over" in caplog.text
    assert "secret" not in caplog.text
