"""Looks in the conversation: worn together, taken from sheets, painted like a picture."""

from uuid import UUID, uuid4

from bot.core.conversation.actions import Run, Say, ShowResult
from bot.core.conversation.state import USUAL
from bot.core.conversation.step import PhotoKept
from bot.core.language.meanings import Request
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import Setting
from tests.bot.talk import GRAMMAR, ORIGIN, WORDING, Talk, buttons, runs, said


def look(*settings: str | tuple[str, float]) -> Request:
    pairs = [one if isinstance(one, tuple) else (one, 1.0) for one in settings]
    return Request("edit", tuple(Setting(name, amount) for name, amount in pairs))


def test_edits_are_worn_together() -> None:
    """A beard after an afro keeps the hair; of one group the newest counts; none takes off."""
    talk = Talk()
    talk.photo("/cutout")
    assert runs(talk.say("/edit hair afro")) == [look("hair:afro")]
    full = ("beard:full", 0.5)
    assert runs(talk.say("/edit beard full 0.5")) == [look("hair:afro", full)]
    assert runs(talk.say("/edit bob blond")) == [look("hair:bob", "colour:blond", full)]
    assert runs(talk.say("/edit hair none, round glasses")) == [look(full, "glasses:round")]
    assert runs(talk.say("/edit none")) == [look()]
    assert runs(talk.say("/edit hat cap")) == [look("hat:cap")]


def test_undo_takes_the_newest_edit_off() -> None:
    """What comes next is worn over what stands there again."""
    talk = Talk()
    talk.result("/edit hair afro")
    talk.result("/edit beard full")
    (shown,) = talk.say("/undo")
    assert isinstance(shown, ShowResult)
    assert shown.request == look("hair:afro")
    assert runs(talk.say("/edit glasses round")) == [look("hair:afro", "glasses:round")]


SHEET = Done(b"sheet", {"names": ["hair:bald", "hair:afro", "hair:bob"], "page": 1, "pages": 5})


def test_a_look_is_taken_from_a_sheet() -> None:
    """A button for each look, three in a row; a tap or its number wears it beside the others."""
    talk = Talk()
    talk.photo("/edit beard full")
    talk.end(talk.jobs[0])
    assert runs(talk.say("/hairs")) == [Request("try-on", (Setting("hair"),))]
    (shown,) = talk.end(talk.jobs[0], SHEET)
    assert isinstance(shown, Say)
    assert (shown.picture, shown.sheet is not None) == (b"sheet", True)
    assert [len(row) for row in shown.choices] == [3, 1]
    assert all(len(one.value.encode()) <= 64 for row in shown.choices for one in row)
    labels = [button.label for button in WORDING.say(shown, "en").buttons[0]]
    assert labels == ["1 · bald", "2 · afro", "3 · bob"]
    afro = look("hair:afro", "beard:full")
    assert runs(talk.press(shown.choices[0][1].value)) == [afro]
    assert runs(talk.say("3")) == [look("hair:bob", "beard:full")]
    talk.end(talk.jobs[0])
    assert said(talk.say("/undo")) == []
    assert talk.state.shown[-1].request == look("beard:full")
    assert runs(talk.press(shown.choices[0][1].value)) == [afro]  # a sheet can be used again


def test_a_sheet_is_turned_in_place() -> None:
    """More gives the next page instead of this one, and begins anew after the last."""
    talk = Talk()
    talk.photo("/hairs")
    (shown,) = talk.end(talk.jobs[0], SHEET)
    assert isinstance(shown, Say)
    (run,) = talk.press(shown.choices[1][0].value, "m7")
    assert isinstance(run, Run)
    assert run.request == Request("try-on", (Setting("hair", page=2),))
    assert run.replaces == "m7"
    last = Done(b"sheet", {"names": ["hair:buzz"], "page": 5, "pages": 5})
    (shown,) = talk.end(talk.jobs[0], last)
    assert isinstance(shown, Say)
    (run,) = talk.press(shown.choices[1][0].value, "m7")
    assert isinstance(run, Run)
    assert run.request == Request("try-on", (Setting("hair"),))


