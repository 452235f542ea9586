"""The wardrobe in a chat: opened, changed, finished, and what was kept found again."""

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.core.chat import FakeChat
from bot.core.conversation.changes import REMEMBERED
from bot.core.language.texts import load
from tests.bot.dressing import CAT, MATCHED, RANKED, Wardrobe, wardrobe

TEXTS = load()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Wardrobe]:
    """A chat with a filled wardrobe."""
    async with wardrobe(tmp_path, FakeChat()) as opened:
        yield opened


def said(key: str, **values: object) -> str:
    return TEXTS.get("en", f"say.{key}", **values)


def pixels(png: bytes | None) -> np.ndarray:
    assert png is not None
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGBA"))


async def test_an_avatar_is_changed_in_one_message(room: Wardrobe) -> None:
    """Change opens it below the sticker; each press edits the picture and says what is worn."""
    await room.photo()
    await room.press("Change")
    sticker, wardrobe = room.shown()
    assert sticker.sticker
    assert wardrobe.text == "Hair 16 of 72: bob, black"
    first = pixels(wardrobe.picture)
    assert first.shape == (512, 512, 4)
    assert (first[..., 3] == 255).all()
    reference = room.reference()
    await room.press("Next ›", reference)
    assert room.shown()[1].text == "Hair 17 of 72: long but not too long, black"
    assert (pixels(room.shown()[1].picture) != first).any()
    await room.press("‹ Previous", reference)
    await room.press("▸", reference)
    assert room.shown()[1].text.startswith("Beard 1 of 8: none")
    await room.press("◂", reference)
    assert (pixels(room.shown()[1].picture) == first).all()
    assert len(room.shown()) == 2
    assert room.reference() == reference


def labels(room: Wardrobe) -> list[str]:
    return [button.label for row in room.shown()[-1].buttons for button in row]


async def test_done_keeps_the_avatar_and_sends_it(room: Wardrobe) -> None:
    """The sticker takes the wardrobe's place, long after the photo is gone; what was is known."""
    await room.photo()
    await room.press("Change")
    reference = room.reference()
    await room.expire_photos()
    await room.press("Next ›", reference)
    await room.press("Done", reference)
    old, new = room.shown()
    assert room.reference() == reference
    assert new.sticker is not None
    assert new.sticker != old.sticker
    assert (new.name, new.text) == (old.name, old.text)
    (kept,) = await room.kept()
    assert kept.spec.parts == {**MATCHED.parts, "top": "longButNotTooLong"}
    assert kept.matched == MATCHED


async def test_quick_presses_lose_nothing(room: Wardrobe) -> None:
    """Ten presses while nothing is drawn yet give the tenth picture, in the same message."""
    await room.photo()
    await room.press("Change")
    reference = room.reference()
    before = room.chat.sent
    room.pipeline.gate.clear()
    for number in range(10):
        await room.press("Next ›" if number % 5 else "▸", reference, wait=False)
        assert room.shown()[-1].picture is not None
    room.pipeline.gate.set()
    await room.all_done()
    assert (room.chat.sent, room.reference()) == (before, reference)
    # two slots on, and four parts on in each: beard, then glasses
    assert room.shown()[-1].text == "Glasses 8 of 8: oval frames, black"
    await room.press("Done", reference)
    (kept,) = await room.kept()
    assert kept.spec.parts["facialHair"] == "beardMedium"
    drawn = [job for job in room.pipeline.seen if job.kind == "preview"]
    assert len(drawn) < 12


