"""The Discord front end over real HTTP and a real websocket."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from PIL import Image

from bot.core import downloading
from bot.core.chat import Chat, Searchable
from bot.core.conversation.events import (
    Button,
    ChoiceMade,
    CommandGiven,
    Event,
    Message,
    OtherSent,
    PhotoRefused,
    PhotoSent,
)
from bot.core.language.texts import load
from bot.errors import ChatForbidden, ChatUnavailable
from bot.frontends.discord import DiscordChat
from bot.frontends.discord.answers import Answer
from bot.frontends.discord.references import Reference
from storage.contract.failures import Failure
from storage.contract.updates import KeptUpdate
from tests import patience
from tests.bot.discord_objects import TOKEN, Json
from tests.bot.fake_gateway import FakeDiscord
from tests.bot.outage import outage
from tests.bot.recording import RecordingListener
from tests.bot.simulated_discord import png

ADA = FakeDiscord.person(71)
CHANNEL = 5150

Running = Callable[[RecordingListener], AbstractAsyncContextManager[DiscordChat]]


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    """A Discord of its own for each test, with the library pointed at it."""
    async with FakeDiscord() as server:
        monkeypatch.setattr(Route, "BASE", server.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway))
        yield server


@pytest.fixture
def running(discord: FakeDiscord) -> Running:
    """Run the front end beside the test and stop it afterwards."""

    @asynccontextmanager
    async def run(listener: RecordingListener) -> AsyncIterator[DiscordChat]:
        chat = DiscordChat(TOKEN, load())
        shutdown = asyncio.Event()
        task = asyncio.create_task(chat.run(listener, shutdown))
        try:
            await discord.until(lambda: discord.identified)
            yield chat
        finally:
            shutdown.set()
            async with patience.limit():
                await task
        assert not listener.delivering

    return run


async def test_from_command_to_picture_and_on(discord: FakeDiscord, running: Running) -> None:
    """Log in, sync, take a command with a photo, acknowledge, answer with a file, take a press."""

    async def reply(event: Event, chat: Chat) -> None:
        where = event.origin.chat  # type: ignore[union-attr]
        placeholder = await chat.send(where, Message("Working on it"))
        again = ((Button("Again", "again:1"),),)
        await chat.edit(where, placeholder, Message("smile 0.8", again, sticker=png()))

    listener = RecordingListener(reply)
    async with running(listener):
        assert {one["name"] for one in discord.commands} >= {"cutout", "expression", "forget"}
        assert discord.identified[0]["intents"] == 1 << 0 | 1 << 9 | 1 << 12
        photo = discord.attachment("me.png", png(64))
        await discord.slash(ADA, CHANNEL, "expression", photo, what="smile", strength=0.8)
        await discord.until(lambda: any(one.files for one in discord.in_channel(CHANNEL)))
        (shown,) = discord.in_channel(CHANNEL)
        await discord.press(ADA, shown, "Again")
        await discord.until(lambda: len(discord.calls("POST", "/callback")) == 2)
        await discord.until(
            lambda: [len(one.files) for one in discord.in_channel(CHANNEL)] == [1, 1]
        )
    asked, pressed = listener.events
    assert isinstance(asked, PhotoSent)
    assert (asked.data, asked.caption) == (png(64), "/expression smile 0.8")
    assert asked.origin.chat == str(CHANNEL)
    assert isinstance(pressed, ChoiceMade)
    assert pressed.value == "again:1"
    types = [one.body["type"] for one in discord.calls("POST", "/callback")]
    assert types == [5, 6]
    with Image.open(io.BytesIO(shown.files["sticker.png"])) as image:
        assert image.size == (320, 320)
    assert shown.body["attachments"][0]["description"] == "smile 0.8"


async def test_acknowledgement_does_not_wait_for_anything(
    discord: FakeDiscord, running: Running
) -> None:
    """Discord has its answer before anything else is done, however long the service takes."""
    gate = asyncio.Event()

    async def reply(_event: Event, _chat: Chat) -> None:
        await gate.wait()

    listener = RecordingListener(reply)
    async with running(listener):
        for _ in range(3):
            await discord.slash(ADA, CHANNEL, "cutout")
        await discord.until(lambda: len(discord.calls("POST", "/callback")) == 3)
        assert len(await listener.heard(1)) == 1
        gate.set()
        await listener.heard(3)


async def test_what_is_in_hand_at_a_stop_comes_to_its_end(
    discord: FakeDiscord, running: Running
) -> None:
    """Its answer is sent before the connection closes, and its row ends."""
    begun, gate = asyncio.Event(), asyncio.Event()

    async def reply(event: Event, chat: Chat) -> None:
        begun.set()
        await gate.wait()
        await chat.send(event.origin.chat, Message("here"))  # type: ignore[union-attr]

    listener = RecordingListener(reply)

    async def open_once_stopping() -> None:
        await patience.until(lambda: not listener.delivering)
        gate.set()

    async with running(listener):
        await patience.until(lambda: listener.delivering)
        await discord.slash(ADA, CHANNEL, "cutout")
        await begun.wait()
        opening = asyncio.create_task(open_once_stopping())
    await opening
    assert [one.body["content"] for one in discord.in_channel(CHANNEL)] == ["here"]
    assert not listener.inbox


async def test_what_does_not_end_is_cut_off_at_a_stop_and_stays_kept(
    discord: FakeDiscord, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it runs on beside whatever is closed next."""
    monkeypatch.setattr("bot.frontends.discord.client.LAST_WORDS", 0.01)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def reply(_event: Event, _chat: Chat) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    listener = RecordingListener(reply)
    async with running(listener):
        await discord.slash(ADA, CHANNEL, "cutout")
        await begun.wait()
    assert ended.is_set()
    assert len(listener.inbox) == 1


