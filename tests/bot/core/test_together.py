"""Several avatars on one sticker, asked for in a chat."""

from uuid import uuid4

import pytest

from bot.core.conversation.actions import Run, ShowResult
from bot.core.conversation.events import JobEnded
from bot.core.conversation.state import State
from bot.core.language.meanings import Request
from storage.contract.avatars import Avatar, AvatarSpec, gathered, several_in
from storage.contract.jobs import Done
from storage.contract.kinds import Setting
from tests.bot.talk import Talk, buttons, runs, said

ADA, BEN, CEM = (
    AvatarSpec("avataaars", {"mouth": mouth}, {"skin": "#dca57c"})
    for mouth in ("smile", "sad", "tongue")
)


def together(name: str) -> Request:
    return Request("together", (Setting(name),))


def having(*specs: AvatarSpec) -> Talk:
    return Talk(State(avatars=tuple(Avatar(uuid4(), uuid4(), "", one, one) for one in specs)))


def run_of(actions: tuple[object, ...]) -> Run:
    (run,) = (one for one in actions if isinstance(one, Run))
    return run


def end(talk: Talk, run: Run) -> tuple[object, ...]:
    (job,) = talk.jobs
    request = run.request
    done = Done(b"png")
    return talk.tell(JobEnded(job, request.kind, request.settings, None, done, avatar=run.avatar))


def test_a_family_is_all_avatars_there_are() -> None:
    """A job of no photo carries them all, the newest first, and can be read back."""
    run = run_of(having(ADA, BEN, CEM).say("/together"))
    assert run.request == together("family")
    assert run.photo is None
    assert several_in(run.avatar or {}) == (ADA, BEN, CEM)


@pytest.mark.parametrize("line", ["/together hug", "hug", "抱抱", "/合影 拥抱", "/together hugs"])
def test_a_pair_is_the_two_newest(line: str) -> None:
    """In either language, with the command or without."""
    run = run_of(having(ADA, BEN, CEM).say(line))
    assert run.request == together("hug")
    assert run.avatar == gathered((ADA, BEN))


def test_who_has_too_few_avatars_is_told() -> None:
    """How many are needed, and nothing is queued."""
    for talk in (having(), having(ADA)):
        actions = talk.say("/together")
        assert said(actions) == ["say.more_avatars"]
        assert runs(actions) == []


def test_a_birthday_takes_the_newest_avatar_or_a_new_photo() -> None:
    """An avatar as it is kept, or a selfie that has just come."""
    kept = run_of(having(ADA, BEN).say("/together birthday"))
    assert (kept.photo, kept.avatar) == (None, ADA.to_json())
    new = run_of(having(ADA).photo("/together birthday"))
    assert new.photo is not None
    assert new.avatar is None


def test_buttons_below_go_on_with_the_same_people() -> None:
    """Again makes the same, the next scene shows those two, and a family of three has no next."""
    talk = having(ADA, BEN)
    actions = end(talk, run_of(talk.say("/together hug")))
    (shown,) = (one for one in actions if isinstance(one, ShowResult))
    labels = buttons(actions)
    assert "button.change" not in labels
    again = run_of(talk.press(labels["button.again"]))
    assert (again.request, again.avatar) == (together("hug"), gathered((ADA, BEN)))
    following = run_of(talk.press(labels["button.other"]))
    assert (following.request, following.avatar) == (together("high-five"), gathered((ADA, BEN)))
    talk = having(ADA, BEN, CEM)
    shown_by = buttons(end(talk, run_of(talk.say("/together"))))
    assert "button.other" not in shown_by
    assert shown.request == together("hug")


def test_a_family_is_nothing_that_a_selfie_alone_gives() -> None:
    """It is not offered among the usual ones, and asking for it says so."""
    assert said(having(ADA, BEN).say("/style together")) != ["say.style_set"]
