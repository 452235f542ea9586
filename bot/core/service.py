"""Between the chats and the rows: load, step, save, enqueue; and bring what was made back.

What one person does is handled in order. Deliveries of a platform are served by the process that
handles its updates, so the same order holds for them.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core import plans
from bot.core.chat import Chat, Forgetful
from bot.core.conversation.actions import Say
from bot.core.conversation.events import (
    Event,
    JobEnded,
    Origin,
    PhotoRefused,
    PhotoSent,
    Who,
)
from bot.core.conversation.library import Library
from bot.core.conversation.state import USUAL, State, from_json, requests_from_json, to_json
from bot.core.conversation.step import FromPerson, PhotoKept, step
from bot.core.delivering import Deliverer, delay
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Note
from bot.core.language.texts import Texts
from bot.core.language.wording import Wording
from bot.core.plans import Plan, Planner, Showing
from bot.core.progress import ProgressMessages
from bot.errors import BotError, ChatForbidden, ChatUnavailable, place_of
from bot.settings import BotSettings
from storage import avatars, deliveries, health, inbox, jobs, parts, people, photos
from storage.contract.failures import Failure
from storage.contract.health import Check
from storage.contract.kinds import EMOJI
from storage.contract.photos import MAX_BYTES
from storage.contract.updates import KeptUpdate, NewUpdate
from storage.database import Database
from storage.deliveries import Delivery
from storage.errors import PersonGone
from storage.jobs import Bounds
from storage.people import Person
from storage.queue import Again, Queue
from storage.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE = 32  # deliveries on their way at the same time
TRIES = 4  # of an answer in its turn while the platform is away; then it becomes a delivery
MISTAKES = 4  # attempts that may fail for no good reason before a delivery is given up
LONGEST_DELAY = 300.0  # seconds between two tries of a delivery
LIBRARY_SECONDS = 60.0  # after which the library of avatar parts is read again
RECHECK = 5.0  # seconds after which deliveries that got lost are looked for


class Service:
    """Answers events and delivers results, for any number of chats."""

    def __init__(
        self, database: Database, vault: Vault, queue: Queue, texts: Texts, settings: BotSettings
    ) -> None:
        self._database = database
        self._vault = vault
        self._queue = queue
        self._texts = texts
        self._keep_photos = timedelta(hours=settings.photo_hours)
        self._grammar = Grammar(texts.vocabulary())
        self._wording = Wording(
            texts, settings.photo_hours, settings.result_days, settings.update_days
        )
        bounds = Bounds(settings.jobs_per_person, settings.jobs_overall)
        self._planner = Planner(vault, self._wording, bounds)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._library, self._library_read = Library(), 0.0
        self._progress = ProgressMessages(database, self._wording)
        self._deliverer = Deliverer(database, queue, self._wording, self._progress)
        self._since: dict[str, datetime] = {}

    async def locale_of(self, who: Who) -> str | None:
        """Return the language a person chose or came with; None for the unknown."""
        person = await self._database.retry(
            lambda session: people.find(session, who.platform, who.external_id)
        )
        return None if person is None else person.locale

    async def part_of(self, style: str, slot: str, variant: str) -> tuple[bytes, str] | None:
        """Return the PNG of an avatar part and its version, None if there is no such part."""
        async with self._database.snapshot() as session:
            version = await parts.version(session, style)
            picture = await parts.thumbnail(session, style, slot, variant)
        return None if version is None or picture is None else (picture, version)

    async def health(self) -> tuple[Check, ...]:
        """Return what works and what does not."""
        return await health.checks(self._database)

    # --- the inbox ------------------------------------------------------------------------------

    async def keep(self, platform: str, updates: Sequence[NewUpdate]) -> list[KeptUpdate]:
        """Keep updates, however long the database is away; return those that are new."""
        if not updates:
            return []
        return await self._database.retry(
            lambda session: inbox.keep(session, self._vault, platform, updates), math.inf
        )

    async def kept(self, platform: str) -> list[KeptUpdate]:
        """Return the updates that an earlier process kept and did not handle."""
        self._begin(platform)
        return await self._database.retry(
            lambda session: inbox.waiting(session, self._vault, platform), math.inf
        )

    async def done(self, rows: Sequence[int]) -> None:
        """Let go of updates that were handled."""
        await self._database.retry(lambda session: inbox.erase(session, rows), math.inf)

    def _begin(self, platform: str) -> datetime:
        """Return since when this process serves a platform."""
        return self._since.setdefault(platform, datetime.now(UTC))

    # --- events ---------------------------------------------------------------------------------

    async def handle(self, event: Event, chat: Chat) -> None:
        """Answer an event once, however often it comes; never raises for what a chat does.

        When it returns, the event and its answers are kept, whatever becomes of this process.
        """
        if isinstance(event, JobEnded):
            raise TypeError("jobs end in deliver")
        self._begin(chat.platform)
        origin = event.origin
        account = (origin.who.platform, origin.who.external_id)
        async with self._turn(*account):
            try:
                decided = await self._decide(event)
            except Exception as problem:
                log.error("could not answer an update: %s", place_of(problem))
                await self._apologise(origin, chat)
                return
            if decided is None:
                return
            delivery, plan = decided
            if plan.erase is not None:
                await self._finish_erasing(plan, origin.chat, chat)
            try:
                await self._deliverer.carry_out(delivery, plan, account, chat, TRIES)
            except Exception as problem:
                pause = await self._set_aside(delivery, plan, chat, problem)
                if pause is not None:
                    await self._queue.enqueue(f"delivery.{chat.platform}", delivery.id)

    async def _decide(self, event: PhotoSent | FromPerson) -> tuple[Delivery, Plan] | None:
        """Let the conversation decide, and keep all rows of it in one transaction.

        None for an update that was answered before, or whose answers are on their way.
        """
        new = uuid4()

        async def work(session: AsyncSession) -> tuple[Delivery, Plan] | None:
            if not await people.first_time(session, event.origin.key):
                return await self._decided_before(session, event.origin, new)
            return await self._decide_now(session, event, new)

        return await self._database.retry(work, math.inf)

    async def _decided_before(
        self, session: AsyncSession, origin: Origin, new: UUID
    ) -> tuple[Delivery, Plan] | None:
        """Return the answers that an update has got but that were not shown."""
        kept = await deliveries.of_update(session, origin.key)
        if kept is None:
            return None
        if kept == new:  # our own commit, whose answer got lost
            await deliveries.expire(session, kept)
        delivery = await deliveries.take(session, self._vault, kept)
        if delivery is None or delivery.plan is None:
            return None
        return delivery, await self._planner.read(session, delivery.plan)

    async def _decide_now(
        self, session: AsyncSession, event: PhotoSent | FromPerson, new: UUID
    ) -> tuple[Delivery, Plan]:
        origin = event.origin
        who = origin.who
        person = await people.find_or_add(
            session, self._vault, who.platform, who.external_id, who.locale
        )
        if person.locale is None and who.locale is not None:  # not every update tells
            await people.set_locale(session, person.id, who.locale)
            person = replace(person, locale=who.locale)
        state = await self._load(session, person, origin.chat)
        kept = await self._kept(session, person, event)
        library = await self._wardrobe(session)
        state, actions = step(state, kept, self._grammar, library)
        state, plan = await self._planner.perform(session, person, origin.chat, state, actions)
        plan.after = origin.message
        if plan.erase is not None:
            said = await self._erase(session, person, plan.erase)
            plan.answers.append(Showing(self._wording.say(said, plan.locale), said.replaces))
            return Delivery(new, person.id, who.platform, origin.chat, 1), plan
        await people.save_conversation(session, person.id, origin.chat, to_json(state))
        return await deliveries.add_answers(
            session, self._vault, person.id, who.platform, origin.chat, origin.key,
            plans.to_bytes(plan), new,
        ), plan  # fmt: skip

    async def _kept(
        self, session: AsyncSession, person: Person, event: PhotoSent | FromPerson
    ) -> FromPerson:
        if not isinstance(event, PhotoSent):
            return event
        if len(event.data) > MAX_BYTES:
            return PhotoRefused(event.origin, Failure.TOO_LARGE)
        selfie = None
        caption = self._grammar.caption(event.caption)
        if caption.to_paint and event.selfie is not None and len(event.selfie) <= MAX_BYTES:
            selfie = await self._keep(session, person, event.selfie)
        photo = await self._keep(session, person, event.data)
        return PhotoKept(event.origin, photo, caption, selfie)

    async def _keep(self, session: AsyncSession, person: Person, data: bytes) -> UUID:
        return await photos.add(session, self._vault, person.id, data, self._keep_photos)

    async def _load(self, session: AsyncSession, person: Person, chat: str) -> State:
        state = from_json(await people.load_conversation(session, person.id, chat))
        preferences = await people.preferences(session, person.id)
        return replace(
            state,
            locale=self._texts.negotiate(person.locale),
            preferred=requests_from_json(preferences.get("preferred", [])) or USUAL,
            avatars=await avatars.of_person(session, self._vault, person.id),
        )

    async def _wardrobe(self, session: AsyncSession) -> Library:
        """Return what avatars can wear, read again now and then, for it may be built meanwhile."""
        now = time.monotonic()
        partly = len(self._library.catalogue.styles) < len(EMOJI.settings)
        if partly or now - self._library_read > LIBRARY_SECONDS:
            there = await parts.listed(session)
            tags = {(one.style, one.slot, one.variant): one.tags for one in there}
            found = Library(await parts.catalogue(session), tags)
            self._library_read = now
            if found != self._library:
                self._library = found
        return self._library

    async def _erase(self, session: AsyncSession, person: Person, said: Say) -> Say:
        erased = await people.erase_person(session, person.id)
        self._progress.forget(person.id)
        counts = {"photos": erased.photos, "stickers": erased.results}
        notes = (Note("note.others_keep"),) if erased.links else ()
        return replace(said, values={**said.values, **counts}, notes=notes)

    async def _finish_erasing(self, plan: Plan, where: str, chat: Chat) -> None:
        """Let no copy stay: in the database's files, and in a chat that keeps what it showed."""
        await self._database.scrub()
        if isinstance(chat, Forgetful):
            await chat.forget(where)
            plan.answers = [  # nothing is left to be replaced
                replace(answer, replaces=None) if isinstance(answer, Showing) else answer
                for answer in plan.answers
            ]

    async def _apologise(self, origin: Origin, chat: Chat) -> None:
        locale = self._texts.negotiate(origin.who.locale)
        with suppress(BotError):
            await chat.send(origin.chat, self._wording.say(Say("say.unexpected"), locale))

    def _turn(self, platform: str, external_id: str) -> asyncio.Lock:
        return self._turns.setdefault((platform, external_id), asyncio.Lock())

    # --- deliveries -----------------------------------------------------------------------------

    async def deliver(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Bring what chats of this platform are owed, until the shutdown."""
        since = self._begin(chat.platform)

        async def bring(delivery_id: UUID) -> None:
            await self._deliver_one(delivery_id, chat)

        await self._database.retry(
            lambda session: deliveries.expire_leases(session, chat.platform, since), math.inf
        )
        topic = f"delivery.{chat.platform}"
        upkeep = [
            asyncio.create_task(_every(RECHECK, shutdown, lambda: self._find_lost(chat))),
            asyncio.create_task(self._progress.keep_telling(chat, self._turn, shutdown)),
        ]
        try:
            await self._queue.serve(topic, bring, AT_ONCE, shutdown)
        finally:
            for task in upkeep:
                task.cancel()
            await asyncio.gather(*upkeep, return_exceptions=True)

    async def _find_lost(self, chat: Chat) -> None:
        """Enqueue what is still pending: after a start, and what a queue may have lost."""
        async with self._database.snapshot() as session:
            pending = await deliveries.pending(session, chat.platform)
        for delivery_id in pending:
            await self._queue.enqueue(f"delivery.{chat.platform}", delivery_id)

    async def _deliver_one(self, delivery_id: UUID, chat: Chat) -> None:
        """Show what one delivery owes; raises Again while the platform is away."""
        delivery = await self._database.retry(
            lambda session: deliveries.take(session, self._vault, delivery_id)
        )
        if delivery is None:
            return
        plan = None
        try:
            person = await self._person(delivery)
            account = (person.platform, person.external_id)
            async with self._turn(*account):
                plan = await self._plan_of(delivery)
                if delivery.job is not None:
                    self._progress.done(delivery.job.id)
                await self._deliverer.carry_out(delivery, plan, account, chat)
        except Exception as problem:
            pause = await self._set_aside(delivery, plan, chat, problem)
            if pause is not None:
                raise Again(timedelta(seconds=pause)) from None

    async def _person(self, delivery: Delivery) -> Person:
        return await self._database.retry(lambda session: people.read(session, delivery.person_id))

    async def _set_aside(
        self, delivery: Delivery, plan: Plan | None, chat: Chat, problem: Exception
    ) -> float | None:
        """Return after how many seconds a failed delivery is to be tried again; None for never."""
        pause = None
        if isinstance(problem, ChatUnavailable) and delivery.attempts < deliveries.MAX_ATTEMPTS:
            pause = delay(problem, delivery.attempts, LONGEST_DELAY)
        elif isinstance(problem, ChatForbidden | PersonGone):
            log.info("an answer for %s is not shown: its chat or person is gone", chat.platform)
        else:
            log.error("could not deliver to %s: %s", chat.platform, place_of(problem))
            if delivery.attempts < MISTAKES:
                pause = 2.0 ** (delivery.attempts - 1)
            else:
                locale = self._texts.negotiate(plan.locale if plan is not None else None)
                await self._deliverer.give_up(delivery, plan, chat, locale)

        async def work(session: AsyncSession) -> None:
            if pause is not None:
                await deliveries.release(session, delivery)
            else:
                await deliveries.bury(session, delivery.id, type(problem).__name__)

        await self._database.retry(work, math.inf)
        return pause

    async def _plan_of(self, delivery: Delivery) -> Plan:
        """Return what was decided to show, or decide it; raises PersonGone."""

        async def work(session: AsyncSession) -> Plan:
            person = await people.read(session, delivery.person_id)
            kept = await deliveries.plan_of(session, self._vault, delivery)
            if kept is not None:
                return await self._planner.read(session, kept)
            return await self._decide_end(session, person, delivery)

        return await self._database.retry(work)

    async def _decide_end(self, session: AsyncSession, person: Person, delivery: Delivery) -> Plan:
        """Let the conversation answer a job's end, and keep what it decided."""
        job, outcome = delivery.job, delivery.outcome
        if job is None or outcome is None:
            raise LookupError("a delivery without a job has a plan")
        event = JobEnded(
            job.id, job.kind, job.settings, job.face, outcome, job.photo_id, job.second_photo_id,
            job.avatar,
        )  # fmt: skip
        state = await self._load(session, person, job.chat)
        live = any(one.job == job.id and one.replaces for one in state.unfinished)
        placeholder = (await jobs.read(session, job.id)).placeholder
        library = await self._wardrobe(session)
        state, actions = step(state, event, self._grammar, library)
        state, plan = await self._planner.perform(session, person, job.chat, state, actions)
        plan.take_the_place_of(placeholder, live=live)
        await people.save_conversation(session, person.id, job.chat, to_json(state))
        await deliveries.keep_plan(session, self._vault, delivery, plans.to_bytes(plan))
        return plan


async def _every(
    seconds: float, shutdown: asyncio.Event, work: Callable[[], Awaitable[None]]
) -> None:
    """Do some work now and then until the shutdown; a failure waits for the next time."""
    while not shutdown.is_set():
        try:
            await work()
        except Exception as problem:
            log.warning("upkeep failed: %s", place_of(problem))
        with suppress(TimeoutError):
            await asyncio.wait_for(shutdown.wait(), seconds)
