"""What a person likes: one menu, everywhere or in single chats, and what comes of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Run
from bot.core.conversation.events import ChoiceMade, CommandGiven, Origin, PhotoSent, Who
from bot.core.conversation.liking import GROUNDS, OUTLINES, as_liked
from bot.core.conversation.state import State
from bot.core.conversation.step import step
from bot.core.conversation.taste import NOTHING_SAID, OWN, Taste, from_json, to_json
from bot.core.language.colour_names import NAMED
from bot.core.language.meanings import Request
from storage.contract.finishing import WIDTHS, Finish, finish_parted, with_finish
from storage.contract.kinds import Setting
from tests.bot.at_work import PHOTO, App
from tests.bot.talk import GRAMMAR, ORIGIN, SMILE, WORDING, said

YELLOW = NAMED["yellow"]
PHOTO_IN_HAND = UUID(int=7)


def pressed(state: State, value: str) -> tuple[State, tuple[do.Action, ...]]:
    return step(state, ChoiceMade(ORIGIN, f"like:{value}", "menu"), GRAMMAR)


def typed(state: State, line: str) -> list[Request]:
    photo = replace(state, photo=PHOTO_IN_HAND)
    _, actions = step(photo, CommandGiven(ORIGIN, line), GRAMMAR)
    return [one.request for one in actions if isinstance(one, Run)]


# --- the menu -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "count"),
    [("outline", len(OUTLINES)), ("width", len(WIDTHS)), ("ground", len(GROUNDS)), ("force", 3)],
)
def test_each_tap_goes_on_to_the_next_and_comes_round(what: str, count: int) -> None:
    """The menu is shown in its own place, and every step is kept."""
    state, seen = State(), set()
    for _ in range(count):
        state, actions = pressed(state, what)
        (kept,) = [one for one in actions if isinstance(one, do.KeepTaste)]
        assert not kept.here
        seen.add(repr(kept.taste))
        (menu,) = [one for one in actions if isinstance(one, do.Say)]
        assert menu.replaces == "menu"
        for locale in ("en", "zh-Hans"):
            assert len(WORDING.say(menu, locale).buttons) == 4
    assert len(seen) == count
    assert pressed(state, what)[0].taste != state.taste


def test_in_one_chat_it_may_be_otherwise_until_it_is_as_everywhere_again() -> None:
    """What is not said for the chat is as everywhere."""
    state = State(taste=Taste(outline=YELLOW, width=4.0))
    state, _ = pressed(state, "scope")
    state, actions = pressed(state, "width")
    assert [one.here for one in actions if isinstance(one, do.KeepTaste)] == [True]
    assert state.taste == Taste(outline=YELLOW, width=4.0)
    assert state.liked == Taste(outline=YELLOW, width=8.0)
    state, _ = pressed(state, "reset")
    assert state.here == NOTHING_SAID
    assert state.liked == state.taste


def test_language_and_style_follow_the_menu_into_the_chat() -> None:
    """What is chosen while the menu is about this chat is kept for this chat."""
    state, _ = pressed(State(), "scope")
    state, actions = step(state, ChoiceMade(ORIGIN, "language:zh-Hans"), GRAMMAR)
    assert do.KeepLanguage("zh-Hans") not in actions
    assert state.here.locale == "zh-Hans"
    state, _ = step(state, CommandGiven(ORIGIN, "/style monet"), GRAMMAR)
    assert state.here.preferred == state.preferred
    assert state.taste == NOTHING_SAID


def test_the_menu_leads_to_style_and_language() -> None:
    """In its own place."""
    for what, key in (("style", "say.style_now"), ("language", "say.language_question")):
        _, actions = pressed(State(), what)
        assert said(actions) == [key]
    assert said(pressed(State(), "nonsense")[1]) == ["say.choice_gone"]
    for line in ("/preferences", "/settings", "设置"):
        assert said(step(State(), CommandGiven(ORIGIN, line), GRAMMAR)[1]) == ["say.preferences"]


# --- what comes of it -----------------------------------------------------------------------------


def test_strength_is_for_what_a_wish_does_not_say() -> None:
    """A number goes before it, and no strength goes beyond its range."""
    strong = State(taste=Taste(force=1.3))
    assert typed(strong, "/expression smile") == [Request("expression", (Setting("smile", 1.0),))]
    assert typed(strong, "/expression smile 0.8") == [SMILE]
    gentle = State(taste=Taste(force=0.6))
    (wish,) = typed(gentle, "/cartoon monet")
    assert wish.settings == (Setting("monet", 0.36),)


def test_who_likes_films_gets_them_where_there_are_any() -> None:
    """Moods and expressions move; a mood that moves anyway is as it is."""
    moving = State(taste=Taste(moving=True))
    love = as_liked(moving, Request("mood", (Setting("love"),)))
    assert [one.name for one in love.settings] == ["love", "moving"]
    blink = Request("mood", (Setting("blink"),))
    assert as_liked(moving, blink) == blink
    assert typed(moving, "/expression smile 0.8") == [Request("animate", SMILE.settings)]
    assert typed(State(), "/expression smile 0.8") == [SMILE]


def test_ones_own_scene_is_drawn_behind_drawings() -> None:
    """Where the kind can; elsewhere nothing changes."""
    own = State(taste=Taste(ground=OWN))
    (wish,) = typed(own, "/cartoon monet")
    assert "scene" in {one.name for one in wish.settings}
    assert typed(own, "/cutout") == [Request("cutout")]
    assert own.liked.finish == Finish()


def test_a_finish_travels_among_a_jobs_settings() -> None:
    """What is usual is not said; what is read back is what was sent, and the wish is as before."""
    settings = (Setting("smile", 0.8),)
    assert with_finish(settings, Finish()) == settings
    finish = Finish(YELLOW, 14.0, NAMED["pink"])
    sent = with_finish(settings, finish)
    assert finish_parted(sent) == (settings, finish)
    assert Request.of_job("expression", sent) == SMILE


def test_a_taste_of_another_version_says_nothing() -> None:
    """And a whole one survives its JSON."""
    taste = Taste((SMILE,), 0.6, YELLOW, 4.0, OWN, True, "en")
    assert from_json(to_json(taste)) == taste
    assert to_json(NOTHING_SAID) is None
    assert from_json({"width": "wide"}) == from_json(None) == NOTHING_SAID


# --- with rows, a queue and a worker --------------------------------------------------------------


def job_finishes(app: App) -> list[Finish]:
    return [finish_parted(settings)[1] for settings in app.pipeline.settings]


async def test_what_is_liked_is_applied_to_what_is_made_from_then_on(app: App) -> None:
    """In every chat; where one chat is liked otherwise, there otherwise."""

    async def at(room: str, value: str) -> None:
        app.number += 1
        origin = Origin(f"fake:{app.number}", Who("fake", "ann", "en"), room)
        await app.service.handle(ChoiceMade(origin, value), app.chat)

    async def photo(room: str) -> None:
        app.number += 1
        origin = Origin(f"fake:{app.number}", Who("fake", "ann", "en"), room)
        await app.service.handle(PhotoSent(origin, PHOTO, "/cutout"), app.chat)
        await app.all_done()

    await photo("one")
    await at("one", "like:width")
    await photo("one")
    await photo("two")
    for value in ("like:scope", "like:outline"):
        await at("two", value)
    await photo("two")
    await photo("one")
    wide, black = Finish(width=14.0), Finish(NAMED["black"], 14.0)
    assert job_finishes(app) == [Finish(), wide, wide, black, wide]
    assert app.chat.stickers("two")[-1].name == "cutout"


async def test_one_chat_may_speak_another_language(app: App) -> None:
    """Only there."""
    for value in ("like:scope", "language:zh-Hans"):
        await app.press(value)
    assert app.chat.shown()[-1].text == WORDING.texts.get("zh-Hans", "say.language_set")
    await app.say("/undo")
    assert app.chat.shown()[-1].text == WORDING.texts.get("zh-Hans", "say.nothing_to_undo")
    origin = Origin("fake:other", Who("fake", "ann", "en"), "elsewhere")
    await app.service.handle(CommandGiven(origin, "/undo"), app.chat)
    elsewhere = app.chat.shown("elsewhere")[-1].text
    assert elsewhere == WORDING.texts.get("en", "say.nothing_to_undo")
