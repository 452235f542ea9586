"""Sliders in the conversation: four at a time, locked, undone, by chance, and typed."""

import pytest

from bot.core.conversation import sliding
from bot.core.conversation.actions import AdoptResult, Cancel, Run, Say, ShowResult
from bot.core.conversation.sliders_view import PAGES
from bot.core.conversation.sliding import PRESETS, SLIDERS
from bot.core.language.meanings import Request
from storage.contract.failures import Failure
from storage.contract.jobs import Failed
from storage.contract.kinds import EDIT, TUNING, Setting
from tests.bot.talk import GRAMMAR, WORDING, Talk, buttons, runs, said


def opened(line: str = "/sliders") -> tuple[Talk, Say]:
    """A conversation with open sliders, and the message that shows them."""
    talk = Talk()
    talk.photo(line)
    return talk, newest(talk)


def newest(talk: Talk) -> Say:
    (shown,) = talk.end(talk.jobs[-1])
    assert isinstance(shown, Say)
    return shown


def value(shown: Say, row: int, column: int) -> str:
    return shown.choices[row][column].value


def settings(talk: Talk, value: str) -> dict[str, float]:
    """Press a button and return what is drawn then."""
    (request,) = runs(talk.press(value, "sliders"))
    assert request.kind == TUNING.name
    return {one.name: one.amount for one in request.settings}


def test_sliders_wait_for_a_photo() -> None:
    """Without one it is asked for; when it comes, its sliders open with the picture."""
    talk = Talk()
    assert said(talk.say("/sliders")) == ["say.send_photo_for"]
    assert runs(talk.photo()) == [Request(TUNING.name)]
    assert newest(talk).picture == b"png"


def test_four_sliders_stand_at_once() -> None:
    """Each row has less, its name, more and a lock; the last has everything about all of them."""
    talk, shown = opened()
    assert [len(row) for row in shown.choices] == [4, 4, 4, 4, 5]
    assert all(len(one.value.encode()) <= 64 for row in shown.choices for one in row)
    labels = [button.label for button in WORDING.say(shown, "en").buttons[0]]
    assert labels == ["➖", "older", "➕", "🔓"]
    for page in range(2, PAGES + 1):
        talk.press(buttons((shown,))["button.slider_page"], "sliders")
        shown = newest(talk)
        assert shown.values["page"] == page
        assert all(len(row) <= 5 for row in shown.choices)
        assert len(shown.choices) <= 5
        assert all(len(one.value.encode()) <= 64 for row in shown.choices for one in row)
    assert "button.preset" in buttons((shown,))


def test_more_and_less_move_a_slider_through_its_opposite() -> None:
    """Below nothing of older stands younger; the name between them sets it back."""
    talk, shown = opened()
    less, name, more, _ = (value(shown, 0, at) for at in range(4))
    assert settings(talk, more) == {"age:older": 0.2}
    assert settings(talk, more) == {"age:older": 0.4}
    for _ in range(3):
        moved = settings(talk, less)
    assert moved == {"age:younger": 0.2}
    assert settings(talk, name) == {}
    for _ in range(7):
        moved = settings(talk, more)
    assert moved == {"age:older": 1.0}


def test_a_locked_slider_stays() -> None:
    """Neither buttons, chance, presets nor reset move it, and the worker is told to hold it."""
    talk, shown = opened("/sliders older 0.4")
    lock, random, reset = value(shown, 0, 3), value(shown, 4, 0), value(shown, 4, 2)
    (request,) = runs(talk.press(lock, "sliders"))
    assert request.settings == (Setting("age:older", 0.4, kept=True),)
    shown = newest(talk)
    assert WORDING.say(shown, "en").buttons[0][3].label == "🔒"
    for press in (value(shown, 0, 2), random, reset):
        (request,) = runs(talk.press(press, "sliders"))
        assert Setting("age:older", 0.4, kept=True) in request.settings
    assert settings(talk, lock) == {"age:older": 0.4}
    assert settings(talk, reset) == {}


