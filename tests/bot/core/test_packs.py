"""Packs: every mood of an avatar, one after the other, into one sticker pack."""

from bot.core.conversation import pack_actions as do
from bot.core.conversation.actions import Run, Say, ShowResult
from bot.core.conversation.events import JobEnded
from bot.core.language.meanings import Request
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import KINDS, MOOD, Setting
from tests.bot.talk import WORDING, Talk, buttons, runs, said

ADA = {"style": "avataaars", "parts": {"mouth": "smile"}, "colours": {"skin": "#dca57c"}}
SHEET = Done(b"sheet", {**ADA, "names": ["happy", "laugh"], "page": 1, "pages": 2})


def mood(*names: str) -> Request:
    return Request("mood", tuple(Setting(name) for name in names))


def offered() -> tuple[Talk, str]:
    """Return a talk with a sheet of moods in it, and what its button for the pack sends."""
    talk = Talk()
    talk.photo("/moods")
    return talk, buttons(talk.end(talk.jobs[0], SHEET))["button.pack"]


def test_a_sheet_of_moods_offers_them_all() -> None:
    """Its last row asks for the whole pack or turns the page; other sheets have no pack."""
    talk = Talk()
    talk.photo("/moods")
    shown = next(one for one in talk.end(talk.jobs[0], SHEET) if isinstance(one, Say))
    labels = [button.label for button in WORDING.say(shown, "en").buttons[-1]]
    assert labels == ["📦 All 16", "More ▸"]
    talk.say("/hairs")
    hairs = Done(b"sheet", {"names": ["hair:bob"], "page": 1, "pages": 1})
    assert "button.pack" not in buttons(talk.end(talk.jobs[0], hairs))


def test_a_pack_comes_in_its_order() -> None:
    """One job at a time, each of the sheet's avatar, goes into the pack without being shown."""
    talk, pack = offered()
    actions = talk.press(pack)
    assert said(actions) == ["say.pack"]
    (begun,) = (one for one in actions if isinstance(one, do.CreatePack))
    made: list[Request] = []
    added: list[do.AddToPack] = []
    published: list[do.PublishPack] = []
    while talk.jobs:
        (run,) = (one for one in actions if isinstance(one, Run))
        assert run.of_pack
        assert run.avatar == ADA
        made.append(run.request)
        job = talk.jobs[0]
        actions = talk.end(job, Done(b"png", ADA))
        assert not any(isinstance(one, ShowResult) for one in actions)
        added += [one for one in actions if isinstance(one, do.AddToPack)]
        published += [one for one in actions if isinstance(one, do.PublishPack)]
        assert added[-1].job == job
    assert made == [mood(name) for name in MOOD.pack]
    assert len(made) == len({one.sticker for one in added}) == 16
    assert {one.pack for one in (*added, *published)} == {begun.id}
    assert len(published) == 1  # with the first
    assert do.ShowPack(begun.id, unless_published=True) in actions
    assert talk.state.pack is None
    assert talk.state.shown == ()


def test_a_pack_can_be_stopped() -> None:
    """After /cancel nothing follows, and the end of what was at work changes nothing."""
    talk, pack = offered()
    talk.press(pack)
    talk.end(talk.jobs[0], Done(b"png", ADA))
    at_work = talk.jobs[0]
    assert "say.cancelled" in said(talk.say("/cancel"))
    assert talk.state.pack is None
    assert at_work not in {one.job for one in talk.state.unfinished}


def test_a_pack_begun_again_takes_the_place_of_the_first() -> None:
    """Pressed twice there is still only one that goes on."""
    talk, pack = offered()
    talk.press(pack)
    first = talk.jobs[0]
    talk.press(pack)
    second = talk.jobs[0]
    assert runs(talk.end(first, Done(b"png", ADA))) == []
    assert runs(talk.end(second, Done(b"png", ADA))) == [mood("laugh")]


def test_the_same_end_told_twice_goes_on_once() -> None:
    """A delivery that is repeated after a crash asks for no second following mood."""
    talk, pack = offered()
    talk.press(pack)
    one = talk.state.unfinished[-1]
    end = JobEnded(one.job, "mood", one.request.settings, one.face, Done(b"png", ADA), one.photo)
    assert runs(talk.tell(end)) == [mood("laugh")]
    assert runs(talk.tell(end)) == []


def test_a_pack_ends_where_something_fails() -> None:
    """The failure is said, and no more follow."""
    talk, pack = offered()
    talk.press(pack)
    actions = talk.end(talk.jobs[0], Failed(Failure.GAVE_UP))
    assert said(actions) == ["failure.gave_up"]
    assert runs(actions) == []


def test_a_mood_is_set_in_motion_by_a_button() -> None:
    """What may stand beside a choice is put there and taken away; what always moves has none."""
    talk = Talk()
    talk.photo("/mood love")
    moving = buttons(talk.end(talk.jobs[0], Done(b"png", ADA)))["button.beside"]
    (run,) = talk.press(moving)
    assert isinstance(run, Run)
    assert run.request == mood("love", "moving")
    assert run.avatar == ADA
    still = buttons(talk.end(talk.jobs[0], Done(b"apng", ADA)))["button.without"]
    assert runs(talk.press(still)) == [mood("love")]
    talk.say("/mood blink")
    shown = buttons(talk.end(talk.jobs[0], Done(b"apng", ADA)))
    assert {"button.beside", "button.without"}.isdisjoint(shown)


def test_a_button_that_a_result_never_had_is_out_of_date() -> None:
    """A cut-out has no other style and nothing beside it, whatever comes back."""
    talk = Talk()
    job = talk.result("/cutout")
    for verb in ("other", "beside"):
        assert said(talk.press(f"{verb}:{job.hex}")) == ["say.choice_gone"]


def test_packs_are_made_of_what_there_is() -> None:
    """Every name in a pack is a setting of its kind that needs nothing beside it."""
    for kind in KINDS.values():
        assert set(kind.pack) <= set(kind.settings) - {*kind.beside, *kind.two_photos}
