"""Which picture a wish for an avatar is drawn from: the kept avatar, or the photo in hand."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.core.conversation.actions import Action, Run
from bot.core.conversation.events import ChoiceMade, CommandGiven, JobEnded
from bot.core.conversation.state import State
from bot.core.conversation.step import PhotoKept, step
from bot.core.language.meanings import Make, Prefer, Request
from storage.contract.avatars import Avatar, AvatarSpec
from storage.contract.jobs import Done
from storage.contract.kinds import Setting
from tests.bot.talk import GRAMMAR, ORIGIN, buttons, runs, said

LISA = AvatarSpec("big-ears", {"hair": "rim"}, {"hair": "#222222"})
CAT = AvatarSpec("cat", {"eyes": "wide"}, {"fur": "#222222"})


def kept(*specs: AvatarSpec) -> tuple[Avatar, ...]:
    return tuple(Avatar(uuid4(), uuid4(), "", spec, spec) for spec in specs)


def tell(state: State, line: str) -> tuple[State, tuple[Action, ...]]:
    return step(state, CommandGiven(ORIGIN, line), GRAMMAR)


def drawn(actions: tuple[Action, ...]) -> list[object]:
    return [action.avatar for action in actions if isinstance(action, Run)]


def test_moods_are_of_the_current_avatar() -> None:
    """Without a photo, and with one that an avatar was made of, the kept one is drawn."""
    state = State(avatars=kept(LISA, CAT))
    for photo in (None, uuid4()):
        _, actions = tell(replace(state, photo=photo), "/mood sad")
        assert runs(actions) == [Request("mood", (Setting("sad"),))]
        assert drawn(actions) == [LISA.to_json()]


def test_a_new_photo_comes_before_the_kept_avatar() -> None:
    """Its moods are of the photo, as its caption or later, until an avatar was made of it."""
    state = State(avatars=kept(LISA))
    photo = uuid4()
    captioned, actions = step(
        state, PhotoKept(ORIGIN, photo, GRAMMAR.caption("/mood sad")), GRAMMAR
    )
    assert drawn(actions) == [None]
    _, actions = tell(captioned, "/mood happy")
    assert drawn(actions) == [None]
    facts = {**CAT.to_json(), "ranked": {}}
    settings = (Setting("sad"),)
    ended = JobEnded(uuid4(), "mood", settings, None, Done(b"png", facts), photo)
    matched, _ = step(captioned, ended, GRAMMAR)
    _, actions = tell(replace(matched, avatars=kept(CAT, LISA)), "/mood happy")
    assert drawn(actions) == [CAT.to_json()]


def test_an_avatar_without_a_photo_is_the_kept_one() -> None:
    """In the style asked for; where there is none of it, a photo is needed."""
    state = State(avatars=kept(LISA, CAT))
    _, actions = tell(state, "/emoji")
    assert runs(actions) == [Request("emoji", (Setting("big-ears"),))]
    assert drawn(actions) == [LISA.to_json()]
    _, actions = tell(state, "/emoji cat")
    assert drawn(actions) == [CAT.to_json()]
    waiting, actions = tell(state, "/emoji avataaars")
    assert said(actions) == ["say.send_photo_for"]
    assert waiting.waiting == Request("emoji", (Setting("avataaars"),))
    _, actions = tell(replace(state, photo=uuid4()), "/emoji cat")
    assert drawn(actions) == [None]


@pytest.mark.parametrize("line", ["/emoji style big-ears", "/emoji big-ears", "avatar big ears"])
def test_styles_are_said_in_several_ways(line: str) -> None:
    """With the word style and without it, as an emoji or as an avatar."""
    meaning = GRAMMAR.parse(line).meaning
    assert meaning == Make(Request("emoji", (Setting("big-ears"),)))


def test_an_avatar_is_asked_for_in_a_sentence() -> None:
    """Beside other words the command is the kind of result."""
    assert GRAMMAR.parse("please make me an avatar").meaning == Make(Request("emoji"))
    wanted = Prefer((Request("emoji"), Request("cutout")))
    assert GRAMMAR.parse("/style avatar cutout").meaning == wanted


def test_a_sheet_of_an_avatar_stays_with_it() -> None:
    """What is taken from it, and its next page, are of the same avatar, without any photo."""
    state = State(avatars=kept(LISA))
    state, actions = tell(state, "/moods")
    assert drawn(actions) == [LISA.to_json()]
    job, settings = uuid4(), (Setting("moods"),)
    facts = {**LISA.to_json(), "names": ["sad", "cry"], "page": 1, "pages": 2}
    ended = JobEnded(job, "mood-sheet", settings, None, Done(b"png", facts), avatar=LISA.to_json())
    state, actions = step(state, ended, GRAMMAR)
    assert {"button.look", "button.next_page"} <= buttons(actions).keys()
    state = replace(state, avatars=kept(CAT, LISA))
    _, actions = step(state, ChoiceMade(ORIGIN, f"take:{job.hex}:2"), GRAMMAR)
    assert runs(actions) == [Request("mood", (Setting("cry"),))]
    assert drawn(actions) == [LISA.to_json()]
    _, actions = step(state, ChoiceMade(ORIGIN, f"page:{job.hex}:2", "m"), GRAMMAR)
    assert drawn(actions) == [LISA.to_json()]


def test_a_drawn_result_is_made_again_of_the_same_avatar() -> None:
    """Again and another mood keep to it; undo leaves the photo in hand alone."""
    photo = uuid4()
    state = State(photo=photo, avatars=kept(LISA))
    jobs = [uuid4(), uuid4()]
    for job in jobs:
        settings = (Setting("sad"),)
        outcome = Done(b"png", LISA.to_json())
        ended = JobEnded(job, "mood", settings, None, outcome, avatar=LISA.to_json())
        state, _ = step(state, ended, GRAMMAR)
    state = replace(state, avatars=kept(CAT))
    for verb in ("again", "other"):
        _, actions = step(state, ChoiceMade(ORIGIN, f"{verb}:{jobs[0].hex}"), GRAMMAR)
        assert drawn(actions) == [LISA.to_json()], verb
    undone, _ = step(state, ChoiceMade(ORIGIN, f"undo:{jobs[1].hex}"), GRAMMAR)
    assert undone.photo == photo
