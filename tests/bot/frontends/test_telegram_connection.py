"""Telegram's limits, errors and outages, over real HTTP."""

import asyncio
import logging

import pytest
from telegram import error

from bot.core.chat import Chat
from bot.core.conversation.events import CommandGiven, Event, Message
from bot.core.language.texts import load
from bot.errors import ChatError, ChatForbidden, ChatRejected, ChatUnavailable
from bot.frontends.telegram import TelegramChat, polling
from bot.frontends.telegram.errors import MAPPED, translate
from bot.frontends.telegram.limiter import Bucket, Limiter, Rate
from tests import patience
from tests.bot.bot_api_objects import BLOCKED, Fault, flood
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.on_telegram import ADA, AGAIN, Running, answer_with, png
from tests.bot.outage import outage
from tests.bot.recording import RecordingListener

HASTY = 0.5  # seconds that a front end waits for an answer that will not come
SILENCE = Fault(hang=3600.0)


async def test_a_short_flood_is_waited_out(api: BotApi, running: Running) -> None:
    """After 429 the message is sent again, and nobody hears of it."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        api.script("sendMessage", flood(1))
        await chat.send("1", Message("one"))
    assert len(api.calls("sendMessage")) == 2
    assert [shown.text for shown in api.messages(1)] == ["one"]


async def test_a_long_flood_is_reported(api: BotApi, running: Running) -> None:
    """A pause beyond our patience comes back as an error with its seconds, then without asking."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        api.script("sendSticker", flood(60))
        with pytest.raises(ChatUnavailable) as refused:
            await chat.send("1", Message(sticker=png()))
        assert refused.value.retry_after == 60
        with pytest.raises(ChatUnavailable) as again:
            await chat.send("1", Message("words"))
        assert again.value.retry_after is not None
        assert api.calls("sendMessage") == []


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (BLOCKED, ChatForbidden),
        (Fault(500), ChatUnavailable),
        (Fault(502, "Bad Gateway"), ChatUnavailable),
        (SILENCE, ChatUnavailable),
        (Fault(400, "Bad Request: chat not found"), ChatRejected),
    ],
    ids=["blocked", "500", "502", "time-out", "400"],
)
async def test_only_our_errors_come_out(
    api: BotApi, running: Running, fault: Fault, expected: type[ChatError]
) -> None:
    """Whatever the API does, callers see the bot's own errors."""
    async with running(RecordingListener(), HASTY if fault is SILENCE else None) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        api.script("sendMessage", fault)
        with pytest.raises(expected):
            await chat.send("1", Message("Hello"))