async def test_an_interaction_that_came_too_late_is_let_go(
    discord: FakeDiscord, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord has told the person to try again by then; the next one is served."""
    listener = RecordingListener()
    async with running(listener):
        unknown = {"code": 10062, "message": "Unknown interaction"}
        discord.script("POST", "/callback", 404, unknown)
        await discord.slash(ADA, CHANNEL, "cutout")
        await discord.until(lambda: discord.calls("POST", "/callback"))
        await discord.slash(ADA, CHANNEL, "emoji")
        (event,) = await listener.heard(1)
    assert isinstance(event, CommandGiven)
    assert event.text == "/emoji"
    assert "could not be acknowledged" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("done", [True, False])
async def test_an_acknowledgement_whose_answer_got_lost_loses_nothing(
    discord: FakeDiscord, running: Running, *, done: bool
) -> None:
    """Whether Discord had heard it or not; what it heard shows that an answer is on its way."""

    async def reply(event: Event, chat: Chat) -> None:
        await chat.send(event.origin.chat, Message("here"))  # type: ignore[union-attr]

    listener = RecordingListener(reply)
    async with running(listener):
        for _ in range(6):  # the library asks again by itself
            discord.script("POST", "/callback", reset=True, done=done)
        discord.script("GET", "/@original", reset=True)
        await discord.slash(ADA, CHANNEL, "cutout")
        await discord.until(lambda: discord.in_channel(CHANNEL))
        await patience.until(lambda: not listener.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert [one.body["content"] for one in discord.in_channel(CHANNEL)] == ["here"]


async def test_make_sticker_of_a_message(discord: FakeDiscord, running: Running) -> None:
    """The menu carries the message and its pictures along."""
    listener = RecordingListener()
    async with running(listener):
        message = await discord.say(ADA, CHANNEL, "me", discord.attachment("me.png", png(64)))
        await discord.use_menu(ADA, message)
        written, wanted = await listener.heard(2)
    assert isinstance(written, PhotoSent)
    assert isinstance(wanted, PhotoSent)
    assert wanted.data == png(64)
    assert written.origin.key != wanted.origin.key


async def test_a_spent_token_gives_way_to_the_channel(
    discord: FakeDiscord, running: Running
) -> None:
    """When Discord no longer knows the token, the same message is changed through its channel."""
    async with running(RecordingListener()) as chat:
        posted = Reference.read(await chat.send(str(CHANNEL), Message("Working on it")))
        spent = Reference(posted.message, "long-forgotten", until=2**40).write()
        await chat.edit(str(CHANNEL), spent, Message("", sticker=png()))
        (shown,) = discord.in_channel(CHANNEL)
        assert shown.number == posted.message
        assert list(shown.files) == ["sticker.png"]
        await chat.remove(str(CHANNEL), spent)
        assert discord.in_channel(CHANNEL) == []


async def test_floods_and_outages_come_as_unavailable(
    discord: FakeDiscord, running: Running
) -> None:
    """Short floods are waited out by the library; long ones and 5xx reach the service."""
    async with running(RecordingListener()) as chat:
        discord.script("POST", "/messages", 429, {"retry_after": 0.2, "message": "", "code": 0})
        await chat.send(str(CHANNEL), Message("short"))
        discord.script("POST", "/messages", 429, {"retry_after": 600.0, "message": "", "code": 0})
        with pytest.raises(ChatUnavailable) as refused:
            await chat.send(str(CHANNEL), Message("long"))
        assert refused.value.retry_after == 600
    assert [one.body["content"] for one in discord.in_channel(CHANNEL)] == ["short"]


async def test_a_dropped_connection_is_taken_up_again(
    discord: FakeDiscord, running: Running
) -> None:
    """After Discord closed the gateway, the bot resumes and serves."""
    listener = RecordingListener()
    async with running(listener):
        await discord.drop_connections()
        await discord.until(lambda: len(discord.identified) == 2)
        await discord.say(ADA, CHANNEL, "/start")
        (event,) = await listener.heard(1)
    assert isinstance(event, CommandGiven)


async def test_an_unreachable_discord_is_waited_for(
    discord: FakeDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    """Started during an outage, the bot says so once, and connects when Discord is back."""
    await discord.stop()
    listener = RecordingListener()
    chat = DiscordChat(TOKEN, load())
    shutdown = asyncio.Event()
    task = asyncio.create_task(chat.run(listener, shutdown))
    async with outage(discord.port) as away:
        await patience.until(lambda: away.calls >= 2)
    await discord.start()
    await discord.until(lambda: discord.identified)
    await discord.say(ADA, CHANNEL, "/start")
    await listener.heard(1)
    shutdown.set()
    async with patience.limit():
        await task
    assert caplog.text.count("cannot be reached") == 1
    assert "Traceback" not in caplog.text


async def test_a_stop_during_an_outage_is_prompt(
    discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked to stop while Discord is away, the front end does not finish its pause first."""
    monkeypatch.setattr("bot.frontends.discord.chat.FIRST_PAUSE", 3600.0)
    await discord.stop()
    chat = DiscordChat(TOKEN, load())
    shutdown = asyncio.Event()
    task = asyncio.create_task(chat.run(RecordingListener(), shutdown))
    await patience.until(lambda: "cannot be reached" in caplog.text)
    shutdown.set()
    async with patience.limit():
        await task


async def test_a_wrong_token_ends_the_front_end(discord: FakeDiscord) -> None:
    """Without a valid token there is nothing to wait for."""
    chat = DiscordChat("wrong", load())
    with pytest.raises(ChatForbidden, match="does not know this token"):
        async with patience.limit():
            await chat.run(RecordingListener(), asyncio.Event())
    assert [one.path for one in discord.requests] == ["/users/@me"]


async def test_no_log_line_carries_a_token(
    discord: FakeDiscord, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the bot's token nor an interaction's is written, even at DEBUG."""

    async def reply(event: Event, chat: Chat) -> None:
        await chat.send(event.origin.chat, Message("", sticker=png()))  # type: ignore[union-attr]

    for library in ("discord", "aiohttp"):
        logging.getLogger(library).setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        listener = RecordingListener(reply)
        async with running(listener):
            token = await discord.slash(ADA, CHANNEL, "cutout")
            await discord.until(lambda: discord.in_channel(CHANNEL))
    assert caplog.records
    assert TOKEN not in caplog.text
    assert token not in caplog.text


async def test_kept_messages_are_handled_at_the_next_start(
    discord: FakeDiscord, running: Running
) -> None:
    """They are read again where Discord has them; those taken back need no answer."""
    said = discord.write(ADA, CHANNEL, "/help")
    numbers = {1: 7, 2: int(said["id"])}
    kept = {
        row: KeptUpdate(
            row, json.dumps({"channel": CHANNEL, "guild": None, "message": number}).encode()
        )
        for row, number in numbers.items()
    }
    listener = RecordingListener(inbox=kept)
    async with running(listener):
        (event,) = await listener.heard(1)
        await patience.until(lambda: not listener.inbox)
        await discord.say(ADA, CHANNEL, "/start")
        await listener.heard(2)
        await patience.until(lambda: not listener.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert isinstance(event, CommandGiven)
    assert (event.text, event.origin.who.external_id) == ("/help", ADA["id"])


async def test_an_interaction_outlives_a_kill(
    discord: FakeDiscord, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept before it is acknowledged, and answered by the process that comes after."""

    async def cut_off(_answer: Answer) -> None:
        """End as a kill does: with nothing."""

    async def reply(event: Event, chat: Chat) -> None:
        await chat.send(event.origin.chat, Message("here"))  # type: ignore[union-attr]

    killed = RecordingListener(forgetful=True)
    killed.look_while_keeping = lambda: not discord.calls("POST", "/callback")
    with monkeypatch.context() as patch:
        patch.setattr(Answer, "end", cut_off)
        async with running(killed) as chat:
            await chat.client.wait_until_ready()
            await discord.slash(ADA, CHANNEL, "cutout")
            await patience.until(lambda: killed.ended)
            await asyncio.sleep(0.05)  # the library's own last steps
    assert killed.kept_before == [True]
    (kept,) = killed.inbox.values()
    after = RecordingListener(reply, inbox={kept.id: kept})
    discord.identified.clear()
    async with running(after):
        (event,) = await after.heard(1)
        await patience.until(lambda: not after.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert isinstance(event, CommandGiven)
    assert event == killed.events[0]
    assert [one.body["content"] for one in discord.in_channel(CHANNEL)] == ["here"]


async def test_an_interaction_that_was_answered_already_keeps_its_answer(
    discord: FakeDiscord, running: Running
) -> None:
    """A kill between the answer and the row's end takes nothing away."""

    async def reply(event: Event, chat: Chat) -> None:
        await chat.send(event.origin.chat, Message("here"))  # type: ignore[union-attr]

    first = RecordingListener(reply, forgetful=True)
    async with running(first) as chat:
        await chat.client.wait_until_ready()
        await discord.slash(ADA, CHANNEL, "cutout")
        await discord.until(lambda: bool(discord.in_channel(CHANNEL)))
        await patience.until(lambda: first.ended)
        await asyncio.sleep(0.05)  # the library's own last steps
    (kept,) = first.inbox.values()
    again = RecordingListener(inbox={kept.id: kept})
    discord.identified.clear()
    async with running(again):
        await again.heard(1)
        await patience.until(lambda: not again.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert [one.body["content"] for one in discord.in_channel(CHANNEL)] == ["here"]


async def test_another_attempt_at_a_message_shows_it_once(
    discord: FakeDiscord, running: Running
) -> None:
    """Discord knows it again by its nonce, in whichever process; another message has another."""
    for _ in range(2):
        async with running(RecordingListener()) as chat:
            await chat.send(str(CHANNEL), Message("working"), "first:0")
        discord.identified.clear()
    async with running(RecordingListener()) as chat:
        await chat.send(str(CHANNEL), Message("working"), "second:0")
        await chat.send(str(CHANNEL), Message("working"))
        await chat.send(str(CHANNEL), Message("working"))
    assert len(discord.in_channel(CHANNEL)) == 4
    assert {len(one.body["nonce"]) for one in discord.calls("POST", "/messages")} <= {*range(26)}


async def test_words_whose_reference_was_lost_are_found(
    discord: FakeDiscord, running: Running
) -> None:
    """Behind what they answer; what others wrote, what is known and other words are passed over."""
    async with running(RecordingListener()) as chat:
        await chat.send(str(CHANNEL), Message("working"))
        asked = Reference(int(discord.write(ADA, CHANNEL, "working")["id"])).write()
        discord.write(ADA, CHANNEL, "working")
        known = await chat.send(str(CHANNEL), Message("working"))
        await chat.send(str(CHANNEL), Message("Hello"))
        assert await chat.find(str(CHANNEL), asked, {known}, Message("working")) is None
        lost = await chat.send(str(CHANNEL), Message("working"))
        assert await chat.find(str(CHANNEL), asked, {known}, Message("working")) == lost
        discord.script("GET", "/messages", 403)
        assert await chat.find(str(CHANNEL), asked, {known}, Message("working")) is None


@pytest.mark.parametrize("readable", [True, False])
async def test_a_command_that_was_answered_before_a_kill_is_not_answered_twice(
    discord: FakeDiscord, running: Running, *, readable: bool
) -> None:
    """Its answer is found, in the channel's history or under the interaction itself."""
    found = []

    async def reply(event: Event, chat: Chat) -> None:
        await chat.send(event.origin.chat, Message("working"))  # type: ignore[union-attr]

    async def look(event: Event, chat: Chat) -> None:
        origin = event.origin  # type: ignore[union-attr]
        assert isinstance(chat, Searchable)
        assert origin.message is not None
        found.append(await chat.find(origin.chat, origin.message, set(), Message("working")))

    first = RecordingListener(reply, forgetful=True)
    async with running(first) as chat:
        await chat.client.wait_until_ready()
        await discord.slash(ADA, CHANNEL, "cutout")
        await patience.until(lambda: first.ended)
        await asyncio.sleep(0.05)  # the library's own last steps
    (kept,) = first.inbox.values()
    if not readable:
        discord.script("GET", "/messages", 403)
    discord.identified.clear()
    again = RecordingListener(look, inbox={kept.id: kept})
    async with running(again):
        await patience.until(lambda: not again.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    (shown,) = discord.in_channel(CHANNEL)
    assert [Reference.read(one or "").message for one in found] == [shown.number]


async def test_what_was_written_while_nobody_listened_is_read(
    discord: FakeDiscord, running: Running
) -> None:
    """In chats of late, from their history, in order; what is known is not told again."""
    discord.open_channels[CHANNEL] = ADA
    discord.write(ADA, CHANNEL, "/help")
    discord.write(ADA, CHANNEL, "/style")
    listener = RecordingListener(chats=[str(CHANNEL), "1"])
    async with running(listener):
        events = await listener.heard(2)
        await patience.until(lambda: not listener.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert [event.text for event in events] == ["/help", "/style"]  # type: ignore[union-attr]
    discord.identified.clear()
    discord.write(ADA, CHANNEL, "/start")
    async with running(listener):
        await listener.heard(3)
        await patience.until(lambda: not listener.inbox)
        await asyncio.sleep(0.05)  # the library's own last steps
    assert len(listener.events) == 3


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"reset": True}])
async def test_a_download_that_breaks_off_is_no_damaged_file(
    discord: FakeDiscord, running: Running, monkeypatch: pytest.MonkeyPatch, fault: Json
) -> None:
    """It is tried again; what never comes is told as not fetched, for nobody has seen the file."""
    monkeypatch.setattr(downloading, "PAUSES", (0.01, 0.01))
    listener = RecordingListener()
    async with running(listener):
        for _ in range(2):
            discord.script("GET", "me.png", **fault)
        await discord.say(ADA, CHANNEL, "me", discord.attachment("me.png", png(64)))
        await listener.heard(1)
        for _ in range(12):  # the library, too, may try again
            discord.script("GET", "never.png", **fault)
        await discord.say(ADA, CHANNEL, "me", discord.attachment("never.png", png(64)))
        came, never = await listener.heard(2)
    assert isinstance(came, PhotoSent)
    assert came.data == png(64)
    assert isinstance(never, PhotoRefused)
    assert never.failure is Failure.NOT_FETCHED


async def test_a_file_that_is_gone_is_not_asked_for_again(
    discord: FakeDiscord, running: Running
) -> None:
    """Discord's answer that there is no such file is final."""
    listener = RecordingListener()
    async with running(listener):
        discord.script("GET", "gone.png", 404)
        await discord.say(ADA, CHANNEL, "me", discord.attachment("gone.png", png(64)))
        (told,) = await listener.heard(1)
    assert isinstance(told, PhotoRefused)
    assert told.failure is Failure.NOT_FETCHED
    assert len(discord.calls("GET", "gone.png")) == 1


async def test_a_forwarded_message_brings_its_picture(
    discord: FakeDiscord, running: Running
) -> None:
    """What is forwarded to us has no attachments of its own but a copy that has."""
    listener = RecordingListener()
    async with running(listener):
        await discord.forward(ADA, CHANNEL, discord.attachment("me.png", png()))
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert event.data == png()


async def test_a_changed_message_is_answered_anew(discord: FakeDiscord, running: Running) -> None:
    """Corrected words are read once more; a link that unfolds changes nothing."""
    listener = RecordingListener()
    async with running(listener):
        message = await discord.say(ADA, CHANNEL, "smlie https://example.org")
        await listener.heard(1)
        await discord.change(message, embeds=[{"type": "link", "url": "https://example.org"}])
        later = {"content": "smile", "edited_timestamp": "2026-01-01T00:00:09+00:00"}
        await discord.change(message, **later)
        events = await listener.heard(2)
    assert [event.text for event in events if isinstance(event, CommandGiven)] == [
        "smlie https://example.org",
        "smile",
    ]


async def test_what_is_neither_picture_nor_words_is_answered(
    discord: FakeDiscord, running: Running
) -> None:
    """A message in private with a sticker or a poll alone is not met with silence."""
    listener = RecordingListener()
    async with running(listener):
        await discord.say(ADA, CHANNEL)
        (event,) = await listener.heard(1)
    assert isinstance(event, OtherSent)
