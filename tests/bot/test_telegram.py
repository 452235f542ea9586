"""The Telegram front end against a Bot API over real HTTP."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from PIL import Image
from telegram import error

from bot.core.chat import Chat
from bot.core.events import (
    Button,
    ChoiceMade,
    CommandGiven,
    Event,
    Message,
    PhotoRefused,
    PhotoSent,
)
from bot.core.texts import load
from bot.errors import ChatError, ChatForbidden, ChatRejected, ChatUnavailable
from bot.frontends.telegram import TelegramChat
from bot.frontends.telegram.errors import MAPPED, translate
from bot.frontends.telegram.limiter import Bucket, Limiter, Rate
from storage.jobs import Failure
from tests.bot.fake_bot_api import BLOCKED, TOKEN, BotApi, Fault, flood, group
from tests.bot.recording import RecordingListener

ADA = BotApi.person(1, "en-GB")
BO = BotApi.person(2, "zh-hans")
FRIENDS = group(77)

AGAIN = ((Button("Again", "again"), Button("Stronger", "more")),)

Running = Callable[[RecordingListener], AbstractAsyncContextManager[TelegramChat]]


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
    async def run(listener: RecordingListener) -> AsyncIterator[TelegramChat]:
        chat = TelegramChat(TOKEN, load(), api.url, hold=1, album_pause=0.2, timeout=1.0)
        shutdown = asyncio.Event()
        task = asyncio.create_task(chat.run(listener, shutdown))
        try:
            yield chat
        finally:
            shutdown.set()
            await asyncio.wait_for(task, 5)

    return run


def answer_with(message: Message) -> Callable[[Event, Chat], Awaitable[None]]:
    """Answer every event with the same message."""

    async def reply(event: Event, chat: Chat) -> None:
        assert not hasattr(event, "job_id")
        await chat.send(event.origin.chat, message)  # type: ignore[union-attr]

    return reply


async def test_a_photo_arrives_in_its_largest_size(api: BotApi, running: Running) -> None:
    """Of the sizes that Telegram offers, the largest is fetched, with caption, person and chat."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_photo(ADA, b"large picture", "/expression smile 0.8")
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert event.data == b"large picture"
    assert event.caption == "/expression smile 0.8"
    assert event.origin.chat == "1"
    assert (event.origin.who.platform, event.origin.who.external_id) == ("telegram", "1")
    assert event.origin.who.locale == "en-GB"


async def test_picture_documents_come_whole(api: BotApi, running: Running) -> None:
    """HEIC and other pictures sent as files are photos, even when Telegram does not know HEIC."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_document(ADA, b"heic", "IMG_1.HEIC", "application/octet-stream")
        await api.send_document(ADA, b"png", "me.png", "image/png", caption="/emoji")
        first, second = await listener.heard(2)
    assert isinstance(first, PhotoSent)
    assert first.data == b"heic"
    assert isinstance(second, PhotoSent)
    assert (second.data, second.caption) == (b"png", "/emoji")


async def test_files_beyond_the_limit_are_refused_unfetched(api: BotApi, running: Running) -> None:
    """A document over 20 MB is refused by its announced size; nothing is downloaded."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_document(ADA, b"", "big.jpg", "image/jpeg", size=20 * 1024 * 1024 + 1)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoRefused)
    assert event.failure is Failure.TOO_LARGE
    assert api.calls("getFile") == []


async def test_a_file_that_grew_is_refused_by_the_api_s_word(api: BotApi, running: Running) -> None:
    """When only getFile says that a file is too big, the person hears the same sentence."""
    listener = RecordingListener()
    async with running(listener):
        api.script("getFile", Fault(400, "Bad Request: file is too big"))
        await api.send_document(ADA, b"x", "big.jpg", "image/jpeg")
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoRefused)
    assert event.failure is Failure.TOO_LARGE


