"""Where a text stands whose sending was cut off, over real HTTP."""

import pytest

from bot.core.conversation.events import Message
from bot.errors import ChatUnavailable
from bot.frontends.telegram.numbering import Numbering
from tests.bot.bot_api_objects import Fault, Json
from tests.bot.fake_bot_api import BotApi
from tests.bot.on_telegram import ADA, BO, FRIENDS, Running, answer_with
from tests.bot.packs_on_telegram import OnTelegram, picture
from tests.bot.recording import RecordingListener

MANY = 60  # more than are tried
CUT_OFF = Fault(reset=True, done=True)
WORDS = Message("What is meant")


async def _others_write(api: BotApi) -> Json:
    """Let others fill the numbers with what asks nothing of us; return the last of it."""
    written = [await api.say(BO, "well, well", chat=FRIENDS) for _ in range(MANY)]
    return written[-1]


async def test_a_placeholder_behind_what_others_wrote_is_found(there: OnTelegram) -> None:
    """A photo waited while others wrote; the answer to its placeholder is lost, and none stays."""
    await there.api.send_photo(ADA, picture(0), "/cutout")
    await _others_write(there.api)
    there.api.script("sendMessage", CUT_OFF)
    async with there.running():
        await there.api.until(lambda: [one.form for one in there.api.messages(1)] == ["sticker"])


async def test_what_another_attempt_sent_much_later_is_found(api: BotApi, running: Running) -> None:
    """The first attempt at a text came to nothing; the second stands behind what others wrote."""
    listener = RecordingListener(answer_with(Message("Hello")))
    async with running(listener) as chat:
        asked = await api.say(ADA, "/start")
        await api.until(lambda: bool(api.messages(1)))
        first = f"text:{asked['message_id']}"
        known = [f"text:{one.number}" for one in api.messages(1)]
        api.script("sendMessage", Fault(500))
        with pytest.raises(ChatUnavailable):
            await chat.send("1", WORDS)
        assert await chat.find("1", first, known, WORDS) is None
        await _others_write(api)
        await api.say(ADA, "/help")
        await listener.heard(2)
        await api.until(lambda: len(api.messages(1)) == 2)
        known = [f"text:{one.number}" for one in api.messages(1)]
        api.script("sendMessage", CUT_OFF)
        with pytest.raises(ChatUnavailable):
            await chat.send("1", WORDS)
        stands = api.messages(1)[-1]
        assert await chat.find("1", first, known, WORDS) == f"text:{stands.number}"
    assert stands.text == WORDS.text


def test_supergroups_are_numbered_alone() -> None:
    """What a supergroup has reached says nothing of private chats and other supergroups."""
    numbering = Numbering()
    one, another = -1000000000001, -1000000000002
    numbering.saw(one, 500)
    numbering.saw(7, 30)
    assert [numbering.newest(at) for at in (one, another, 7, 8, -9)] == [500, 0, 30, 30, 30]


def test_the_earliest_of_what_was_cut_off_counts_once() -> None:
    """Two failures in one chat: either may have come; afterwards the chat starts anew."""
    numbering = Numbering()
    numbering.cut_off(7, 40)
    numbering.cut_off(7, 90)
    assert [numbering.found_above(7, 10) for _ in range(2)] == [40, 10]