async def test_every_button_does_what_it_says(room: Wardrobe) -> None:
    """More like me follows the ranking, colours change, undo and reset take back."""
    await room.photo()
    await room.press("Change")
    at = room.reference()
    for top in ("straight01", "curly", "bob"):
        await room.press("More like me", at)
        await room.press("Done", at)
        (kept,) = await room.kept()
        assert kept.spec.parts["top"] == top
        await room.press("Change")
        at = room.reference()
    assert "⟲ As matched" not in labels(room)
    await room.press("Colour", at)
    assert room.shown()[-1].text == "Hair 16 of 72: bob, black"  # the next black
    await room.press("Colour", at)
    assert room.shown()[-1].text == "Hair 16 of 72: bob, dark brown"
    await room.press("Undo", at)
    await room.press("Next ›", at)
    await room.press("As matched", at)
    await room.press("Done", at)
    assert [one.spec for one in await room.kept()] == [MATCHED]


async def test_compare_shows_both(room: Wardrobe) -> None:
    """Before and after stand side by side, and the next press shows one again."""
    await room.photo()
    await room.press("Change")
    at = room.reference()
    await room.press("Next ›", at)
    now = pixels(room.shown()[-1].picture)
    await room.press("Compare", at)
    both = pixels(room.shown()[-1].picture)
    assert both.shape == (512, 1024, 4)
    assert (both[:, 512:] == now).all()
    assert (both[:, :512] != now).any()
    assert room.shown()[-1].text == said("wardrobe_compared")
    await room.press("Compare", at)
    assert (pixels(room.shown()[-1].picture) == now).all()


async def test_chance_prefers_what_fits(room: Wardrobe) -> None:
    """Skin and hair keep their colour, ranked slots get ranked parts, other slots stay."""
    await room.photo()
    await room.press("Change")
    at = room.reference()
    found = set()
    for _ in range(8):
        await room.press("Random", at)
        await room.press("Done", at)
        (kept,) = await room.kept()
        assert kept.spec.parts["top"] in RANKED["top"]
        assert kept.spec.parts["eyes"] == MATCHED.parts["eyes"]
        assert kept.spec.colours["skin"] == MATCHED.colours["skin"]
        found.add((kept.spec.parts["top"], kept.spec.colours["clothes"]))
        await room.press("Change")
        at = room.reference()
    assert len(found) > 2


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        ("/wear hair big hair", {"top": "bigHair"}),
        ("/wear hiar bigHair", {"top": "bigHair"}),
        ("wear no glasses", {"accessories": "none"}),
        ("/wear hair 2", {"top": "sides"}),
        ("/wear next hair", {"top": "longButNotTooLong"}),
        ("/穿 发型 丸子头", {"top": "bun"}),
        ("/wear sunglasses", {"accessories": "sunglasses"}),
    ],
)
async def test_words_dress_at_once(room: Wardrobe, typed: str, changed: dict[str, str]) -> None:
    """Without an open wardrobe a typed change is kept and comes as a sticker."""
    await room.photo()
    await room.say(typed)
    (kept,) = await room.kept()
    assert kept.spec.parts == {**MATCHED.parts, **changed}
    assert room.shown()[-1].sticker


@pytest.mark.parametrize(
    ("typed", "paint", "colour"),
    [
        ("/wear hair colour red", "hair", "#a94f26"),
        ("/wear red hair", "hair", "#a94f26"),
        ("/wear 头发的颜色蓝色", "hair", "#3f6fb5"),
        ("/wear hoodie #ff0044", "clothes", "#ff0044"),
        ("/wear skin 2", "skin", "#f8d2b7"),
    ],
)
async def test_words_paint(room: Wardrobe, typed: str, paint: str, colour: str) -> None:
    """Colours are named, numbered or given as they are; a name means the nearest one offered."""
    await room.photo()
    await room.say(typed)
    (kept,) = await room.kept()
    near = [int(kept.spec.colours[paint][i : i + 2], 16) for i in (1, 3, 5)]
    meant = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    assert max(abs(a - b) for a, b in zip(near, meant, strict=True)) < 16


async def test_what_cannot_be_worn_is_answered_with_what_can(room: Wardrobe) -> None:
    """A word that means nothing here gets hints that work."""
    await room.photo()
    await room.say("/wear hair mohican")
    answer = room.shown()[-1].text
    assert answer.startswith("Your avatar cannot wear “hair mohican”. Did you mean /wear hair ")
    hint = answer.split("Did you mean ")[1].split(",")[0].rstrip("?")
    await room.say(hint)
    assert room.shown()[-1].sticker
    await room.say("/wear ???!!!")
    assert room.shown()[-1].picture