def test_a_sheet_belongs_to_its_photo() -> None:
    """A look taken from an older sheet is worn on the face that the sheet shows."""
    talk = Talk()
    talk.photo("/hairs")
    first = talk.state.photo
    (shown,) = talk.end(talk.jobs[0], SHEET)
    assert isinstance(shown, Say)
    talk.photo("/cutout")
    (run,) = talk.press(shown.choices[0][0].value)
    assert isinstance(run, Run)
    assert (run.photo, run.request) == (first, look("hair:bald"))
    assert said(Talk().press(shown.choices[0][0].value)) == ["say.choice_gone"]


STYLES = Done(b"sheet", {"names": ["hokusai", "van-gogh", "munch"], "page": 1, "pages": 2})


def test_a_style_is_taken_from_a_sheet() -> None:
    """Tapping the third style paints in it, and more styles come in the sheet's place."""
    talk = Talk()
    assert runs(talk.photo("/styles")) == [Request("gallery", (Setting("styles"),))]
    (shown,) = talk.end(talk.jobs[0], STYLES)
    assert isinstance(shown, Say)
    labels = [button.label for button in WORDING.say(shown, "en").buttons[0]]
    assert labels == ["1 · hokusai", "2 · van-gogh", "3 · munch"]
    munch = Request("cartoon", (Setting("munch", 0.6),))
    assert runs(talk.press(shown.choices[0][2].value)) == [munch]
    (run,) = talk.press(shown.choices[1][0].value, "m7")
    assert isinstance(run, Run)
    assert (run.request, run.replaces) == (Request("gallery", (Setting("styles", page=2),)), "m7")


def test_a_bare_edit_offers_the_sheets() -> None:
    """Whoever does not know what to ask for may try on."""
    talk = Talk()
    offered = buttons(talk.photo("/edit"))
    assert runs(talk.press(offered["button.try_hats"])) == [Request("try-on", (Setting("hat"),))]


def painted(picture: UUID, amount: float = 0.6) -> Request:
    return Request("cartoon", (Setting("picture", amount),), picture)


def test_paint_asks_for_the_picture() -> None:
    """After a selfie, the next picture is what to paint like, and the selfie stays the subject."""
    talk = Talk()
    talk.photo("/cutout")
    selfie = talk.state.photo
    assert said(talk.say("/paint 0.8")) == ["say.send_picture"]
    (run,) = talk.photo()
    assert isinstance(run, Run)
    assert run.photo == selfie == talk.state.photo
    assert run.request == painted(run.request.second_photo or uuid4(), 0.8)
    assert runs(talk.photo()) == list(USUAL)  # and then selfies are selfies again


def test_a_picture_captioned_paint_is_painted_like() -> None:
    """It may come before the selfie too, or answer one."""
    talk = Talk()
    picture, selfie, other = uuid4(), uuid4(), uuid4()
    painting = PhotoKept(ORIGIN, picture, GRAMMAR.caption("/paint"))
    assert said(talk.tell(painting)) == ["say.send_photo_for"]
    (run,) = talk.tell(PhotoKept(ORIGIN, selfie))
    assert isinstance(run, Run)
    assert (run.photo, run.request) == (selfie, painted(picture))
    (run,) = talk.tell(PhotoKept(ORIGIN, picture, GRAMMAR.caption("paint me like this"), other))
    assert isinstance(run, Run)
    assert (run.photo, run.request) == (other, painted(picture))


def test_mimic_asks_for_the_other_face() -> None:
    """As painting does, in words of its own; what comes next lends its expression."""
    talk = Talk()
    talk.photo("/cutout")
    selfie = talk.state.photo
    assert said(talk.say("/mimic")) == ["say.send_face"]
    (run,) = talk.photo()
    assert isinstance(run, Run)
    assert run.photo == selfie
    assert run.request.kind == "expression"
    assert run.request.settings == (Setting("mimic", 1.0),)
    assert run.request.second_photo not in (None, selfie)


