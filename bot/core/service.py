"""Between the chats and the rows: load, step, save, enqueue; and bring what was made back.

What one person does is handled in order. Deliveries of a platform are served by the process that
handles its updates, so the same order holds for them.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.chat import Chat, Forgetful
from bot.core.conversation.actions import Say
from bot.core.conversation.events import (
    Event,
    JobEnded,
    Message,
    Origin,
    PhotoRefused,
    PhotoSent,
    Who,
)
from bot.core.conversation.library import Library
from bot.core.conversation.state import USUAL, State, from_json, requests_from_json, to_json
from bot.core.conversation.step import FromPerson, PhotoKept, step, to_paint
from bot.core.language.grammar import Grammar
from bot.core.language.meanings import Note
from bot.core.language.texts import Texts
from bot.core.language.wording import Wording
from bot.core.plans import Placeholder, Plan, Planner, Showing
from bot.core.progress import Account, ProgressMessages
from bot.errors import BotError, ChatForbidden, ChatUnavailable
from bot.settings import BotSettings
from storage import avatars, deliveries, jobs, parts, people, photos
from storage.contract.failures import Failure
from storage.contract.kinds import EMOJI
from storage.contract.photos import MAX_BYTES
from storage.database import Database
from storage.deliveries import Delivery
from storage.errors import PersonGone
from storage.jobs import Bounds
from storage.people import Person
from storage.queue import Again, Queue
from storage.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE = 32  # deliveries on their way at the same time
TRIES = 4  # of an answer while the platform is away
LONGEST_WAIT = 30.0  # seconds between two tries of an answer
LONGEST_DELAY = 300.0  # seconds between two tries of a delivery
LIBRARY_SECONDS = 60.0  # after which the library of avatar parts is read again
RECHECK = 30.0  # seconds after which deliveries that got lost are looked for


@dataclass(slots=True)
class _Underway:
    """A delivery on its way: what to show is decided once and then tried until it is shown."""

    delivery: Delivery
    person: Person
    plan: Plan | None = None
    placeholder: str | None = None
    live: bool = False
    tries: int = 0


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
        self._wording = Wording(texts, settings.photo_hours)
        bounds = Bounds(settings.jobs_per_person, settings.jobs_overall)
        self._planner = Planner(vault, self._wording, bounds)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._library, self._library_read = Library(), 0.0
        self._underway: dict[UUID, _Underway] = {}
        self._progress = ProgressMessages(database, self._wording)

    async def locale_of(self, who: Who) -> str | None:
        """Return the language a person chose or came with; None for the unknown."""
        async with self._database.snapshot() as session:
            person = await people.find(session, who.platform, who.external_id)
        return None if person is None else person.locale

    async def part_of(self, style: str, slot: str, variant: str) -> tuple[bytes, str] | None:
        """Return the PNG of an avatar part and its version, None if there is no such part."""
        async with self._database.snapshot() as session:
            version = await parts.version(session, style)
            picture = await parts.thumbnail(session, style, slot, variant)
        return None if version is None or picture is None else (picture, version)

    # --- events ---------------------------------------------------------------------------------

    async def handle(self, event: Event, chat: Chat) -> None:
        """Answer an event once, however often it comes; never raises for what a chat does."""
        if isinstance(event, JobEnded):
            raise TypeError("jobs end in deliver")
        origin = event.origin
        account = (origin.who.platform, origin.who.external_id)
        async with self._turn(*account):
            try:
                plan = await self._decide(event)
                if plan is not None:
                    if plan.erase is not None:
                        await self._clear(chat, origin.chat, plan)
                    await self._carry_out(plan, account, origin.chat, chat)
            except Exception:
                log.exception("could not answer an update of %s", chat.platform)
                await self._apologise(origin, chat)

    async def _decide(self, event: PhotoSent | FromPerson) -> Plan | None:
        """Let the conversation decide and keep all rows of it, in one transaction."""
        origin = event.origin
        who = origin.who
        async with self._database.transaction() as session:
            if not await people.first_time(session, origin.key):
                return None
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
            if plan.erase is None:
                await people.save_conversation(session, person.id, origin.chat, to_json(state))
        if plan.erase is not None:
            said = await self._erase(person, plan.erase)
            plan.answers.append(Showing(self._wording.say(said, plan.locale), said.replaces))
        return plan

    async def _kept(
        self, session: AsyncSession, person: Person, event: PhotoSent | FromPerson
    ) -> FromPerson:
        if not isinstance(event, PhotoSent):
            return event
        if len(event.data) > MAX_BYTES:
            return PhotoRefused(event.origin, Failure.TOO_LARGE)
        selfie = None
        wish = to_paint(event.caption, self._grammar) if event.selfie else None
        if wish and event.selfie is not None and len(event.selfie) <= MAX_BYTES:
            selfie = await self._keep(session, person, event.selfie)
        photo = await self._keep(session, person, event.data)
        return PhotoKept(event.origin, photo, event.caption, selfie)

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

    async def _erase(self, person: Person, said: Say) -> Say:
        erased = await people.forget(self._database, person.id)
        self._progress.forget(person.id)
        counts = {"photos": erased.photos, "stickers": erased.results}
        notes = (Note("note.others_keep"),) if erased.links else ()
        return replace(said, values={**said.values, **counts}, notes=notes)

    async def _clear(self, chat: Chat, where: str, plan: Plan) -> None:
        """Empty a chat that keeps what it showed; then nothing is left to be replaced."""
        if isinstance(chat, Forgetful):
            await chat.forget(where)
            plan.answers = [
                replace(answer, replaces=None) if isinstance(answer, Showing) else answer
                for answer in plan.answers
            ]

    async def _carry_out(self, plan: Plan, account: Account, where: str, chat: Chat) -> None:
        """Enqueue the plan's jobs and show its answers.

        Jobs start before their placeholders stand: their delivery waits for the person's turn,
        which ends after that.
        """
        if plan.erase is not None and isinstance(chat, Forgetful):
            await chat.forget(where)
        for answer in plan.answers:
            if isinstance(answer, Placeholder):
                await self._queue.enqueue("jobs", answer.job.id, answer.job.priority)
        for cancelled in plan.cancelled:
            await self._queue.cancel(cancelled)
            self._progress.done(cancelled)
        for reference in plan.abandoned:
            await self._remove(chat, where, reference)
        placed: list[tuple[UUID, str]] = []
        try:
            for answer in plan.answers:
                match answer:
                    case Showing(message, replaces):
                        await self._show_with_retry(chat, where, message, replaces, plan.locale)
                    case Placeholder(job, request, notes, message) if message is not None:
                        shown = await self._show_with_retry(chat, where, message, None, plan.locale)
                        if shown is not None:
                            placed.append((job.id, shown))
                            self._progress.add(
                                job, account, request, notes, plan.locale, shown, message
                            )
        finally:
            if placed:
                async with self._database.transaction() as session:
                    for job_id, reference in placed:
                        await jobs.set_placeholder(session, job_id, reference)

    async def _show_with_retry(
        self, chat: Chat, where: str, message: Message, replaces: str | None, locale: str
    ) -> str | None:
        """Show an answer, trying again while the platform is away; None if it could not be."""
        for number in range(1, TRIES + 1):
            try:
                return await self._show(chat, where, message, replaces, locale)
            except ChatForbidden:
                return None
            except ChatUnavailable as problem:
                if number == TRIES:
                    log.warning("%s is away: an answer is lost", chat.platform)
                    return None
                await asyncio.sleep(_delay(problem, number, LONGEST_WAIT))
        return None

    async def _show(
        self, chat: Chat, where: str, message: Message, replaces: str | None, locale: str
    ) -> str:
        """Show a message, in another's place where that is possible; or say that it is not."""
        if replaces is not None:
            try:
                return await chat.edit(where, replaces, message)
            except (ChatForbidden, ChatUnavailable):
                raise
            except BotError as problem:
                log.info("%s could not change a message: %s", chat.platform, problem)
                await self._remove(chat, where, replaces)
        try:
            return await chat.send(where, message)
        except (ChatForbidden, ChatUnavailable):
            raise
        except BotError as problem:
            if message.sticker is None:
                raise
            log.warning("%s did not take a sticker: %s", chat.platform, problem)
            return await chat.send(where, self._wording.say(Say("say.not_shown"), locale))

    async def _remove(self, chat: Chat, where: str, reference: str) -> None:
        try:
            await chat.remove(where, reference)
        except BotError as problem:
            log.info("%s could not take a message away: %s", chat.platform, problem)

    async def _apologise(self, origin: Origin, chat: Chat) -> None:
        locale = self._texts.negotiate(origin.who.locale)
        with suppress(BotError):
            await chat.send(origin.chat, self._wording.say(Say("say.unexpected"), locale))

    def _turn(self, platform: str, external_id: str) -> asyncio.Lock:
        return self._turns.setdefault((platform, external_id), asyncio.Lock())

    # --- deliveries -----------------------------------------------------------------------------

    async def deliver(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Bring what jobs made to this chat's platform until the shutdown."""

        async def bring(delivery_id: UUID) -> None:
            await self._deliver_one(delivery_id, chat)

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
            if delivery_id not in self._underway:
                await self._queue.enqueue(f"delivery.{chat.platform}", delivery_id)

    async def _deliver_one(self, delivery_id: UUID, chat: Chat) -> None:
        """Show one result; raises Again while the platform is away."""
        reference = None
        try:
            underway = self._underway.get(delivery_id) or await self._take(delivery_id)
            if underway is None:
                return
            self._underway[delivery_id] = underway
            person = underway.person
            async with self._turn(person.platform, person.external_id):
                if underway.plan is None:
                    underway.plan = await self._decide_end(underway)
                reference = await self._present(underway, underway.plan, chat)
        except ChatUnavailable as problem:
            underway = self._underway[delivery_id]
            underway.tries += 1
            delay = _delay(problem, underway.tries, LONGEST_DELAY)
            raise Again(timedelta(seconds=delay)) from problem
        except (ChatForbidden, PersonGone):
            log.info("a result for %s is not shown: the chat or person is gone", chat.platform)
        except Exception:
            log.exception("could not deliver to %s", chat.platform)
        self._underway.pop(delivery_id, None)
        async with self._database.transaction() as session:
            await deliveries.finish(session, delivery_id, reference)

    async def _take(self, delivery_id: UUID) -> _Underway | None:
        async with self._database.transaction() as session:
            delivery = await deliveries.take(session, self._vault, delivery_id)
            if delivery is None:
                return None
            return _Underway(delivery, await people.read(session, delivery.job.person_id))

    async def _decide_end(self, underway: _Underway) -> Plan:
        """Let the conversation answer a job's end."""
        person, job = underway.person, underway.delivery.job
        event = JobEnded(
            job.id,
            job.kind,
            job.settings,
            job.face,
            underway.delivery.outcome,
            job.photo_id,
            job.second_photo_id,
            job.avatar,
        )
        async with self._database.transaction() as session:
            state = await self._load(session, person, job.chat)
            underway.live = any(one.job == job.id and one.replaces for one in state.unfinished)
            underway.placeholder = (await jobs.read(session, job.id)).placeholder
            library = await self._wardrobe(session)
            state, actions = step(state, event, self._grammar, library)
            state, plan = await self._planner.perform(session, person, job.chat, state, actions)
            await people.save_conversation(session, person.id, job.chat, to_json(state))
        return plan

    async def _present(self, underway: _Underway, plan: Plan, chat: Chat) -> str | None:
        """Put the first answer in the placeholder's place, the others behind it.

        An older sticker that a failed job was to replace stays.
        """
        job = underway.delivery.job
        self._progress.done(job.id)
        first = plan.answers[0] if plan.answers else None
        reference = underway.placeholder
        if isinstance(first, Showing):
            replaces = reference
            if underway.live and first.message.sticker is None and first.message.picture is None:
                replaces = None
            reference = await self._show(chat, job.chat, first.message, replaces, plan.locale)
            plan.answers.pop(0)
        elif plan.drop_placeholder and reference is not None and not underway.live:
            await self._remove(chat, job.chat, reference)
        account = (underway.person.platform, underway.person.external_id)
        await self._carry_out(plan, account, job.chat, chat)
        return reference


def _delay(problem: ChatUnavailable, tries: int, longest: float) -> float:
    """Return how long to wait: as the platform says, else twice as long each time."""
    if problem.retry_after is not None:
        return min(problem.retry_after, longest) if problem.retry_after > 0 else 0.1
    return float(min(longest, 0.5 * 2 ** (tries - 1)))


async def _every(
    seconds: float, shutdown: asyncio.Event, work: Callable[[], Awaitable[None]]
) -> None:
    """Do some work now and then until the shutdown; a failure waits for the next time."""
    while not shutdown.is_set():
        try:
            await work()
        except Exception:
            log.exception("upkeep failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(shutdown.wait(), seconds)
