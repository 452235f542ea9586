"""Cards of groups' packs, and what a change of a pack leaves to do after the rows."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.conversation import group_view
from bot.core.conversation.actions import Say
from bot.core.conversation.group_actions import InGroup
from bot.core.conversation.group_view import Look
from bot.core.language.meanings import Request
from bot.core.language.wording import Wording
from bot.core.packing import PUBLISHING, WHEN_ASKED
from storage import cards, groups, makings, members, packs, people, publications
from storage.contract.jobs import Job
from storage.contract.packs import Card, Pack, StepState
from storage.people import Person
from storage.vault import Vault

_ON_ITS_WAY = frozenset({StepState.WANTED, StepState.SENDING, StepState.THERE})


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in a language. ``card``: the pack whose card it is, if it is one."""

    say: Say
    locale: str
    card: UUID | None = None


@dataclass(slots=True)
class Changes:
    """What is left to do after the rows: to say, to enqueue, to cancel, to show anew."""

    told: list[Told] = field(default_factory=list)
    jobs: list[tuple[Job, Request]] = field(default_factory=list)
    cancelled: list[UUID] = field(default_factory=list)
    cards: list[tuple[Card, Told]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cards:
    """Shows them, for one person in one chat."""

    session: AsyncSession
    vault: Vault
    wording: Wording
    person: Person
    chat: str
    locale: str
    changes: Changes

    async def show(self, pack: Pack, action: InGroup) -> None:
        """Show a pack's card in this chat, in the place of the message that was pressed."""
        grouped = action.origin.group is not None
        whose = pack.owner if grouped else self.person.id
        await cards.shown(self.session, pack.id, whose, self.chat, action.message)
        card = Card(pack.id, whose, self.chat, action.message)
        self.changes.told.append(await self._worded(card))

    async def refresh(self, pack_id: UUID, but: str = "") -> None:
        """Show a pack's cards anew, but in one chat."""
        for card in await cards.of_pack(self.session, pack_id):
            if card.chat != but:
                self.changes.cards.append((card, await self._worded(card)))

    async def _worded(self, card: Card) -> Told:
        return await worded(self.session, self.vault, self.wording, card, self.locale)


async def worded(
    session: AsyncSession, vault: Vault, wording: Wording, card: Card, locale: str
) -> Told:
    """Return a card as its pack is now, in the language of whose chat it is, else in ``locale``."""
    pack = await packs.read(session, vault, card.pack_id)
    owner = await people.read(session, pack.owner)
    reader = await people.read(session, card.person_id)
    links: tuple[str, ...] = ()
    if owner.platform in PUBLISHING:
        names = await publications.set_names(session, [pack.id], owner.platform)
        links = tuple(names.get(pack.id, ()))
    look = Look(
        await members.brought(session, vault, pack.id),
        links,
        sum(one.unfinished for one in await makings.of_pack(session, pack.id)),
        await groups.link_of(session, vault, owner.id),
        await _to_be_asked_for(session, pack, owner),
        group_view.wording_of(owner.platform),
    )
    locale = wording.texts.negotiate(reader.locale or locale)
    return Told(group_view.card(pack, look, card.reference), locale, pack.id)


async def _to_be_asked_for(session: AsyncSession, pack: Pack, owner: Person) -> bool:
    """Tell whether the pack could be on its platform, if only somebody asked."""
    there = await publications.of_pack(session, pack.id)
    return owner.platform in WHEN_ASKED and all(one.state not in _ON_ITS_WAY for one in there)
