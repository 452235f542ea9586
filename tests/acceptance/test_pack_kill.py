"""kill -9 while a pack is brought to Telegram: afterwards no sticker is there twice, or missing."""

import base64
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from storage import packs, people, publications
from storage.contract.packs import NewSticker, Origin
from storage.database import Database
from storage.keyfiles import KeyFiles
from storage.models import UploadRow, VolumeRow
from storage.vault import Vault
from tests import patience
from tests.acceptance.held_back import HeldBack
from tests.bot.bot_api_objects import Shown, flood
from tests.bot.fake_bot_api import TOKEN, BotApi
from tests.bot.packs_on_telegram import picture
from tests.nemesis.processes import programs

pytestmark = pytest.mark.slow

MASTER = bytes(range(32))


@dataclass
class Victim(HeldBack):
    """``selfmoji run`` beside a Bot API, and what lies in its database."""

    database: Database
    vault: Vault

    async def pack(self, count: int) -> UUID:
        """Put stickers into a new pack that is to be on Telegram."""
        self.api.stickers.started.add(1)
        async with self.database.transaction() as session:
            person = await people.find_or_add(session, self.vault, "telegram", "1", "en")
            pack = await packs.create(session, self.vault, person.id, "Many")
            for number in range(count):
                words = ("🙂",), (f"number {number}",)
                new = NewSticker(person.id, picture(number), False, Origin("cutout"), *words)
                await packs.add(session, self.vault, pack.id, new)
            await publications.want(session, pack.id, "telegram", person.id, "1")
        return pack.id

    async def killed_at(self, method: str, *, after: int = 0, done: bool = True) -> None:
        """Kill the process while Telegram holds an answer back; another one follows.

        ``after``: so many requests of the method before. ``done``: whether Telegram did what it was
        asked for.
        """
        held = self.hold(method, after=after, done=done)
        if not self.program.starts:
            self.program.start()
        await self.killed(held)

    async def told(self, words: str) -> Shown:
        """Wait for a message with these words."""

        def found() -> list[Shown]:
            return [one for one in self.api.messages(1) if words in one.text]

        await self.api.until(lambda: bool(found()))
        return found()[-1]

    async def rows(self) -> tuple[int, int]:
        """Return how many sets and stickers of sets there are rows of."""
        async with self.database.snapshot() as session:
            count = [
                await session.scalar(select(func.count()).select_from(table))
                for table in (VolumeRow, UploadRow)
            ]
        return count[0] or 0, count[1] or 0


@asynccontextmanager
async def _victim(folder: Path, **more: str) -> AsyncIterator[Victim]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi())
        settings = {
            "SELFMOJI_DATA_DIR": str(folder),
            "SELFMOJI_MASTER_KEY": base64.b64encode(MASTER).decode(),
            "SELFMOJI_PORT": "0",
            "SELFMOJI_TELEGRAM_TOKEN": TOKEN,
            "SELFMOJI_TELEGRAM_BASE_URL": api.url,
            **more,
        }
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'selfmoji.sqlite3'}")
        stack.push_async_callback(database.close)
        program = programs({"all": "run"}, settings, folder.parent)["all"]
        stack.push_async_callback(program.stop)
        yield Victim(api, program, database, Vault(MASTER, KeyFiles(folder / "keys")))


@pytest.fixture
async def victim(tmp_path: Path) -> AsyncIterator[Victim]:
    """A program that has not started, whose requests about sets are not limited."""
    async with _victim(tmp_path / "data", NEMESIS_HURRY="1") as made:
        yield made


def assert_whole(victim: Victim, count: int, *sizes: int) -> None:
    """Every sticker of the pack stands on Telegram once, in order, and one message tells of it."""
    made = list(victim.api.stickers.sets.values())
    assert [len(one.stickers) for one in made] == [*(sizes or (count,))]
    inside = [sticker for one in made for sticker in one.stickers]
    assert [one.keywords for one in inside] == [[f"number {number}"] for number in range(count)]
    assert len({one.unique_id for one in inside}) == count
    (message,) = victim.api.messages(1)
    assert f"is on Telegram, {count} stickers" in message.text
    assert message.text.count("https://t.me/addstickers/") == len(made)
    assert (victim.program.fell, victim.program.starts > 1) == (0, True)


@pytest.mark.parametrize(
    ("method", "after", "done"),
    [
        ("createNewStickerSet", 0, True),
        ("createNewStickerSet", 0, False),
        ("getStickerSet", 0, True),
        ("addStickerToSet", 1, True),
        ("addStickerToSet", 1, False),
        ("getStickerSet", 2, True),
        ("editMessageText", 1, True),
    ],
)
async def test_whatever_was_under_way_is_there_once(
    victim: Victim, method: str, after: int, done: bool
) -> None:
    """Killed at any request, done by then or not, the pack is whole and its link is told."""
    await victim.pack(4)
    await victim.killed_at(method, after=after, done=done)
    await victim.told("is on Telegram, 4 stickers")
    assert_whole(victim, 4)
    assert await victim.rows() == (1, 4)


