"""Everything that a person has, for places that show it all at once: results and packs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation.events import Who
from bot.core.conversation.state import from_json
from bot.core.language.meanings import Request
from bot.core.language.texts import Texts
from bot.core.language.wording import file_name
from bot.core.pack_files import PackFiles
from bot.packing import Packed
from storage import packs, people, results
from storage.contract.kinds import (
    ANIMATE,
    KINDS,
    LINEUP,
    MOOD,
    MOVING_MOODS,
    PREVIEW,
    SAY,
    TUNING,
    Setting,
)
from storage.contract.packs import Pack, Sticker
from storage.database import Database
from storage.errors import PackGone, PersonGone, ResultGone
from storage.people import Person
from storage.results import Made
from storage.vault import Vault

STICKERS = frozenset(
    kind.name for kind in KINDS.values() if not kind.sheet and kind not in (PREVIEW, TUNING, LINEUP)
)
"""Kinds of results that are stickers, not sheets or pictures to choose by."""

MOST = 240
"""Results shown, the newest."""


@dataclass(frozen=True, slots=True)
class KeptResult:
    """A result: what it is called in words and as a file, whether it moves, is a favourite."""

    id: UUID
    text: str
    name: str
    moving: bool
    favourite: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """What is kept, the newest first, and the packs; ``open``: the one that changes mean.

    ``undo``: whether a change can be taken back. ``called``: in words, what each sticker shows.
    """

    kept: tuple[KeptResult, ...] = ()
    packs: tuple[Pack, ...] = ()
    open: UUID | None = None
    undo: bool = False
    called: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collections:
    """Reads them; whoever asks for what is another's gets nothing."""

    database: Database
    vault: Vault
    texts: Texts
    pack_files: PackFiles

    async def of(self, who: Who, chat: str, *, kept: bool = True) -> Collection:
        """Return what a person has, and how their packs stand in a chat; without ``kept`` these."""

        async def look(session: AsyncSession) -> Collection:
            person = await people.find(session, who.platform, who.external_id)
            if person is None:
                return Collection()
            found = (
                await results.of_person(session, self.vault, person.id, STICKERS) if kept else []
            )
            conversation = await people.load_conversation(session, self.vault, person.id, chat)
            editing = from_json(conversation).editing
            theirs = await packs.of_account(session, self.vault, person.id)
            ids = [pack.id for pack in theirs]
            undo = any(edit.pack in ids for edit in editing.history)
            locale = self.texts.negotiate(person.locale or who.locale)
            shown = tuple(self._shown(one, locale) for one in _newest(found)[:MOST])
            called = {
                one.id: self.texts.describe(locale, _origin(one))
                for pack in theirs
                for one in pack.stickers
            }
            opened = editing.pack if editing.pack in ids else None
            return Collection(shown, theirs, opened, undo, called)

        try:
            return await self.database.retry(look, reading=True)
        except PersonGone:
            return Collection()

    def _shown(self, kept: Made, locale: str) -> KeptResult:
        request = _request(kept)
        return KeptResult(
            kept.job.id,
            self.texts.describe(locale, request),
            file_name(request),
            _moves(request),
            kept.favourite,
        )

    async def result(self, who: Who, job: UUID) -> bytes:
        """Return the picture of a person's result.

        Raises:
            ResultGone: it is erased, or not theirs.
        """
        async with self.database.snapshot() as session:
            person = await self._person(session, who)
            if person is None or not await results.of_person(
                session, self.vault, person.id, STICKERS, job
            ):
                raise ResultGone(str(job))
            return (await results.read(session, self.vault, job)).picture

    async def sticker(self, who: Who, pack: UUID, sticker: UUID) -> bytes:
        """Return the picture of a sticker in a pack of a person's.

        Raises:
            PackGone: it is in none.
        """
        theirs = await self._pack(who, pack)
        if sticker not in [one.id for one in theirs.stickers]:
            raise PackGone(str(sticker))
        async with self.database.snapshot() as session:
            return (await packs.picture(session, self.vault, sticker)).data

    async def packed(self, who: Who, pack: UUID, form: str) -> Packed:
        """Return a pack of a person's as files, as ``PackFiles.packed`` makes them.

        Raises:
            PackGone: it is none of theirs.
            StickerTooLarge: no encoding of a sticker is small enough.
        """
        return await self.pack_files.packed(await self._pack(who, pack), form)

    async def _pack(self, who: Who, pack_id: UUID) -> Pack:
        async with self.database.snapshot() as session:
            person = await self._person(session, who)
            pack = await packs.read(session, self.vault, pack_id)
        if person is None or pack.owner != person.id:
            raise PackGone(str(pack_id))
        return pack

    async def _person(self, session: AsyncSession, who: Who) -> Person | None:
        return await people.find(session, who.platform, who.external_id)


async def kept_request(
    session: AsyncSession, vault: Vault, person_id: UUID, job: UUID | None
) -> Request | None:
    """Return the wish that a job's result fulfils; None if it is not kept or not the person's."""
    if job is None:
        return None
    found = await results.of_person(session, vault, person_id, STICKERS, job)
    return _request(found[0]) if found else None


def _newest(kept: list[Made]) -> list[Made]:
    """Leave out what others took the place of, as while a slider was dragged; favourites stay."""
    places: set[tuple[str, str, str]] = set()
    shown = []
    for one in kept:
        job = one.job
        place = (job.platform, job.chat, job.placeholder or job.id.hex)
        if place not in places or one.favourite:
            shown.append(one)
        places.add(place)
    return shown


def _request(kept: Made) -> Request:
    job = kept.job
    return Request.of_job(job.kind, job.settings, job.second_photo_id)


def _origin(sticker: Sticker) -> Request:
    """Return the wish that a sticker of a pack fulfilled, as far as it is remembered."""
    kind, settings = sticker.origin.kind, sticker.origin.settings
    known = (
        tuple(
            Setting(str(one["name"]), float(str(one["amount"])))
            for one in settings
            if one["name"] in KINDS[kind].settings
        )
        if kind in KINDS
        else ()
    )
    return Request(kind, known)


def _moves(request: Request) -> bool:
    names = {one.name for one in request.settings}
    moods = not names.isdisjoint((*MOVING_MOODS, "moving"))
    return request.kind in (ANIMATE.name, SAY.name) or (request.kind == MOOD.name and moods)
