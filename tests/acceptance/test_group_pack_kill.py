"""kill -9 while people join and leave a group's pack: afterwards it shows whoever is in it."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from storage import avatars, groups, makings, members, packs, people
from storage.contract.avatars import AvatarSpec
from storage.database import Database
from storage.keyfiles import KeyFiles
from storage.vault import Vault
from tests import patience
from tests.acceptance.held_back import HeldBack
from tests.bot.bot_api_objects import Json, Shown
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.on_telegram import FRIENDS
from tests.nemesis.processes import programs

pytestmark = pytest.mark.slow

MASTER = bytes(range(32))
A, B = ({**BotApi.person(at, "en"), "first_name": name} for at, name in ((1, "A"), (2, "B")))
OF_ONE, OF_TWO = 5, 14


@dataclass
class Victim(HeldBack):
    """``selfmoji run`` beside a Bot API with a group, and what lies in its database."""

    database: Database
    vault: Vault
    chat: Json = field(default_factory=lambda: FRIENDS)

    async def with_avatars(self, *who: Json) -> None:
        """Let people have started the bot and have an avatar each."""
        for person in who:
            self.api.stickers.started.add(person["id"])
            skin = "#" + hashlib.sha256(person["first_name"].encode()).hexdigest()[:6]
            spec = AvatarSpec("avataaars", {"mouth": "smile"}, {"skin": skin})
            async with self.database.transaction() as session:
                row = await people.find_or_add(
                    session, self.vault, "telegram", str(person["id"]), "en"
                )
                await avatars.keep(session, self.vault, row.id, spec)

    async def begin(self) -> Shown:
        """Start the program and ask for the group's pack."""
        self.program.start()
        await self.api.say(A, "/pack@selfmoji_bot group", chat=self.chat)
        return await self.seen("Nobody is in it yet")

    async def seen(self, words: str) -> Shown:
        """Wait for a message in the group with these words."""

        def found() -> list[Shown]:
            return [one for one in self.api.messages(self.chat["id"]) if words in one.text]

        await self.api.until(lambda: bool(found()))
        return found()[-1]

    async def whole(self, *names: str) -> list[str]:
        """Wait until rows and set are what those in it bring; return what the set holds."""
        count = {1: OF_ONE, 2: OF_TWO}[len(names)]

        async def settled() -> bool:
            async with self.database.snapshot() as session:
                account = await people.find(
                    session, "telegram", groups.external_id(str(self.chat["id"]))
                )
                assert account is not None
                (pack,) = await packs.of_account(session, self.vault, account.id)
                there = await members.brought(session, self.vault, pack.id)
                under_way = await makings.of_pack(session, pack.id)
            sets = list(self.api.stickers.sets.values())
            return (
                sorted(one.name for one in there) == [*names]
                and len(pack.stickers) == count
                and not any(one.unfinished for one in under_way)
                and [len(one.stickers) for one in sets] == [count]
            )

        await patience.until(settled)
        (made,) = self.api.stickers.sets.values()
        assert len(set(made.unique_ids)) == count
        assert (self.program.fell, self.program.starts > 1) == (0, True)
        return made.unique_ids


@pytest.fixture
async def victim(tmp_path: Path) -> AsyncIterator[Victim]:
    """A program that has not started, whose requests about sets are not limited."""
    folder = tmp_path / "data"
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi())
        settings = {
            "SELFMOJI_DATA_DIR": str(folder),
            "SELFMOJI_MASTER_KEY": base64.b64encode(MASTER).decode(),
            "SELFMOJI_PORT": "0",
            "SELFMOJI_TELEGRAM_TOKEN": TOKEN,
            "SELFMOJI_TELEGRAM_BASE_URL": api.url,
            "NEMESIS_HURRY": "1",
        }
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'selfmoji.sqlite3'}")
        stack.push_async_callback(database.close)
        program = programs({"all": "run"}, settings, folder.parent)["all"]
        stack.push_async_callback(program.stop)
        yield Victim(api, program, database, Vault(MASTER, KeyFiles(folder / "keys")))


@pytest.mark.parametrize(
    ("method", "after"), [("createNewStickerSet", 0), ("addStickerToSet", 4), ("sendMessage", 0)]
)
async def test_two_who_join_at_the_same_moment_are_both_in_it(
    victim: Victim, method: str, after: int
) -> None:
    """Killed while their stickers are being made and brought to Telegram."""
    await victim.with_avatars(A, B)
    card = await victim.begin()
    held = victim.hold(method, after=after)
    await asyncio.gather(
        victim.api.press(A, card, "Join", victim.chat),
        victim.api.press(B, card, "Join", victim.chat),
    )
    await victim.killed(held)
    await victim.whole("A", "B")
    await victim.seen("(2)")


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("how", ["leave", "forget"])
async def test_who_withdraws_is_out_of_the_set(victim: Victim, how: str, done: bool) -> None:
    """Killed while Telegram takes the first of their stickers out, done by then or not."""
    await victim.with_avatars(A, B)
    card = await victim.begin()
    for person in (A, B):
        await victim.api.press(person, card, "Join", victim.chat)
    await victim.seen("is on Telegram, 14 stickers")
    (before,) = [one.unique_ids for one in victim.api.stickers.sets.values()]
    held = victim.hold("deleteStickerFromSet", done=done)
    if how == "leave":
        await victim.api.press(B, card, "Leave", victim.chat)
    else:
        await victim.api.say(B, "/forget")
        await victim.api.until(lambda: bool(victim.api.messages(2)))
        await victim.api.press(B, victim.api.messages(2)[-1], "Erase everything")
    await victim.killed(held)
    left = await victim.whole("A")
    assert set(left) < set(before)


@pytest.mark.parametrize("method", ["sendMessage", "createNewStickerSet"])
async def test_an_owner_who_has_not_started_the_bot_gets_the_pack_afterwards(
    victim: Victim, method: str
) -> None:
    """Killed while they are told how, or once they pressed Start and the set is being made."""
    await victim.with_avatars(A, B)
    victim.api.stickers.started.discard(1)
    card = await victim.begin()
    told = victim.hold("sendMessage") if method == "sendMessage" else None
    for person in (A, B):
        await victim.api.press(person, card, "Join", victim.chat)
    if told is not None:
        await victim.killed(told)
    await victim.seen("A, please open https://t.me/")
    assert not victim.api.stickers.sets
    made = None if told is not None else victim.hold(method)
    await victim.api.say(A, "/start pack")
    if made is not None:
        await victim.killed(made)
    await victim.whole("A", "B")


@pytest.mark.parametrize("done", [True, False])
async def test_a_group_that_becomes_a_supergroup_keeps_its_pack(victim: Victim, done: bool) -> None:
    """Killed while who joins in the new chat comes into the same set, a sticker there or not."""
    victim.chat = {"id": -5, "type": "group", "title": "Friends"}
    await victim.with_avatars(A, B)
    card = await victim.begin()
    await victim.api.press(A, card, "Join", victim.chat)
    await victim.seen("is on Telegram, 5 stickers")
    (name,) = victim.api.stickers.sets
    await victim.api.upgrade(A, victim.chat, FRIENDS)
    victim.chat = FRIENDS
    await victim.api.say(B, "/pack@selfmoji_bot group", chat=FRIENDS)
    card = await victim.seen("In it: A (1)")
    held = victim.hold("addStickerToSet", after=2, done=done)
    await victim.api.press(B, card, "Join", FRIENDS)
    await victim.killed(held)
    await victim.whole("A", "B")
    assert [*victim.api.stickers.sets] == [name]