@pytest.mark.parametrize(
    ("name", "mime"), [("paper.pdf", "application/pdf"), ("cat.gif", "image/gif")]
)
async def test_other_documents_are_no_pictures(
    api: BotApi, running: Running, name: str, mime: str
) -> None:
    """Documents of another kind are refused without being fetched."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_document(ADA, b"%PDF", name, mime)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoRefused)
    assert event.failure is Failure.NOT_AN_IMAGE
    assert api.calls("getFile") == []


async def test_a_stuttering_download_is_tried_again(api: BotApi, running: Running) -> None:
    """Two failed downloads are repeated; a third failure is told to the person."""
    listener = RecordingListener()
    async with running(listener):
        api.script("file", Fault(502), Fault(502))
        await api.send_photo(ADA, b"at last")
        await listener.heard(1)
        api.script("file", Fault(502), Fault(502), Fault(502))
        await api.send_photo(ADA, b"never")
        good, bad = await listener.heard(2)
    assert isinstance(good, PhotoSent)
    assert isinstance(bad, PhotoRefused)
    assert bad.failure is Failure.BROKEN


async def test_an_album_keeps_its_order_and_shares_its_caption(
    api: BotApi, running: Running
) -> None:
    """Each photo of an album is its own event, in order, with the caption of the first."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_album(ADA, [b"one", b"two", b"three"], "/cartoon monet")
        events = await listener.heard(3)
    photos = [event for event in events if isinstance(event, PhotoSent)]
    assert [photo.data for photo in photos] == [b"one", b"two", b"three"]
    assert {photo.caption for photo in photos} == {"/cartoon monet"}
    assert len({photo.origin.key for photo in photos}) == 3


async def test_words_after_an_album_end_it(api: BotApi, running: Running) -> None:
    """The next update ends an album, and stays behind its photos."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_album(ADA, [b"one", b"two"])
        await api.say(ADA, "/emoji")
        events = await listener.heard(3)
    assert [type(event) for event in events] == [PhotoSent, PhotoSent, CommandGiven]
    assert events[0].caption == ""  # type: ignore[union-attr]


async def test_one_person_s_updates_stay_in_order_and_delay_nobody(
    api: BotApi, running: Running
) -> None:
    """A slow answer holds back only the person who asked."""
    gate = asyncio.Event()

    async def reply(event: Event, _chat: Chat) -> None:
        if isinstance(event, CommandGiven) and event.text == "slow":
            await gate.wait()

    listener = RecordingListener(reply)
    async with running(listener):
        await api.say(ADA, "slow")
        await api.say(ADA, "after")
        await api.say(BO, "other")
        events = await listener.heard(2)
        assert [event.text for event in events] == ["slow", "other"]  # type: ignore[union-attr]
        gate.set()
        await listener.heard(3)
    assert [event.text for event in events] == ["slow", "other", "after"]  # type: ignore[union-attr]


async def test_a_repeated_update_keeps_its_key(api: BotApi, running: Running) -> None:
    """An update that Telegram sends twice has one key, so that the service can ignore it."""
    listener = RecordingListener()
    async with running(listener):
        await api.say(ADA, "/start")
        await listener.heard(1)
        await api.repeat()
        first, second = await listener.heard(2)
    assert first.origin.key == second.origin.key  # type: ignore[union-attr]


async def test_commands_are_listed_in_both_languages(api: BotApi, running: Running) -> None:
    """Telegram learns our commands in English for everybody and in Chinese for its readers."""
    async with running(RecordingListener()):
        await api.until(lambda: set(api.commands) == {"", "zh"})
    english = {entry["command"]: entry["description"] for entry in api.commands[""]}
    chinese = {entry["command"]: entry["description"] for entry in api.commands["zh"]}
    assert {"start", "help", "cutout", "emoji", "cartoon", "expression", "forget"} <= set(english)
    assert set(english) == set(chinese)
    assert not any(description.isascii() for description in chinese.values())


async def test_a_sticker_is_sent_as_a_sticker_with_its_buttons(
    api: BotApi, running: Running
) -> None:
    """A result is a 512 px WEBP sticker with the inline keyboard under it."""
    listener = RecordingListener(answer_with(Message("smile 0.8", AGAIN, sticker=png())))
    async with running(listener):
        await api.send_photo(ADA, b"selfie")
        await api.until(lambda: len(api.messages(1)) == 1)
    (shown,) = api.messages(1)
    assert shown.form == "sticker"
    assert shown.buttons == {"Again": "again", "Stronger": "more"}
    with Image.open(io.BytesIO(shown.data)) as image:
        assert image.format == "WEBP"
        assert max(image.size) == 512
        assert image.mode == "RGBA"


async def test_a_moving_sticker_is_sent_as_a_video_sticker(api: BotApi, running: Running) -> None:
    """The file says by its name what it is, and keeps to what Telegram takes."""
    frames = [Image.new("RGBA", (512, 512), colour) for colour in ("red", "green", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:], duration=200)
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        await chat.send("1", Message("love", AGAIN, sticker=stream.getvalue()))
    (sent,) = api.calls("sendSticker")
    assert sent.names["sticker"] == "sticker.webm"
    (shown,) = api.messages(1)
    assert shown.form == "sticker"
    assert shown.buttons == {"Again": "again", "Stronger": "more"}


async def test_a_placeholder_gives_way_to_its_sticker(api: BotApi, running: Running) -> None:
    """A text cannot become a sticker: the sticker comes, then the text goes."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        placeholder = await chat.send("1", Message("Working on it"))
        working = await chat.edit("1", placeholder, Message("Queued at place 2"))
        assert working == placeholder
        assert api.messages(1)[0].text == "Queued at place 2"
        reference = await chat.edit("1", placeholder, Message("", AGAIN, sticker=png()))
    assert reference != placeholder
    assert [shown.form for shown in api.messages(1)] == ["sticker"]
    methods = [request.method for request in api.calls("sendSticker", "deleteMessage")]
    assert methods == ["sendSticker", "deleteMessage"]


