"""Carries out what asking those who are shown needs of the rows, and tells what was agreed to."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import actions as do
from bot.core.conversation.actions import ConsentLine, Say
from bot.core.conversation.events import ChoiceMade, PhotoAnswered
from storage import consents, members, people
from storage import photos as kept_photos
from storage.consents import PhotoConsent
from storage.people import Person

_ANSWERS = {"yes": True, "no": False}


class Answered(NamedTuple):
    """An answer about a photo: whose conversation it belongs to, and where that stands."""

    person: Person
    chat: str
    event: PhotoAnswered


async def answer(
    session: AsyncSession, person: Person, pressed: ChoiceMade
) -> Answered | Say | None:
    """Keep what somebody pressed below the question about a photo.

    None where the button is about something else. Where they may not answer, or that was done
    before, the sentence that says so.
    """
    verb, _, rest = pressed.value.partition(":")
    word, _, number = rest.partition(":")
    if verb != "shown":
        return None
    try:
        asked, agreed = await consents.read(session, UUID(number)), _ANSWERS[word]
    except (ValueError, KeyError):
        return Say("say.choice_gone")
    if asked is None or asked.agreed is not None:
        return Say("say.choice_gone")
    sender = await people.read(session, asked.person_id)
    if not _may_answer(asked, sender, person):
        return Say("say.only_shown")
    if not await consents.answer(session, asked.photo_id, person.id, agreed=agreed):
        return Say("say.choice_gone")  # somebody was faster
    event = PhotoAnswered(pressed.origin, asked.photo_id, agreed, pressed.message)
    return Answered(sender, asked.chat, event)


def _may_answer(asked: PhotoConsent, sender: Person, person: Person) -> bool:
    if person.id == sender.id:
        return True
    return person.platform == sender.platform and asked.asked in (None, person.external_id)


async def ask(
    session: AsyncSession, person: Person, chat: str, action: do.AskShown | do.NoteOwn
) -> None:
    """Keep the question about a photo, or the sender's own word."""
    asked = action.asked if isinstance(action, do.AskShown) else person.external_id
    await consents.ask(session, action.photo, person.id, chat, asked, action.wording, action.digest)
    if isinstance(action, do.NoteOwn):
        await consents.answer(session, action.photo, person.id, agreed=True)


async def remember(session: AsyncSession, photo: UUID, before: PhotoConsent, digest: bytes) -> None:
    """Let an answer hold for the same file sent once more."""
    if not before.agreed or before.by_id is None:
        return
    await consents.ask(
        session, photo, before.person_id, before.chat, before.asked, before.wording, digest
    )
    await consents.answer(session, photo, before.by_id, agreed=True)


async def privacy(session: AsyncSession, person: Person, *, private: bool) -> tuple[Say, ...]:
    """Say what is kept; and, where nobody else reads it, what the person agreed to."""
    photos = await consents.of_person(session, person.id)
    packs = await members.of_person(session, person.id)
    lines = [
        ConsentLine(one.wording, one.answered) for one in photos if one.answered is not None
    ] + [ConsentLine(one.wording, one.consented, one.withdrawn is not None) for one in packs]
    general: tuple[Say, ...] = (Say("say.privacy"),)
    if await kept_photos.holds(session, person.id):
        general = (*general, Say("say.privacy_backdrop"))
    if not lines:
        return general
    if not private:
        return *general, Say("say.privacy_in_private")
    lines.sort(key=lambda line: line.when, reverse=True)
    return *general, Say("say.consents", {"lines": tuple(lines[:MOST_TOLD])})


MOST_TOLD = 30
"""Consents that one message tells of, the newest."""
