"""Lets the conversation decide about what happened, and keeps what it decided, in one transaction.

What takes longer comes before: captions are read, photos are sealed and the library of parts is
looked through while nobody waits for the transaction.
"""

import asyncio
import math
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import permitting, plans
from bot.core.collecting import kept_request
from bot.core.conversation import taste
from bot.core.conversation.actions import Action, Say
from bot.core.conversation.events import (
    ChoiceMade,
    CommandGiven,
    JobEnded,
    Message,
    Origin,
    PhotoKept,
    PhotoRefused,
    PhotoSent,
    TrayChanged,
)
from bot.core.conversation.library import Library
from bot.core.conversation.state import USUAL, State, from_json, known, requests_from_json, to_json
from bot.core.conversation.step import FromPerson, step
from bot.core.grouping import packs_of
from bot.core.language.grammar import Caption, Grammar
from bot.core.language.meanings import Note
from bot.core.language.searching import Searching
from bot.core.language.texts import Texts
from bot.core.language.wording import Wording
from bot.core.packing import PUBLISHING
from bot.core.plans import Plan, Planner, Said, Showing
from bot.core.restoring import Restored, restore
from bot.core.turns import Account
from bot.settings import BotSettings
from storage import (
    avatars,
    consents,
    deliveries,
    makings,
    members,
    packs,
    parts,
    people,
    photos,
    takedowns,
)
from storage.contract.failures import Failure
from storage.contract.jobs import Outcome
from storage.contract.kinds import EMOJI
from storage.contract.packs import Making, Pack
from storage.contract.photos import MAX_BYTES
from storage.database import Database
from storage.deliveries import Delivery, Latest
from storage.errors import PackGone
from storage.jobs import Bounds
from storage.people import Person
from storage.photos import SealedPhoto
from storage.vault import PersonKey, Vault

LIBRARY_SECONDS = 60.0  # after which the library of avatar parts is read again
BUILDING_SECONDS = 1.0  # the same while it is being built

STAYS = {"telegram": "note.stays_on_telegram", "discord": "note.stays_on_discord"}
"""What is said, after forgetting, of what a platform does not let us take back."""

_Owner = tuple[UUID, PersonKey]


class Decided(NamedTuple):
    """The answers to an update, and whose they are: not always theirs who caused it."""

    delivery: Delivery
    plan: Plan
    account: Account


@dataclass(frozen=True, slots=True)
class _Photos:
    """What a photo's update brings: its caption, understood, and its photos, sealed.

    ``sealed``: the photo, then perhaps the one that it answers; empty for an update that came
    before. ``digest``: by what the same file is known again.
    """

    event: PhotoSent
    caption: Caption
    digest: bytes
    sealed: tuple[SealedPhoto, ...] = ()

    def seal(self, key: PersonKey, person_id: UUID) -> tuple[SealedPhoto, ...]:
        """Return the photos sealed for a person; megabytes take milliseconds."""
        data, selfie = [self.event.data], self.event.selfie
        if self.caption.to_paint and selfie is not None and len(selfie) <= MAX_BYTES:
            data.append(selfie)
        return tuple(photos.seal(key, person_id, one) for one in data)


