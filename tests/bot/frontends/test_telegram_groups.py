"""Nobody without their own tap, in a Telegram group over real HTTP, privacy mode on."""

from bot.core.language.texts import load
from storage.contract.finishing import Finish, finish_parted
from storage.database import Database
from storage.queue import Queue
from storage.vault import Vault
from tests.bot.fake_bot_api import BotApi
from tests.bot.in_groups import group_of
from tests.bot.on_telegram import ADA, BO, FRIENDS

CY = BotApi.person(3)
TEXTS = load()


async def test_a_member_is_asked_before_anything_is_made_of_their_photo(
    api: BotApi, database: Database, queue: Queue, vault: Vault
) -> None:
    """The command answers the photo; a stranger's tap does nothing, the member's does it all."""
    async with group_of(api, FRIENDS, database, queue, vault) as group:
        photo = await api.send_photo(ADA, b"ada", chat=FRIENDS)
        await api.say(BO, "/cutout", chat=FRIENDS, reply_to_message=photo)
        question = await group.until_said(ADA["first_name"])
        await group.press(CY, question, TEXTS.get("zh-Hans", "button.thats_me"))
        await group.until_said(TEXTS.get("en", "say.only_shown"))
        assert not group.pipeline.seen
        await group.press(ADA, question, TEXTS.get("zh-Hans", "button.thats_me"))
        await group.until_stickers(1)
        assert group.pipeline.seen == [("cutout", b"ada")]
        thanks = TEXTS.get("zh-Hans", "say.photo_allowed")
        assert [one.number for one in group.shown() if one.text == thanks] == [question.number]


async def test_a_topic_of_a_supergroup_asks_and_answers_there(
    api: BotApi, database: Database, queue: Queue, vault: Vault
) -> None:
    """Question and sticker stand in the topic where the photo was sent."""
    async with group_of(api, FRIENDS, database, queue, vault) as group:
        await api.send_photo(
            ADA, b"ada", "@selfmoji_bot /cutout", chat=FRIENDS, message_thread_id=5,
            is_topic_message=True,
        )  # fmt: skip
        question = await group.until_said(TEXTS.get("en", "say.whose_photo"))
        await group.press(ADA, question, "That's me")
        await group.until_stickers(1)
        assert {one.topic for one in group.shown()} == {5}


async def test_a_group_that_becomes_a_supergroup_keeps_what_was_asked_and_liked(
    api: BotApi, database: Database, queue: Queue, vault: Vault
) -> None:
    """A question asked before is answered after, in the new chat, and its tastes hold there."""
    small = {"id": -5, "type": "group", "title": "Friends"}
    async with group_of(api, small, database, queue, vault) as group:
        await api.say(BO, "/preferences@selfmoji_bot", chat=small)
        menu = await group.until_said(TEXTS.get("zh-Hans", "taste.everywhere"))
        await group.press(BO, menu, "📍")
        menu = await group.until_said(TEXTS.get("zh-Hans", "taste.here"))
        await group.press(BO, menu, "📏")
        photo = await api.send_photo(ADA, b"ada", chat=small)
        await api.say(BO, "/cutout", chat=small, reply_to_message=photo)
        await group.until_said(ADA["first_name"])
        asked = [one for one in group.shown() if one.buttons][-1]

        await api.upgrade(BO, small, FRIENDS)
        await api.press(ADA, asked, "🙋", FRIENDS)
        group.chat = FRIENDS
        await group.until_stickers(1)
        assert [(kind, data) for kind, data in group.pipeline.seen] == [("cutout", b"ada")]
        (settings,) = group.pipeline.settings
        assert finish_parted(settings)[1] == Finish(width=14.0)
