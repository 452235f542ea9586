"""The conversation: what is remembered, done and said; every event is answered."""

import json
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Run, Say, ShowResult
from bot.core.conversation.events import ChoiceMade, CommandGiven, JobEnded, PhotoRefused
from bot.core.conversation.library import Library
from bot.core.conversation.state import (
    REMEMBERED,
    USUAL,
    Crowd,
    FaceQuestion,
    Shown,
    State,
    Unfinished,
    from_json,
    its_own,
    strengthened,
    to_json,
)
from bot.core.conversation.step import PhotoKept, StepEvent, step
from bot.core.language.meanings import Command, Request
from bot.core.language.shortcuts import SHORTCUTS
from bot.core.language.texts import load
from storage.contract.avatars import Avatar, AvatarSpec
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import KINDS, Setting
from storage.contract.parts import Catalogue
from tests.bot.talk import (
    GRAMMAR,
    HOKUSAI,
    ORIGIN,
    SMILE,
    VISIBLE,
    WORDING,
    Talk,
    buttons,
    runs,
    said,
)


def test_a_selfie_alone_gives_what_is_preferred() -> None:
    """At first that is a cut-out, an emoji and one painted style."""
    assert runs(Talk().photo()) == [
        Request("cutout"),
        Request("emoji", (Setting("avataaars"),)),
        Request("cartoon", (Setting("ink"),)),
    ]


@pytest.mark.parametrize("caption", ["me at the beach", "/start", ""])
def test_a_caption_that_asks_for_nothing_is_a_selfie_alone(caption: str) -> None:
    """People write under their photos; that is no mistake."""
    assert runs(Talk().photo(caption)) == list(USUAL)


def test_a_caption_is_a_command() -> None:
    """``/expression smile`` under a photo makes that alone."""
    assert runs(Talk().photo("/expression smile")) == [SMILE]
    assert runs(Talk().photo("smile 0.8")) == [SMILE]


def test_a_mistaken_command_as_caption_is_explained_and_the_photo_kept() -> None:
    """Then the right command needs no second photo."""
    talk = Talk()
    assert said(talk.photo("/cartoon pikasso")) == ["command_error.unknown_setting_bare"]
    assert runs(talk.say("/cartoon hokusai")) == [HOKUSAI]


def test_a_command_without_a_photo_asks_for_one_and_runs_when_it_comes() -> None:
    """The wish is remembered."""
    talk = Talk()
    assert said(talk.say("/expression smile")) == ["say.send_photo_for"]
    assert runs(talk.photo()) == [SMILE]
    assert runs(talk.photo()) == list(USUAL)


def test_a_bare_kind_means_what_it_meant_last_time() -> None:
    """``/cartoon`` after ``/cartoon monet 0.3`` is that again."""
    talk = Talk()
    talk.photo("/cartoon monet 0.3")
    assert runs(talk.say("/cartoon")) == [Request("cartoon", (Setting("monet", 0.3),))]
    assert runs(talk.say("/expression")) == [SMILE]


def test_a_result_has_its_buttons() -> None:
    """Again, stronger, weaker, undo and favourite; where one is chosen another and a scene."""
    talk = Talk()
    talk.photo("/cartoon hokusai")
    assert set(buttons(talk.end(talk.jobs[0]))) == {
        "button.again",
        "button.stronger",
        "button.weaker",
        "button.undo",
        "button.favourite",
        "button.other",
        "button.beside",
        "pack_button.add",
    }
    talk.say("/cutout")
    assert set(buttons(talk.end(talk.jobs[0]))) == {
        "button.again",
        "button.undo",
        "button.favourite",
        "pack_button.add",
    }


def test_an_expression_is_set_moving() -> None:
    """A button below it films the same; the film has strengths and cannot be set moving again."""
    talk = Talk()
    talk.photo("/expression smile 0.8 wink 0.25")
    moving = buttons(talk.end(talk.jobs[0]))["button.animate"]
    film = Request("animate", (Setting("smile", 0.8), Setting("wink", 0.25)))
    assert runs(talk.press(moving)) == [film]
    shown = buttons(talk.end(talk.jobs[0]))
    assert {"button.stronger", "button.weaker"} <= set(shown)
    assert "button.animate" not in shown
    assert said(talk.press(f"animate:{talk.state.shown[-1].job.hex}")) == ["say.choice_gone"]


