"""What is to go from the platforms: it outlives the packs and the people that it was of.

Rows of sets and of what is in them carry nothing personal but the platform's own names. They are
marked here, in the transaction that erases, and go once the platform has let go
(``storage.publications``).
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.packs import ON_ACCOUNTS, StepState
from storage.erasing import erase
from storage.models import (
    PackMemberRow,
    PackRow,
    PackShownRow,
    PackStickerRow,
    PublicationRow,
    UploadRow,
    VolumeRow,
    now,
)

_NEVER_SENT = (StepState.WANTED.value,)


async def withdraw(session: AsyncSession, sticker_ids: Collection[UUID]) -> None:
    """Have stickers taken out of the sets that they are in."""
    mine = UploadRow.sticker_id.in_(sticker_ids)
    unsent = UploadRow.state.in_((*_NEVER_SENT, StepState.FAILED.value))
    await erase(session, UploadRow, mine, unsent, UploadRow.file_id.is_(None))
    await session.execute(update(UploadRow).where(mine).values(state=StepState.LEAVING.value))


async def take_down(session: AsyncSession, pack_ids: Collection[UUID]) -> int:
    """Have all sets of packs taken down; return how many there are."""
    return await _take_down(session, VolumeRow.pack_id.in_(pack_ids))


async def _take_down(session: AsyncSession, mine: ColumnElement[bool]) -> int:
    await erase(session, VolumeRow, mine, VolumeRow.state.in_(_NEVER_SENT))
    going = list(await session.scalars(select(VolumeRow.id).where(mine)))
    await session.execute(update(VolumeRow).where(mine).values(state=StepState.LEAVING.value))
    return len(going)


async def take_out(session: AsyncSession, person_id: UUID, pack_id: UUID | None = None) -> int:
    """Erase the stickers that a person brought or can be seen on, in one pack or in all.

    Returns how many there were.
    """
    shows = select(PackShownRow.sticker_id).where(PackShownRow.person_id == person_id)
    theirs = or_(PackStickerRow.person_id == person_id, PackStickerRow.id.in_(shows))
    if pack_id is not None:
        theirs = and_(theirs, PackStickerRow.pack_id == pack_id)
    return await erase_stickers(session, theirs)


async def erase_stickers(session: AsyncSession, which: ColumnElement[bool]) -> int:
    """Erase stickers for good, here and on the platforms; return how many there were."""
    query = select(PackStickerRow.id, PackStickerRow.pack_id).where(which)
    rows = (await session.execute(query)).all()
    going = [row.id for row in rows]
    await withdraw(session, going)
    await session.execute(
        update(PackRow)
        .where(PackRow.id.in_({row.pack_id for row in rows}))
        .values(version=PackRow.version + 1, changed=now())
    )
    return await erase(session, PackStickerRow, PackStickerRow.id.in_(going))


async def sets_of(session: AsyncSession, person_id: UUID) -> list[tuple[str, str]]:
    """Return platform and name of the sets that go, or lose stickers, with a person."""
    shows = select(PackShownRow.sticker_id).where(PackShownRow.person_id == person_id)
    brought = select(PackStickerRow.id).where(PackStickerRow.person_id == person_id)
    holding = select(UploadRow.volume_id).where(
        or_(UploadRow.sticker_id.in_(brought), UploadRow.sticker_id.in_(shows))
    )
    rows = await session.execute(
        select(VolumeRow.platform, VolumeRow.name)
        .where(
            or_(_hanging_on(person_id), VolumeRow.id.in_(holding)),
            VolumeRow.state.not_in(_NEVER_SENT),
        )
        .order_by(VolumeRow.created, VolumeRow.id)
    )
    return [(row.platform, row.name) for row in rows]


def _hanging_on(person_id: UUID) -> ColumnElement[bool]:
    """Return which sets are a person's: of their packs, or of groups' that hang on their account.

    What a group has elsewhere, such as stickers of a server, is nobody's alone.
    """
    own = select(PackRow.id).where(PackRow.person_id == person_id)
    kept = select(PackRow.id).where(PackRow.keeper_id == person_id)
    on_account = and_(VolumeRow.pack_id.in_(kept), VolumeRow.platform.in_(ON_ACCOUNTS))
    return or_(VolumeRow.pack_id.in_(own), on_account)


async def forget(session: AsyncSession, person_id: UUID) -> tuple[int, int]:
    """Erase a person's packs and whatever shows them in others'.

    Sets that hang on their account go too, also those of a group, which another may take over.
    Returns how many packs there were, and how many sets are to go.
    """
    sets = await _take_down(session, _hanging_on(person_id))
    await take_out(session, person_id)
    await erase(session, PackMemberRow, PackMemberRow.person_id == person_id)
    await erase(session, PublicationRow, PublicationRow.person_id == person_id)
    gone = await erase(session, PackRow, PackRow.person_id == person_id)
    await session.execute(
        update(PackRow)
        .where(PackRow.keeper_id == person_id)
        .values(keeper_id=None, version=PackRow.version + 1)
    )
    return gone, sets
