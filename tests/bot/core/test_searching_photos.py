"""One's own photos, looked through for a drawing."""

from uuid import uuid4

import pytest

from bot.core.conversation.actions import Run
from bot.core.conversation.events import CommandGiven
from bot.core.language.meanings import Request
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from storage.contract.kinds import Setting
from tests.bot.core.test_permitting import GROUP, sent
from tests.bot.talk import Talk, runs, said

SEARCH = Request("lookalike", (Setting("photos"),))


@pytest.mark.parametrize(
    "line",
    [
        "/lookalike photos", "/lookalike my photos", "/撞脸 我的照片",
        "which of my photos is this?", "Please find my photo", "这幅画是我的哪张照片？",
    ],
)  # fmt: skip
def test_it_is_asked_for_in_words(line: str) -> None:
    """In either language."""
    talk = Talk()
    assert runs(talk.photo(line)) == [SEARCH]


def test_the_chat_goes_on_with_the_photo_that_is_found() -> None:
    """The next wish is made of it, and of the face in it; again looks for the drawing again."""
    talk = Talk()
    talk.photo("/lookalike photos")
    drawing, (job,) = talk.state.photo, talk.jobs
    found = uuid4()
    actions = talk.end(job, Done(b"png", {"found": {"photo": str(found), "face": 2}}))
    assert "say.photo_found" in said(actions)
    assert [(one.photo, one.face) for one in talk.say("/cutout") if isinstance(one, Run)] == [
        (found, 2)
    ]
    again = talk.press(f"again:{job.hex}", "m9")
    assert [one.photo for one in again if isinstance(one, Run)] == [drawing]


def test_nothing_else_sets_the_photo() -> None:
    """Facts of other results leave it where it was."""
    talk = Talk()
    talk.photo("/lookalike three")
    before = talk.state.photo
    for facts in ({}, {"found": "x"}, {"found": {"photo": 3}}):
        assert said(talk.end(talk.jobs[0], Done(b"png", facts))) == []
        assert talk.state.photo == before
        talk.say("/lookalike three")


def test_others_see_no_photos_of_one() -> None:
    """In a group nobody's photos are looked through, nor shown."""
    talk = Talk()
    assert runs(talk.tell(sent("this is me")))
    assert said(talk.tell(CommandGiven(GROUP, "/lookalike photos"))) == ["say.photos_privately"]
    assert runs(talk.tell(CommandGiven(GROUP, "/lookalike three")))


def test_without_photos_it_is_said_what_to_do() -> None:
    """And the drawing is kept for the next try."""
    talk = Talk()
    talk.photo("/lookalike photos")
    drawing, (job,) = talk.state.photo, talk.jobs
    assert said(talk.end(job, Failed(Failure.NO_OTHER_PHOTOS))) == ["failure.no_other_photos"]
    assert talk.state.photo == drawing


def test_it_is_no_style_to_go_on_to() -> None:
    """The button for another style goes from one character to three and back."""
    talk = Talk()
    job = talk.result("/lookalike three")
    assert runs(talk.press(f"other:{job.hex}")) == [Request("lookalike", (Setting("nearest"),))]
