"""One person on two platforms: linked by a code, with one wardrobe, and forgotten apart."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import discord
import pytest
from sqlalchemy import select, update

from bot.core.chat import FakeChat
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Group,
    Message,
    Origin,
    PhotoSent,
    Who,
)
from bot.core.language.texts import load
from bot.frontends.discord import reading
from bot.frontends.telegram import TelegramChat
from bot.frontends.web.chat import WebChat
from bot.settings import BotSettings
from storage import avatars, links, people
from storage.models import LinkCodeRow, Row, now
from tests import patience
from tests.bot.bot_api_objects import group
from tests.bot.dressing import Wardrobe, wardrobe
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.on_the_web import visiting
from tests.bot.talk import GRAMMAR, Talk, said

TEXTS = load()
ADA = BotApi.person(1, "en-GB")
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


def sentence(key: str, **values: object) -> str:
    return TEXTS.get("en", key, **values)


class Account:
    """One account of a person, in a chat of its own."""

    def __init__(self, room: Wardrobe, platform: str, person: str = "ann") -> None:
        self.room = room
        self.person = person
        self.chat = FakeChat(platform)

    def origin(self, private: bool = True) -> Origin:
        self.room.number += 1
        who = Who(self.chat.platform, self.person, "en")
        return Origin(f"{self.chat.platform}:{self.room.number}", who, "room", private)

    async def say(self, text: str, *, private: bool = True) -> str:
        """Type a line; return the answer."""
        event = CommandGiven(self.origin(private), text)
        await self.room.service.handle(event, self.chat)
        return self.last.text

    async def photo(self) -> None:
        await self.room.service.handle(PhotoSent(self.origin(), b"photo", "/emoji"), self.chat)
        await self.room.all_done()

    async def press(self, value: str) -> str:
        await self.room.service.handle(ChoiceMade(self.origin(), value), self.chat)
        return self.last.text

    @property
    def last(self) -> Message:
        return list(self.chat.messages["room"].values())[-1]

    async def code(self) -> str:
        found = CODE.search(await self.say("/link"))
        assert found
        return found[0]

    async def avatars(self) -> int:
        """How many avatars this account finds."""
        async with self.room.database.snapshot() as session:
            person = await people.find(session, self.chat.platform, self.person)
            if person is None:
                return 0
            return len(await avatars.of_person(session, self.room.vault, person.id))


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Wardrobe]:
    """A service with a filled wardrobe."""
    async with wardrobe(tmp_path, FakeChat("telegram")) as opened:
        yield opened


@pytest.fixture
def phone(room: Wardrobe) -> Account:
    account = Account(room, "telegram")
    account.chat = room.chat  # its results are delivered
    return account


@pytest.fixture
def page(room: Wardrobe) -> Account:
    return Account(room, "web", "a-browser")


async def test_avatars_are_found_on_the_other_platform(phone: Account, page: Account) -> None:
    """After the code was typed there, an avatar made here is found, until they part again."""
    await phone.photo()
    assert await page.avatars() == 0
    told = await phone.say("/link")
    code = CODE.search(told)
    assert code
    assert told == sentence("say.link_code", code=code[0], line=f"/link {code[0]}", minutes=10)
    answer = await page.say(f"/link {code[0].lower()}")
    assert answer == sentence("say.linked", platforms="Telegram")
    assert await page.avatars() == await phone.avatars() == 1
    assert await page.say("/unlink") == sentence("say.unlinked")
    assert (await phone.avatars(), await page.avatars()) == (1, 0)
    assert await page.say("/unlink") == sentence("say.not_linked")


async def test_who_is_linked_is_told_with_the_next_code(phone: Account, page: Account) -> None:
    """A further code says where the person is found already."""
    await page.say(f"/link {await phone.code()}")
    told = await phone.say("/link")
    assert told.startswith(sentence("note.linked_with", platforms="the web page"))


async def test_what_goes_wrong_is_said(phone: Account, page: Account) -> None:
    """Each mistake with a code has a sentence of its own that says what to do."""
    code = await phone.code()
    example = "/link K7QF-2M9X"
    assert await page.say("/link 1234") == sentence("say.link_malformed", length=8, example=example)
    assert await page.say("/link AAAA-AAAA") == sentence("say.link_unknown", code="AAAA-AAAA")
    assert await phone.say(f"/link {code}") == sentence("say.link_own")
    await page.say(f"/link {code}")
    assert await page.say(f"/link {code}") == sentence("say.link_unknown", code=code)
    again = await phone.code()
    assert await page.say(f"/link {again}") == sentence("say.link_already")


async def test_an_old_code_is_said_to_be_old(phone: Account, page: Account, room: Wardrobe) -> None:
    """After ten minutes it links nobody, and the answer says why."""
    code = await phone.code()
    async with room.database.transaction() as session:
        await session.execute(update(LinkCodeRow).values(expires=now()))
    assert await page.say(f"/link {code}") == sentence("say.link_expired", minutes=10)
    assert await page.avatars() == 0


async def test_guessing_ends_soon(phone: Account, page: Account) -> None:
    """After five wrong codes even the right one is not taken; slips that are no codes are free."""
    code = await phone.code()
    for _ in range(10):
        await page.say("/link abc")
    for number in range(links.MOST_TRIES):
        answer = await page.say(f"/link 0000-000{number}")
        assert answer == sentence("say.link_unknown", code=f"0000-000{number}")
    assert await page.say(f"/link {code}") == sentence("say.link_tries", minutes=10)
    await phone.photo()
    assert await page.avatars() == 0


async def test_codes_are_not_told_before_others(phone: Account, room: Wardrobe) -> None:
    """In a group no code is made, and none is taken."""
    refusal = sentence("say.link_in_private")
    assert await phone.say("/link", private=False) == refusal
    assert await phone.say("/link AAAA-AAAA", private=False) == refusal
    async with room.database.snapshot() as session:
        assert (await session.execute(select(LinkCodeRow))).all() == []


async def test_forgetting_one_account_is_whole_and_leaves_the_other(
    phone: Account, page: Account, room: Wardrobe
) -> None:
    """What this account made is gone for both, no row of it is left, and the rest is said."""
    await phone.photo()
    await page.say(f"/link {await phone.code()}")
    await phone.code()
    async with room.database.snapshot() as session:
        gone = await people.find(session, "telegram", "ann")
    assert gone is not None
    await phone.say("/forget")
    answer = await phone.press("forget:yes")
    assert answer.startswith(sentence("note.others_keep"))
    assert await page.avatars() == 0
    assert await page.say("/unlink") == sentence("say.not_linked")
    async with room.database.snapshot() as session:
        for table in Row.metadata.sorted_tables:
            if "person_id" in table.columns:
                left = select(table).where(table.columns.person_id == gone.id)
                assert (await session.execute(left)).all() == [], table.name
            for row in await session.execute(select(table)):
                assert str(gone.id) not in repr(row), table.name


# --- what is typed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "/link K7QF-2M9X",
        "/link k7qf2m9x",
        "link K7QF 2M9X",
        "/关联 K7QF-2M9X",
        "／ｌｉｎｋ　Ｋ７ＱＦ２Ｍ９Ｘ",
    ],
)
def test_a_code_may_be_typed_in_many_ways(line: str) -> None:
    """With and without slash, dash and gap, in small and full-width letters, in both languages."""
    (action,) = Talk().say(line)
    assert repr(action) == "Link(code='K7QF2M9X')"


@pytest.mark.parametrize("line", ["/unlink", "disconnect", "/解除关联", "取消关联"])
def test_parting_has_its_words(line: str) -> None:
    """The other command is told from it, and from cancelling."""
    (action,) = Talk().say(line)
    assert repr(action) == "Unlink()"


def test_a_caption_may_be_about_linking() -> None:
    """A photo with such a caption is answered like the words alone."""
    (action,) = Talk().photo("/link")
    assert repr(action) == "TellLinkCode()"
    assert said(Talk().photo("/link no-code")) == ["say.link_malformed"]


def test_codes_have_letters_that_the_grammar_leaves_alone() -> None:
    """No code means something else, whatever its letters."""
    for code in ("AFR0BEAR", "80000000", "12345678", "N0NE0FF0", "SM1LE080"):
        (action,) = Talk().say(f"/link {code}")
        assert repr(action) == f"Link(code='{code}')"
    assert GRAMMAR.parse("/link").notes == ()


# --- front ends ----------------------------------------------------------------------------------


@asynccontextmanager
async def on_telegram_and_the_web(
    room: Wardrobe, api: BotApi, folder: Path
) -> AsyncIterator[WebChat]:
    phone = TelegramChat(TOKEN, load(), api.url, hold=1, timeout=patience.seconds())
    web = WebChat(BotSettings(port=0, data_dir=folder, _env_file=None), load())
    shutdown = asyncio.Event()
    tasks = [asyncio.create_task(chat.run(room.service, shutdown)) for chat in (phone, web)]
    try:
        async with patience.limit():
            await web.ready.wait()
        yield web
    finally:
        shutdown.set()
        async with patience.limit():
            await asyncio.gather(*tasks)


async def test_telegram_and_the_web_page_share_a_wardrobe(tmp_path: Path) -> None:
    """Over real HTTP on both sides: made on Telegram, found, drawn and lost again on the page."""
    async with (
        BotApi() as api,
        wardrobe(tmp_path, FakeChat()) as room,
        on_telegram_and_the_web(room, api, tmp_path) as web,
        visiting(web) as page,
        page.tab() as tab,
    ):
        await api.send_photo(ADA, b"a selfie", "/emoji")
        await api.until(lambda: [one.form for one in api.messages(1)] == ["sticker"])
        await page.command("/avatars")
        (empty,) = await tab.until(1)
        assert empty["picture"] is None

        await api.say(ADA, "/link")
        await api.until(lambda: len(api.messages(1)) == 2)
        code = CODE.search(api.messages(1)[-1].text)
        assert code
        await page.command(f"/link {code[0]}")
        assert (await tab.until(2))[-1]["text"] == sentence("say.linked", platforms="Telegram")
        await page.command("/avatars")
        async with patience.limit():
            while (sheet := (await tab.until(3))[-1])["picture"] is None:
                await tab.hear()
        assert (await page.http.get(f"{sheet['picture']}.png")).status_code == 200

        await api.say(ADA, "/forget")
        await api.until(lambda: len(api.messages(1)) == 3)
        await api.press(ADA, api.messages(1)[-1], "Erase everything")
        await api.until(lambda: "All gone" in api.messages(1)[-1].text)
        await page.command("/unlink")
        assert (await tab.until(4))[-1]["text"] == sentence("say.not_linked")


async def test_telegram_groups_are_not_private(tmp_path: Path) -> None:
    """In a group the command asks for a private chat, and shows no code."""
    friends = group(77)
    async with (
        BotApi() as api,
        wardrobe(tmp_path, FakeChat()) as room,
        on_telegram_and_the_web(room, api, tmp_path),
    ):
        await api.say(ADA, "/link@selfmoji_bot", chat=friends)
        where = friends["id"]
        await api.until(lambda: len(api.messages(where)) == 1)
        assert api.messages(where)[0].text == sentence("say.link_in_private")


def test_discord_knows_where_others_read() -> None:
    """A server's channel is not private and has a group, a chat with the bot has none."""

    class Somewhere:
        """As much of a message or an interaction as tells where it comes from."""

        id = channel_id = 7
        locale = "en-GB"
        display_name = "Ada"
        edited_at = None
        permissions = discord.Permissions(manage_guild=True)

        def __init__(self, guild: SimpleNamespace | None) -> None:
            self.guild, self.guild_id = guild, guild and guild.id
            self.user = self.author = self.channel = self

    server = SimpleNamespace(id=5, name="Us")
    for guild, inside in ((None, None), (server, Group("5", "Us"))):
        place = Somewhere(guild)
        commanded = reading.origin_of(place)  # type: ignore[arg-type]
        written = reading.origin_of_message(place)  # type: ignore[arg-type]
        for origin in (commanded, written):
            assert (origin.private, origin.group) == (inside is None, inside)
        assert (commanded.admin, written.admin) == (True, False)