async def test_a_picture_replaces_a_text_in_place(api: BotApi, running: Running) -> None:
    """Numbered faces appear in the placeholder itself; back to words needs a new message."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        placeholder = await chat.send("1", Message("Working on it"))
        faces = await chat.edit("1", placeholder, Message("Which one?", AGAIN, picture=png()))
        (shown,) = api.messages(1)
        assert (shown.form, shown.text, faces) == ("photo", "Which one?", "picture:1")
        words = await chat.edit("1", faces, Message("Face 1 it is"))
        assert [shown.text for shown in api.messages(1)] == ["Face 1 it is"]
        assert words.startswith("text:")


async def test_what_is_unchanged_or_gone_is_no_error(api: BotApi, running: Running) -> None:
    """Editing to the same words, editing or removing what the person deleted: all go well."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        reference = await chat.send("1", Message("Working on it", AGAIN))
        assert await chat.edit("1", reference, Message("Working on it", AGAIN)) == reference
        await chat.remove("1", reference)
        await chat.remove("1", reference)
        anew = await chat.edit("1", reference, Message("Here"))
        assert anew != reference
        assert [shown.text for shown in api.messages(1)] == ["Here"]
        sticker = await chat.edit("1", reference, Message(sticker=png()))
        assert sticker.startswith("sticker:")


async def test_a_pressed_button_is_answered_at_once(api: BotApi, running: Running) -> None:
    """The spinner stops before the service has done its work; the event names the message."""
    gate = asyncio.Event()

    async def reply(event: Event, chat: Chat) -> None:
        if isinstance(event, CommandGiven):
            await chat.send(event.origin.chat, Message("Sure?", AGAIN))
        else:
            await gate.wait()

    listener = RecordingListener(reply)
    async with running(listener):
        await api.say(ADA, "/forget")
        await api.until(lambda: bool(api.messages(1)))
        (shown,) = api.messages(1)
        query = await api.press(ADA, shown, "Again")
        _, choice = await listener.heard(2)
        await api.until(lambda: api.answered == [query])
        gate.set()
    assert isinstance(choice, ChoiceMade)
    assert (choice.value, choice.message) == ("again", f"text:{shown.number}")
    assert choice.origin.chat == "1"


