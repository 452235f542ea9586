"""A picture of one's own behind stickers: given, chosen, kept, and let go."""

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Run
from bot.core.conversation.events import ChoiceMade, CommandGiven, Origin, PhotoKept, PhotoSent, Who
from bot.core.conversation.liking import GROUNDS
from bot.core.conversation.state import State
from bot.core.conversation.step import step
from bot.core.conversation.taste import PICTURE, Taste, from_json, to_json
from storage import people, photos, retention
from storage.contract.finishing import Finish, finish_parted, ground_of
from storage.models import now
from tests.bot.at_work import PHOTO, App, png
from tests.bot.talk import GRAMMAR, ORIGIN, WORDING, said

SELFIE, BEACH = UUID(int=7), UUID(int=8)


def sent(state: State, photo: UUID, caption: str = "") -> tuple[State, tuple[do.Action, ...]]:
    return step(state, PhotoKept(ORIGIN, photo, GRAMMAR.caption(caption)), GRAMMAR)


def taken(actions: tuple[do.Action, ...]) -> bool:
    return "say.backdrop_taken" in said(actions) and not any(
        isinstance(one, Run) for one in actions
    )


@pytest.mark.parametrize(
    "caption",
    ["/backdrop", "use this as my background", "Use this picture as background!", "用这张做背景"],
)
def test_a_photo_with_these_words_lies_behind_and_is_no_selfie(caption: str) -> None:
    """The photo in hand stays the one that commands work on."""
    state, actions = sent(State(photo=SELFIE), BEACH, caption)
    assert taken(actions)
    assert state.photo == SELFIE
    assert state.liked.finish == Finish(ground=ground_of(BEACH))
    assert from_json(to_json(state.taste)) == state.taste


def test_a_button_asks_for_the_photo_and_the_next_one_is_it() -> None:
    """A photo that comes with a command is what that says; /cancel asks no longer."""
    asked, actions = step(State(), ChoiceMade(ORIGIN, "like:picture", "menu"), GRAMMAR)
    assert said(actions) == ["say.send_backdrop"]
    assert taken(sent(asked, BEACH)[1])
    assert taken(sent(asked, BEACH, "sunny day")[1])
    meant, actions = sent(asked, SELFIE, "/cutout")
    assert [one.request.kind for one in actions if isinstance(one, Run)] == ["cutout"]
    assert not meant.backdrop_asked
    stopped, actions = step(asked, CommandGiven(ORIGIN, "/cancel"), GRAMMAR)
    assert said(actions) == ["say.waiting_cancelled"]
    assert not taken(sent(stopped, BEACH)[1])


def test_it_comes_round_in_the_menu_once_there_is_one() -> None:
    """None, the colours, the own scene, the picture; it is called by its name in every language."""
    state, grounds = State(taste=Taste(backdrop=BEACH)), set()
    for _ in range(len(GROUNDS) + 1):
        state, actions = step(state, ChoiceMade(ORIGIN, "like:ground", "menu"), GRAMMAR)
        grounds.add(state.taste.ground)
        (menu,) = [one for one in actions if isinstance(one, do.Say)]
        for locale in ("en", "zh-Hans"):
            labels = [each.label for row in WORDING.say(menu, locale).buttons for each in row]
            called = WORDING.texts.get(locale, "taste.picture")
            assert any(called in one for one in labels) == (state.taste.ground == PICTURE)
    assert grounds == {*GROUNDS, PICTURE}


@pytest.mark.parametrize("line", ["/backdrop none", "/backdrop no", "/背景图 没有"])
def test_without_again_by_words(line: str) -> None:
    """The picture is kept for another time, until it is removed by its button."""
    state = State(taste=Taste(ground=PICTURE, backdrop=BEACH))
    state, actions = step(state, CommandGiven(ORIGIN, line), GRAMMAR)
    assert said(actions) == ["say.bare_kept"]
    assert (state.liked.finish, state.liked.backdrop) == (Finish(), BEACH)
    state, actions = step(state, ChoiceMade(ORIGIN, "like:unpicture", "menu"), GRAMMAR)
    assert said(actions) == ["say.backdrop_removed"]
    assert state.liked.backdrop is None


async def test_it_is_kept_until_replaced_and_seen_by_its_person(app: App) -> None:
    """In /privacy and /export; jobs name it; what it replaces goes after its time."""

    def grounds() -> list[str]:
        return [finish_parted(one)[1].ground for one in app.pipeline.settings]

    async def held() -> bool:
        async with app.database.snapshot() as session:
            ann = await people.find(session, "fake", "ann")
            assert ann is not None
            return await photos.holds(session, ann.id)

    await app.photo("use this as my background", data=png((1, 2, 3, 255)))
    assert await held()
    await app.photo("/cutout")
    await app.all_done()
    (first,) = grounds()
    await app.say("/privacy")
    assert WORDING.texts.get("en", "say.privacy_backdrop") in [one.text for one in app.chat.shown()]
    await app.say("/export")
    (message,) = [one for one in app.chat.shown() if one.document is not None]
    with zipfile.ZipFile(io.BytesIO(message.document or b"")) as archive:
        index = json.loads(archive.read("index.json"))
        kept = {one["background"]: one for one in index if one["file"].startswith("photos/")}
        assert archive.read(kept[True]["file"]) == png((1, 2, 3, 255))
    assert (kept[True]["erased"], kept[False]["erased"] is None) == (None, False)

    await retention.sweep(app.database, app.vault, now() + timedelta(days=400))
    await app.photo("/backdrop", data=png((4, 5, 6, 255)))
    await app.photo("/cutout")
    await app.all_done()
    second = grounds()[-1]
    assert first != second
    await retention.sweep(app.database, app.vault, now() + timedelta(days=2))
    async with app.database.snapshot() as session:
        ids = {Finish(ground=one).photo or uuid4() for one in (first, second)}
        assert await photos.kept(session, ids) == {Finish(ground=second).photo}
    await app.press("like:unpicture")
    assert not await held()
    await app.photo("/cutout")
    await app.all_done()
    assert grounds()[-1] == ""


async def test_in_one_chat_it_may_be_another(app: App) -> None:
    """Both pictures are kept; each chat has its own."""

    async def at(room: str, caption: str, data: bytes = PHOTO) -> None:
        origin = Origin(f"fake:{uuid4()}", Who("fake", "ann", "en"), room)
        await app.service.handle(PhotoSent(origin, data, caption), app.chat)
        await app.all_done()

    await at("one", "/backdrop")
    scope = Origin("fake:scope", Who("fake", "ann", "en"), "two")
    await app.service.handle(ChoiceMade(scope, "like:scope", None), app.chat)
    await at("two", "/backdrop", png((9, 9, 9, 255)))
    for room in ("one", "two"):
        await at(room, "/cutout")
    one, two = [finish_parted(each)[1].photo for each in app.pipeline.settings]
    assert None not in (one, two)
    assert one != two
    async with app.database.snapshot() as session:
        assert await photos.kept(session, {one or uuid4(), two or uuid4()}) == {one, two}
