"""Photos of several people: which face is meant, one or all of them."""

import pytest

from bot.core.conversation import actions as do
from bot.core.conversation.actions import Run, Say
from bot.core.conversation.events import JobEnded
from bot.core.conversation.state import USUAL
from storage.contract.failures import Failure
from storage.contract.jobs import Failed
from tests.bot.talk import HOKUSAI, Talk, faces_of, runs, said


def test_several_faces_are_asked_about_once() -> None:
    """Three jobs of one photo give one question; the choice runs all three."""
    talk = Talk()
    talk.photo()
    several = Failed(Failure.TOO_MANY_FACES, {"faces": 3}, b"numbered")
    jobs = talk.jobs
    (question,) = talk.end(jobs[0], several)
    assert isinstance(question, Say)
    assert (question.key, question.picture) == ("say.face_question", b"numbered")
    assert [len(row) for row in question.choices] == [3, 1]
    assert talk.end(jobs[1], several) == (do.DropPlaceholder(),)
    choice = question.choices[0][1].value
    actions = talk.press(choice, "m9")
    assert runs(actions) == list(USUAL)[:2]
    assert [action.face for action in actions if isinstance(action, Run)] == [1, 1]
    late = talk.tell(
        JobEnded(jobs[2], "cartoon", HOKUSAI.settings, None, several, talk.state.photo)
    )
    assert runs(late) == [HOKUSAI]
    assert [action.face for action in talk.say("/cutout") if isinstance(action, Run)] == [1]


def test_the_question_about_faces_can_be_answered_in_words() -> None:
    """A typed number chooses; one beyond the faces is explained; a new photo ends the question."""
    talk = Talk()
    talk.photo("/cutout")
    talk.end(talk.jobs[0], Failed(Failure.TOO_MANY_FACES, {"faces": 2}))
    assert said(talk.say("7")) == ["say.face_out_of_range"]
    assert said(talk.say("/emoji")) == ["say.face_question"]
    assert [request.kind for request in runs(talk.say("2"))] == ["cutout", "emoji"]
    assert talk.state.question is None


def test_everybody_on_a_photo_may_be_meant() -> None:
    """The last button runs what waits for each face, and later wishes are about all of them too."""
    talk = Talk()
    talk.photo()
    several = Failed(Failure.TOO_MANY_FACES, {"faces": 3})
    jobs = talk.jobs
    (question,) = talk.end(jobs[0], several)
    assert isinstance(question, Say)
    assert [len(row) for row in question.choices] == [3, 1]
    actions = talk.press(question.choices[-1][0].value, "m9")
    assert said(actions) == ["say.everyone_chosen"]
    assert faces_of(actions) == [0, 1, 2]
    late = talk.tell(JobEnded(jobs[2], "cartoon", (), None, several, talk.state.photo))
    assert faces_of(late) == [0, 1, 2]
    assert faces_of(talk.say("/expression smile 0.8")) == [0, 1, 2]
    assert faces_of(talk.press(question.choices[0][1].value, "m9")) == [1]
    assert faces_of(talk.say("/cutout")) == [1]


def test_a_crowd_gets_no_more_than_a_dozen_stickers_at_once() -> None:
    """Of three things that each gives, ten faces get one; the number is said in words, too."""
    talk = Talk()
    talk.photo()
    for job in talk.jobs:
        talk.end(job, Failed(Failure.TOO_MANY_FACES, {"faces": 14}))
    actions = talk.say("everybody")
    assert faces_of(actions) == list(range(10))
    assert {request.kind for request in runs(actions)} == {"cutout"}


@pytest.mark.parametrize("line", ["/hairs", "/sliders"])
def test_what_is_chosen_from_is_of_one_face(line: str) -> None:
    """A crowd is asked which face a sheet or the sliders are for, and all is no answer."""
    talk = Talk()
    several = Failed(Failure.TOO_MANY_FACES, {"faces": 2})
    talk.photo("/cutout")
    talk.end(talk.jobs[0], several)
    talk.say("everyone")
    assert faces_of(talk.say(line)) == [None]
    (question,) = talk.end(talk.jobs[0], several)
    assert isinstance(question, Say)
    assert [len(row) for row in question.choices] == [2]
    assert faces_of(talk.say("2")) == [1]


def test_where_others_are_nobody_chooses_for_everybody() -> None:
    """In a group each answers for their own face: no button for all, and no word."""
    talk = Talk()
    talk.photo("this is me", private=False)
    (question,) = talk.end(talk.jobs[0], Failed(Failure.TOO_MANY_FACES, {"faces": 2}))
    assert isinstance(question, Say)
    assert [len(row) for row in question.choices] == [2]
    assert faces_of(talk.say("everyone")) == []
    assert talk.state.photo is not None
    assert said(talk.press(f"everyone:2:{talk.state.photo.hex}", "m9")) == ["say.choice_gone"]
