"""Who agreed to be in a pack: a row with the time and the wording, also after it was withdrawn."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import takedowns
from storage.contract.packs import Member
from storage.models import PackMemberRow, now


async def consent(session: AsyncSession, pack_id: UUID, person_id: UUID, wording: str) -> Member:
    """Keep that a person agreed, now, to a version of the words; once more changes nothing.

    After a withdrawal it counts anew.
    """
    row = await session.get(PackMemberRow, (pack_id, person_id), populate_existing=True)
    if row is None or row.withdrawn is not None or row.wording != wording:
        row = await session.merge(
            PackMemberRow(
                pack_id=pack_id,
                person_id=person_id,
                wording=wording,
                consented=now(),
                withdrawn=None,
            )
        )
        await session.flush()
    return _member(row)


async def withdraw(session: AsyncSession, pack_id: UUID, person_id: UUID) -> int:
    """Take a consent back, and everything that shows the person out of the pack.

    Returns how many stickers went.
    """
    await session.execute(
        update(PackMemberRow)
        .where(
            PackMemberRow.pack_id == pack_id,
            PackMemberRow.person_id == person_id,
            PackMemberRow.withdrawn.is_(None),
        )
        .values(withdrawn=now())
    )
    return await takedowns.take_out(session, person_id, pack_id)


async def of_pack(session: AsyncSession, pack_id: UUID) -> tuple[Member, ...]:
    """Return those who agree, the first to do so first."""
    rows = await session.scalars(
        select(PackMemberRow)
        .where(PackMemberRow.pack_id == pack_id, PackMemberRow.withdrawn.is_(None))
        .order_by(PackMemberRow.consented, PackMemberRow.person_id)
    )
    return tuple(_member(row) for row in rows.all())


async def of_person(session: AsyncSession, person_id: UUID) -> tuple[Member, ...]:
    """Return all that a person agreed to, also what they took back, the newest first."""
    rows = await session.scalars(
        select(PackMemberRow)
        .where(PackMemberRow.person_id == person_id)
        .order_by(PackMemberRow.consented.desc())
    )
    return tuple(_member(row) for row in rows.all())


def _member(row: PackMemberRow) -> Member:
    return Member(row.pack_id, row.person_id, row.wording, row.consented, row.withdrawn)
