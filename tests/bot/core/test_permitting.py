"""Nobody without their own tap: photos in groups, who is asked, and what an answer does."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.core.conversation import actions as do
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    Member,
    Origin,
    PhotoAnswered,
    PhotoKept,
    PhotoSent,
    Who,
)
from bot.core.language.texts import load
from bot.core.service import Service
from bot.settings import BotSettings
from storage import people
from storage.models import (
    AvatarRow,
    JobRow,
    PhotoConsentRow,
    PhotoRow,
    ResultRow,
    Row,
)
from tests.bot.at_work import PHOTO, App
from tests.bot.talk import GRAMMAR, SMILE, Talk, runs, said

GROUP = Origin("test:9", Who("fake", "7"), "friends", private=False)
BEN = Member("ben", "@ben")
TEXTS = load()


@pytest.fixture
def settings() -> BotSettings:
    return BotSettings(_env_file=None, jobs_per_person=20, jobs_overall=50)


def sent(caption: str = "", shown: Member | None = None, agreed: bool | None = None) -> PhotoKept:
    return PhotoKept(GROUP, uuid4(), GRAMMAR.caption(caption), shown=shown, agreed=agreed)


# --- the conversation -----------------------------------------------------------------------------


def test_a_photo_in_a_group_waits_for_whoever_it_shows() -> None:
    """Nothing is made of it; whoever is shown is asked once, with one button to agree."""
    actions = Talk().tell(sent("/expression smile"))
    assert not runs(actions)
    assert said(actions) == ["say.whose_photo"]
    assert [one.asked for one in actions if isinstance(one, do.AskShown)] == [None]


def test_another_members_photo_asks_that_member() -> None:
    """They are called by name, and they alone may agree for themselves."""
    actions = Talk().tell(sent("/expression smile", BEN))
    assert said(actions) == ["say.photo_of"]
    assert [one.asked for one in actions if isinstance(one, do.AskShown)] == ["ben"]


@pytest.mark.parametrize(
    "word", ["this is me", "/cutout, this is me!", "It’s me", "这是我", "/cutout 这是我"]
)
def test_the_senders_own_word_is_enough(word: str) -> None:
    """They say so in the caption, which is no part of the command, and the word is kept."""
    actions = Talk().tell(sent(word))
    assert runs(actions)
    assert any(isinstance(one, do.NoteOwn) for one in actions)
    assert not any(one.startswith("command_error") for one in said(actions))


@pytest.mark.parametrize("words", ["make me smile", "me at the beach", "/mood love", "theme"])
def test_other_words_are_no_word_about_who_it_is(words: str) -> None:
    """Only saying so says so."""
    assert not runs(Talk().tell(sent(words)))


def test_an_answer_sets_to_work_what_was_asked_for() -> None:
    """The wish that came with the photo is carried out, once."""
    talk = Talk()
    photo = sent("/expression smile")
    talk.tell(photo)
    actions = talk.tell(PhotoAnswered(GROUP, photo.photo, agreed=True, message="question"))
    assert runs(actions) == [SMILE]
    assert talk.state.photo == photo.photo
    assert said(talk.tell(PhotoAnswered(GROUP, photo.photo, agreed=True))) == ["say.choice_gone"]


def test_a_refusal_makes_nothing() -> None:
    """And the photo in hand stays the one before."""
    talk = Talk()
    photo = sent()
    talk.tell(photo)
    actions = talk.tell(PhotoAnswered(GROUP, photo.photo, agreed=False))
    assert said(actions) == ["say.photo_declined"]
    assert talk.state.photo is None
    assert not talk.state.asked


def test_a_picture_to_be_painted_from_shows_nobody_who_is_worked_on() -> None:
    """It is taken at once; a photo that it answers is asked about."""
    talk = Talk()
    talk.tell(sent("this is me"))
    talk.say("/paint")
    assert runs(talk.tell(sent()))
    assert not runs(talk.tell(PhotoKept(GROUP, uuid4(), GRAMMAR.caption("/paint"), uuid4(), BEN)))


def test_the_face_of_another_photo_is_asked_about() -> None:
    """``/mimic`` takes somebody's expression, and ``/mix`` their face."""
    for line in ("/mimic", "/mix"):
        talk = Talk()
        talk.tell(sent("this is me"))
        talk.say(line)
        assert said(talk.tell(sent())) == ["say.whose_photo"]


def test_nobody_in_a_group_answers_for_everybody_on_a_photo() -> None:
    """All faces as one are made in private, where the sender answers for the photo."""
    talk = Talk()
    assert runs(talk.tell(sent("this is me")))
    talk.tell(CommandGiven(GROUP, "/mix everyone"))
    assert said(talk.tell(CommandGiven(GROUP, "/mix everyone"))) == ["say.everyone_privately"]


# --- with rows, a queue and a worker --------------------------------------------------------------


def here(app: App, person: str = "ann", room: str = "friends") -> Origin:
    app.number += 1
    return Origin(f"fake:{app.number}", Who("fake", person, "en"), room, private=False)


async def send(app: App, caption: str, shown: Member | None = None, data: bytes = PHOTO) -> None:
    await app.service.handle(PhotoSent(here(app), data, caption, None, shown), app.chat)


async def press(app: App, person: str, label: str, room: str = "friends") -> None:
    """Press the newest button of this label."""
    values = [
        (button.value, reference)
        for reference, message in app.chat.messages[room].items()
        for row in message.buttons
        for button in row
        if label in button.label
    ]
    value, reference = values[-1]
    await app.service.handle(ChoiceMade(here(app, person), value, reference), app.chat)


