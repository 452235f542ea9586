"""Between the chats and the rows: answers events, and delivers what was made.

What one person does is handled in order. Deliveries of a platform are served by the process that
handles its updates, so the same order holds for them.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.chat import Chat, Forgetful, Moderated
from bot.core.collecting import Collections
from bot.core.conversation import grouping, taste
from bot.core.conversation.actions import Say
from bot.core.conversation.events import (
    Event,
    JobEnded,
    Origin,
    Who,
)
from bot.core.deciding import Decided, Decider
from bot.core.delivering import Deliverer, delay
from bot.core.language.texts import Texts
from bot.core.language.wording import Wording
from bot.core.offering import Offer, Offering
from bot.core.pack_files import PackFiles
from bot.core.plans import Plan, Showing
from bot.core.progress import ProgressMessages
from bot.core.publishing.publisher import Publisher
from bot.core.publishing.sets import Publishing
from bot.core.restoring import Restored
from bot.core.turns import Account, Turns
from bot.errors import BotError, ChatForbidden, ChatUnavailable, place_of
from bot.settings import BotSettings
from bot.signing import mark_of
from storage import deliveries, health, inbox, jobs, moving, parts, people
from storage.contract.health import Check
from storage.contract.updates import KeptUpdate, NewUpdate
from storage.database import Database
from storage.deliveries import Delivery
from storage.errors import PersonGone
from storage.queue import Again, Queue
from storage.vault import Vault

log = logging.getLogger(__name__)

AT_ONCE = 32  # deliveries on their way at the same time
TRIES = 4  # of an answer in its turn while the platform is away; then it becomes a delivery
MISTAKES = 4  # attempts that may fail for no good reason before a delivery is given up
LONGEST_DELAY = 300.0  # seconds between two tries of a delivery
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
        self._wording = Wording(
            texts,
            settings.photo_hours,
            settings.result_days,
            settings.update_days,
            keys_apart=settings.keys is not None,
        )
        self._turns = Turns()
        self._progress = ProgressMessages(database, self._wording, self._turns)
        self._decider = Decider(database, vault, texts, self._wording, settings)
        self._pack_files = PackFiles(
            database, vault, mark_of(settings.c2pa_key, settings.c2pa_certificates)
        )
        self._deliverer = Deliverer(
            database, queue, self._wording, self._progress, self._pack_files
        )
        self.collections = Collections(database, vault, texts, self._pack_files)
        """Everything that people have."""
        self._publisher = Publisher(database, vault, texts, self._wording)
        self._offering = Offering(database, vault, texts)
        self._since: dict[str, datetime] = {}

    async def locale_of(self, who: Who) -> str | None:
        """Return the language a person chose or came with; None for the unknown."""
        person = await self._database.retry(
            lambda session: people.find(session, who.platform, who.external_id), reading=True
        )
        return None if person is None else person.locale

    async def standing(self, platform: str, chat: str) -> list[Restored]:
        """Return what stands in a chat, in order, for one that keeps nothing by itself."""
        return await self._decider.standing(platform, chat)

    async def offer(self, who: Who, typed: str) -> Offer:
        """Return a person's own stickers that what they type leads to."""
        return await self._offering.offer(who, typed)

    async def part_of(self, style: str, slot: str, variant: str) -> tuple[bytes, str] | None:
        """Return the PNG of an avatar part and its version, None if there is no such part."""
        async with self._database.snapshot() as session:
            version = await parts.version(session, style)
            picture = await parts.thumbnail(session, style, slot, variant)
        return None if version is None or picture is None else (picture, version)

    async def driven_by(self, who: Who, job: UUID) -> tuple[UUID, int | None] | None:
        """Return the photo and the face that a person's result was made of; None for others'."""

        async def look(session: AsyncSession) -> tuple[UUID, int | None] | None:
            person = await people.find(session, who.platform, who.external_id)
            try:
                found = await jobs.read(session, job)
            except LookupError:
                return None
            if person is None or found.person_id != person.id or found.photo_id is None:
                return None
            return found.photo_id, found.face

        return await self._database.retry(look, reading=True)

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

    async def recent_chats(self, platform: str) -> list[str]:
        """Return where people of a platform were answered lately, the latest first."""
        return await self._database.retry(
            lambda session: deliveries.recent_chats(session, platform), math.inf, reading=True
        )

    async def seen(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which of the updates of these keys were handled."""

        async def look(session: AsyncSession) -> frozenset[str]:
            return frozenset([key for key in keys if await people.seen(session, key)])

        return await self._database.retry(look, math.inf, reading=True)

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Let everything about a chat follow to its new reference, whatever it takes."""
        names = {taste.name_of(old): taste.name_of(new)}
        count = await self._database.retry(
            lambda session: moving.follow(session, self._vault, platform, old, new, names),
            math.inf,
        )
        log.info("a chat of %s is called otherwise now; %d conversations followed", platform, count)

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
        if grouping.for_admins(event) and isinstance(chat, Moderated):
            admin = await chat.is_admin(origin.chat, origin.who.external_id)
            origin = replace(origin, admin=admin)
            event = replace(event, origin=origin)
        account = (origin.who.platform, origin.who.external_id)
        async with self._turns.of(account):
            try:
                decided = await self._decider.answer(event)
            except Exception as problem:
                log.error("could not answer an update: %s", place_of(problem))
                await self._apologise(origin, chat)
                return
            if decided is not None and decided.account == account:
                await self._show(decided, origin, chat)
        if decided is not None and decided.account != account:
            async with self._turns.of(decided.account):
                await self._show(decided, origin, chat)

    async def _show(self, decided: Decided, origin: Origin, chat: Chat) -> None:
        """Show answers in the turn of the person whose they are."""
        delivery, plan, account = decided
        self._publisher.wake()
        if plan.erase is not None:
            self._progress.forget(delivery.person_id)
            self._vault.destroy(delivery.person_id)
            await self._finish_erasing(plan, origin.chat, chat)
        try:
            await self._deliverer.carry_out(delivery, plan, account, chat, TRIES)
        except Exception as problem:
            pause = await self._set_aside(delivery, plan, chat, problem)
            if pause is not None:
                await self._queue.enqueue(f"delivery.{chat.platform}", delivery.id)

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

    # --- deliveries -----------------------------------------------------------------------------

    async def deliver(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Deliver what this platform's chats are waiting for, until the shutdown."""
        since = self._begin(chat.platform)

        async def deliver_one(delivery_id: UUID) -> None:
            await self._deliver_one(delivery_id, chat)

        await self._database.retry(
            lambda session: deliveries.expire_leases(session, chat.platform, since), math.inf
        )
        topic = f"delivery.{chat.platform}"
        upkeep = [
            asyncio.create_task(_every(RECHECK, shutdown, lambda: self._find_lost(chat))),
            asyncio.create_task(self._progress.keep_current(chat, shutdown)),
        ]
        if isinstance(chat, Publishing):
            upkeep.append(asyncio.create_task(self._publisher.run(chat, chat.sets, shutdown)))
        try:
            await self._queue.serve(topic, deliver_one, AT_ONCE, shutdown)
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
        """Show what is left of one delivery; raises Again while the platform is away."""

        async def work(session: AsyncSession) -> tuple[Delivery, Account] | None:
            taken = await deliveries.take(session, self._vault, delivery_id)
            if taken is None:
                return None
            try:
                person = await people.read(session, taken.person_id)
            except PersonGone:
                await deliveries.fail(session, delivery_id, PersonGone.__name__)
                return None
            return taken, (person.platform, person.external_id)

        taken = await self._database.retry(work)
        if taken is None:
            return
        delivery, account = taken
        plan = None
        try:
            async with self._turns.of(account):
                plan = await self._decider.plan_of(delivery)
                self._publisher.wake()
                if delivery.job is not None:
                    self._progress.done(delivery.job.id)
                await self._deliverer.carry_out(delivery, plan, account, chat)
        except Exception as problem:
            pause = await self._set_aside(delivery, plan, chat, problem)
            if pause is not None:
                raise Again(timedelta(seconds=pause)) from None

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
                await deliveries.fail(session, delivery.id, type(problem).__name__)

        await self._database.retry(work, math.inf)
        return pause


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