def test_a_painting_keeps_its_picture() -> None:
    """Stronger, again, a slider and undo are about the same picture."""
    talk = Talk()
    talk.photo("/cutout")
    talk.photo("/paint")
    picture = next(
        one.request.second_photo for one in talk.state.unfinished if one.request.second_photo
    )
    job = talk.jobs[0]
    talk.end(job)
    assert runs(talk.press(f"again:{job.hex}")) == [painted(picture)]
    assert runs(talk.press(f"more:{job.hex}")) == [painted(picture, 0.8)]
    assert runs(talk.say("/cartoon picture 0.3", replaces="m1")) == [painted(picture, 0.3)]
    assert runs(talk.say("/cartoon")) == [painted(picture, 0.3)]
    other = runs(talk.press(f"other:{job.hex}"))
    assert [one.lacks_second_photo for one in other] == [False]


def test_a_bad_picture_leaves_the_selfie_alone() -> None:
    """Another picture may be sent at once."""
    talk = Talk()
    talk.photo("/cutout")
    selfie = talk.state.photo
    talk.photo("/paint")
    broken = Failed(Failure.NOT_AN_IMAGE, {"picture": True})
    assert said(talk.end(talk.jobs[0], broken)) == ["failure.not_an_image"]
    (run,) = talk.photo()
    assert isinstance(run, Run)
    assert run.photo == selfie
    assert run.request.second_photo is not None


def test_cancel_gives_up_waiting_for_a_picture() -> None:
    """Then the next photo is a selfie."""
    talk = Talk()
    talk.photo("/cutout")
    talk.say("/paint")
    talk.say("/cancel")
    assert runs(talk.photo()) == list(USUAL)


def test_a_new_selfie_wears_nothing_yet() -> None:
    """Its edits begin anew, but a bare command means the last look again."""
    talk = Talk()
    talk.result("/edit hair afro")
    talk.photo("/cutout")
    assert runs(talk.say("/edit hat cap")) == [look("hat:cap")]
    assert runs(talk.photo("/edit")) == [look("hat:cap")]
    assert said(Talk().photo("/edit")) == ["say.which_look"]


def test_only_what_has_a_strength_is_made_stronger() -> None:
    """Hair has none and stays as it is beside a beard's density."""
    talk = Talk()
    talk.photo("/edit hair afro")
    offered = buttons(talk.end(talk.jobs[0]))
    assert "button.stronger" not in offered
    assert said(talk.say("/stronger")) == ["say.no_strength"]
    talk.result("/edit beard full 0.4")
    assert runs(talk.say("/stronger")) == [look("hair:afro", ("beard:full", 0.6))]
    assert runs(talk.say("50%")) == [look("hair:afro", ("beard:full", 0.5))]


def test_a_slider_of_a_look_carries_all_of_it() -> None:
    """Only strengths slide, and the rest of the look comes along."""
    talk = Talk()
    talk.photo("/edit afro full 0.8")
    (shown,) = talk.end(talk.jobs[0])
    assert isinstance(shown, ShowResult)
    (slider,) = WORDING.sticker(shown, b"png", "en").sliders
    assert slider.label == "full beard"
    moved = runs(talk.say(f"{slider.command} 0.3", replaces="m1"))
    assert moved == [look("hair:afro", ("beard:full", 0.3))]


def test_eyes_have_one_colour_and_faces_one_paint() -> None:
    """Green takes the place of blue, a flag that of a cat; larger eyes stay beside both."""
    talk = Talk()
    talk.photo("/edit blue eyes, big eyes, cat paint")
    (request,) = runs(talk.say("/edit green eyes 0.5, French flag"))
    assert [one.name for one in request.settings] == [
        "eyes:big-eyes", "eyes:green-eyes", "paint:france",
    ]  # fmt: skip
    (request,) = runs(talk.say("/编辑 彩绘 骷髅"))
    assert request.settings[-1] == Setting("paint:skull", 1.0)
