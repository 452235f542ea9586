"""Text on stickers, asked for in a chat."""

from uuid import uuid4

import pytest

from bot.core.conversation.actions import Run, Say, ShowResult
from bot.core.conversation.events import JobEnded
from bot.core.language.meanings import Request
from storage.contract.captions import ABOVE, MOST, Caption, parted, with_caption
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed, Outcome
from storage.contract.kinds import Setting
from tests.bot.talk import GRAMMAR, WORDING, Talk, buttons, runs, said

HELLO = Caption("Hello, World!")
CUTOUT = Request("cutout", caption=HELLO)


def end(talk: Talk, outcome: Outcome | None = None) -> tuple[object, ...]:
    """End the only job as its row has it."""
    (job,) = talk.jobs
    one = next(one for one in talk.state.unfinished if one.job == job)
    settings = with_caption(one.request.settings, one.request.caption)
    ended = JobEnded(job, one.request.kind, settings, one.face, outcome or Done(b"png"), one.photo)
    return talk.tell(ended)


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ('/caption "Hello, World!"', HELLO),
        ("/caption Hello, World!", HELLO),
        ("/caption: Hello, World!", HELLO),
        ("/caption@SelfmojiBot “Hello, World!”", HELLO),
        ("/caption above Hello, World!", Caption("Hello, World!", above=True)),
        ("/caption bottom ½ & ① ＡＢ", Caption("½ & ① ＡＢ")),
        ("/caption above", Caption("above")),
        ("/字幕 上面 我在路上！", Caption("我在路上！", above=True)),
        ("/文字我在路上！", Caption("我在路上！")),
        ("/caption أنا في الطريق", Caption("أنا في الطريق")),
    ],
)
def test_words_go_onto_the_newest_result(line: str, caption: Caption) -> None:
    """As they were typed, with capitals and signs, on the same wish of the same photo."""
    talk = Talk()
    talk.result("/expression smile 0.8")
    (action,) = talk.say(line)
    assert isinstance(action, Run)
    assert action.request.settings == (Setting("smile", 0.8),)
    assert action.request.caption == caption
    assert action.photo == talk.state.photo


def test_a_second_line_is_text_on_what_the_first_asks_for() -> None:
    """Under a photo and alone; a sheet takes none, and no wish gets it later."""
    talk = Talk()
    assert runs(talk.photo("/cutout\nHello, World!")) == [CUTOUT]
    assert runs(talk.say("/cutout\n  “Hello, World!”  ")) == [CUTOUT]
    assert runs(talk.say("/cutout")) == [Request("cutout")]
    assert runs(talk.say("smile\nHello, World!"))[0].caption == HELLO
    assert runs(talk.say("/emoji cat\nHello, World!")) == [
        Request("emoji", (Setting("cat"),), caption=HELLO)
    ]
    assert runs(talk.say("/edit hair afro\nHello, World!"))[0].caption == HELLO
    assert runs(talk.say("/edit hat beanie"))[0].caption is None


def test_under_a_photo_it_is_on_what_that_gives() -> None:
    """All of what a selfie alone gives carries the words."""
    requests = runs(Talk().photo("/caption Hello, World!"))
    assert [one.kind for one in requests] == ["cutout", "emoji", "cartoon"]
    assert {one.caption for one in requests} == {HELLO}


def test_without_a_photo_the_words_wait() -> None:
    """A selfie is asked for, and what comes of it carries them."""
    talk = Talk()
    assert said(talk.say("/caption Hello, World!")) == ["say.send_photo_for"]
    assert runs(talk.photo()) == [CUTOUT]


def test_text_is_taken_off_again() -> None:
    """``none`` makes the same without; where there is none it says so."""
    talk = Talk()
    talk.result("/cutout")
    assert said(talk.say("/caption none")) == ["say.no_caption"]
    talk.say("/caption Hello, World!")
    end(talk)
    assert runs(talk.say("/caption none")) == [Request("cutout")]


def test_buttons_keep_the_text() -> None:
    """Stronger, weaker, again and the next style are made with it, and the words describe it."""
    talk = Talk()
    talk.photo("/cartoon hokusai 0.6\nHello, World!")
    actions = end(talk)
    (shown,) = (one for one in actions if isinstance(one, ShowResult))
    assert "“Hello, World!”" in WORDING.sticker(shown, b"", "en").text
    assert "“Hello, World!”" in WORDING.sticker(shown, b"", "zh-Hans").text
    labels = buttons(actions)
    for key in ("button.stronger", "button.weaker", "button.again", "button.other"):
        (request,) = runs(talk.press(labels[key]))
        assert request.caption == HELLO


def test_a_moved_slider_keeps_the_text() -> None:
    """What replaces a result says what that said."""
    talk = Talk()
    talk.photo("/expression smile 0.8\nHello, World!")
    end(talk)
    (request,) = runs(talk.say("/expression smile 0.3", replaces="7"))
    assert (request.settings, request.caption) == ((Setting("smile", 0.3),), HELLO)


def test_a_stranger_stays_the_same_person() -> None:
    """Text on somebody who does not exist is drawn by the same chance, however often."""
    talk = Talk()
    talk.say("/random woman")
    (job,) = talk.jobs
    end(talk)
    (first,) = (one for one in talk.say("/caption hi") if isinstance(one, Run))
    assert first.avatar == {"seed": job.int % 2**32}
    (captioned,) = talk.jobs
    done = Done(b"png")
    talk.tell(JobEnded(captioned, "random", with_caption(first.request.settings,
              first.request.caption), None, done, avatar=first.avatar))  # fmt: skip
    (second,) = (one for one in talk.say("/caption ho") if isinstance(one, Run))
    assert second.avatar == first.avatar
    assert second.photo is None


@pytest.mark.parametrize(
    ("line", "key"),
    [("/caption", "say.which_caption"), ('/caption ""', "say.which_caption"),
     ("/caption " + "a" * (MOST + 1), "say.caption_too_long"),
     ("/cutout\n" + "a" * (MOST + 1), "say.caption_too_long")],
)  # fmt: skip
def test_what_cannot_be_written_is_told(line: str, key: str) -> None:
    """Nothing, or too much, gets one sentence and no job."""
    talk = Talk()
    talk.result("/cutout")
    actions = talk.say(line)
    assert said(actions) == [key]
    assert runs(actions) == []


def test_letters_that_no_font_has_are_named() -> None:
    """The job tells their places; the person reads the letters, and the photo stays in hand."""
    talk = Talk()
    talk.result("/cutout")
    talk.say("/caption a𓀀b𓀀")
    (told,) = end(talk, Failed(Failure.NO_LETTERS, {"missing": [1, 3]}))
    assert isinstance(told, Say)
    assert "𓀀:" in WORDING.say(told, "en").text
    assert WORDING.say(told, "en").text.count("𓀀") == 1
    assert talk.state.photo is not None


def test_captions_travel_among_settings() -> None:
    """What goes in comes out, and settings alone have none."""
    settings = (Setting("smile", 0.8),)
    above = Caption("hi", above=True)
    carried = with_caption(settings, above)
    assert carried[-1] == Setting(ABOVE, words="hi")
    assert parted(carried) == (settings, above)
    assert parted(with_caption(settings, None)) == (settings, None)
    assert Request.of_job("expression", carried, uuid4()).caption == above


def test_a_caption_of_two_commands_is_still_a_line() -> None:
    """Where the first line is no wish, both are read together as before."""
    assert GRAMMAR.parse("/help\nplease").meaning == GRAMMAR.parse("/help please").meaning