def test_bare_animate_is_idle_whatever_was_filmed_before() -> None:
    """Other kinds mean what they meant last time; this one breathes and blinks."""
    talk = Talk()
    talk.photo("/animate laugh")
    idle = Request("animate", (Setting("idle"),))
    assert runs(talk.say("/animate")) == [idle]
    assert runs(talk.say("动起来")) == [idle]
    spoken = runs(talk.say("/say Hello there!"))
    assert spoken == [Request("say", (Setting("words", words="Hello there!"),))]
    shown = talk.end(talk.jobs[-1])
    assert "button.stronger" not in buttons(shown)


def test_words_never_leave_the_folder_of_a_file() -> None:
    """A file's name holds what was said, but no sign that leads elsewhere."""
    said_words = Request("say", (Setting("words", words="../../etc: a/b\\c?"),))
    message = WORDING.sticker(ShowResult(uuid4(), said_words), b"film", "en")
    assert message.name == "say-..-..-etc-a-b-c"
    assert "a/b" in message.text


def test_every_button_fits_and_does_something() -> None:
    """Values have at most 64 bytes (Telegram), and pressing one leads somewhere."""
    talk = Talk()
    talk.photo("/expression smile 0.8 wink 0.25 AU12 -0.35 AU10 0.15")
    shown = buttons(talk.end(talk.jobs[0]))
    for value in shown.values():
        assert len(value.encode()) <= 64
        assert said(Talk(talk.state).press(value)) != ["say.choice_gone"]


@pytest.mark.parametrize(
    ("verb", "amount"), [("more", 1.0), ("less", 0.6), ("again", 0.8)], ids=str
)
def test_stronger_and_weaker_change_by_a_fifth(verb: str, amount: float) -> None:
    """Strength moves in steps, and ``again`` changes nothing."""
    talk = Talk()
    job = talk.result("/expression smile 0.8")
    wanted = Request("expression", (Setting("smile", amount),))
    assert runs(talk.press(f"{verb}:{job.hex}")) == [wanted]


def test_a_scene_stands_beside_the_style() -> None:
    """It joins the style asked for last, keeps no strength of its own, and outlives a change."""
    talk = Talk()
    talk.result("/cartoon monet 0.4")
    scene = Setting("scene")
    job = talk.result("/cartoon scene")
    for verb, style in (("again", ("monet", 0.4)), ("more", ("monet", 0.6))):
        wanted = Request("cartoon", (Setting(*style), scene))
        assert runs(talk.press(f"{verb}:{job.hex}")) == [wanted]
    other = Request("cartoon", (Setting("kandinsky", 0.4), scene))
    assert runs(talk.press(f"other:{job.hex}")) == [other]
    assert runs(talk.say("/cartoon munch 0.5 with background")) == [
        Request("cartoon", (Setting("munch", 0.5), scene))
    ]
    assert said(talk.say("/cartoon monet munch scene")) == ["command_error.one_setting"]


def test_strength_has_an_end() -> None:
    """At the strongest and the weakest the person is told so."""
    talk = Talk()
    job = talk.result("/cartoon hokusai 1")
    assert said(talk.press(f"more:{job.hex}")) == ["say.strongest"]
    request: Request | None = HOKUSAI
    for _ in range(20):
        request = strengthened(request, -1) if request else None
    assert request is None
    frown = strengthened(Request("expression", (Setting("smile", -0.5),)), 1)
    assert frown == Request("expression", (Setting("smile", -0.7),))


def test_a_typed_word_is_as_good_as_a_button() -> None:
    """``stronger`` works on the newest result."""
    talk = Talk()
    talk.result("/expression smile 0.4")
    assert runs(talk.say("stronger")) == [Request("expression", (Setting("smile", 0.6),))]
    assert said(talk.say("/favourite")) == ["say.kept"]


