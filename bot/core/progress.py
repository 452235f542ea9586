"""Tells people whose jobs take longer how they stand: their place in the queue, then at work."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from bot.core.chat import Chat
from bot.core.conversation.events import Message
from bot.core.language.meanings import Note, Request
from bot.core.language.wording import Wording
from bot.errors import BotError
from storage import jobs
from storage.contract.jobs import Job, JobState
from storage.database import Database

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks, and so between two edits of one message

Account = tuple[str, str]
"""A person by platform and external id."""


@dataclass(slots=True)
class Progress:
    """A job's placeholder as it stands in its chat."""

    job: Job
    account: Account
    request: Request
    notes: tuple[Note, ...]
    locale: str
    reference: str
    message: Message
    since: float


class ProgressMessages:
    """The placeholders whose jobs have not been delivered yet, in this process."""

    def __init__(self, database: Database, wording: Wording) -> None:
        self._database = database
        self._wording = wording
        self._placed: dict[UUID, Progress] = {}

    def add(
        self,
        job: Job,
        account: Account,
        request: Request,
        notes: tuple[Note, ...],
        locale: str,
        reference: str,
        message: Message,
    ) -> None:
        """Keep an eye on a job whose placeholder now shows ``message``."""
        now = time.monotonic()
        self._placed[job.id] = Progress(
            job, account, request, notes, locale, reference, message, now
        )

    def done(self, job_id: UUID) -> None:
        """Leave a job's placeholder alone from now on."""
        self._placed.pop(job_id, None)

    def forget(self, person_id: UUID) -> None:
        """Leave all placeholders of a person alone."""
        for placed in list(self._placed.values()):
            if placed.job.person_id == person_id:
                self.done(placed.job.id)

    async def keep_telling(
        self, chat: Chat, turn: Callable[[str, str], asyncio.Lock], shutdown: asyncio.Event
    ) -> None:
        """Edit the placeholders of a chat's platform as their jobs go on, until the shutdown.

        ``turn``: a person's lock, which deliveries hold too.
        """
        while not shutdown.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(shutdown.wait(), EVERY)
            for placed in list(self._placed.values()):
                ours = placed.job.platform == chat.platform
                if ours and time.monotonic() - placed.since >= EVERY:
                    try:
                        await self._tell(chat, placed, turn(*placed.account))
                    except Exception:
                        log.exception("could not tell how a job stands")
                        self.done(placed.job.id)

    async def _tell(self, chat: Chat, placed: Progress, turn: asyncio.Lock) -> None:
        message = await self._words(placed)
        if message is None:
            self.done(placed.job.id)
            return
        if message == placed.message:
            return
        async with turn:
            if placed.job.id not in self._placed:
                return  # delivered while we waited for the turn
            try:
                reference = await chat.edit(placed.job.chat, placed.reference, message)
            except BotError:
                self.done(placed.job.id)
                return
            placed.message = message
            if reference != placed.reference:
                placed.reference = reference
                async with self._database.transaction() as session:
                    await jobs.set_placeholder(session, placed.job.id, reference)

    async def _words(self, placed: Progress) -> Message | None:
        """Return what the placeholder should say now; None once the job has ended."""
        place = None
        async with self._database.snapshot() as session:
            try:
                job = await jobs.read(session, placed.job.id)
            except LookupError:
                return None
            if job.state not in {JobState.QUEUED, JobState.RUNNING}:
                return None
            if job.state is JobState.QUEUED:
                place = await jobs.place(session, job.id)
        return self._wording.waiting(placed.request, place, placed.notes, placed.locale)