async def count(app: App, table: type[Row]) -> int:
    async with app.database.snapshot() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_whoever_is_shown_taps_and_the_sender_gets_stickers(app: App) -> None:
    """Jobs and stickers are the sender's; the row says who agreed, when, and to which words."""
    await send(app, "/cutout")
    await app.all_done()
    assert not app.chat.stickers("friends")
    assert await count(app, JobRow) == 0
    await press(app, "ben", "That's me")
    await app.all_done()
    assert len(app.chat.stickers("friends")) == 1
    async with app.database.snapshot() as session:
        row = (await session.scalars(select(PhotoConsentRow))).one()
        ann = await people.find(session, "fake", "ann")
        ben = await people.find(session, "fake", "ben")
        job = (await session.scalars(select(JobRow))).one()
        assert ann is not None
        assert ben is not None
        assert (row.by_id, row.agreed, row.wording) == (ben.id, True, "photo-1")
        assert row.answered is not None
        assert (job.person_id, job.photo_id) == (ann.id, row.photo_id)


async def test_a_tap_twice_and_by_two_makes_one_sticker(app: App) -> None:
    """The first answer counts; what comes later is told that the button is spent."""
    await send(app, "/cutout")
    (question,) = app.chat.shown("friends")
    value = question.buttons[0][0].value
    for person in ("ben", "ben", "cy", "ann"):
        await app.service.handle(ChoiceMade(here(app, person), value), app.chat)
    await app.all_done()
    assert len(app.chat.stickers("friends")) == 1
    gone = TEXTS.get("en", "say.choice_gone")
    assert [message.text for message in app.chat.shown("friends")].count(gone) == 3


async def test_nobody_answers_for_the_member_who_was_asked(app: App) -> None:
    """But the sender may say that it is them, and the member may agree."""
    for by in ("ben", "ann"):
        await send(app, "/cutout", BEN, data=b"photo of " + by.encode())
        before = await count(app, JobRow)
        await press(app, "cy", "That's me")
        assert await count(app, JobRow) == before
        assert app.chat.shown("friends")[-1].text == TEXTS.get("en", "say.only_shown")
        await press(app, by, "That's me")
        await app.all_done()
        assert await count(app, JobRow) == before + 1


async def test_an_answer_is_remembered_for_that_photo_only(app: App) -> None:
    """The same file needs no second tap; another of the same person does."""
    await send(app, "/cutout", BEN)
    await press(app, "ben", "That's me")
    await send(app, "/expression smile", BEN)
    await app.all_done()
    assert len(app.chat.stickers("friends")) == 2
    await send(app, "/expression smile", BEN, data=b"another photo")
    await app.all_done()
    assert len(app.chat.stickers("friends")) == 2


async def test_a_refused_photo_is_erased_and_stays_refused(app: App) -> None:
    """At once; sent again it is kept nowhere."""
    await send(app, "/cutout", BEN)
    assert await count(app, PhotoRow) == 1
    await press(app, "ben", "Rather not")
    assert await count(app, PhotoRow) == 0
    await send(app, "/cutout", BEN)
    await app.all_done()
    assert await count(app, PhotoRow) == await count(app, JobRow) == 0
    assert app.chat.shown("friends")[-1].text == TEXTS.get("en", "say.photo_declined_before")


async def test_privacy_tells_what_one_agreed_to_in_private_alone(app: App) -> None:
    """With the time and the words; in the group it only says where."""
    await send(app, "/cutout", BEN)
    await press(app, "ben", "That's me")
    await app.service.handle(CommandGiven(here(app, "ben"), "/privacy"), app.chat)
    in_group = app.chat.shown("friends")[-1].text
    assert in_group == TEXTS.get("en", "say.privacy_in_private")
    await app.say("/privacy", "ben")
    told = app.chat.shown()[-1].text
    assert TEXTS.get("en", "consent.photo-1") in told
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", told)
    await app.say("/privacy", "ann")
    assert TEXTS.get("en", "consent.photo-1") not in app.chat.shown()[-1].text


async def test_who_forgets_takes_along_what_others_made_of_their_photo(app: App) -> None:
    """Photo, stickers, favourites and avatars of it are gone; the sender's own stay."""
    await send(app, "/emoji this is me", data=b"ann herself")
    await app.all_done()
    await send(app, "/cutout", BEN)
    await press(app, "ben", "That's me")
    await app.all_done()
    await press(app, "ann", "Favourite")
    await app.say("/forget", "ben")
    await app.service.handle(ChoiceMade(app.origin("ben"), "forget:yes"), app.chat)
    await app.all_done()
    assert [await count(app, one) for one in (PhotoRow, JobRow, ResultRow)] == [1, 1, 1]
    async with app.database.snapshot() as session:
        rows = (await session.scalars(select(PhotoConsentRow))).all()
        assert await session.scalar(select(func.count()).select_from(AvatarRow)) == 0
    assert len(rows) == 1  # ann's own word
    assert await people_left(app) == ["ann"]


async def people_left(app: App) -> list[str]:
    async with app.database.snapshot() as session:
        return list(await session.scalars(select(people.PersonRow.external_id)))


async def test_in_private_the_sender_answers_for_what_they_send(app: App) -> None:
    """Nobody is asked; the terms say so when one starts, and under /privacy."""
    await app.photo("/cutout")
    await app.all_done()
    assert len(app.chat.stickers()) == 1
    for line in ("/start", "/privacy"):
        await app.say(line)
        assert "you answer for" in app.chat.shown()[-1].text
    assert await count(app, PhotoConsentRow) == 0


async def test_an_answer_survives_the_process_that_took_it(app: App, settings: BotSettings) -> None:
    """The question stands in rows: another process asks nobody again and does the work."""
    await send(app, "/cutout", BEN)
    another = Service(app.database, app.vault, app.queue, load(), settings)
    app.service = another
    await press(app, "ben", "That's me")
    await app.all_done()
    assert len(app.chat.stickers("friends")) == 1
