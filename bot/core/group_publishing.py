"""Has groups' packs brought to their platforms, and says on whose account they hang there."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.core.packing import PUBLISHING, WHEN_ASKED
from storage import cards, people, publications
from storage.contract.packs import Pack


@dataclass(frozen=True, slots=True)
class GroupPublishing:
    """Does it within a transaction. ``chat``: where somebody does something about a pack."""

    session: AsyncSession
    chat: str

    async def publish(self, pack: Pack, *, again: bool = False) -> None:
        """Have a pack brought to its platform, where that has packs, and told of in its group."""
        owner = await people.read(self.session, pack.owner)
        if owner.platform not in PUBLISHING or not pack.stickers:
            return
        there = await publications.of_pack(self.session, pack.id)
        if again or not there:
            home = await self.home(pack.id, owner.id)
            await publications.want(self.session, pack.id, owner.platform, owner.id, home)

    async def asked(self, pack: Pack) -> bool:
        """Have a pack brought to where it is asked for, and told of there; False if it cannot be.

        From then on it is kept up to date there.
        """
        owner = await people.read(self.session, pack.owner)
        if owner.platform not in WHEN_ASKED or not pack.stickers:
            return False
        await publications.want(self.session, pack.id, owner.platform, owner.id, self.chat)
        return True

    async def home(self, pack_id: UUID, owner: UUID) -> str:
        """Return the group's own chat, "" for a room."""
        shown = await cards.of_pack(self.session, pack_id)
        return next((one.chat for one in shown if one.person_id == owner), "")