def test_every_change_is_undone() -> None:
    """One press back for each; what is dragged counts as one, however many drafts it had."""
    talk, shown = opened()
    undo = value(shown, 4, 1)
    settings(talk, value(shown, 1, 2))
    for draft in ("/sliders older 0.1 draft", "/sliders older 0.2 draft", "/sliders older 0.3"):
        (request,) = runs(talk.say(draft, "sliders"))
        assert (Setting("draft") in request.settings) == draft.endswith("draft")
    assert settings(talk, undo) == {"sex:feminine": 0.2}
    assert settings(talk, undo) == {}
    assert settings(talk, undo) == {}


def test_a_newer_drawing_overtakes_an_older_one() -> None:
    """The job before is given up, and its late end changes nothing."""
    talk, shown = opened()
    talk.press(value(shown, 0, 2), "sliders")
    (old,) = talk.jobs
    event = next(one for one in talk.state.unfinished if one.job == old)
    cancelled, *_ = talk.press(value(shown, 0, 2), "sliders")
    assert cancelled == Cancel((old,), stay=(old,))
    assert event not in talk.state.unfinished


def test_done_makes_a_sticker_of_it() -> None:
    """The look is what later edits are worn over; the sticker's own button opens it again."""
    talk, shown = opened("/sliders older 0.4 keep nose")
    (sticker,) = runs(talk.press(value(shown, 4, 4), "sliders"))
    assert sticker.kind == EDIT.name
    assert {one.name for one in sticker.settings if one.kept} == {
        "nose:big-nose", "nose:wide-nose", "nose:long-nose",
    }  # fmt: skip
    (result,) = talk.end(talk.jobs[0])
    assert isinstance(result, ShowResult)
    assert "older 0.4" in WORDING.sticker(result, b"", "en").text
    assert "nose" not in WORDING.sticker(result, b"", "en").text
    (again,) = runs(talk.press(buttons((result,))["button.sliders"]))
    assert again == Request(TUNING.name, sticker.settings)
    assert said(talk.press(value(shown, 0, 0))) == ["say.choice_gone"]


def test_settings_of_one_group_are_worn_together() -> None:
    """Lipstick stays beside blush, a wide nose beside a long one; a narrow one takes its place."""
    talk = Talk()
    talk.photo("/edit lipstick, blush, wide nose 0.5")
    (request,) = runs(talk.say("/edit narrow nose 0.3, long nose"))
    assert [one.name for one in request.settings] == [
        "makeup:lipstick", "makeup:blush", "nose:narrow-nose", "nose:long-nose",
    ]  # fmt: skip
    (request,) = runs(talk.say("/edit no make-up"))
    assert [one.name for one in request.settings] == ["nose:narrow-nose", "nose:long-nose"]


def test_keep_holds_what_is_worn() -> None:
    """A slider is kept where it stands, or at nothing; stronger leaves it alone."""
    talk = Talk()
    talk.result("/edit feminine 0.5")
    talk.result("/edit older 0.4 keep feminine")
    (look,) = [one.request for one in talk.state.shown[-1:]]
    assert look.settings == (Setting("age:older", 0.4), Setting("sex:feminine", 0.5, kept=True))
    (stronger,) = runs(talk.say("/stronger"))
    assert stronger.settings == (Setting("age:older", 0.6), Setting("sex:feminine", 0.5, kept=True))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_presets_are_pressed_and_typed(name: str, locale: str) -> None:
    """By their name in either language, all their sliders move at once."""
    talk, _ = opened()
    typed = WORDING.texts.preset(locale, name)
    (request,) = runs(talk.say(f"/sliders {typed}", "sliders"))
    assert request.settings == sliding.preset((), name)
    assert sliding.preset((), name)


