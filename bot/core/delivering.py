"""Shows a delivery in its chat, answer by answer, from where an earlier attempt ended.

After each answer the row says so. What an attempt was at when it ended may stand in the chat or
not; a chat that can tell is asked before the same is sent again.
"""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.chat import Chat, Forgetful, Resending, Searchable
from bot.core.conversation.actions import Say
from bot.core.conversation.events import Message
from bot.core.language.wording import Wording
from bot.core.pack_files import PackFiles
from bot.core.plans import Placeholder, Plan, Showing
from bot.core.progress import ProgressMessages
from bot.core.turns import Account
from bot.errors import BotError, ChatForbidden, ChatUnavailable
from storage import cards, deliveries, jobs
from storage.contract.jobs import JobState
from storage.database import Database
from storage.deliveries import Delivery
from storage.queue import Queue

log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0  # seconds between two tries in place


class Deliverer:
    """Carries plans out."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        wording: Wording,
        progress: ProgressMessages,
        pack_files: PackFiles,
    ) -> None:
        self._database = database
        self._pack_files = pack_files
        self._queue = queue
        self._wording = wording
        self._progress = progress

    async def carry_out(
        self, delivery: Delivery, plan: Plan, account: Account, chat: Chat, tries: int = 1
    ) -> None:
        """Enqueue the plan's jobs, show what is left of its answers, and finish the delivery.

        Jobs start before their placeholders stand: their delivery waits for the person's turn,
        which ends after that. ``tries``: of each answer while the platform is away, before
        ChatUnavailable comes out.
        """
        where = delivery.chat
        if delivery.progress == 0:
            await self._begin(plan, where, chat)
        for number, answer in enumerate(plan.answers[delivery.progress :], delivery.progress):
            unsure = delivery.resumed and number == delivery.progress
            once = f"{delivery.id}:{number}"
            shown = await self._place(delivery, plan, answer, chat, once, unsure, tries)
            if shown is not None and isinstance(answer, Placeholder) and answer.message is not None:
                self._progress.add(answer, account, plan.locale, shown)
            await self._note(delivery, plan, number + 1, shown, chat)
        if len(plan.answers) <= delivery.progress:
            await self._note(delivery, plan, delivery.progress, None, chat)

    async def _begin(self, plan: Plan, where: str, chat: Chat) -> None:
        for answer in plan.answers:
            if isinstance(answer, Placeholder):
                await self._queue.enqueue("jobs", answer.job.id, answer.job.priority)
        for owed in plan.owed:
            await self._queue.enqueue(f"delivery.{chat.platform}", owed)
        for cancelled in plan.cancelled:
            await self._queue.cancel(cancelled)
            self._progress.done(cancelled)
        for reference in plan.abandoned:
            await self._remove(chat, where, reference)

    async def _note(
        self, delivery: Delivery, plan: Plan, progress: int, reference: str | None, chat: Chat
    ) -> None:
        """Keep that so many answers stand in the chat, and the end with the last of them."""

        async def work(session: AsyncSession) -> None:
            if progress >= len(plan.answers):
                remember = isinstance(chat, Forgetful)
                await deliveries.finish(session, delivery.id, reference, remember=remember)
            else:
                await deliveries.advance(session, delivery, progress, reference)
            answer = plan.answers[progress - 1] if progress else None
            if isinstance(answer, Placeholder) and reference is not None:
                await jobs.set_placeholder(session, answer.job.id, reference)
            if reference is None or not isinstance(answer, Showing) or answer.card is None:
                return
            if reference != answer.replaces:  # which may have become another's since
                await cards.learn(session, answer.card, delivery.chat, reference)

        await self._database.retry(work)

    async def _place(
        self, delivery: Delivery, plan: Plan, answer: Showing | Placeholder, chat: Chat,
        once: str, unsure: bool, tries: int,
    ) -> str | None:  # fmt: skip
        """Show an answer; None if it has no message, stands there already or comes too late.

        ``unsure``: whether an earlier attempt may have shown it.
        """
        message, replaces = answer.message, None
        if message is None:
            return None
        if isinstance(answer, Showing):
            replaces = await self._replaced(answer, delivery.chat)
            message = await self._pack_files.filled(message, answer.pack)
        for number in range(1, tries + 1):
            try:
                if unsure:
                    found = await self._look(delivery, plan, message, replaces, chat)
                    if isinstance(answer, Placeholder) and await self._ended(answer):
                        if found is not None:  # what it stood for may have come without it
                            await chat.remove(delivery.chat, found)
                        return None
                    if found is not None:
                        return found
                return await self._show(chat, delivery.chat, message, replaces, plan.locale, once)
            except ChatUnavailable as problem:
                if number == tries:
                    raise
                unsure = True
                await asyncio.sleep(delay(problem, number, LONGEST_WAIT))
        return None

    async def _replaced(self, answer: Showing, where: str) -> str | None:
        """Return the message whose place an answer takes.

        A card may stand elsewhere by now than when its answer was planned: others of the same card
        were owed before it, and one that a platform cannot change in place moves.
        """
        card = answer.card
        if card is None:
            return answer.replaces
        present = await self._database.retry(
            lambda session: cards.in_chat(session, card, where), reading=True
        )
        return (present and present.reference) or answer.replaces

    async def _look(
        self, delivery: Delivery, plan: Plan, message: Message, replaces: str | None, chat: Chat
    ) -> str | None:
        """Return the reference under which a message stands in the chat already, if it does.

        A sticker took its placeholder's place if that is gone. A text is one of ours that we do not
        know of.
        """
        if replaces is not None:
            if not isinstance(chat, Resending) or message.sticker is None:
                return None
            return None if await chat.stands(delivery.chat, replaces) else replaces
        unseen = message.sticker or message.picture or message.document
        if not isinstance(chat, Searchable) or unseen is not None or plan.after is None:
            return None
        known = await self._database.retry(
            lambda session: deliveries.references(session, delivery.platform, delivery.chat)
        )
        return await chat.find(delivery.chat, plan.after, known, message)

    async def _ended(self, answer: Placeholder) -> bool:
        """Tell whether a job needs no placeholder any more."""

        async def work(session: AsyncSession) -> bool:
            try:
                job = await jobs.read(session, answer.job.id)
            except LookupError:
                return True
            return job.state not in {JobState.QUEUED, JobState.RUNNING}

        return await self._database.retry(work)

    async def _show(
        self, chat: Chat, where: str, message: Message, replaces: str | None, locale: str,
        once: str,
    ) -> str:  # fmt: skip
        """Show a message, in another's place where that is possible; or say that it is not."""
        if replaces is not None:
            try:
                return await chat.edit(where, replaces, message, once)
            except (ChatForbidden, ChatUnavailable):
                raise
            except BotError as problem:
                log.info("%s could not change a message: %s", chat.platform, type(problem).__name__)
                await self._remove(chat, where, replaces)
        try:
            return await chat.send(where, message, once)
        except (ChatForbidden, ChatUnavailable):
            raise
        except BotError as problem:
            if message.sticker is None:
                raise
            log.warning("%s did not take a sticker: %s", chat.platform, type(problem).__name__)
            sentence = self._wording.say(Say("say.not_shown"), locale)
            return await chat.send(where, sentence, f"{once}:refused")

    async def give_up(self, delivery: Delivery, plan: Plan | None, chat: Chat, locale: str) -> None:
        """Say in the place of what cannot be shown that something went wrong."""
        left = plan.answers[delivery.progress :] if plan is not None else []
        replaces = next((one.replaces for one in left if isinstance(one, Showing)), None)
        if replaces is None and delivery.job is not None:
            replaces = delivery.job.placeholder
        try:
            sentence = self._wording.say(Say("say.unexpected"), locale)
            once = f"{delivery.id}:given up"
            await self._show(chat, delivery.chat, sentence, replaces, locale, once)
        except BotError as problem:
            log.info("%s does not take an apology: %s", chat.platform, type(problem).__name__)

    async def _remove(self, chat: Chat, where: str, reference: str) -> None:
        try:
            await chat.remove(where, reference)
        except BotError as problem:
            log.info("%s could not take a message away: %s", chat.platform, type(problem).__name__)


def delay(problem: ChatUnavailable, tries: int, longest: float) -> float:
    """Return how long to wait: as the platform says, else twice as long each time."""
    if problem.retry_after is not None:
        return min(problem.retry_after, longest) if problem.retry_after > 0 else 0.1
    return float(min(longest, 0.5 * 2 ** min(tries - 1, 20)))