def test_a_bare_amount_changes_the_last_result() -> None:
    """``50%`` after a smile is half a smile."""
    talk = Talk()
    assert said(talk.say("50%")) == ["say.nothing_made"]
    talk.result("/expression smile wink")
    half = Request("expression", (Setting("smile", 0.5), Setting("wink", 0.5)))
    assert runs(talk.say("50%")) == [half]
    talk.result("/cutout")
    assert said(talk.say("50%")) == ["say.no_strength"]


def test_undo_shows_the_result_before_again() -> None:
    """Each undo goes one back, until there is none."""
    talk = Talk()
    first = talk.result("/expression smile 0.4")
    second = talk.result("/expression smile 0.6")
    third = talk.result("/cutout")
    for previous in (second, first):
        (shown,) = talk.press(f"undo:{third.hex}") if previous == second else talk.say("/undo")
        assert isinstance(shown, ShowResult)
        assert (shown.job, shown.picture) == (previous, None)
    assert said(talk.say("/undo")) == ["say.nothing_to_undo"]
    assert runs(talk.say("/expression")) == [Request("expression", (Setting("smile", 0.4),))]


def test_a_live_slider_replaces_its_result_and_gives_up_the_one_before() -> None:
    """Dragging makes one job at a time and one entry to undo."""
    talk = Talk()
    first = talk.result("/expression smile 0.4")
    (run,) = talk.say("/expression smile 0.5", replaces="m1")
    assert isinstance(run, Run)
    assert run.replaces == "m1"
    dragged = talk.jobs[0]
    cancelled, run = talk.say("/expression smile 0.6", replaces="m1")
    assert cancelled == do.Cancel((dragged,), stay=(dragged,))
    talk.end(talk.jobs[0])
    talk.say("/expression smile 0.7", replaces="m1")
    talk.end(talk.jobs[0])
    assert len(talk.state.shown) == 2
    (shown,) = talk.say("/undo")
    assert isinstance(shown, ShowResult)
    assert shown.job == first


def test_the_same_end_told_twice_asks_again() -> None:
    """A delivery repeated after a crash must not be mistaken for another job's."""
    talk = Talk()
    talk.photo("/cutout")
    state, job = talk.state, talk.jobs[0]
    several = Failed(Failure.TOO_MANY_FACES, {"faces": 2})
    event = JobEnded(job, "cutout", (), None, several, state.photo)
    assert said(talk.tell(event)) == said(talk.tell(event)) == ["say.face_question"]
    done = JobEnded(job, "cutout", (), None, Done(b"png"), state.photo)
    talk.tell(done)
    talk.tell(done)
    assert len(talk.state.shown) == 1


@pytest.mark.parametrize("failure", [failure for failure in Failure if "faces" not in failure])
def test_every_failure_is_said(failure: Failure) -> None:
    """Each code has its sentence."""
    talk = Talk()
    talk.photo("/expression smile")
    assert said(talk.end(talk.jobs[0], Failed(failure))) == [f"failure.{failure.value}"]


def test_a_bad_photo_is_said_once() -> None:
    """Its other jobs go silently, and the next command asks for another photo."""
    talk = Talk()
    talk.photo()
    jobs = talk.jobs
    dark = Failed(Failure.TOO_DARK)
    assert said(talk.end(jobs[0], dark)) == ["failure.too_dark"]
    assert talk.end(jobs[1], dark) == talk.end(jobs[2], dark) == (do.DropPlaceholder(),)
    assert said(talk.say("/emoji")) == ["say.send_photo_for"]


def test_a_better_photo_gets_what_the_bad_one_was_for() -> None:
    """A single wish outlives its photo."""
    talk = Talk()
    talk.photo("/expression smile")
    talk.end(talk.jobs[0], Failed(Failure.TOO_BLURRY))
    assert runs(talk.photo()) == [SMILE]


