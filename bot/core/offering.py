"""Offers people the stickers that they keep, while they type, wherever their platform lets them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import emojis
from bot.core.conversation.events import Who
from bot.core.language.meanings import Request
from bot.core.language.searching import Searching
from bot.core.language.texts import Texts
from storage import kept, people
from storage.database import Database
from storage.errors import PersonGone
from storage.favourites import Favourite
from storage.kept import Kept
from storage.vault import Vault


def request_of(favourite: Favourite) -> Request:
    """Return the wish that a favourite fulfils."""
    job = favourite.job
    return Request.of_job(job.kind, job.settings, job.second_photo_id)


def led_to(searching: Searching, typed: str, kept: Sequence[Favourite]) -> list[Favourite]:
    """Return the favourites that what somebody typed leads to, all for nothing typed."""
    words = [searching.words_of(request_of(one)) for one in kept]
    return [kept[at] for at in searching.find(typed, words)]


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered. ``any``: whether the person keeps anything at all. ``locale``: theirs."""

    stickers: tuple[Kept, ...]
    locale: str
    any: bool = True


class Offering:
    """Looks through what one person at a time keeps; changes nothing."""

    def __init__(self, database: Database, vault: Vault, texts: Texts) -> None:
        self._database = database
        self._vault = vault
        self._texts = texts
        self._searching = Searching(texts.vocabulary())

    async def offer(self, who: Who, typed: str) -> Offer:
        """Return a person's own stickers that the words lead to, nobody else's."""

        async def look(session: AsyncSession) -> tuple[str | None, list[Kept]]:
            person = await people.find(session, who.platform, who.external_id)
            if person is None:
                return who.locale, []
            try:
                found = await kept.of_person(session, self._vault, person.id, who.platform)
            except PersonGone:
                found = []
            return person.locale or who.locale, found

        spoken, found = await self._database.retry(look, reading=True)
        locale = self._texts.negotiate(spoken)
        return Offer(tuple(self._matching(typed, found)), locale, bool(found))

    def _matching(self, typed: str, found: Sequence[Kept]) -> list[Kept]:
        words = [self._words(one) for one in found]
        return [found[at] for at in self._searching.find(typed, words)]

    def _words(self, one: Kept) -> frozenset[str]:
        request = Request.of_job(one.kind, one.settings)
        emoji = one.emoji or emojis.of(request)
        return self._searching.words_of(request, *emoji, *one.keywords, one.title)