async def test_the_message_that_tells_of_it_is_not_sent_twice(victim: Victim) -> None:
    """Killed before it learned where its message stands: that one goes on to tell."""
    victim.program.start()
    await victim.api.say(BotApi.person(1, "en"), "/start")
    await victim.told("selfie")
    held = victim.hold("sendMessage")
    await victim.pack(2)
    await victim.killed(held)
    await victim.told("is on Telegram, 2 stickers")
    _, told = victim.api.messages(1)
    assert "is on Telegram, 2 stickers" in told.text


async def test_a_pack_survives_a_kill_at_each_of_its_requests(victim: Victim) -> None:
    """No process lives longer than one request that Telegram granted."""
    await victim.pack(3)
    for method in ("createNewStickerSet", "addStickerToSet", "addStickerToSet"):
        await victim.killed_at(method)
    await victim.told("is on Telegram, 3 stickers")
    assert_whole(victim, 3)


async def test_a_kill_in_a_429_storm(victim: Victim) -> None:
    """Refused again and again, killed meanwhile, and refused still: it is whole in the end."""
    await victim.pack(3)
    for method in ("createNewStickerSet", "addStickerToSet", "getStickerSet"):
        victim.api.script(method, flood(1), flood(1), flood(1))
    await victim.killed_at("addStickerToSet")
    victim.api.script("addStickerToSet", flood(1))
    victim.api.script("getStickerSet", flood(1))
    await victim.told("is on Telegram, 3 stickers")
    assert_whole(victim, 3)


@pytest.mark.parametrize("done", [True, False])
async def test_a_kill_while_names_are_tried(victim: Victim, done: bool) -> None:
    """The name after the taken ones is asked for when it dies: there is one set, of that name."""
    pack = await victim.pack(2)
    async with victim.database.snapshot() as session:
        name = (await packs.read(session, victim.vault, pack)).name
    victim.api.stickers.spent |= {f"{name}_1_by_selfmoji_bot", f"{name}_1a_by_selfmoji_bot"}
    await victim.killed_at("createNewStickerSet", after=2, done=done)
    await victim.told("is on Telegram, 2 stickers")
    assert list(victim.api.stickers.sets) == [f"{name}_1b_by_selfmoji_bot"]
    assert_whole(victim, 2)


@pytest.mark.parametrize("done", [True, False])
async def test_a_kill_where_a_volume_is_full(victim: Victim, done: bool) -> None:
    """The 121st begins a second set when it dies: 120 and 2, under two links."""
    await victim.pack(122)
    await victim.killed_at("createNewStickerSet", after=1, done=done)
    await victim.told("is on Telegram, 122 stickers")
    assert_whole(victim, 122, 120, 2)


async def test_a_kill_while_a_set_follows_its_pack(victim: Victim) -> None:
    """Killed while one is replaced and while another is moved: the set is what the pack is."""
    pack = await victim.pack(3)
    victim.program.start()
    await victim.told("is on Telegram, 3 stickers")
    async with victim.database.transaction() as session:
        a, b, c = (await packs.read(session, victim.vault, pack)).stickers
        new = NewSticker(
            b.person_id, picture(9), False, Origin("cutout"), ("🎉",), ("number 1",)
        )  # fmt: skip
        await packs.replace(session, victim.vault, b.id, new, uuid4())
        await packs.move(session, c.id, 0)
    await victim.killed_at("replaceStickerInSet")
    await victim.killed_at("setStickerPositionInSet")
    (made,) = victim.api.stickers.sets.values()
    wanted = [["number 2"], ["number 0"], ["number 1"]]
    await victim.api.until(lambda: [one.keywords for one in made.stickers] == wanted)
    async with victim.database.snapshot() as session:
        assert (await packs.read(session, victim.vault, pack)).stickers[1].id == a.id
    assert len(set(made.unique_ids)) == 3


@pytest.mark.parametrize("done", [True, False])
async def test_a_kill_while_a_forgotten_persons_set_is_taken_down(
    victim: Victim, done: bool
) -> None:
    """Telegram took it down, or not yet, when it dies: it is gone, and so is every row."""
    await victim.pack(2)
    victim.program.start()
    await victim.told("is on Telegram, 2 stickers")
    await victim.api.say(BotApi.person(1, "en"), "/forget")
    await victim.api.press(
        BotApi.person(1, "en"), await victim.told("Shall I erase"), "Erase everything"
    )
    await victim.killed_at("deleteStickerSet", done=done)
    await victim.api.until(lambda: not victim.api.stickers.sets)

    async def no_rows() -> bool:
        return await victim.rows() == (0, 0)

    await patience.until(no_rows)
