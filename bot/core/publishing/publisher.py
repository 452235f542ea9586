"""Keeps a platform's sets what the packs are: one request after the other for each pack."""

import asyncio
import logging
import math
from contextlib import suppress
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.chat import Chat
from bot.core.language.texts import Texts
from bot.core.language.wording import Wording
from bot.core.packing import NO_ROOM, START_FIRST
from bot.core.publishing.requests import Requests
from bot.core.publishing.sets import StickerSets
from bot.core.publishing.steps import next_step, strays
from bot.core.publishing.telling import Telling
from bot.core.publishing.work import StoppedError, Work
from bot.errors import ChatError, ChatForbidden, ChatUnavailable, OwnerUnknown, SetFull, place_of
from storage import groups, makings, members, packs, people, publications, takedowns
from storage.contract.packs import Publication, StepState, Volume
from storage.database import Database
from storage.errors import PackGone, PersonGone
from storage.vault import Vault

log = logging.getLogger(__name__)

RECHECK = 2.0  # seconds after which packs that are due are looked for
AT_ONCE = 4  # packs that are brought there at the same time
MISTAKES = 5  # attempts in a row that may fail before a pack is given up
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
WORTH_TELLING = 5.0  # seconds of waiting
REFUSED = "refused"


class Publisher:
    """Brings all packs to one platform, and takes down what is to go."""

    def __init__(self, database: Database, vault: Vault, texts: Texts, wording: Wording) -> None:
        self._database = database
        self._vault = vault
        self._texts = texts
        self._wording = wording
        self._wake = asyncio.Event()
        self._busy: dict[UUID, asyncio.Task[None]] = {}
        self._mistakes: dict[UUID, int] = {}

    def wake(self) -> None:
        """Look at once for what is due."""
        self._wake.set()

    async def run(self, chat: Chat, sets: StickerSets, shutdown: asyncio.Event) -> None:
        """Work until the shutdown; what is under way then goes on with the next process."""
        await self._database.retry(
            lambda session: publications.expire_leases(session, chat.platform), math.inf
        )
        requests = Requests(self._database, self._vault, self._texts, sets)
        stopped = asyncio.create_task(shutdown.wait())
        try:
            while not shutdown.is_set():
                self._wake.clear()
                try:
                    await self._take_down(requests)
                    await self._begin_due(requests, chat)
                except Exception as problem:
                    log.warning("packs could not be looked at: %s", place_of(problem))
                woken = asyncio.create_task(self._wake.wait())
                waiting = {woken, stopped}
                await asyncio.wait(waiting, timeout=RECHECK, return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
        finally:
            stopped.cancel()
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _begin_due(self, requests: Requests, chat: Chat) -> None:
        async with self._database.snapshot() as session:
            due = await publications.due(session, chat.platform)
        for pack_id in due:
            if pack_id not in self._busy and len(self._busy) < AT_ONCE:
                task = asyncio.create_task(self._publish(pack_id, requests, chat))
                self._busy[pack_id] = task
                task.add_done_callback(partial(self._done, pack_id))

    def _done(self, pack_id: UUID, _: asyncio.Task[None]) -> None:
        self._busy.pop(pack_id, None)
        self.wake()

    async def _publish(self, pack_id: UUID, requests: Requests, chat: Chat) -> None:
        """Bring one pack to the platform as far as it goes, and tell how that stands."""
        taken = await self._database.retry(
            lambda session: publications.take(session, pack_id, chat.platform)
        )
        if taken is None:
            return
        telling = Telling(self._database, self._wording, chat, requests.sets, taken)
        try:
            for volume in (await self._look(taken)).volumes:
                await requests.settle(volume)
            await self._bring(requests, telling)
        except (StoppedError, PackGone, PersonGone):
            log.info("a pack for %s is not wanted any more", chat.platform)
            await self._database.retry(
                lambda session: publications.wait(session, taken, FIRST_PAUSE)
            )
        except OwnerUnknown:
            await self._give_up(telling, START_FIRST)
        except SetFull:
            await self._give_up(telling, NO_ROOM)
        except Exception as problem:
            await self._set_aside(telling, problem)

    async def _bring(self, requests: Requests, telling: Telling) -> None:
        """Take step after step until the sets are what the pack is."""
        while True:
            work = await self._look(telling.taken)
            if left := strays(work.pack, work.volumes):
                await self._database.retry(partial(takedowns.withdraw, sticker_ids=left))
                continue
            leaving = [one for one in work.volumes if _leaves(one)]
            for volume in leaving:
                await requests.take_out(volume)
            if leaving:
                continue
            await telling.progress(work)
            size = requests.sets.set_size(work.pack.kind)
            step = next_step(work.pack, work.volumes, size)
            if step is None:
                break
            await requests.take(step, work)
        if await self._database.retry(
            lambda session: publications.finish(session, telling.taken, work.pack.version)
        ):
            self._mistakes.pop(work.pack.id, None)
            await telling.published(work)

    async def _look(self, taken: Publication) -> Work:
        """Return how a pack and its sets stand; holds it further."""

        async def look(session: AsyncSession) -> Work:
            if not await publications.renew(session, taken):
                raise StoppedError
            pack = await packs.read(session, self._vault, taken.pack_id)
            asked = await people.read(session, taken.person_id)
            owner = await people.read(session, pack.owner)
            keeper = owner if pack.keeper is None else await people.read(session, pack.keeper)
            volumes = await publications.volumes(session, pack.id, taken.platform)
            locale = self._texts.negotiate(asked.locale)
            if not groups.is_group(owner):
                return Work(taken, pack, volumes, keeper, locale)
            under_way = await makings.of_pack(session, pack.id)
            making = sum(one.unfinished for one in under_way)
            return Work(taken, pack, volumes, keeper, locale, True, making)

        return await self._database.retry(look)

    async def _give_up(self, telling: Telling, failure: str) -> None:
        with suppress(PackGone, PersonGone, StoppedError):
            work = await self._look(telling.taken)
            self._mistakes.pop(work.pack.id, None)
            name = await self._name_of_keeper(work) if work.group else ""
            if await self._database.retry(
                lambda session: publications.fail(session, telling.taken, failure)
            ):
                await telling.failed(work, failure, name)

    async def _name_of_keeper(self, work: Work) -> str:
        """Return what the person is called in a group whose account its pack hangs on."""
        async with self._database.snapshot() as session:
            there = await members.brought(session, self._vault, work.pack.id)
        return next((one.name for one in there if one.person_id == work.keeper.id), "")

    async def _set_aside(self, telling: Telling, problem: Exception) -> None:
        """Let a pack that failed wait for its next attempt, or give it up."""
        taken = telling.taken
        mistakes = self._mistakes[taken.pack_id] = self._mistakes.get(taken.pack_id, 0) + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(mistakes - 1, 20))
        asked_to_wait = False
        if isinstance(problem, ChatUnavailable):
            if problem.retry_after is not None:
                pause, asked_to_wait = max(problem.retry_after, 0.1), True
        elif isinstance(problem, ChatForbidden) or mistakes >= MISTAKES:
            log.error("a pack is given up: %s", place_of(problem))
            await self._give_up(telling, REFUSED)
            return
        else:
            log.warning("a pack is tried again: %s", place_of(problem))
        with suppress(PackGone, PersonGone, StoppedError):
            work = await self._look(taken)
            await self._database.retry(lambda session: publications.wait(session, taken, pause))
            if asked_to_wait and pause >= WORTH_TELLING:
                await telling.waiting(work, math.ceil(pause))
        asyncio.get_running_loop().call_later(pause, self.wake)

    async def _take_down(self, requests: Requests) -> None:
        async with self._database.snapshot() as session:
            leaving = await publications.leaving(session, requests.sets.platform)
        for volume in leaving:
            if volume.pack_id in self._busy:
                continue  # whoever is at work on it does that, too
            try:
                await requests.take_out(volume)
            except ChatError as problem:
                log.warning("a set is taken down later: %s", type(problem).__name__)
                await self._rest(volume, problem)

    async def _rest(self, volume: Volume, problem: ChatError) -> None:
        asked = problem.retry_after if isinstance(problem, ChatUnavailable) else None
        pause = asked or min(LONGEST_PAUSE, 5.0 * 2 ** min(volume.attempts, 10))
        await self._database.retry(lambda session: publications.rest(session, volume.id, pause))


def _leaves(volume: Volume) -> bool:
    return any(one.state is StepState.LEAVING for one in volume.uploads)
