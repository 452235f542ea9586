"""Inline mode on Telegram: one's own kept stickers while one types, over real HTTP."""

import pytest

from bot.core.language.texts import load
from bot.frontends.telegram import inline, limiter
from bot.frontends.telegram.limiter import Rate
from storage import packs, people
from storage.contract.packs import NewSticker, Origin
from tests.bot.bot_api_objects import Fault
from tests.bot.fake_bot_api import BotApi
from tests.bot.packs_on_telegram import ADA, OnTelegram, picture

BO = BotApi.person(2, "zh-hans")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "STICKER_SETS", Rate(1000, 1000))
    monkeypatch.setattr(limiter, "PRIVATE", Rate(1000, 1000))


async def packed(there: OnTelegram, *moods: str) -> list[str]:
    """Have a pack of moods brought to Telegram; return what its stickers are called there."""
    async with there.database.transaction() as session:
        person = await people.find_or_add(session, there.vault, "telegram", "1", "en")
        pack = await packs.create(session, there.vault, person.id, "Faces")
        for number, mood in enumerate(moods):
            origin = Origin("mood", ({"name": mood, "amount": 1.0},))
            new = NewSticker(person.id, picture(number), False, origin, ("🙂",), ("mood", mood))
            await packs.add(session, there.vault, pack.id, new)
    await there.want(pack.id)
    made = await there.holds(len(moods))
    await there.told(f"is on Telegram, {len(moods)} stickers")
    return [one.file_id for one in made.stickers]


async def test_own_stickers_are_offered_in_every_language(there: OnTelegram) -> None:
    """English, Chinese, a beginning, an emoji and a misspelt word lead to the same sticker."""
    async with there.running():
        await there.api.say(ADA, "/start")
        happy, sad, party = await packed(there, "happy", "sad", "party")
        for typed in ("happy", "Happy!", "hap", "开心", "开心的", "happpy", "my happy mood"):
            offered = await there.api.look_up(ADA, typed)
            assert offered["files"] == [happy], typed
        assert (await there.api.look_up(ADA, ""))["files"] == [happy, sad, party]
        assert (await there.api.look_up(ADA, "faces"))["files"] == [happy, sad, party]
        assert (await there.api.look_up(ADA, "🙂"))["files"] == [happy, sad, party]
        nothing = await there.api.look_up(ADA, "bicycle")
        assert (nothing["files"], nothing["button"]) == ([], None)
        assert nothing["personal"]
        assert nothing["cached"] <= 5


async def test_a_favourite_is_offered_without_any_pack(there: OnTelegram) -> None:
    """Its file is the one that was sent; once it is none any more it is offered no longer."""
    async with there.running():
        await there.api.say(ADA, "/start")
        shown = await there.selfie("/mood love")
        await there.press(shown, "Favourite")
        await there.told("Kept among your favourites")
        (file,) = (await there.api.look_up(ADA, "love"))["files"]
        assert there.api.file(file) == shown.data
        before = {one.number for one in there.api.messages(1)}
        await there.api.say(ADA, "/favourites")
        await there.press(await there.newest("sticker", before), "In favourites")
        await there.told("No longer among your favourites")
        assert (await there.api.look_up(ADA, "love"))["files"] == []


async def test_nobody_is_offered_what_is_anothers(there: OnTelegram) -> None:
    """Who keeps nothing gets a button to begin, in their language, whatever others keep."""
    async with there.running():
        await there.api.say(ADA, "/start")
        await packed(there, "happy")
        await there.api.say(BO, "/start")
        for person, language in ((BO, "zh-Hans"), (BotApi.person(3, "en"), "en")):
            offered = await there.api.look_up(person, "happy")
            text = load().get(language, "inline.none_yet")
            assert offered["files"] == []
            assert offered["button"] == {"text": text, "start_parameter": inline.START}
        before = len(there.api.messages(3))
        await there.api.say(BotApi.person(3, "en"), f"/start {inline.START}")
        await there.api.until(lambda: len(there.api.messages(3)) > before)
        assert "selfie" in there.api.messages(3)[-1].text


async def test_what_was_forgotten_is_offered_no_longer(there: OnTelegram) -> None:
    """After /forget there is nothing but the button."""
    async with there.running():
        await there.api.say(ADA, "/start")
        await packed(there, "happy")
        await there.api.say(ADA, "/forget")
        await there.press(await there.told("Shall I erase"), "Erase everything")
        await there.api.until(lambda: not there.api.stickers.sets)
        offered = await there.api.look_up(ADA, "happy")
        assert offered["files"] == []
        assert offered["button"] is not None


async def test_many_come_in_pages(there: OnTelegram) -> None:
    """Fifty at a time, each once, until there are no more."""
    async with there.running():
        await there.api.say(ADA, "/start")
        files = await packed(there, *["happy"] * (inline.PAGE + 3))
        first = await there.api.look_up(ADA, "happy")
        assert first["files"] == files[: inline.PAGE]
        last = await there.api.look_up(ADA, "happy", first["next"])
        assert (last["files"], last["next"]) == (files[inline.PAGE :], "")


async def test_a_query_that_is_too_old_harms_nothing(there: OnTelegram) -> None:
    """Telegram refuses an answer: the next query is answered."""
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    async with there.running():
        await there.api.say(ADA, "/start")
        await there.told("selfie")
        there.api.script("answerInlineQuery", Fault(400, too_old))
        await there.api._update(
            {"inline_query": {"id": "old", "from": ADA, "query": "", "offset": ""}}
        )
        await there.api.until(lambda: bool(there.api.calls("answerInlineQuery")))
        assert (await there.api.look_up(ADA, ""))["button"] is not None