async def test_words_change_an_open_wardrobe(room: Wardrobe) -> None:
    """They go on where the buttons were, and done finishes; with undo nothing is lost."""
    await room.photo()
    await room.say("/wardrobe")
    await room.say("/wear next")
    assert room.shown()[-1].text == "Hair 17 of 72: long but not too long, black"
    assert [one.spec for one in await room.kept()] == [MATCHED]
    await room.say("/wear glasses sunglasses", replaces=room.reference())
    assert room.shown()[-1].text == "Glasses 6 of 8: sunglasses, black"
    await room.say("/wear done")
    assert room.shown()[-1].sticker
    (kept,) = await room.kept()
    assert kept.spec.parts["accessories"] == "sunglasses"
    assert kept.spec.parts["top"] == "longButNotTooLong"


async def test_a_wardrobe_that_was_left_is_gone_on_with(room: Wardrobe) -> None:
    """After other stickers words mean the kept avatar, buttons still the open wardrobe."""
    await room.photo()
    await room.say("/wardrobe")
    at = room.reference()
    await room.press("Next ›", at)
    await room.say("/avatar")
    assert room.shown()[-1].sticker
    await room.press("Next ›", at)
    texts = [message.text for message in room.shown()]
    assert "Hair 18 of 72: bob with a fringe, black" in texts


async def test_history_is_bounded(room: Wardrobe) -> None:
    """So many changes can be taken back and no more, and what is remembered stays small."""
    await room.photo()
    await room.say("/wardrobe")
    at = room.reference()
    room.pipeline.gate.clear()
    for _ in range(REMEMBERED + 5):
        await room.press("Next ›", at, wait=False)
    room.pipeline.gate.set()
    await room.all_done()
    room.pipeline.gate.clear()
    for _ in range(REMEMBERED + 5):
        await room.press("Undo", at, wait=False)
    room.pipeline.gate.set()
    await room.all_done()
    assert re.match(r"Hair 21 of 72", room.shown()[-1].text)


async def test_the_current_avatar_is_found_again(tmp_path: Path) -> None:
    """After a restart and without any photo it is shown, changed and taken by its name."""
    async with wardrobe(tmp_path, FakeChat()) as room:
        await room.photo()
        await room.say("/avatar name Lisa May")
        assert room.shown()[-1].text == said("named", name="Lisa May", example="/avatar Lisa May")
        await room.photo("/emoji cat")
        await room.expire_photos()
    async with wardrobe(tmp_path, FakeChat()) as room:
        room.number = 100
        for line in (
            "/avatar",
            "/avatar lisa may",
            "/wear hair bun",
            "/avatar cat",
            "/avatar liza may",
        ):
            await room.say(line)
        names = [message.name for message in room.shown() if message.sticker]
        assert names[:3] == ["emoji-cat", "emoji-avataaars", "emoji-avataaars"]
        assert names[-1] == "emoji-avataaars"
        lisa, cat = await room.kept()
        assert (lisa.name, lisa.spec.parts["top"], lisa.matched) == ("Lisa May", "bun", MATCHED)
        assert cat.spec == CAT


async def test_avatars_are_chosen_from(room: Wardrobe) -> None:
    """They stand side by side, numbered; a tap or a number makes one the current one."""
    await room.photo("/emoji avataaars")
    await room.photo("/emoji cat")
    await room.say("/avatars")
    sheet = room.shown()[-1]
    assert pixels(sheet.picture).shape == (344, 1032, 4)
    assert [button.label for button in sheet.buttons[0]] == ["1 · cat", "2 · avataaars"]
    assert sheet.sheet
    await room.press("2 · avataaars")
    assert room.shown()[-1].name == "emoji-avataaars"
    assert [one.spec for one in await room.kept()] == [MATCHED, CAT]
    await room.say("/avatars")
    await room.say("2")
    assert room.shown()[-1].name == "emoji-cat"
    assert [one.spec for one in await room.kept()] == [CAT, MATCHED]


