"""What stands in a chat is told anew from the rows."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from bot.core import restoring
from bot.core.conversation.events import Message
from bot.core.language.meanings import Request
from bot.core.language.texts import load
from bot.core.language.wording import Wording
from bot.core.plans import Placeholder, Plan, Said, Showing
from bot.core.restoring import Restored, replay
from storage.contract.jobs import Job, JobState
from storage.standing import Ended, Standing
from tests.bot.at_work import App

WORDING = Wording(load(), 24.0)
ROOM = "room"


def how(*references: str, progress: int | None = None) -> Standing:
    return Standing(b"", progress, references)


def placeholder(job: UUID) -> Placeholder:
    made = Job(
        uuid4(), uuid4(), "cutout", (), "web", ROOM, id=job, state=JobState.QUEUED, attempts=0,
        created=datetime.now(UTC),
    )  # fmt: skip
    return Placeholder(made, Request("cutout"), message=Message("Working", busy=True))


def said(*restored: Restored) -> list[tuple[str, str]]:
    return [(one.reference or one.key, one.message.text) for one in restored]


def test_changes_and_removals_are_followed() -> None:
    """A message that was changed stands once, as it is now; one that was taken away not at all."""
    told = [
        (Plan("en", [Showing(Message("one")), Showing(Message("two"))]), how("1", "2")),
        (Plan("en", [Showing(Message("three"), replaces="1")]), how("1")),
        (Plan("en", [], abandoned=["2"]), how()),
    ]
    assert said(*replay(told, {}, WORDING)) == [("1", "three")]


def test_only_what_was_shown_stands() -> None:
    """Of a delivery that was cut off, the answers before the cut and the person's words."""
    plan = Plan(
        "en", [Showing(Message("one")), Showing(Message("two"))], said=Said("k", Message("hi"))
    )
    assert said(*replay([(plan, how("1", progress=1))], {}, WORDING)) == [("k", "hi"), ("1", "one")]


@pytest.mark.parametrize(
    ("ended", "stands"),
    [
        (None, [("1", "Working")]),
        (Ended(dead=False), []),
        (Ended(dead=True), [("1", load().get("en", "say.unexpected"))]),
    ],
)
def test_placeholders_stand_for_what_is_still_to_come(
    ended: Ended | None, stands: list[tuple[str, str]]
) -> None:
    """Of a job that is over none stays; what could not be shown is told of in its place."""
    job = uuid4()
    told = [(Plan("en", [placeholder(job)]), how("1"))]
    assert said(*replay(told, {job: ("1", ended)}, WORDING)) == stands


def test_a_placeholder_that_came_too_late_has_no_reference() -> None:
    """The answers after it keep theirs."""
    late, job = uuid4(), uuid4()
    told = [(Plan("en", [placeholder(late), placeholder(job)]), how("2"))]
    assert said(*replay(told, {job: ("2", None)}, WORDING)) == [("2", "Working")]


async def test_rows_remember_what_a_chat_in_memory_shows(app: App) -> None:
    """Stickers, words and the person's own stand as they stood before everything was lost."""
    await app.photo()
    await app.all_done()
    await app.say("/help")
    await app.all_done()
    before = app.chat.messages.pop(ROOM)
    found = await app.service.standing("fake", ROOM)
    assert {one.reference: one.message for one in found if one.reference} == before
    assert [one.message.text for one in found if one.key] == ["", "/help"]


async def test_it_goes_back_a_bounded_way(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest count."""
    monkeypatch.setattr(restoring, "MOST", 1)
    await app.say("/start")
    await app.say("/help")
    await app.all_done()
    assert [one.message.text for one in await app.service.standing("fake", ROOM) if one.key] == [
        "/help"
    ]
