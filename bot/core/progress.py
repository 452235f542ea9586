"""Tells people whose jobs take longer how they stand: their place in the queue, then at work."""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from bot.core.chat import Chat
from bot.core.language.wording import Wording
from bot.core.plans import Placeholder
from bot.core.turns import Account, Turns
from bot.errors import BotError, place_of
from storage import jobs
from storage.database import Database

log = logging.getLogger(__name__)

WORTH = 0.1  # of a job, that has to be done for another edit
EVERY = 2.0  # seconds between two looks, and so between two edits of one message


@dataclass(slots=True)
class _Placed:
    """A placeholder as it stands in its chat.

    ``place`` in the queue and ``share`` of the work: those that it shows.
    """

    placeholder: Placeholder
    account: Account
    locale: str
    reference: str
    place: int
    since: float
    share: float = 0.0


class ProgressMessages:
    """The placeholders whose jobs have not been delivered yet, in this process."""

    def __init__(self, database: Database, wording: Wording, turns: Turns) -> None:
        self._database = database
        self._wording = wording
        self._turns = turns
        self._placed: dict[UUID, _Placed] = {}

    def add(self, placeholder: Placeholder, account: Account, locale: str, reference: str) -> None:
        """Keep a placeholder current that now stands in its chat under a reference."""
        self._placed[placeholder.job.id] = _Placed(
            placeholder, account, locale, reference, placeholder.place, time.monotonic()
        )

    def done(self, job_id: UUID) -> None:
        """Leave a job's placeholder alone from now on."""
        self._placed.pop(job_id, None)

    def forget(self, person_id: UUID) -> None:
        """Leave all placeholders of a person alone."""
        for job_id, placed in list(self._placed.items()):
            if placed.placeholder.job.person_id == person_id:
                self.done(job_id)

    async def keep_current(self, chat: Chat, shutdown: asyncio.Event) -> None:
        """Edit the placeholders of a chat's platform as their jobs go on, until the shutdown.

        Nobody waits for another's: each is edited beside the others, and whoever is being answered
        or delivered a result is passed over until the next look.
        """
        edits: set[asyncio.Task[None]] = set()
        try:
            while not shutdown.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(shutdown.wait(), EVERY)
                try:
                    moved = await self._moved(chat.platform)
                except Exception as problem:
                    log.warning("could not read how jobs stand: %s", place_of(problem))
                    continue
                for placed, place, share in moved:
                    edit = asyncio.create_task(self._edit(chat, placed, place, share))
                    edits.add(edit)
                    edit.add_done_callback(edits.discard)
        finally:
            for edit in edits:
                edit.cancel()
            await asyncio.gather(*edits, return_exceptions=True)

    async def _moved(self, platform: str) -> list[tuple[_Placed, int, float]]:
        """Return the placeholders whose jobs have moved on, with places and shares of work now.

        A place never grows on the screen, nor does a share shrink, also where others are let in
        before or a job is tried once more.
        """
        now = time.monotonic()
        idle = {
            job_id: placed
            for job_id, placed in self._placed.items()
            if placed.placeholder.job.platform == platform
            and now - placed.since >= EVERY
            and not self._turns.of(placed.account).locked()
        }
        if not idle:
            return []
        async with self._database.snapshot() as session:
            places = await jobs.places(session, idle)
            shares = await jobs.shares(session, idle)
        for job_id in idle.keys() - places.keys():
            self.done(job_id)
        standing = [
            (idle[job_id], place, shares.get(job_id, 0.0)) for job_id, place in places.items()
        ]
        return [one for one in standing if _further(*one)]

    async def _edit(self, chat: Chat, placed: _Placed, place: int, share: float) -> None:
        placeholder = placed.placeholder
        job = placeholder.job
        async with self._turns.of(placed.account):
            if self._placed.get(job.id) is not placed or not _further(placed, place, share):
                return  # delivered, or edited, while we waited for the turn
            message = self._wording.waiting(
                placeholder.request, place, placeholder.notes, placed.locale, share, job.photo_id
            )
            try:
                reference = await chat.edit(job.chat, placed.reference, message)
                placed.place, placed.share = place, share
                if reference != placed.reference:
                    placed.reference = reference
                    async with self._database.transaction() as session:
                        await jobs.set_placeholder(session, job.id, reference)
            except BotError:
                self.done(job.id)
            except Exception as problem:
                log.error("could not tell how a job stands: %s", place_of(problem))
                self.done(job.id)


def _further(placed: _Placed, place: int, share: float) -> bool:
    """Tell whether there is more to show of a job than a placeholder does."""
    return place < placed.place or (place == placed.place and share >= placed.share + WORTH)
