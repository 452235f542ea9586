"""Packs on Telegram, from a tap to the set and back, over real HTTP."""

import pytest

from bot.core.language.texts import load
from bot.core.publishing.requests import Requests
from bot.core.publishing.sets import SetSticker
from bot.frontends.telegram import limiter
from bot.frontends.telegram.limiter import Rate
from storage import packs, people, publications, takedowns
from storage.contract.kinds import MOOD
from storage.contract.packs import Sticker
from storage.models import PackStickerRow
from tests.bot.bot_api_objects import Fault, flood
from tests.bot.fake_bot_api import BotApi
from tests.bot.filming import film
from tests.bot.on_telegram import FRIENDS
from tests.bot.packs_on_telegram import ADA, OnTelegram

BO = BotApi.person(2, "en")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests about sets go as fast as they can: what limits them is tested by itself."""
    monkeypatch.setattr(limiter, "STICKER_SETS", Rate(1000, 1000))
    monkeypatch.setattr(limiter, "PRIVATE", Rate(1000, 1000))


async def test_four_taps_from_start_to_a_packs_link(there: OnTelegram) -> None:
    """Start, a selfie, a button: the link comes, and the set is on Telegram."""
    async with there.running():
        taps = 0
        await there.api.say(ADA, "/start")
        taps += 1
        await there.told("selfie")
        shown = await there.selfie("")
        taps += 1
        await there.press(shown, "Add to pack")
        taps += 1
        told = await there.told("https://t.me/addstickers/")
        assert taps <= 4
        name = told.text.split("addstickers/")[1].split()[0]
        made = there.api.stickers.sets[name]
        assert (made.owner, made.title, made.kind) == (1, "My stickers", "regular")
        assert len(made.stickers) == 1


async def test_all_moods_end_in_one_link(there: OnTelegram) -> None:
    """Start, a selfie, one button: sixteen moods in one set, one message that tells of it."""
    async with there.running():
        await there.api.say(ADA, "/start")
        avatar = await there.selfie("/emoji")
        before = {one.number for one in there.api.messages(1)}
        await there.press(avatar, "All 16 moods")
        made = await there.holds(16)
        told = await there.told("is on Telegram, 16 stickers")
        new = [one for one in there.api.messages(1) if one.number not in before]
        assert [one.form for one in new] == ["text", "text"]  # what is coming, and the link
        assert new[-1] == told
        assert told.text.count("https://t.me/addstickers/") == 1
        assert made.title == "My moods"
        assert [one.keywords for one in made.stickers] == [["mood", name] for name in MOOD.pack]
        assert made.stickers[0].emoji == ["😄"]


async def test_what_is_edited_here_is_so_on_telegram(there: OnTelegram) -> None:
    """Order, emoji, title, another picture and taking out follow; each can be taken back."""
    async with there.running():
        await there.api.say(ADA, "/start")
        for number in range(3):
            await there.press(await there.selfie(), "Add to pack")
            await there.holds(number + 1)
        set_ = there.set()
        a, b, c = set_.unique_ids
        await there.api.say(ADA, "/pack")
        await there.told("“My stickers”, 3 stickers")
        await there.api.say(ADA, "/pack move 3 1")
        await there.api.until(lambda: set_.unique_ids == [c, a, b])
        await there.api.say(ADA, "/pack emoji 1 🥳 hello 👍🏽")
        await there.api.until(lambda: set_.stickers[0].emoji == ["🥳", "👍🏽"])
        await there.api.say(ADA, "/pack rename Ada & friends")
        await there.api.until(lambda: set_.title == "Ada & friends")
        await there.api.say(ADA, "/pack drop 2")
        await there.api.until(lambda: set_.unique_ids == [c, b])
        await there.api.say(ADA, "/pack undo")
        await there.api.until(lambda: set_.unique_ids == [c, a, b])
        await there.api.say(ADA, "/pack replace 1")
        await there.told("takes the place of number 1")
        await there.press(await there.selfie(), "Add to pack")
        await there.api.until(lambda: c not in set_.unique_ids and len(set_.stickers) == 3)
        assert set_.unique_ids[1:] == [a, b]
        assert set_.stickers[0].emoji == ["🥳", "👍🏽"]
        await there.api.say(ADA, "/pack undo")
        await there.api.until(lambda: set_.unique_ids == [c, a, b])
        assert len(there.api.stickers.sets) == 1
        await there.api.say(ADA, "/pack delete")
        question = await there.told("Shall I delete “Ada & friends”")
        await there.press(question, "Delete it")
        await there.api.until(lambda: not there.api.stickers.sets)


async def test_a_pack_is_edited_by_its_buttons(there: OnTelegram) -> None:
    """Its picture stays in one message: a number opens a sticker, moves change it, back returns."""
    async with there.running():
        await there.api.say(ADA, "/start")
        for number in range(2):
            await there.press(await there.selfie(), "Add to pack")
            await there.holds(number + 1)
        set_ = there.set()
        a, b = set_.unique_ids
        await there.api.say(ADA, "/pack")
        card = await there.told("“My stickers”, 2 stickers")
        assert card.form == "photo"
        await there.press(card, "2 🤳")
        await there.told("number 2 of 2")
        await there.press(card, "Title sticker")
        await there.told("number 1 of 2")
        await there.api.until(lambda: set_.unique_ids == [b, a])
        await there.press(card, "Emoji")
        await there.told("Which emoji shall number 1")
        await there.api.say(ADA, "😎😎 cool")
        await there.api.until(lambda: set_.stickers[0].emoji == ["😎"])
        await there.press(card, "Take out")
        await there.api.until(lambda: set_.unique_ids == [a])
        await there.api.until(lambda: any("Undo" in label for label in card.buttons))
        await there.press(card, "Undo")
        await there.api.until(lambda: set_.unique_ids == [b, a])
        await there.press(card, "ZIP")
        file = await there.newest("document", set())
        assert file.data.startswith(b"PK")


async def test_films_and_stills_are_mixed_and_emoji_are_small(there: OnTelegram) -> None:
    """A pack of custom emoji takes the same stickers at 100 pixels, under its own kind of link."""
    there.pipeline.film = film(12)
    async with there.running():
        for kind, words in (("regular", "new"), ("custom_emoji", "custom")):
            await there.api.say(ADA, f"/pack {words} Tiny {kind}")
            await there.told(f"“Tiny {kind}” is empty")
            for number, wish in enumerate(("/cutout", "/animate")):
                await there.press(await there.selfie(wish), "Add to pack")
                await there.holds(number + 1, kind == "custom_emoji")
        await there.told("https://t.me/addemoji/")
    still, moving = there.api.stickers.sets.values()
    assert (still.kind, moving.kind) == ("regular", "custom_emoji")
    for made in (still, moving):
        assert [one.format for one in made.stickers] == ["static", "video"]


@pytest.mark.parametrize(
    "refusal", [None, Fault(500, "Internal Server Error: created sticker set not found")]
)
async def test_a_name_that_is_not_free_gives_way_to_the_next(
    there: OnTelegram, refusal: Fault | None
) -> None:
    """Taken, or of a set that was deleted lately: the pack gets another one."""
    pack_id = await there.fill(1)
    pack = await there.pack()
    if refusal is None:
        there.api.stickers.spent.add(f"{pack.name}_1_by_selfmoji_bot")
    else:
        there.api.script("createNewStickerSet", refusal)
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        await there.holds(1)
        assert list(there.api.stickers.sets) == [f"{pack.name}_1a_by_selfmoji_bot"]


@pytest.mark.parametrize("method", ["createNewStickerSet", "addStickerToSet"])
async def test_what_was_done_though_the_answer_got_lost_is_not_done_twice(
    there: OnTelegram, method: str
) -> None:
    """A 5xx, or a connection that breaks, after Telegram had done it."""
    pack_id = await there.fill(3)
    there.api.script(method, Fault(500, done=True), Fault(reset=True, done=True))
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        made = await there.holds(3)
        await there.told("is on Telegram, 3 stickers")
    assert len(there.api.stickers.sets) == 1
    assert len(set(made.unique_ids)) == 3


async def test_what_leaves_the_pack_while_it_is_sent_leaves_the_set(
    there: OnTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Erased after its picture was read, and before its row says that it is on its way."""
    pack_id = await there.fill(3)
    second = (await there.pack()).stickers[1].id
    read = Requests._read

    async def read_and_erase(self: Requests, sticker: Sticker) -> SetSticker:
        given = await read(self, sticker)
        if sticker.id == second:
            async with there.database.transaction() as session:
                await takedowns.erase_stickers(session, PackStickerRow.id == second)
        return given

    monkeypatch.setattr(Requests, "_read", read_and_erase)
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        await there.told("is on Telegram, 2 stickers")
        await there.holds(2)
    assert len(there.api.calls("addStickerToSet")) == 2