def test_a_mix_of_two_has_no_other_style() -> None:
    """A button of an earlier result that means nothing to this one says so."""
    talk = Talk()
    talk.photo("/cutout")
    talk.say("/mix")
    talk.photo()
    (job, *_) = talk.jobs
    talk.end(job)
    assert said(talk.press(f"other:{job.hex}")) == ["say.choice_gone"]


def test_giving_up_offers_another_try() -> None:
    """The button repeats the wish."""
    talk = Talk()
    talk.photo("/expression smile")
    offered = buttons(talk.end(talk.jobs[0], Failed(Failure.GAVE_UP)))
    assert runs(talk.press(offered["button.again"])) == [SMILE]


def test_cancel_gives_up_everything() -> None:
    """Jobs, questions and wishes that wait."""
    talk = Talk()
    assert said(talk.say("/cancel")) == ["say.nothing_to_cancel"]
    talk.say("/cutout")
    assert said(talk.say("/cancel")) == ["say.waiting_cancelled"]
    talk.photo()
    given_up, answer = talk.say("/cancel")
    assert isinstance(given_up, do.Cancel)
    assert len(given_up.jobs) == 3
    assert isinstance(answer, Say)
    assert answer.values == {"count": 3}
    assert talk.state.unfinished == ()


def test_style_sets_what_a_selfie_gives() -> None:
    """By words at once, by buttons one at a time; one has to stay."""
    talk = Talk()
    wanted = (Request("cutout"), Request("cartoon", (Setting("monet", 0.5),)))
    preferring, answer = talk.say("/style cutout monet 0.5")
    assert preferring == do.KeepPreferred(wanted)
    assert said((answer,)) == ["say.style_set"]
    assert runs(talk.photo()) == list(wanted)
    (question,) = talk.say("/style")
    assert isinstance(question, Say)
    on = [c.value for row in question.choices for c in row if c.key == "button.on"]
    assert len(on) == 2
    for value in on:
        answers = talk.press(value, "m3")
    assert said(answers) == ["say.style_last"]
    assert talk.state.preferred == wanted[1:]
    assert all(len(c.value.encode()) <= 64 for row in question.choices for c in row)


def test_language_is_changed_by_word_and_by_button() -> None:
    """Both languages are offered."""
    talk = Talk()
    (question,) = talk.say("/language")
    assert isinstance(question, Say)
    values = [choice.value for row in question.choices for choice in row]
    assert values == ["language:en", "language:zh-Hans"]
    assert talk.press(values[1])[0] == do.KeepLanguage("zh-Hans")
    assert talk.state.locale == "zh-Hans"
    assert talk.say("/language english")[0] == do.KeepLanguage("en")


def test_forgetting_asks_first() -> None:
    """Only a yes to the question erases, and only while it is open."""
    talk = Talk(State(locale="zh-Hans"))
    talk.photo()
    assert said(talk.press("forget:yes")) == ["say.choice_gone"]
    assert said(talk.say("/forget")) == ["say.forget_question"]
    assert said(talk.press("forget:no")) == ["say.not_forgotten"]
    talk.say("/forget")
    cancelled, erase, answer = talk.press("forget:yes", "m2")
    assert isinstance(cancelled, do.Cancel)
    assert erase == do.Erase()
    assert isinstance(answer, Say)
    assert (answer.key, answer.replaces) == ("say.forgotten", "m2")
    assert talk.state == State(locale="zh-Hans")


def test_an_avatar_is_kept() -> None:
    """What the emoji family learned of a photo goes with the person; a drawn one is known."""
    talk = Talk()
    talk.photo("/emoji")
    spec = AvatarSpec("avataaars", {"top": "bob"}, {"hair": "#222222"})
    facts = {**spec.to_json(), "ranked": {"top": ["bob", "bun"]}}
    (job,) = talk.jobs
    kept = [a for a in talk.end(job, Done(b"png", facts)) if isinstance(a, do.KeepAvatar)]
    assert kept == [do.KeepAvatar(job, spec, {"top": ["bob", "bun"]})]
    assert talk.state.shown[-1].avatar == spec
    settings = (Setting("avataaars"),)
    event = JobEnded(job, "emoji", settings, None, Done(b"png", facts), avatar=spec.to_json())
    assert not any(isinstance(action, do.KeepAvatar) for action in talk.tell(event))


