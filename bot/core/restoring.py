"""What stands in a chat that keeps nothing beyond its process: told anew from the rows.

Each delivery's plan is followed again as far as it was shown, in order, so that what was changed or
taken away since is so here too.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation.actions import Say
from bot.core.conversation.events import Message
from bot.core.language.wording import Wording
from bot.core.plans import Placeholder, Plan, Planner, Said, Showing
from bot.thumbnails import thumbnail
from storage import photos, standing
from storage.errors import PhotoGone
from storage.photos import StoredPhoto
from storage.standing import Ended, Standing
from storage.vault import Vault

MOST = 60
"""How many updates and results are gone back."""

MOST_PHOTOS = 40
"""Of how many of these updates the photos are shown again."""


@dataclass(frozen=True, slots=True)
class Restored:
    """One message of the bot under its ``reference``, or one of the person's with its ``key``.

    ``photo``: what they sent with it, while it is kept.
    """

    message: Message
    reference: str = ""
    key: str = ""
    photo: StoredPhoto | None = None

    def with_thumbnail(self, vault: Vault) -> "Restored":
        """Return it with its photo in small; work for a thread."""
        if self.photo is None:
            return self
        data, _ = self.photo.open(vault)
        small = thumbnail(data)
        return replace(self, message=replace(self.message, picture=small), photo=None)


Jobs = Mapping[UUID, tuple[str, Ended | None]]
"""The placeholders of jobs, and how those ended that are over."""


async def restore(
    session: AsyncSession, vault: Vault, planner: Planner, platform: str, chat: str
) -> list[Restored]:
    """Return what stands in a chat, in order."""
    kept = await standing.of_chat(session, vault, platform, chat, MOST)
    if not kept:
        return []
    jobs = await standing.placeholders(session, platform, chat)
    told = [(await planner.read(session, one.plan), one) for one in kept]
    sent = {
        said.key: said.photo
        for plan, _ in told[-MOST_PHOTOS:]
        if (said := plan.said) is not None and said.photo is not None
    }
    found = []
    for one in replay(told, jobs, planner.wording):
        if (photo := sent.get(one.key)) is not None:
            with suppress(PhotoGone):
                one = replace(one, photo=await photos.fetch(session, photo))
        found.append(one)
    return found


def replay(told: Iterable[tuple[Plan, Standing]], jobs: Jobs, wording: Wording) -> list[Restored]:
    """Follow plans as far as they were shown.

    Args:
        told: the plans in the order of showing.
        jobs: of this chat.
        wording: for what could not be shown.
    """
    shown: dict[str, Restored] = {}
    waiting: dict[str, tuple[Ended | None, str]] = {}
    for plan, how in told:
        if plan.said is not None:
            shown[f"said {plan.said.key}"] = _own(plan.said)
        for reference in plan.abandoned if how.progress != 0 else ():
            shown.pop(reference, None)
        for answer, reference in _placed(plan, how, jobs):
            message = answer.message
            if message is None:
                continue
            shown[reference] = Restored(message, reference)
            waiting.pop(reference, None)
            if isinstance(answer, Placeholder):
                ended = jobs.get(answer.job.id, ("", Ended(dead=False)))[1]
                waiting[reference] = (ended, plan.locale)
    for reference, (ended, locale) in waiting.items():
        if ended is None:
            continue
        if ended.dead:
            apology = wording.say(Say("say.unexpected"), locale)
            shown[reference] = Restored(apology, reference)
        else:
            shown.pop(reference, None)
    return list(shown.values())


def _placed(plan: Plan, how: Standing, jobs: Jobs) -> Iterable[tuple[Showing | Placeholder, str]]:
    """Pair the answers that have a message and stand in the chat with their references."""
    answers = [one for one in plan.answers[: how.progress] if one.message is not None]
    if len(answers) != len(how.references):  # a placeholder that came too late was left out
        answers = [
            one
            for one in answers
            if not isinstance(one, Placeholder)
            or (one.job.id in jobs and jobs[one.job.id][0] in how.references)
        ]
    return zip(answers, how.references, strict=False)


def _own(said: Said) -> Restored:
    return Restored(said.message, key=said.key)