async def test_a_429_storm_loses_and_doubles_nothing(there: OnTelegram) -> None:
    """Every request about sets is refused for a while, several times."""
    pack_id = await there.fill(4)
    for method in ("createNewStickerSet", "addStickerToSet", "getStickerSet"):
        there.api.script(method, *[flood(1)] * 5)
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        made = await there.holds(4)
        await there.told("is on Telegram, 4 stickers")
    assert len(set(made.unique_ids)) == 4
    assert len(there.api.stickers.sets) == 1


async def test_a_long_wait_is_told(there: OnTelegram) -> None:
    """What Telegram wants us to wait for is said in the message, with the link so far."""
    pack_id = await there.fill(3)
    there.api.script("addStickerToSet", flood(600))
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        told = await there.told("600 seconds")
        assert "1 of 3" in told.text
        assert "https://t.me/addstickers/" in told.text
        await there.press(told, "Cancel")
        await there.told("stopped, 1 of 3")
        assert len(there.set().stickers) == 1
    async with there.running():  # another process has nothing to wait for
        await there.press(await there.told("stopped, 1 of 3"), "Again")
        await there.holds(3)


async def test_who_has_not_started_the_bot_is_told_how(there: OnTelegram) -> None:
    """In a group somebody new gets a link; once they pressed Start the pack comes by itself."""
    chat = int(FRIENDS["id"])
    async with there.running():
        await there.api.send_photo(BO, b"photo", "/cutout@selfmoji_bot this is me", chat=FRIENDS)
        await there.api.until(
            lambda: any(one.form == "sticker" for one in there.api.messages(chat))
        )
        shown = next(one for one in there.api.messages(chat) if one.form == "sticker")
        await there.api.press(BO, shown, "Add to pack", FRIENDS)
        link = "https://t.me/selfmoji_bot?start=pack"
        await there.api.until(lambda: any(link in text for text in there.texts(chat)))
        assert not there.api.stickers.sets
        await there.api.say(BO, "/start pack")
        made = await there.holds(1)
        assert made.owner == 2