def test_a_refused_file_is_explained() -> None:
    """A front end that did not fetch a file has it answered as well."""
    assert said(Talk().tell(PhotoRefused(ORIGIN, Failure.TOO_LARGE))) == ["failure.too_large"]


def test_memory_is_bounded() -> None:
    """However long people talk, the state stays small."""
    talk = Talk()
    for _ in range(REMEMBERED + 10):
        talk.result("/cutout")
    assert len(talk.state.shown) == REMEMBERED
    assert len(json.dumps(to_json(talk.state))) < 20_000


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"photo": "no uuid"},
        {"unknown": 1},
        {"waiting": {"kind": "gone", "settings": []}},
        {"last": [{"kind": "cartoon", "settings": [{"name": "gone", "amount": 1}]}]},
        {"unfinished": 3},
    ],
)
def test_a_state_of_another_version_does_no_harm(stored: dict[str, Any]) -> None:
    """What does not fit is left out."""
    assert from_json(stored) == State()


def test_a_step_changes_nothing_but_what_it_returns() -> None:
    """Typed clothes are looked up in the library, which stays as it was."""
    catalogue = Catalogue({"cat": {"eyes": ("wide", "round")}}, {"cat": {"fur": ("#222222",)}})
    library = Library(catalogue, {("cat", "eyes", "wide"): {}})
    before = deepcopy((library.catalogue, library.tags))
    spec = AvatarSpec("cat", {"eyes": "wide"}, {"fur": "#222222"})
    state = State(avatars=(Avatar(uuid4(), uuid4(), "", spec, spec),))
    event = CommandGiven(ORIGIN, "/wear eyes round")
    first, second = (step(state, event, GRAMMAR, library) for _ in range(2))
    assert first == second
    assert any(isinstance(action, Run) for action in first[1])
    assert (library.catalogue, library.tags) == before
    assert [field.name for field in fields(library)] == ["catalogue", "tags"]


# --- every state and event ------------------------------------------------------------------------

IDS = [UUID(int=number) for number in range(1, 6)]
uuids = st.sampled_from(IDS)
kinds = st.sampled_from(list(KINDS.values()))
wishes = kinds.map(
    lambda kind: Request(
        kind.name,
        tuple(
            Setting(name, amount.default if (amount := kind.amount_of(name)) else 1.0)
            for name in kind.settings[: 2 if kind.several else 1]
        ),
    )
)
faces = st.none() | st.integers(0, 3)
states = st.builds(
    State,
    locale=st.sampled_from(["en", "zh-Hans"]),
    preferred=st.lists(wishes, min_size=1, max_size=3, unique=True).map(tuple),
    photo=st.none() | uuids,
    face=faces,
    crowd=st.none() | st.builds(Crowd, uuids, st.integers(1, 10)),
    private=st.booleans(),
    waiting=st.none() | wishes,
    question=st.none()
    | st.builds(FaceQuestion, uuids, st.integers(2, 12), st.tuples(wishes), job=st.none() | uuids),
    forgetting=st.booleans(),
    unfinished=st.lists(st.builds(Unfinished, uuids, uuids, faces, wishes), max_size=3).map(tuple),
    shown=st.lists(st.builds(Shown, uuids, uuids, faces, wishes), max_size=3).map(tuple),
    last=st.lists(wishes, max_size=3).map(tuple),
)
lines = st.sampled_from(
    [f"/{command.value}" for command in Command]
    + [f"/{kind}" for kind in KINDS]
    + ["smile", "80%", "2", "/style cutout", "/language zh", "what?", "/nonsense", "", "/"]
)
values = st.sampled_from(
    [f"{verb}:{IDS[0].hex}" for verb in ("again", "more", "less", "other", "keep", "undo")]
    + ["forget:yes", "forget:no", "forget:", "style:cutout", "style:nonsense", "language:en"]
    + [f"face:2:{IDS[0].hex}", f"face:99:{IDS[1].hex}", "face:x:y", "everyone:x:y"]
    + [
        f"everyone:3:{IDS[0].hex}",
        f"everyone:99:{IDS[1].hex}",
        "everyone",
        "redo:emoji",
        "redo:x",
        "",
    ]
    + ["again:zzz", "style:", "language:", "x" * 64]
)
outcomes = st.one_of(
    st.builds(Done, st.just(b"png")),
    st.builds(Failed, st.sampled_from(Failure), st.just({"faces": 3})),
)
events = st.one_of(
    st.builds(PhotoKept, st.just(ORIGIN), uuids, lines.map(GRAMMAR.caption)),
    st.builds(PhotoRefused, st.just(ORIGIN), st.sampled_from(Failure)),
    st.builds(CommandGiven, st.just(ORIGIN), lines, st.none() | st.just("m1")),
    st.builds(ChoiceMade, st.just(ORIGIN), values, st.none() | st.just("m1")),
    st.builds(
        lambda job, wish, face, outcome, photo: JobEnded(
            job, wish.kind, wish.settings, face, outcome, photo
        ),
        uuids,
        wishes,
        faces,
        outcomes,
        st.none() | uuids,
    ),
)


