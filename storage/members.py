"""Who agreed to be in a pack: a row with the time and the wording, also after it was withdrawn."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import sealed, takedowns
from storage.contract.avatars import AvatarSpec
from storage.contract.packs import Brought, Member
from storage.models import PackMemberRow, now
from storage.people import key_of
from storage.vault import Vault


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
        .values(withdrawn=now(), name=None, avatar=None, birthday=False)
    )
    return await takedowns.take_out(session, person_id, pack_id)


async def bring(
    session: AsyncSession, vault: Vault, pack_id: UUID, person_id: UUID, avatar: AvatarSpec
) -> bool:
    """Keep which avatar a member brings; False if they are no member."""
    key = await key_of(session, vault, person_id)
    return await _change(
        session, pack_id, person_id,
        avatar=sealed.seal(key, avatar.to_json(), f"member avatar {pack_id}", person_id),
    )  # fmt: skip


async def call(
    session: AsyncSession, vault: Vault, pack_id: UUID, person_id: UUID, name: str
) -> None:
    """Keep what a member is called."""
    key = await key_of(session, vault, person_id)
    kept = sealed.seal(key, name, f"member name {pack_id}", person_id)
    await _change(session, pack_id, person_id, name=kept)


async def wish(session: AsyncSession, pack_id: UUID, person_id: UUID) -> bool:
    """Keep that a member wishes for a sticker of their birthday; False if they are no member."""
    return await _change(session, pack_id, person_id, birthday=True)


async def _change(
    session: AsyncSession, pack_id: UUID, person_id: UUID, **values: object
) -> bool:  # fmt: skip
    found = await session.scalar(
        update(PackMemberRow)
        .where(
            PackMemberRow.pack_id == pack_id,
            PackMemberRow.person_id == person_id,
            PackMemberRow.withdrawn.is_(None),
        )
        .values(**values)
        .returning(PackMemberRow.person_id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


async def brought(session: AsyncSession, vault: Vault, pack_id: UUID) -> tuple[Brought, ...]:
    """Return what all members bring, the first to agree first."""
    return tuple([await _brought(session, vault, row) for row in await _agreeing(session, pack_id)])


async def _brought(session: AsyncSession, vault: Vault, row: PackMemberRow) -> Brought:
    key = await key_of(session, vault, row.person_id)
    name, avatar = "", None
    if row.name is not None:
        name = sealed.unseal(key, row.name, f"member name {row.pack_id}", row.person_id)
    if row.avatar is not None:
        kept = sealed.unseal(key, row.avatar, f"member avatar {row.pack_id}", row.person_id)
        avatar = AvatarSpec.from_json(kept)
    return Brought(row.person_id, name, avatar, row.birthday)


async def waiting(session: AsyncSession, person_id: UUID) -> tuple[UUID, ...]:
    """Return the packs that a person agreed to be in and has brought no avatar to."""
    rows = await session.scalars(_WAITING, {"person": person_id})
    return tuple(rows.all())


async def _agreeing(session: AsyncSession, pack_id: UUID) -> Sequence[PackMemberRow]:
    rows = await session.scalars(
        select(PackMemberRow)
        .where(PackMemberRow.pack_id == pack_id, PackMemberRow.withdrawn.is_(None))
        .order_by(PackMemberRow.consented, PackMemberRow.person_id)
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def of_pack(session: AsyncSession, pack_id: UUID) -> tuple[Member, ...]:
    """Return those who agree, the first to do so first."""
    return tuple(_member(row) for row in await _agreeing(session, pack_id))


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


_WAITING = (  # made once: that costs more than asking
    select(PackMemberRow.pack_id)
    .where(
        PackMemberRow.person_id == bindparam("person"),
        PackMemberRow.withdrawn.is_(None),
        PackMemberRow.avatar.is_(None),
    )
    .order_by(PackMemberRow.consented)
)
