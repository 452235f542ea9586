"""The one message that tells how a pack stands on a platform."""

import logging
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.chat import Chat, Searchable
from bot.core.conversation.actions import Choice, PlatformName, Rows, Say
from bot.core.conversation.events import Message
from bot.core.conversation.group_actions import Verb
from bot.core.conversation.group_view import choice
from bot.core.language.wording import Wording
from bot.core.packing import NO_ROOM, PUBLISHING, START_FIRST
from bot.core.publishing.sets import StickerSets
from bot.core.publishing.steps import there
from bot.core.publishing.work import Work
from bot.errors import BotError
from storage import deliveries, publications
from storage.contract.packs import ON_ACCOUNTS, Publication
from storage.database import Database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Telling:
    """Shows the message, then changes it in place. ``taken``: where it stands."""

    database: Database
    wording: Wording
    chat: Chat
    sets: StickerSets
    taken: Publication
    _shown: str = ""

    async def progress(self, work: Work) -> None:
        """Tell how many are there, with the link as soon as there is one.

        Where a message stands already, a single sticker on its way needs no word.
        """
        if work.group:
            if self.taken.reference is None and work.existing:
                linked = self.taken.platform in PUBLISHING
                await self._say(work, "shared.publishing" if linked else "shared.bringing", "")
        elif work.count and (self.taken.reference is None or work.count - work.done > 1):
            key = "pack.publishing_linked" if self._links(work) else "pack.publishing"
            await self._say(work, key, "stop")

    async def published(self, work: Work) -> None:
        """Tell that all are there, or all but those that the platform does not take."""
        if work.group:
            if work.existing and not work.making:
                await self._say(work, f"shared.{self._where(work)}", "")
        elif work.existing:
            await self._say(work, f"pack.{self._where(work)}")

    async def waiting(self, work: Work, seconds: int) -> None:
        """Tell that the platform wants to be left alone for a while."""
        if work.group:
            await self._say(work, "shared.waiting", "", seconds=seconds)
            return
        await self._say(work, "pack.waiting", "stop", seconds=seconds)

    async def failed(self, work: Work, failure: str, name: str = "") -> None:
        """Tell what a person, called ``name``, can do about a pack that did not get there."""
        if work.group:
            if failure == NO_ROOM:
                await self._say(work, "shared.no_slots", "again")
                return
            start = failure == START_FIRST
            nobody = work.pack.keeper is None and self.taken.platform in ON_ACCOUNTS
            known = "shared.start_first" if name else "shared.start_first_somebody"
            key = "shared.nobody_keeps" if nobody else known if start else "shared.not_published"
            button, link = "keep" if start else "again", self.sets.start_link()
            await self._say(work, key, button, link=link, name=name)
            return
        keys = {START_FIRST: "pack.start_first", NO_ROOM: "pack.no_room"}
        key = keys.get(failure, "pack.not_published")
        await self._say(work, key, "again", link=self.sets.start_link())

    def _where(self, work: Work) -> str:
        return "published_short" if work.refused else self.sets.told(work.volumes)

    def _links(self, work: Work) -> str:
        return self.sets.reached(work.pack, work.existing)

    async def _say(self, work: Work, key: str, button: str = "open", **more: object) -> None:
        """Show it where the message stands, or anew; what cannot be shown stops nothing."""
        values = {
            "title": work.pack.title,
            "count": work.count,
            "done": work.done,
            "refused": work.refused,
            "links": self._links(work),
            "platform": PlatformName(self.taken.platform),
            "here": sum(len(there(one)) for one in work.volumes[:1]),
            **more,
        }
        message = self.wording.say(Say(key, values, _choices(work, button)), work.locale)
        if message.text == self._shown:
            return
        self._shown = message.text
        where, reference = self.taken.chat, self.taken.reference
        try:
            if reference is None:
                shown = await self._found(message) or await self.chat.send(where, message)
            else:
                shown = await self.chat.edit(where, reference, message)
        except BotError as problem:
            log.info("how a pack stands could not be told: %s", type(problem).__name__)
            return
        if shown != reference:
            self.taken = replace(self.taken, reference=shown)
            await self.database.retry(lambda session: publications.tell(session, self.taken, shown))

    async def _found(self, message: Message) -> str | None:
        """Change what a process had sent that ended before it learned the reference, if it did."""
        platform, where = self.taken.platform, self.taken.chat
        if not self.taken.resumed or not isinstance(self.chat, Searchable):
            return None

        async def look(session: AsyncSession) -> tuple[str | None, frozenset[str]]:
            after = await deliveries.latest_reference(session, platform, where)
            known = await deliveries.references(session, platform, where)
            return after, known | await publications.references(session, platform, where)

        after, known = await self.database.retry(look, reading=True)
        return None if after is None else await self.chat.find(where, after, known, message)


def _choices(work: Work, button: str) -> Rows:
    """Return the buttons below the message; in a group those that everybody may press."""
    if work.group:
        verbs = {"keep": (Verb.AGAIN, Verb.KEEP), "again": (Verb.AGAIN,)}.get(button, ())
        return (tuple(choice(verb, work.pack.id) for verb in verbs),) if verbs else ()
    labels = {"stop": "pack_button.stop", "again": "pack_button.again"}
    label = labels.get(button, "pack_button.show")
    return ((Choice(label, f"packs:{button}:{work.pack.id.hex}"),),)