@pytest.mark.slow
@given(states, events)
@settings(max_examples=400)
def test_every_event_is_answered_in_every_state(state: State, event: StepEvent) -> None:
    """Whatever happens, something is said, shown, asked for or queued, and it can be worded."""
    after, actions = step(state, event, GRAMMAR)
    assert any(isinstance(action, VISIBLE) for action in actions)
    assert from_json(json.loads(json.dumps(to_json(after)))) == its_own(after)
    for locale in load().locales:
        for action in actions:
            if isinstance(action, Say):
                if action.key == "say.forgotten":
                    action = replace(action, values={"photos": 1, "stickers": 2})
                assert WORDING.say(action, locale).text
            elif isinstance(action, ShowResult):
                message = WORDING.sticker(action, b"png", locale)
                assert message.text
                assert message.name
                for slider in message.sliders:
                    line = GRAMMAR.parse(f"{slider.command} {slider.value:g}")
                    assert not line.notes
                for row in message.buttons:
                    assert all(button.label and len(button.value) <= 64 for button in row)
            elif isinstance(action, Run):
                assert WORDING.waiting(action.request, 3, action.notes, locale).busy


def test_the_help_names_everything() -> None:
    """/help shows each kind and command."""
    for locale in load().locales:
        text = WORDING.say(Say("say.help"), locale).text
        kinds = [kind.name for kind in KINDS.values() if not kind.sheet]
        assert all(f"/{name}" in text for name in [*kinds, *SHORTCUTS, *Command])
        assert len(text) < 2000  # Discord's limit of a message


def test_privacy_says_how_long() -> None:
    """The hours are the deployment's own."""
    assert "24" in WORDING.say(Say("say.privacy"), "en").text


@pytest.mark.parametrize(("locale", "copies"), [("en", "backups"), ("zh-Hans", "备份")])
def test_privacy_says_what_forgetting_leaves(locale: str, copies: str) -> None:
    """Where keys lie whole in the database, its old copies can still be opened."""
    apart, together = (
        replace(WORDING, keys_apart=apart).say(Say("say.privacy"), locale).text
        for apart in (True, False)
    )
    assert copies not in apart
    assert together.startswith(apart)
    assert copies in together


def test_whose_style_it_is_is_told_after_the_result() -> None:
    """The operator's own model is not ours: its owner is named; ours need no words."""
    talk = Talk()
    talk.photo("/cartoon guest")
    told = talk.end(talk.jobs[0], Done(b"png", {"licence": "Ukiyo by A. Nonym, CC BY"}))
    (words,) = [action for action in told if isinstance(action, Say)]
    assert words.key == "say.licence"
    assert "A. Nonym" in WORDING.say(words, "en").text
    talk.say("/cartoon monet")
    assert said(talk.end(talk.jobs[0])) == []