async def test_names_are_asked_for_and_kept_clean(room: Wardrobe) -> None:
    """A button asks, the next words answer; a name is bounded, used once, and can be deleted."""
    await room.photo("/emoji avataaars")
    await room.say("/avatars")
    await room.press("Name it")
    assert room.shown()[-1].text == said("which_name")
    await room.say("  “Lisa\u200b\n Müller-with-a-very-long-name”  ")
    (kept,) = await room.kept()
    assert kept.name == "Lisa Müller-with-a-very-"
    await room.say("/avatar 改名 丽莎")
    assert [one.name for one in await room.kept()] == ["丽莎"]
    await room.photo("/emoji cat")
    await room.say("/avatar name 丽莎")
    assert room.shown()[-1].text == said("name_taken", name="丽莎")
    await room.say("/avatar nobody at all")
    assert room.shown()[-1].text == said(
        "no_such_avatar", typed="nobody at all", hints="/avatar 丽莎"
    )
    await room.say("/avatar delete 丽莎")
    assert room.shown()[-1].text == said("avatar_deleted", name="丽莎")
    assert [one.spec for one in await room.kept()] == [CAT]
    await room.say("/avatar lisa")
    assert room.shown()[-1].text == said("no_names", example="/avatar name Lisa")


async def test_a_new_photo_is_a_new_match(room: Wardrobe) -> None:
    """With a photo in hand an avatar is matched; once it is gone, the kept one is shown."""
    await room.photo("/emoji")
    await room.say("/wear bun")
    await room.say("/emoji")
    assert [one.spec.parts["top"] for one in await room.kept()] == ["bob", "bun"]
    await room.expire_photos()
    await room.say("/emoji")  # finds the photo gone
    await room.say("/emoji")
    assert room.shown()[-1].sticker
    assert room.pipeline.seen[-1].avatar == MATCHED.to_json()
    await room.say("/emoji style cat")
    assert room.shown()[-1].text.startswith("Gladly")


async def test_without_an_avatar_one_is_made_first(room: Wardrobe) -> None:
    """Commands about avatars ask for a selfie."""
    for line in ("/wardrobe", "/wear bob", "/avatar", "/avatars"):
        await room.say(line)
        assert room.shown()[-1].text.startswith("Gladly: emoji"), line
    await room.photo("")
    assert room.shown()[-1].sticker


async def test_a_button_of_a_lost_avatar_says_so(room: Wardrobe) -> None:
    """Pressing in a wardrobe whose avatar was deleted is answered, and so is any made-up value."""
    await room.photo()
    await room.say("/wardrobe")
    at = room.reference()
    await room.press("Next ›", at)
    value = room.value("Next ›")
    await room.say("/avatar delete 1")
    assert await room.kept() == ()
    await room.press("Next ›", at)
    assert room.shown()[-1].text == said("choice_gone")
    assert len(value.encode()) <= 64


async def test_an_unfilled_wardrobe_says_so(tmp_path: Path) -> None:
    """Before the library is built the person is told to try again."""
    async with wardrobe(tmp_path, FakeChat(), styles=()) as room:
        await room.photo()
        for line in ("/wardrobe", "/wear bob"):
            await room.say(line)
            assert room.shown()[-1].text == said("wardrobe_empty")


async def test_forgetting_takes_the_avatars_along(room: Wardrobe) -> None:
    """Nothing of them is left, and an open wardrobe is closed."""
    await room.photo()
    await room.say("/wardrobe")
    await room.say("/forget")
    await room.press("Erase")
    await room.say("/wardrobe")
    assert await room.kept() == ()
    assert room.shown()[-1].text.startswith("Gladly: emoji")
