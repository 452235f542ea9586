"""What is written to and shown by the Discord front end, in a simulated Discord."""

import asyncio
import json
import time

import discord
import pytest

from bot.core.chat import Chat
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Event,
    Message,
    PhotoSent,
)
from bot.core.language.texts import load
from bot.errors import ChatError, ChatForbidden, ChatRejected, ChatUnavailable
from bot.frontends.discord import DiscordChat
from bot.frontends.discord.errors import MAPPED, translate
from bot.frontends.discord.references import Reference
from tests.bot.recording import RecordingListener
from tests.bot.simulated_discord import AGAIN, PHOTO, World, png


async def test_a_drawing_is_attached(world: World) -> None:
    """An SVG file by its name."""
    world.answer_with(Message("ink, as a file", document=b"<svg/>", name="cartoon-ink"))
    await world.ada.slash(world.channel, "cartoon", what="ink")
    (shown,) = world.channel.history()
    assert [one.filename for one in shown.attachments] == ["cartoon-ink.svg"]


async def test_several_answers_follow_each_other(world: World) -> None:
    """The first answer takes the place of the thinking, others follow; each can be changed."""

    async def reply(event: Event, chat: Chat) -> None:
        where = event.origin.chat  # type: ignore[union-attr]
        references = [await chat.send(where, Message(f"placeholder {n}")) for n in range(3)]
        for reference in references:
            assert Reference.read(reference).usable_token
            assert await chat.edit(where, reference, Message("", sticker=png())) == reference

    world.listener.reply = reply
    await world.ada.slash(world.channel, "cutout", photo=PHOTO)
    shown = world.channel.history()
    assert [(one.content, len(one.attachments)) for one in shown] == [("", 1)] * 3


async def test_after_15_minutes_the_channel_takes_over(world: World) -> None:
    """A placeholder whose token is spent is changed through the channel."""
    world.answer_with(Message("Working on it"))
    await world.ada.slash(world.channel, "cutout", photo=PHOTO)
    (placeholder,) = world.channel.history()
    spent = Reference(placeholder.id, "spent-token", time.time() - 1).write()
    reference = await world.chat.edit(world.place, spent, Message("", AGAIN, sticker=png()))
    assert Reference.read(reference) == Reference(placeholder.id)
    (shown,) = world.channel.history()
    assert len(shown.attachments) == 1
    assert shown.id == placeholder.id


async def test_a_lost_placeholder_is_replaced(world: World) -> None:
    """What the person deleted is sent anew, and removing it again is no error."""
    world.answer_with(Message("Working on it"))
    await world.ada.slash(world.channel, "cutout", photo=PHOTO)
    (placeholder,) = world.channel.history()
    reference = Reference(placeholder.id).write()
    await world.chat.remove(world.place, reference)
    await world.chat.remove(world.place, reference)
    assert world.channel.history() == []
    anew = await world.chat.edit(world.place, reference, Message("Here"))
    assert anew != reference
    assert [one.content for one in world.channel.history()] == ["Here"]


async def test_an_edit_leaves_nothing_of_the_message_before(world: World) -> None:
    """Words, buttons and picture are all replaced."""
    reference = await world.chat.send(world.place, Message("Which face?", AGAIN, picture=png()))
    assert json.loads(reference).keys() == {"message"}
    await world.chat.edit(world.place, reference, Message("Face 1 it is"))
    (shown,) = world.channel.history()
    assert (shown.content, shown.attachments, shown.components) == ("Face 1 it is", [], [])


async def test_long_words_go_into_an_embed(world: World) -> None:
    """Discord takes 2000 characters as content and 4096 in an embed."""
    await world.chat.send(world.place, Message("x" * 3000))
    (shown,) = world.channel.history()
    assert shown.content == ""
    assert shown.embeds[0].description == "x" * 3000


async def test_a_button_is_a_choice(world: World) -> None:
    """A pressed button brings its value and the message it hangs under."""
    await world.chat.send(world.place, Message("smile 0.8", AGAIN, sticker=png()))
    (shown,) = world.channel.history()
    world.answer_with(Message("Working on it"))
    result = await world.ada.click(shown, label="Stronger")
    (event,) = world.listener.events
    assert isinstance(event, ChoiceMade)
    assert event.value == "more:1"
    assert event.message is not None
    assert Reference.read(event.message).message == shown.id
    assert result.acknowledged
    assert [one.content for one in world.channel.history()] == ["smile 0.8", "Working on it"]


async def test_a_choice_may_change_its_message(world: World) -> None:
    """The reference that comes with a choice edits the message in place."""
    await world.chat.send(world.place, Message("Erase everything?", AGAIN))

    async def reply(event: Event, chat: Chat) -> None:
        assert isinstance(event, ChoiceMade)
        assert event.message is not None
        await chat.edit(event.origin.chat, event.message, Message("Nothing was erased"))

    world.listener.reply = reply
    (shown,) = world.channel.history()
    await world.ada.click(shown, label="Again")
    (shown,) = world.channel.history()
    assert (shown.content, shown.components) == ("Nothing was erased", [])


