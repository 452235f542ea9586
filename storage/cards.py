"""Messages that show a group's pack: one in each chat, shown anew when the pack has changed."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.packs import Card
from storage.erasing import erase
from storage.models import PackCardRow


async def shown(
    session: AsyncSession, pack_id: UUID, person_id: UUID, chat: str, reference: str | None
) -> None:
    """Note that a chat shows a pack, from now on in this message.

    ``person_id``: whose chat it is, a person's or a group's account.
    """
    await session.merge(
        PackCardRow(pack_id=pack_id, chat=chat, person_id=person_id, reference=reference)
    )
    await session.flush()


async def learn(session: AsyncSession, pack_id: UUID, chat: str, reference: str) -> None:
    """Keep under which reference a card stands."""
    await session.execute(
        update(PackCardRow)
        .where(PackCardRow.pack_id == pack_id, PackCardRow.chat == chat)
        .values(reference=reference)
    )


async def in_chat(session: AsyncSession, pack_id: UUID, chat: str) -> Card | None:
    """Return the card of a pack that stands in a chat now, if any does."""
    row = await session.get(PackCardRow, (pack_id, chat), populate_existing=True)
    return None if row is None else _from_row(row)


async def of_pack(session: AsyncSession, pack_id: UUID) -> tuple[Card, ...]:
    """Return all cards of a pack."""
    rows = await session.scalars(
        select(PackCardRow)
        .where(PackCardRow.pack_id == pack_id)
        .order_by(PackCardRow.chat)
        .execution_options(populate_existing=True)
    )
    return tuple(_from_row(row) for row in rows.all())


def _from_row(row: PackCardRow) -> Card:
    return Card(row.pack_id, row.person_id, row.chat, row.reference)


async def forget(session: AsyncSession, pack_id: UUID, person_id: UUID) -> None:
    """Show a pack no longer in a person's own chats."""
    await erase(
        session, PackCardRow, PackCardRow.pack_id == pack_id, PackCardRow.person_id == person_id
    )