async def test_buttons_of_old_messages_still_work(api: BotApi, running: Running) -> None:
    """Of very old messages Telegram names only the chat; their buttons act all the same."""
    listener = RecordingListener()
    async with running(listener):
        await api.press_old(ADA, "again")
        (event,) = await listener.heard(1)
    assert isinstance(event, ChoiceMade)
    assert (event.value, event.message, event.origin.chat) == ("again", None, "1")


async def test_in_groups_the_bot_minds_its_own_business(api: BotApi, running: Running) -> None:
    """Chatter, photos without a word to us, and other bots' commands are not read."""
    listener = RecordingListener()
    async with running(listener):
        await api.say(ADA, "hello everybody", chat=FRIENDS)
        await api.send_photo(ADA, b"holiday", chat=FRIENDS)
        await api.say(ADA, "/emoji", chat=FRIENDS)
        await api.say(ADA, "/emoji@other_bot", chat=FRIENDS)
        await api.say(ADA, "mail me@selfmoji_bots.example", chat=FRIENDS)
        await api.say(ADA, "/emoji@selfmoji_bot", chat=FRIENDS)
        (event,) = await listener.heard(1)
    assert isinstance(event, CommandGiven)
    assert event.text == "/emoji"
    assert event.origin.chat == "-77"
    assert len(api.calls("getFile")) == 0


async def test_in_groups_a_mention_makes_a_photo_ours(api: BotApi, running: Running) -> None:
    """A photo whose caption mentions the bot is taken, the name left out of the words."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_photo(ADA, b"me", "@Selfmoji_bot cartoon monet", chat=FRIENDS)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption) == (b"me", "cartoon monet")


async def test_in_groups_a_mention_makes_an_album_ours(api: BotApi, running: Running) -> None:
    """The mention stands under one photo of an album and means them all."""
    listener = RecordingListener()
    async with running(listener):
        await api.send_album(ADA, [b"one", b"two"], "@selfmoji_bot cutout", chat=FRIENDS)
        await api.send_album(ADA, [b"not", b"ours"], "holiday", chat=FRIENDS)
        await api.say(ADA, "/help@selfmoji_bot", chat=FRIENDS)
        events = await listener.heard(3)
    photos = [event for event in events if isinstance(event, PhotoSent)]
    assert [(photo.data, photo.caption) for photo in photos] == [
        (b"one", "cutout"),
        (b"two", "cutout"),
    ]
    assert len(events) == 3


async def test_in_groups_a_command_may_answer_a_photo(api: BotApi, running: Running) -> None:
    """``/expression smile`` in answer to somebody's photo takes that photo."""
    listener = RecordingListener()
    async with running(listener):
        photo = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.say(BO, "/expression smile", chat=FRIENDS, reply_to_message=photo)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption) == (b"ada", "/expression smile")
    assert event.origin.who.external_id == "2"


async def test_a_picture_may_answer_a_selfie(api: BotApi, running: Running) -> None:
    """``/paint`` under a picture that answers a photo is about both."""
    listener = RecordingListener()
    async with running(listener):
        selfie = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.send_photo(BO, b"wave", "/paint", chat=FRIENDS, reply_to_message=selfie)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption, event.selfie) == (b"wave", "/paint", b"ada")