async def test_buttons_survive_a_restart(world: World) -> None:
    """A new process takes presses on the old one's messages: the button itself says what it is."""
    await world.chat.send(world.place, Message("smile 0.8", AGAIN, sticker=png()))
    fresh = DiscordChat("token", load())
    listener = RecordingListener()
    fresh.listen(listener)
    await world.env.restart_bot(fresh.client)
    (shown,) = world.channel.history()
    await world.bo.click(shown, label="Again")
    (event,) = listener.events
    assert isinstance(event, ChoiceMade)
    assert event.value == "again:1"


async def test_shown_buttons_are_not_kept_in_memory(world: World) -> None:
    """The library would keep every view that never times out; ours are not among them."""
    for _ in range(5):
        await world.chat.send(world.place, Message("smile", AGAIN))
    assert world.chat.client.persistent_views == []
    assert not world.chat.client._connection._view_store._synced_message_views


async def test_private_messages_are_read_whole(world: World) -> None:
    """In private a photo is a photo, several are several, and words are a line."""
    user = world.env.create_user("cy")
    await world.send_privately(user, "/emoji", PHOTO, ("two.png", png(64)))
    await user.send_dm("smile 80%")
    first, second, third = world.listener.events
    assert isinstance(first, PhotoSent)
    assert isinstance(second, PhotoSent)
    assert (first.data, first.caption) == (PHOTO[1], "/emoji")
    assert second.data == png(64)
    assert first.origin.key != second.origin.key
    assert isinstance(third, CommandGiven)
    assert third.text == "smile 80%"


async def test_in_servers_only_mentions_are_read(world: World) -> None:
    """Chatter is not ours; a mention is, its name left out of the words."""
    await world.ada.send(world.channel, "hello everybody", attachments=[PHOTO])
    me = world.chat.client.user
    assert me is not None
    await world.ada.send(world.channel, f"{me.mention} /cutout", attachments=[PHOTO])
    (event,) = world.listener.events
    assert isinstance(event, PhotoSent)
    assert event.caption == "/cutout"


async def test_one_person_s_updates_stay_in_order(world: World) -> None:
    """What somebody writes while an earlier photo is still fetched comes after it."""
    user = world.env.create_user("cy")
    order: list[str] = []

    async def reply(event: Event, _chat: Chat) -> None:
        await asyncio.sleep(0.01 if isinstance(event, PhotoSent) else 0)
        order.append(type(event).__name__)

    world.listener.reply = reply
    await world.send_privately(user, "", PHOTO)
    await user.send_dm("/emoji")
    assert order == ["PhotoSent", "CommandGiven"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, ChatForbidden), (404, ChatForbidden), (400, ChatRejected), (500, ChatError)],
)
async def test_only_our_errors_come_out(
    world: World, status: int, expected: type[ChatError]
) -> None:
    """Whatever Discord answers, callers see the bot's own errors."""
    world.env.inject_error("POST", "/channels/*/messages", status=status)
    with pytest.raises(expected):
        await world.chat.send(world.place, Message("Hello"))


async def test_where_the_bot_is_no_member_an_interaction_lets_it_in(world: World) -> None:
    """Brought along by a person, the bot answers later through their latest interaction."""
    world.answer_with(Message("Working on it"))
    await world.ada.slash(world.channel, "cutout", photo=PHOTO)
    world.env.inject_error("POST", "/channels/*/messages", status=403)
    await world.chat.send(world.place, Message("And one more"))
    assert [one.content for one in world.channel.history()] == ["Working on it", "And one more"]


def test_every_error_of_the_library_is_mapped() -> None:
    """Each class in ``discord.errors`` has its place in the table."""

    def family(root: type[BaseException]) -> set[type[BaseException]]:
        return {root}.union(*(family(child) for child in root.__subclasses__()))

    known = {
        kind
        for kind in family(discord.DiscordException)
        if kind.__module__ == discord.errors.__name__
    }
    assert known <= set(MAPPED)


def test_a_rate_limit_keeps_its_seconds() -> None:
    """How long Discord wants us to wait reaches the service."""
    ours = translate(discord.RateLimited(42.0))
    assert isinstance(ours, ChatUnavailable)
    assert ours.retry_after == 42.0


def test_a_reference_survives_its_string() -> None:
    """References are JSON, and forget their token when its time is over."""
    fresh = Reference(5, "token", time.time() + 60)
    assert Reference.read(fresh.write()) == fresh
    assert fresh.usable_token == "token"
    assert Reference(5, "token", time.time() - 1).usable_token is None
    assert json.loads(Reference(5).write()) == {"message": 5}
