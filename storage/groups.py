"""Groups as accounts of their own: the pack that its members share, who is in it, who keeps it.

A group's account is its platform's and its chat's, with a key of its own; consents are rows of
``members``, stickers those of ``packs``. What changes a group's pack waits its turn, so that of two
who join at the same moment the second finds the first there already.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import members, packs, people
from storage.contract.packs import Member, Pack
from storage.errors import NotTheirs, PackFull, PackGone
from storage.models import PackRow
from storage.people import Person
from storage.vault import Vault

MOST_MEMBERS = 30
"""Of a pack: as many as stand on one family portrait."""

_PREFIX = "group:"


def external_id(chat: str) -> str:
    """Return what a group's account is called on its platform; no person is called so."""
    return f"{_PREFIX}{chat}"


async def account(session: AsyncSession, vault: Vault, platform: str, chat: str) -> Person:
    """Return the account of a group, made when it is first asked for."""
    return await people.find_or_add(session, vault, platform, external_id(chat), None)


async def shared_pack(
    session: AsyncSession, vault: Vault, group_id: UUID, keeper: UUID, title: str
) -> tuple[Pack, bool]:
    """Return a group's pack, and whether it is new: then it hangs on this person's account.

    Raises:
        PersonGone: the group or the person was forgotten.
    """
    await people.take_turn(session, group_id)
    there = await packs.of_account(session, vault, group_id)
    if there:
        return there[0], False
    await people.read(session, keeper)
    return await packs.create(session, vault, group_id, title, keeper=keeper), True


async def join(
    session: AsyncSession, pack_id: UUID, person_id: UUID, wording: str
) -> tuple[Member, ...]:
    """Keep that a person agreed to be in a group's pack; return all who do, the person among them.

    Raises:
        PackFull: as many have joined as may.
        PackGone: the pack is not there any more.
    """
    await people.take_turn(session, await _owner(session, pack_id))
    there = await members.of_pack(session, pack_id)
    if len(there) >= MOST_MEMBERS and all(one.person_id != person_id for one in there):
        raise PackFull(MOST_MEMBERS)
    await members.consent(session, pack_id, person_id, wording)
    return await members.of_pack(session, pack_id)


async def leave(
    session: AsyncSession, pack_id: UUID, person_id: UUID
) -> tuple[tuple[Member, ...], int]:
    """Take a person's consent back, and whatever shows them out of the pack and its sets.

    Returns who is still in it, and how many stickers went.

    Raises:
        PackGone: the pack is not there any more.
    """
    await people.take_turn(session, await _owner(session, pack_id))
    went = await members.withdraw(session, pack_id, person_id)
    return await members.of_pack(session, pack_id), went


async def take_over(session: AsyncSession, pack_id: UUID, person_id: UUID) -> None:
    """Let a group's pack hang on the account of a member, where nobody's keeps it any more.

    Raises:
        NotTheirs: somebody keeps it, or the person is not in it.
        PackGone: the pack is not there any more.
    """
    await people.take_turn(session, await _owner(session, pack_id))
    there = {one.person_id for one in await members.of_pack(session, pack_id)}
    keeper = await session.scalar(select(PackRow.keeper_id).where(PackRow.id == pack_id))
    if keeper is not None or person_id not in there:
        raise NotTheirs(str(pack_id))
    await packs.keep_on(session, pack_id, person_id)


async def _owner(session: AsyncSession, pack_id: UUID) -> UUID:
    owner = await session.scalar(select(PackRow.person_id).where(PackRow.id == pack_id))
    if owner is None:
        raise PackGone(str(pack_id))
    return owner