async def test_a_further_volume_begins_when_one_is_full(there: OnTelegram) -> None:
    """The 121st sticker opens a second set of the same title; both links are told."""
    pack_id = await there.fill(121)
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        await there.holds(1, 1)
        told = await there.told("is on Telegram, 121 stickers")
    first, second = there.api.stickers.sets.values()
    assert (len(first.stickers), len(second.stickers)) == (120, 1)
    assert (first.title, second.title) == ("Many", "Many · 2")
    assert told.text.count("https://t.me/addstickers/") == 2


async def test_a_set_that_others_filled_up_is_gone_around(there: OnTelegram) -> None:
    """Telegram says that it is full before we thought so: the rest goes into a further one."""
    there.api.stickers.sizes["regular"] = 2
    pack_id = await there.fill(3)
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        await there.holds(1, 1)
        await there.told("is on Telegram, 3 stickers")
    assert [len(one.stickers) for one in there.api.stickers.sets.values()] == [2, 1]


async def test_one_that_is_refused_stops_no_other(there: OnTelegram) -> None:
    """A sticker that Telegram does not take is told of; the others are in."""
    pack_id = await there.fill(3)
    there.api.script("addStickerToSet", Fault(400, "Bad Request: STICKER_PNG_DIMENSIONS"))
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        told = await there.told("on Telegram with 2 stickers; 1 it did not take")
    assert "https://t.me/addstickers/" in told.text
    assert len(there.set().stickers) == 2


async def test_forgetting_takes_the_sets_down(there: OnTelegram) -> None:
    """What is on Telegram goes with everything else, also where Telegram is away at first."""
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.press(await there.selfie(), "Add to pack")
        await there.holds(1)
        await there.told("is on Telegram, 1 stickers")
        there.api.script("deleteStickerSet", flood(1), Fault(500))
        await there.api.say(ADA, "/forget")
        (name,) = there.api.stickers.sets
        await there.press(await there.told("Shall I erase"), "Erase everything")
        gone = await there.told("All gone")
        assert load().get("en", "note.sets_go", sets=name) in gone.text
        assert load().get("en", "note.stays_on_telegram") in gone.text
        await there.api.until(lambda: not there.api.stickers.sets)
    async with there.database.snapshot() as session:
        assert await people.find(session, "telegram", "1") is None


async def test_what_was_deleted_on_telegram_comes_anew(there: OnTelegram) -> None:
    """Somebody removed the set there: the next sticker makes a fresh one with all of them."""
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.press(await there.selfie(), "Add to pack")
        await there.holds(1)
        await there.told("is on Telegram, 1 stickers")
        for name in list(there.api.stickers.sets):
            there.api.stickers.delete({"name": name})
        await there.press(await there.selfie(), "Add to pack")
        await there.holds(2)


async def test_nothing_is_lost_between_two_processes(there: OnTelegram) -> None:
    """What a process leaves when it stops, the next one finishes."""
    pack_id = await there.fill(4)
    there.api.script("addStickerToSet", flood(3600))
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.want(pack_id)
        await there.told("3600 seconds")
    async with there.database.transaction() as session:
        (row,) = await publications.of_pack(session, pack_id)
        assert row.version == 0
        await publications.want(session, pack_id, "telegram", row.person_id, "1")
        await packs.rename(session, there.vault, pack_id, "Later")
    async with there.running():
        made = await there.holds(4)
        await there.told("“Later” is on Telegram, 4 stickers")
    assert made.title == "Later"