class Decider:
    """Decides for any number of people; one person's events have to come one after another."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        texts: Texts,
        wording: Wording,
        settings: BotSettings,
    ) -> None:
        self._database = database
        self._vault = vault
        self._texts = texts
        self._wording = wording
        self._grammar = Grammar(texts.vocabulary())
        self._keep_photos = timedelta(hours=settings.photo_hours)
        self._quota = settings.photos_mb * 2**20
        bounds = Bounds(settings.jobs_per_person, settings.jobs_overall)
        searching = Searching(self._grammar.vocabulary)
        self._planner = Planner(vault, wording, bounds, self._keep_photos, searching)
        self._library, self._library_read = Library(), -math.inf

    async def answer(self, event: PhotoSent | FromPerson) -> Decided | None:
        """Return the answers to an update, kept and taken to be shown.

        None for an update that was answered before, whose answers are on their way, or that needs
        none.
        """
        new = uuid4()
        library = await self._current_library()
        happened: _Photos | FromPerson
        happened = await self._prepared(event) if isinstance(event, PhotoSent) else event

        async def work(session: AsyncSession) -> Decided | None:
            if not await people.first_time(session, event.origin.key):
                return await self._decided_before(session, event.origin, new)
            return await self._decide(session, event.origin, happened, library, new)

        return await self._database.retry(work, math.inf)

    async def plan_of(self, delivery: Delivery) -> Plan:
        """Return what was decided to show for a delivery, or decide it.

        Raises:
            PersonGone: they were forgotten.
        """
        library = await self._current_library()

        async def work(session: AsyncSession) -> Plan:
            latest = await deliveries.look_again(session, self._vault, delivery)
            if latest.plan is not None:
                return await self._planner.read(session, latest.plan, delivery.chat)
            return await self._decide_end(session, latest, delivery, library)

        return await self._database.retry(work)

    async def standing(self, platform: str, chat: str) -> list[Restored]:
        """Return what stands in a chat, as rows remember it."""
        found = await self._database.retry(
            lambda session: restore(session, self._vault, self._planner, platform, chat),
            reading=True,
        )
        return await asyncio.to_thread(lambda: [one.with_thumbnail(self._vault) for one in found])

    async def _decided_before(
        self, session: AsyncSession, origin: Origin, new: UUID
    ) -> Decided | None:
        """Return the answers that an update has got but that were not shown."""
        kept = await deliveries.of_update(session, origin.key)
        if kept is None:
            return None
        if kept == new:  # our own commit, whose answer got lost
            await deliveries.expire(session, kept)
        delivery = await deliveries.take(session, self._vault, kept)
        if delivery is None or delivery.plan is None:
            return None
        person = await people.read(session, delivery.person_id)
        plan = await self._planner.read(session, delivery.plan, delivery.chat)
        return Decided(delivery, plan, (person.platform, person.external_id))

    async def _decide(
        self,
        session: AsyncSession,
        origin: Origin,
        happened: _Photos | FromPerson,
        library: Library,
        new: UUID,
    ) -> Decided | None:
        who, chat = origin.who, origin.chat
        person = await people.find_or_add(
            session, self._vault, who.platform, who.external_id, who.locale
        )
        if person.locale is None and who.locale is not None:  # not every update tells
            await people.set_locale(session, person.id, who.locale)
            person = replace(person, locale=who.locale)
        event: _Photos | FromPerson | Say = happened
        if isinstance(happened, ChoiceMade):
            found = await permitting.answer(session, person, happened)
            if isinstance(found, permitting.Answered):
                person, chat, event = found
            elif found is not None:
                event = found
        opening = event.pack if isinstance(event, TrayChanged) else None
        state = await self._load(session, person, chat, opening)
        if isinstance(event, _Photos):
            event = await self._keep(session, person, event)
        elif isinstance(event, TrayChanged):
            request = await kept_request(session, self._vault, person.id, event.job)
            event = replace(event, request=request)
        if isinstance(event, Say):
            actions: tuple[Action, ...] = (event,)
        else:
            state, actions = step(state, event, self._grammar, library)
        state, plan = await self._planner.perform(session, person, chat, state, actions)
        photo = event.photo if isinstance(event, PhotoKept) else None
        plan.after, plan.said = origin.message, _said(happened, photo)
        if plan.erase is not None:
            said = await self._erase(session, person, chat, plan)
            shown = self._wording.say(said, plan.locale)
            plan.answers.insert(0, Showing(shown, said.replaces))
            delivery = Delivery(new, person.id, who.platform, chat, 1)
            return Decided(delivery, plan, (person.platform, person.external_id))
        await people.save_conversation(session, self._vault, person.id, chat, to_json(state))
        if isinstance(event, TrayChanged) and not plan.answers:  # seen where it was done
            return None
        delivery = await deliveries.add_answers(
            session, self._vault, person.id, who.platform, chat, origin.key, plans.to_bytes(plan),
            new,
        )  # fmt: skip
        return Decided(delivery, plan, (person.platform, person.external_id))

    async def _decide_end(
        self, session: AsyncSession, latest: Latest, delivery: Delivery, library: Library
    ) -> Plan:
        """Let the conversation answer a job's end, and keep what it decided."""
        person, job, outcome = latest.person, delivery.job, delivery.outcome
        if job is None or outcome is None:
            raise LookupError("a delivery without a job has a plan")
        making = await makings.of_job(session, job.id) if latest.for_pack else None
        if making is not None:
            return await self._put_into_pack(session, person, delivery, making, outcome)
        event = JobEnded(
            job.id, job.kind, job.settings, job.face, outcome, job.photo_id, job.second_photo_id,
            job.avatar,
        )  # fmt: skip
        state = await self._load(session, person, job.chat)
        live = any(one.job == job.id and one.replaces for one in state.unfinished)
        state, actions = step(state, event, self._grammar, library)
        state, plan = await self._planner.perform(session, person, job.chat, state, actions)
        plan.take_the_place_of(latest.placeholder, live=live)
        await people.save_conversation(session, self._vault, person.id, job.chat, to_json(state))
        await deliveries.keep_plan(session, self._vault, delivery, plans.to_bytes(plan))
        return plan

    async def _put_into_pack(
        self,
        session: AsyncSession,
        person: Person,
        delivery: Delivery,
        making: Making,
        outcome: Outcome,
    ) -> Plan:
        """Let a group's pack have what was made for it; no chat is told of that by itself."""
        plan = Plan(self._texts.negotiate(person.locale))
        grouping = self._planner.grouping(session, person, delivery.chat, plan.locale)
        await grouping.fitting.made(making, outcome)
        await self._planner.follow(session, plan, grouping)
        await deliveries.keep_plan(session, self._vault, delivery, plans.to_bytes(plan))
        return plan

    # --- photos ---------------------------------------------------------------------------------

    async def _prepared(self, event: PhotoSent) -> _Photos | PhotoRefused:
        """Read an update's caption and seal its photos, unless it came before."""
        if len(event.data) > MAX_BYTES:
            return PhotoRefused(event.origin, Failure.TOO_LARGE)
        digest = await asyncio.to_thread(self._vault.digest, event.data, "photo")
        found = _Photos(event, self._grammar.caption(event.caption), digest)
        origin, who = event.origin, event.origin.who

        async def look(session: AsyncSession) -> tuple[bool, _Owner | None]:
            person = await people.find(session, who.platform, who.external_id)
            if person is None:  # who is met only now, or was forgotten after this update
                return await people.seen(session, origin.key), None
            return False, await own(session, person)

        async def add(session: AsyncSession) -> _Owner:
            person = await people.find_or_add(
                session, self._vault, who.platform, who.external_id, who.locale
            )
            return await own(session, person)

        async def own(session: AsyncSession, person: Person) -> _Owner:
            return person.id, await people.key_of(session, self._vault, person.id)

        seen, owner = await self._database.retry(look, math.inf, reading=True)
        if seen:
            return found
        if owner is None:
            owner = await self._database.retry(add, math.inf)
        person_id, key = owner
        return replace(found, sealed=await asyncio.to_thread(found.seal, key, person_id))

    async def _keep(self, session: AsyncSession, person: Person, found: _Photos) -> PhotoKept:
        """Keep an update's photos."""
        sealed = found.sealed
        if not sealed or sealed[0].person_id != person.id:
            # its key was swept, or its person was forgotten by another process and met anew
            key = await people.key_of(session, self._vault, person.id)
            sealed = found.seal(key, person.id)
        event, before = found.event, None
        if not event.origin.private:
            before = await consents.known(session, person.id, found.digest)
        if before is not None and not before.agreed:  # known to be unwanted: kept nowhere
            return PhotoKept(event.origin, sealed[0].id, found.caption, agreed=False)
        photo, *selfie = [
            await photos.add(session, one, self._keep_photos, self._quota) for one in sealed
        ]
        if before is not None:
            await permitting.remember(session, photo, before, found.digest)
        return PhotoKept(
            event.origin, photo, found.caption, next(iter(selfie), None), event.shown,
            None if before is None else before.agreed, found.digest,
        )  # fmt: skip

    # --- what is known of a person, and of what avatars can wear --------------------------------

    async def _load(
        self, session: AsyncSession, person: Person, chat: str, opening: UUID | None = None
    ) -> State:
        """Return how a conversation stands; with one of the person's packs opened."""
        conversation, preferences = await people.load(session, self._vault, person.id, chat)
        state = from_json(conversation)
        outlines = await packs.outlines(session, self._vault, person.id, person.platform)
        if opening is not None and opening in [one.id for one in outlines]:
            state = replace(state, editing=state.editing.opened(opening))
        everywhere = taste.from_json(preferences.get(taste.name_of(None), {}))
        here = taste.from_json(preferences.get(taste.name_of(chat), {}))
        preferred = requests_from_json(preferences.get("preferred", [])) or USUAL
        return replace(
            state,
            locale=self._texts.negotiate(here.locale or person.locale),
            preferred=known(here.preferred or ()) or preferred,
            taste=everywhere,
            here=here,
            avatars=await avatars.of_person(session, self._vault, person.id),
            packs=outlines,
            awaited=bool(await members.waiting(session, person.id)),
            pack_open=await self._open_pack(session, person, state),
        )

    async def _open_pack(self, session: AsyncSession, person: Person, state: State) -> Pack | None:
        if state.editing.pack is None:
            return None
        try:
            pack = await packs.read(session, self._vault, state.editing.pack)
        except PackGone:
            return None
        return pack if pack.owner == person.id else None

    async def _current_library(self) -> Library:
        """Return what avatars can wear, read again now and then, for it may be built meanwhile."""
        now = time.monotonic()
        whole = len(self._library.catalogue.styles) >= len(EMOJI.settings)
        if now - self._library_read > (LIBRARY_SECONDS if whole else BUILDING_SECONDS):
            found = await self._database.retry(_read_library, reading=True)
            self._library_read = now
            if (found.catalogue, found.tags) != (self._library.catalogue, self._library.tags):
                self._library = found
        return self._library

    async def _erase(self, session: AsyncSession, person: Person, chat: str, plan: Plan) -> Say:
        """Erase a person; packs of groups are without them from now on. Return what to say."""
        said = plan.erase or Say("say.forgotten")
        shared = await packs_of(session, person.id)
        found = await takedowns.sets_of(session, person.id)
        sets = ", ".join(name for platform, name in found if platform in PUBLISHING)
        erased = await people.erase_person(session, self._vault, person.id)
        grouping = self._planner.grouping(session, person, chat, plan.locale)
        await grouping.fitting.left_behind(shared)
        await self._planner.follow(session, plan, grouping)
        counts = {"photos": erased.photos, "stickers": erased.results}
        notes = [Note("note.others_keep")] if erased.links else []
        if sets:
            notes.append(Note("note.sets_go", {"sets": sets}))
        if person.platform in STAYS:
            notes.append(Note(STAYS[person.platform]))
        return replace(said, values={**said.values, **counts}, notes=tuple(notes))


def _said(happened: _Photos | FromPerson, photo: UUID | None) -> Said | None:
    """Return what stands in the chat as the person's own."""
    message = None
    if isinstance(happened, _Photos):
        event: PhotoSent | FromPerson = happened.event
        message = Message(happened.event.caption, name="photo")
    else:
        event = happened
        if isinstance(event, PhotoRefused):
            message = Message(name="photo")
        elif isinstance(event, CommandGiven) and event.replaces is None:
            message = Message(event.text)
    return None if message is None else Said(event.origin.key, message, photo)


async def _read_library(session: AsyncSession) -> Library:
    tags = {(one.style, one.slot, one.variant): one.tags for one in await parts.listed(session)}
    return Library(await parts.catalogue(session), tags)