async def test_in_groups_answers_to_the_bot_are_read(api: BotApi, running: Running) -> None:
    """Words in answer to one of the bot's stickers are for the bot, and take no picture of it."""
    listener = RecordingListener(answer_with(Message(sticker=png())))
    async with running(listener):
        await api.say(ADA, "/emoji@selfmoji_bot", chat=FRIENDS)
        await api.until(lambda: bool(api.messages(-77)))
        sticker = api.as_json(api.messages(-77)[0], FRIENDS)
        await api.say(ADA, "smile 0.8", chat=FRIENDS, reply_to_message=sticker)
        _, event = await listener.heard(2)
    assert isinstance(event, CommandGiven)
    assert event.text == "smile 0.8"


async def test_forum_topics_are_chats_of_their_own(api: BotApi, running: Running) -> None:
    """What is asked in a topic is answered in that topic."""
    listener = RecordingListener(answer_with(Message("here")))
    async with running(listener):
        await api.say(
            ADA, "/help@selfmoji_bot", chat=FRIENDS, message_thread_id=5, is_topic_message=True
        )
        await api.until(lambda: bool(api.messages(-77)))
    assert listener.events[0].origin.chat == "-77:5"  # type: ignore[union-attr]
    assert api.messages(-77)[0].topic == 5


async def test_a_group_that_moved_is_followed(api: BotApi, running: Running) -> None:
    """When a group became a supergroup, the message goes to its new number."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        moved = Fault(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -100500})
        api.script("sendMessage", moved)
        await chat.send("-77", Message("Hello"))
        await chat.send("-77", Message("again"))
    assert [shown.text for shown in api.messages(-100500)] == ["Hello", "again"]


async def test_a_short_flood_is_waited_out(api: BotApi, running: Running) -> None:
    """After 429 the message is sent again when Telegram said so; other chats do not wait."""
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        api.script("sendMessage", flood(1))
        flooded = asyncio.create_task(chat.send("1", Message("one")))
        await api.until(lambda: bool(api.calls("sendMessage")))
        await chat.send("2", Message("two"))
        await flooded
    first, other, second = api.calls("sendMessage")
    assert [first.fields["chat_id"], other.fields["chat_id"]] == ["1", "2"]
    assert other.at - first.at < 0.5
    assert second.at - first.at >= 1.0


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
        (Fault(hang=2.0), ChatUnavailable),
        (Fault(400, "Bad Request: chat not found"), ChatRejected),
    ],
    ids=["blocked", "500", "502", "time-out", "400"],
)
async def test_only_our_errors_come_out(
    api: BotApi, running: Running, fault: Fault, expected: type[ChatError]
) -> None:
    """Whatever the API does, callers see the bot's own errors."""
    async with running(RecordingListener()) as chat:
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
        await asyncio.wait_for(chat.run(RecordingListener(), asyncio.Event()), 5)
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
        async with running(listener) as chat:
            api.script("file", Fault(502))
            api.script("getUpdates", Fault(500))
            await api.send_photo(ADA, b"selfie")
            await api.until(lambda: bool(api.messages(1)), 10)
            for fault in (flood(1), Fault(hang=1.1), BLOCKED):
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
        await asyncio.sleep(1.3)  # the first attempt and one more
        await api.start()
        await api.say(ADA, "/start")
        await listener.heard(1, seconds=10)
    assert caplog.text.count("cannot be reached") == 1
    assert "Traceback" not in caplog.text


async def test_a_stop_during_an_outage_is_prompt(api: BotApi) -> None:
    """Asked to stop while Telegram is away, the front end does not finish its pause first."""
    await api.stop()
    chat = TelegramChat(TOKEN, load(), api.url)
    shutdown = asyncio.Event()
    task = asyncio.create_task(chat.run(RecordingListener(), shutdown))
    await asyncio.sleep(0.2)
    shutdown.set()
    await asyncio.wait_for(task, 0.5)


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
    await asyncio.wait_for(task, 5)
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


async def test_sticker_set_calls_are_limited_too() -> None:
    """Calls without a chat, such as those on sticker sets, have a bucket of their own."""
    limiter = Limiter(clock=lambda: 0.0, patience=0.5)
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
