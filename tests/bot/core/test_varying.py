"""What people change about a drawing: the question, its answers, and what is made."""

from bot.core.conversation.actions import Run, Say
from storage.contract.jobs import Done
from storage.contract.kinds import KINDS, Setting, group_of
from tests.bot.talk import WORDING, Talk, buttons, runs, said


def labels(actions: tuple[object, ...]) -> list[str]:
    (asked,) = actions
    assert isinstance(asked, Say)
    return [button.label for row in WORDING.say(asked, "en").buttons for button in row]


def words(actions: tuple[object, ...]) -> list[str]:
    made = [action.request for action in actions if isinstance(action, Run)]
    return [WORDING.texts.describe("en", request) for request in made]


def test_a_drawing_is_changed_one_thing_at_a_time() -> None:
    """The button asks what, then which, in one message; what was chosen before stays."""
    talk = Talk()
    job = talk.result("/cartoon anime")
    asked = talk.press(f"vary:{job.hex}", "result")
    assert labels(asked) == ["mood", "film", "hair", "eyes", "lines", "colours", "ground"]
    assert isinstance(asked[0], Say)
    assert asked[0].replaces is None
    which = talk.press(f"vary:{job.hex}:eyes", "question")
    assert labels(which)[:2] == ["brown", "hazel"]
    assert isinstance(which[0], Say)
    assert which[0].replaces == "question"
    assert words(talk.press(f"vary:{job.hex}:eyes:green")) == ["cartoon anime, green eyes"]
    job = talk.jobs[0]
    talk.end(job)
    assert "✅ green" in labels(talk.press(f"vary:{job.hex}:eyes"))
    both = talk.press(f"vary:{job.hex}:hair:blue")
    assert words(both) == ["cartoon anime, blue hair, green eyes"]


def test_a_drawing_moves_and_is_no_file_then() -> None:
    """By words or a button; a film has no document."""
    talk = Talk()
    job = talk.result("/cartoon ink love")
    assert words(talk.press(f"vary:{job.hex}:motion:moving")) == [
        "cartoon ink, in love mood, moving film"
    ]
    still, moving = (talk.result(f"/cartoon anime{more}") for more in ("", " moving"))
    assert runs(talk.say("/cartoon ink love moving"))[0].settings[-1] == Setting("motion:moving")
    assert "ShowDrawing" in {type(one).__name__ for one in talk.press(f"drawing:{still.hex}")}
    assert said(talk.press(f"drawing:{moving.hex}")) == ["say.choice_gone"]


def test_a_choice_is_taken_back() -> None:
    """By a button, or by saying none of it."""
    talk = Talk()
    job = talk.result("/cartoon comic hair pink lines thick")
    assert "⟲ As it was" in labels(talk.press(f"vary:{job.hex}:hair"))
    assert words(talk.press(f"vary:{job.hex}:hair:")) == ["cartoon comic, thick lines"]
    assert words(talk.say("/cartoon no lines")) == ["cartoon comic"]


def test_the_last_look_is_meant_where_none_is_said() -> None:
    """A colour alone is laid over the last drawing, and over the usual one after a painting."""
    talk = Talk()
    talk.result("/cartoon anime eyes green")
    assert words(talk.say("/cartoon hair blue")) == ["cartoon anime, green eyes, blue hair"]
    talk.say("/cartoon monet")
    assert words(talk.say("/cartoon hair blue")) == ["cartoon ink, blue hair"]


def test_the_trained_network_takes_colours_of_hair_alone() -> None:
    """Its hair is asked for at once, in words too; all else is left out, and no file."""
    talk = Talk()
    job = talk.result("/cartoon twin hair pink circle")
    assert words(talk.press(f"again:{job.hex}")) == ["cartoon twin, pink hair"]
    which = labels(talk.press(f"vary:{job.hex}"))
    assert "✅ pink" in which
    assert not any("ground" in label for label in which)
    assert words(talk.press(f"vary:{job.hex}:hair:green")) == ["cartoon twin, green hair"]
    assert said(talk.press(f"vary:{job.hex}:ground:circle")) == ["say.choice_gone"]
    assert said(talk.press(f"drawing:{job.hex}")) == ["say.choice_gone"]
    assert words(talk.say("/cartoon ground circle")) == ["cartoon ink, circle ground"]


def test_only_drawings_are_varied() -> None:
    """A painting has no such button, and one pressed too late says so."""
    talk = Talk()
    talk.photo("/cartoon hokusai")
    assert "button.vary" not in buttons(talk.end(talk.jobs[0], Done(b"png")))
    job = talk.result("/cartoon hokusai")
    assert said(talk.press(f"vary:{job.hex}:hair:blue")) == ["say.choice_gone"]
    job = talk.result("/cartoon ink")
    assert said(talk.press(f"vary:{job.hex}:hair:plaid")) == ["say.choice_gone"]


def test_the_next_style_keeps_what_suits_it() -> None:
    """Colours stay from drawing to drawing and are left out of a painting."""
    talk = Talk()
    job = talk.result("/cartoon ink hair blue")
    assert words(talk.press(f"other:{job.hex}")) == ["cartoon anime, blue hair"]
    job = talk.result("/cartoon line hair blue")
    (run,) = runs(talk.press(f"other:{job.hex}"))
    assert [(one.name, one.amount) for one in run.settings] == [("hokusai", 0.6)]


def test_every_button_fits_telegram() -> None:
    """Whatever a button carries, it is 64 bytes at most; and a row fits a phone."""
    talk = Talk()
    job = talk.result("/cartoon ink mood sad hair red eyes red lines fine palette warm ground blob")
    kind = KINDS["cartoon"]
    for group in kind.groups:
        (asked,) = talk.press(f"vary:{job.hex}:{group}")
        assert isinstance(asked, Say)
        values = [choice.value for row in asked.choices for choice in row]
        assert max(len(value.encode()) for value in values) <= 64
        assert len(asked.choices) <= 5  # rows of Discord's, of five
        assert max(map(len, asked.choices)) <= 5
        assert {value.split(":", 2)[2] for value in values} >= {
            name for name in kind.settings if group_of(name) == group
        }
