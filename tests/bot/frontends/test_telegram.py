"""The Telegram front end against a Bot API over real HTTP."""

import asyncio
import io
import logging

import pytest
from PIL import Image

from bot.core import downloading
from bot.core.chat import Chat
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Event,
    Member,
    Message,
    OtherSent,
    PhotoRefused,
    PhotoSent,
)
from storage.contract.failures import Failure
from tests.bot.bot_api_objects import Fault, flood
from tests.bot.fake_bot_api import BotApi
from tests.bot.filming import film
from tests.bot.on_telegram import ADA, AGAIN, BO, FRIENDS, Running, answer_with, png
from tests.bot.recording import RecordingListener


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
    ("name", "mime"), [("paper.pdf", "application/pdf"), ("drawing.svg", "image/svg+xml")]
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


async def test_a_flood_on_get_file_is_waited_out(
    api: BotApi, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """429 costs a photo nothing but time."""
    listener = RecordingListener()
    async with running(listener):
        api.script("getFile", flood(1))
        await api.send_photo(ADA, b"worth waiting for")
        (photo,) = await listener.heard(1)
    assert isinstance(photo, PhotoSent)
    assert photo.data == b"worth waiting for"
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


async def test_a_stuttering_download_is_tried_again(
    api: BotApi, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed downloads are repeated; one that fails for good is not told as a damaged file."""
    monkeypatch.setattr(downloading, "PAUSES", (0.01, 0.01))
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
    assert bad.failure is Failure.NOT_FETCHED


async def test_an_answered_picture_that_does_not_come_is_told(
    api: BotApi, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo that answers another is not taken alone for something else than was meant."""
    monkeypatch.setattr(downloading, "PAUSES", ())
    listener = RecordingListener()
    async with running(listener):
        selfie = await api.send_photo(ADA, b"me")
        await listener.heard(1)
        api.script("file", None, Fault(502))
        await api.send_photo(ADA, b"the style", "/paint", reply_to_message=selfie)
        _, told = await listener.heard(2)
    assert isinstance(told, PhotoRefused)
    assert told.failure is Failure.NOT_FETCHED


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
    kept = film()
    async with running(RecordingListener()) as chat:
        await api.until(lambda: bool(api.calls("getMe")))
        await chat.send("1", Message("love", AGAIN, sticker=kept))
    (sent,) = api.calls("sendSticker")
    assert sent.names["sticker"] == "sticker.webm"
    assert sent.files["sticker"] == kept  # encoded once, by the worker
    (shown,) = api.messages(1)
    assert shown.form == "sticker"
    assert shown.buttons == {"Again": "again", "Stronger": "more"}


async def test_a_drawing_is_sent_as_a_document(api: BotApi, running: Running) -> None:
    """An SVG file by its name; a later answer never tries to change it in place."""
    async with running(RecordingListener()) as chat:
        reference = await chat.send("1", Message("anime", document=b"<svg/>", name="anime"))
        await chat.edit("1", reference, Message("gone"))
    (sent,) = api.calls("sendDocument")
    assert (sent.names["document"], sent.files["document"]) == ("anime.svg", b"<svg/>")
    assert reference.startswith("document:")
    assert [shown.form for shown in api.messages(1)] == ["text"]


async def test_a_placeholder_that_does_not_go_at_once_costs_no_second_sticker(
    api: BotApi, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion alone is tried again: the sticker stands, and nobody asks for it anew."""
    monkeypatch.setattr("bot.frontends.telegram.chat.REMOVAL_PAUSES", (0.01,) * 3)
    async with running(RecordingListener()) as chat:
        placeholder = await chat.send("1", Message("Working on it"))
        api.script("deleteMessage", Fault(502), Fault(reset=True), Fault(500))
        await chat.edit("1", placeholder, Message("", AGAIN, sticker=png()))
    assert [shown.form for shown in api.messages(1)] == ["sticker"]
    assert len(api.calls("sendSticker")) == 1


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
    assert event.shown == Member("1", "Person 1")


async def test_in_groups_a_command_on_ones_own_photo_asks_nobody_else(
    api: BotApi, running: Running
) -> None:
    """Nor can a channel's or a hidden admin's be asked."""
    listener = RecordingListener()
    async with running(listener):
        own = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.say(ADA, "/cutout", chat=FRIENDS, reply_to_message=own)
        hidden = await api.send_photo(BO, b"bo", chat=FRIENDS, sender_chat=FRIENDS)
        await api.say(ADA, "/cutout", chat=FRIENDS, reply_to_message=hidden)
        events = await listener.heard(2)
    assert [event.shown for event in events if isinstance(event, PhotoSent)] == [None, None]


async def test_a_picture_may_answer_a_selfie(api: BotApi, running: Running) -> None:
    """``/paint`` under a picture that answers a photo is about both."""
    listener = RecordingListener()
    async with running(listener):
        selfie = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.send_photo(BO, b"wave", "/paint", chat=FRIENDS, reply_to_message=selfie)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption, event.selfie) == (b"wave", "/paint", b"ada")
    assert event.shown == Member("1", "Person 1")


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


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
        {"location": {"latitude": 48.2, "longitude": 16.4}},
        {"contact": {"phone_number": "1", "first_name": "Bo"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"story": {"chat": FRIENDS, "id": 4}},
        {"audio": {"file_id": "a", "file_unique_id": "a", "duration": 3}},
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_shows_no_face_is_not_met_with_silence(
    api: BotApi, running: Running, content: dict[str, object]
) -> None:
    """In private it is answered; in a group, or told by the chat itself, it is passed over."""
    listener = RecordingListener()
    async with running(listener):
        await api.tell(ADA, {**content, "chat": FRIENDS})
        pinned = {**content, "message_id": 1, "date": 1, "chat": FRIENDS}
        await api.tell(ADA, {"pinned_message": pinned})
        await api.tell(ADA, dict(content))
        (event,) = await listener.heard(1)
    assert isinstance(event, OtherSent)
    assert event.origin.chat == "1"


@pytest.mark.parametrize("form", ["video", "video_note", "animation"])
async def test_films_are_fetched(api: BotApi, running: Running, form: str) -> None:
    """A video, a round one and a GIF come whole, with their captions."""
    listener = RecordingListener()
    async with running(listener):
        film = {
            "file_id": api.keep(b"film"), "file_unique_id": "f", "width": 9, "height": 9,
            "length": 9, "duration": 2, "file_size": 4,
        }  # fmt: skip
        await api.tell(ADA, {form: film, "caption": "/cutout"})
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption) == (b"film", "/cutout")


async def test_a_changed_message_is_answered_anew(api: BotApi, running: Running) -> None:
    """Words and captions that somebody corrects count as written anew."""
    listener = RecordingListener()
    async with running(listener):
        photo = await api.send_photo(ADA, b"ada", "/cutuot and more")
        words = await api.say(ADA, "smlie")
        await api.change(photo, caption="/emoji")
        await api.change(words, text="smile 0.4")
        events = await listener.heard(4)
    photos = [event for event in events if isinstance(event, PhotoSent)]
    assert [(one.data, one.caption) for one in photos] == [
        (b"ada", "/cutuot and more"),
        (b"ada", "/emoji"),
    ]
    lines = [event.text for event in events if isinstance(event, CommandGiven)]
    assert lines == ["smlie", "smile 0.4"]
    assert len({event.origin.key for event in events if isinstance(event, PhotoSent)}) == 2


async def test_the_bots_name_alone_answers_a_photo(api: BotApi, running: Running) -> None:
    """``@bot`` in answer to somebody's photo takes it as if it had been sent alone."""
    listener = RecordingListener()
    async with running(listener):
        photo = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.say(BO, "@selfmoji_bot", chat=FRIENDS, reply_to_message=photo)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert (event.data, event.caption, event.origin.who.external_id) == (b"ada", "", "2")


async def test_a_photo_may_be_quoted_from_another_chat(api: BotApi, running: Running) -> None:
    """A command that answers a photo elsewhere takes that photo, in private and in groups."""
    quoted = {
        "origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Bo"},
        "photo": api.photo(b"elsewhere"),
    }
    listener = RecordingListener()
    async with running(listener):
        await api.say(ADA, "/cutout", external_reply=quoted)
        await api.say(ADA, "/cutout", chat=FRIENDS, external_reply=quoted)
        events = await listener.heard(2)
    found = [(event.data, event.caption) for event in events if isinstance(event, PhotoSent)]
    assert found == [(b"elsewhere", "/cutout")] * 2


async def test_in_groups_a_command_may_stand_anywhere(api: BotApi, running: Running) -> None:
    """``Hi! /cutout@bot`` is ours wherever the command stands."""
    listener = RecordingListener()
    async with running(listener):
        await api.say(ADA, "Hi! /cutout@other_bot", chat=FRIENDS)
        await api.send_photo(ADA, b"me", "Hi! /cutout@selfmoji_bot please", chat=FRIENDS)
        (event,) = await listener.heard(1)
    assert isinstance(event, PhotoSent)
    assert event.caption == "Hi! /cutout please"