async def test_a_failing_answer_stops_nothing(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """A person who blocked the bot, or a bug, costs one answer; the next update is served."""

    async def reply(event: Event, chat: Chat) -> None:
        assert isinstance(event, CommandGiven)
        if event.text == "bug":
            raise RuntimeError("a bug")
        await chat.send(event.origin.chat, Message(event.text))

    listener = RecordingListener(reply)
    async with running(listener):
        api.script("sendMessage", BLOCKED)
        for words in ("blocked", "bug", "fine"):
            await api.say(ADA, words)
        await api.until(lambda: [shown.text for shown in api.messages(1)] == ["fine"])
    assert "ChatForbidden" in caplog.text
    assert "could not be handled" in caplog.text


def test_every_error_of_the_library_is_mapped() -> None:
    """Each class in ``telegram.error`` has its place in the table."""

    def family(root: type[error.TelegramError]) -> set[type[error.TelegramError]]:
        return {root}.union(*(family(child) for child in root.__subclasses__()))

    known = {kind for kind in family(error.TelegramError) if kind.__module__ == error.__name__}
    assert known == set(MAPPED)


def test_an_invalid_token_is_not_quoted() -> None:
    """The library quotes the token in this error; ours does not."""
    ours = translate(error.InvalidToken(f"The token `{TOKEN}` was rejected by the server."))
    assert isinstance(ours, ChatForbidden)
    assert TOKEN not in str(ours)


async def test_a_wrong_token_ends_the_front_end(api: BotApi) -> None:
    """Without a valid token there is nothing to wait for; the error does not quote it."""
    chat = TelegramChat("123:wrong", load(), api.url)
    with pytest.raises(ChatForbidden) as refused:
        async with patience.limit():
            await chat.run(RecordingListener(), asyncio.Event())
    assert "wrong" not in str(refused.value)


async def test_a_proxys_page_leaves_no_trace(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that is no JSON counts as an outage, and no traceback is written."""
    async with running(RecordingListener()) as chat:
        api.script("sendMessage", Fault(502, page="<html>Bad Gateway</html>"))
        with pytest.raises(ChatUnavailable):
            await chat.send("1", Message("Hello"))
    assert "Traceback" not in caplog.text


async def test_no_log_line_carries_the_token(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Photos, stickers, floods, outages and time-outs at DEBUG: the token is never written."""
    for library in ("httpx", "httpcore", "telegram"):
        logging.getLogger(library).setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        listener = RecordingListener(answer_with(Message("", AGAIN, sticker=png())))
        async with running(listener):
            api.script("file", Fault(502))
            api.script("getUpdates", Fault(500))
            await api.send_photo(ADA, b"selfie")
            await api.until(lambda: bool(api.messages(1)))
        for fault in (flood(1), SILENCE, BLOCKED):
            async with running(RecordingListener(), HASTY if fault is SILENCE else None) as chat:
                api.script("sendMessage", fault)
                try:
                    await chat.send("1", Message("x"))
                except ChatError as problem:
                    logging.getLogger("test").exception("As a caller may write", exc_info=problem)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text


async def test_an_unreachable_api_is_waited_for(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Started during an outage, the bot says so once and serves as soon as Telegram is back."""
    await api.stop()
    listener = RecordingListener()
    async with running(listener):
        async with outage(api.port) as away:
            await patience.until(lambda: away.calls >= 2)
        await api.start()
        await api.say(ADA, "/start")
        await listener.heard(1)
    assert caplog.text.count("cannot be reached") == 1
    assert "Traceback" not in caplog.text


async def test_a_stop_during_an_outage_is_prompt(
    api: BotApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked to stop while Telegram is away, the front end does not finish its pause first."""
    monkeypatch.setattr(polling, "FIRST_PAUSE", 3600.0)
    await api.stop()
    chat = TelegramChat(TOKEN, load(), api.url)
    shutdown = asyncio.Event()
    task = asyncio.create_task(chat.run(RecordingListener(), shutdown))
    await patience.until(lambda: "cannot be reached" in caplog.text)
    shutdown.set()
    async with patience.limit():
        await task


async def test_a_second_poller_is_named_once(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Two processes with one token: one clear sentence, no traceback, and service goes on."""
    listener = RecordingListener()
    conflict = Fault(409, "Conflict: terminated by other getUpdates request")
    api.script("getUpdates", conflict, conflict)
    async with running(listener):
        await api.until(lambda: len(api.calls("getUpdates")) >= 2)
        await api.say(ADA, "/start")
        await listener.heard(1)
    assert caplog.text.count("Another process is polling") == 1
    assert "Traceback" not in caplog.text


async def test_a_stop_finishes_what_is_in_hand(api: BotApi) -> None:
    """Updates already fetched are answered before the front end ends, and confirmed."""
    gate = asyncio.Event()

    async def reply(event: Event, chat: Chat) -> None:
        await gate.wait()
        await chat.send(event.origin.chat, Message("done"))  # type: ignore[union-attr]

    listener = RecordingListener(reply)
    chat = TelegramChat(TOKEN, load(), api.url, hold=1)
    shutdown = asyncio.Event()
    task = asyncio.create_task(chat.run(listener, shutdown))
    await api.say(ADA, "/start")
    await listener.heard(1)
    assert listener.delivering
    shutdown.set()
    await asyncio.sleep(0.1)
    assert not task.done()
    gate.set()
    async with patience.limit():
        await task
    assert [shown.text for shown in api.messages(1)] == ["done"]
    assert api.calls("getUpdates")[-1].fields["offset"] > "1"
    assert not listener.delivering


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    """Twenty at once, then one a second; closed, it opens again by itself."""
    now = 0.0
    bucket = Bucket(Rate(1, 20), lambda: now)
    assert [bucket.take() for _ in range(22)] == [0.0] * 20 + [1.0, 2.0]
    now = 30.0
    assert bucket.take() == 0.0
    bucket.close(5)
    assert bucket.wait() == 5.0
    assert not bucket.idle
    now = 40.0
    assert bucket.idle


async def test_one_flooded_chat_holds_up_no_other() -> None:
    """While one chat waits out its 429, what goes to another is sent at once."""
    limiter = Limiter(longest_wait=7200.0)
    sent: list[int] = []

    async def ask(chat: int) -> None:
        async def call() -> bool:
            sent.append(chat)
            if chat == 1:
                raise error.RetryAfter(3600)
            return True

        await limiter.process_request(call, (), {}, "sendSticker", {"chat_id": chat}, None)

    flooded = asyncio.create_task(ask(1))
    await patience.until(lambda: sent)
    async with patience.limit():
        await ask(2)
    assert sent == [1, 2]
    assert not flooded.done()
    flooded.cancel()


async def test_sticker_set_calls_are_limited_too() -> None:
    """Calls without a chat, such as those on sticker sets, have a bucket of their own."""
    limiter = Limiter(clock=lambda: 0.0, longest_wait=0.5)
    done: list[str] = []

    async def call() -> bool:
        done.append("sent")
        return True

    async def ask(endpoint: str, **data: object) -> None:
        await limiter.process_request(call, (), {}, endpoint, data, None)

    for _ in range(5):
        await ask("addStickerToSet", user_id=1)
    with pytest.raises(error.RetryAfter):
        await ask("createNewStickerSet", user_id=1)
    await ask("sendSticker", chat_id=1)
    assert len(done) == 6