def test_years_are_a_strength_of_age() -> None:
    """Twenty years are the same word in both languages; nobody becomes a child by counting."""
    for line in ("/edit 20 years older", "/edit 老20岁", "20 years older"):
        (request,) = runs(with_photo().say(line))
        assert request.settings == (Setting("age:older", 0.4),)
    (request,) = runs(with_photo().say("/sliders 30 years younger"))
    assert request.settings == (Setting("age:younger", 0.6),)
    assert said(with_photo().say("/sliders as a child")) == ["command_error.no_minors"]


def with_photo() -> Talk:
    talk = Talk()
    talk.photo()
    return talk


def test_every_slider_can_be_typed_back() -> None:
    """The line that the page sends for a slider means that slider, in either direction."""
    _, shown = opened()
    message = WORDING.say(shown, "en")
    assert len(message.sliders) == len(SLIDERS) >= 28
    for slider, name in zip(message.sliders, SLIDERS, strict=True):
        for amount in filter(None, {slider.low, slider.high}):
            line = f"/edit {slider.command.removeprefix('/sliders ')} {amount:g}"
            request = GRAMMAR.parse(line).meaning.request  # type: ignore[union-attr]
            assert request.settings == (Setting(name, amount),)
        assert bool(slider.opposite) == (slider.low < 0)


def test_random_people_need_no_photo() -> None:
    """A job of nothing at all; again asks for another, and wishes stay."""
    talk = Talk()
    (request,) = runs(talk.say("/random older woman glasses"))
    assert [one.name for one in request.settings] == ["old", "woman", "glasses"]
    (result,) = talk.end(talk.jobs[0])
    assert isinstance(result, ShowResult)
    assert runs(talk.press(buttons((result,))["button.again"])) == [request]
    talk.photo()
    (run,) = [one for one in talk.say("/random") if isinstance(one, Run)]
    assert run.photo is None
    assert talk.press(buttons((result,))["button.adopt"]) == (AdoptResult(result.job),)


def test_a_mix_asks_for_the_other_photo() -> None:
    """Typed first it waits for it; a photo may bring it as its caption; strength goes on."""
    talk = Talk()
    talk.photo("/cutout")
    selfie = talk.state.photo
    assert said(talk.say("/mix 0.3")) == ["say.send_other"]
    (run,) = [one for one in talk.photo() if isinstance(one, Run)]
    assert run.photo == selfie == talk.state.photo
    assert run.request.second_photo not in (None, selfie)
    assert run.request.settings == (Setting("both", 0.3),)
    (result,) = talk.end(talk.jobs[0])
    (stronger,) = runs(talk.press(buttons((result,))["button.stronger"]))
    assert stronger.settings == (Setting("both", 0.5),)
    assert stronger.second_photo == run.request.second_photo
    (other,) = [one for one in talk.photo("/mix") if isinstance(one, Run)]
    assert (other.photo, other.request.settings) == (selfie, (Setting("both", 0.5),))


@pytest.mark.parametrize("words", ["/mix everyone", "/mix average face", "/mix 大家"])
def test_a_mix_of_everyone_takes_one_photo(words: str) -> None:
    """It is made once of all faces, asks neither which one nor for another photo, and again."""
    talk = Talk()
    (run,) = [one for one in talk.photo(words) if isinstance(one, Run)]
    assert (run.photo, run.face, run.request.second_photo) == (talk.state.photo, None, None)
    assert run.request.settings == (Setting("everyone"),)
    (result,) = talk.end(talk.jobs[-1])
    assert isinstance(result, ShowResult)
    assert runs(talk.press(buttons((result,))["button.again"])) == [run.request]


def test_a_mix_of_everyone_does_not_wait_for_a_face_to_be_chosen() -> None:
    """Where it was asked which face is meant, all of them are."""
    talk = Talk()
    talk.photo("/cutout")
    talk.end(talk.jobs[0], Failed(Failure.TOO_MANY_FACES, {"faces": 3}))
    assert talk.state.question is not None
    (run,) = [one for one in talk.say("/mix everyone") if isinstance(one, Run)]
    assert (run.photo, run.face) == (talk.state.question.photo, None)
