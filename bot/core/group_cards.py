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
        self.changes.told.append(await self._worded(pack.id, whose, action.message))

    async def refresh(self, pack_id: UUID, but: str = "") -> None:
        """Show a pack's cards anew, but in one chat."""
        for card in await cards.of_pack(self.session, pack_id):
            if card.chat != but:
                told = await self._worded(pack_id, card.person_id, card.reference)
                self.changes.cards.append((card, told))

    async def _worded(self, pack_id: UUID, whose: UUID, replaces: str | None) -> Told:
        """Return a pack's card, in the language of whose chat it is."""
        pack = await packs.read(self.session, self.vault, pack_id)
        owner = await people.read(self.session, pack.owner)
        reader = await people.read(self.session, whose)
        links: tuple[str, ...] = ()
        if owner.platform in PUBLISHING:
            names = await publications.set_names(self.session, [pack_id], owner.platform)
            links = tuple(names.get(pack_id, ()))
        look = Look(
            await members.brought(self.session, self.vault, pack_id),
            links,
            sum(one.unfinished for one in await makings.of_pack(self.session, pack_id)),
            await groups.link_of(self.session, self.vault, owner.id),
            await self._to_be_asked_for(pack, owner),
            group_view.wording_of(owner.platform),
        )
        locale = self.wording.texts.negotiate(reader.locale or self.locale)
        return Told(group_view.card(pack, look, replaces), locale, pack_id)

    async def _to_be_asked_for(self, pack: Pack, owner: Person) -> bool:
        """Tell whether the pack could be on its platform, if only somebody asked."""
        there = await publications.of_pack(self.session, pack.id)
        return owner.platform in WHEN_ASKED and all(one.state not in _ON_ITS_WAY for one in there)
