"""Groups as accounts of their own: the pack that its members share, who is in it, who keeps it.

A group's account is its platform's and its chat's, with a key of its own; consents are rows of
``members``, stickers those of ``packs``. What changes a group's pack waits its turn, so that of two
who join at the same moment the second finds the first there already.
"""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import members, packs, people, publications
from storage.contract.packs import Member, Pack, StepState
from storage.errors import NotTheirs, PackFull, PackGone
from storage.models import PackRow
from storage.people import Person
from storage.vault import Vault

MOST_MEMBERS = 30
"""Of a pack: as many as stand on one family portrait."""

_PREFIX = "group:"
_CODE, _HOME = "room", "home"  # among the preferences of a room's account


def external_id(chat: str) -> str:
    """Return what a group's account is called on its platform; no person is called so."""
    return f"{_PREFIX}{chat}"


def is_group(person: Person) -> bool:
    """Whether an account is a group's."""
    return person.external_id.startswith(_PREFIX)


async def account(
    session: AsyncSession, vault: Vault, platform: str, chat: str, locale: str | None = None
) -> Person:
    """Return the account of a group, made when it is first asked for, to be spoken to so."""
    return await people.find_or_add(session, vault, platform, external_id(chat), locale)


async def new_room(session: AsyncSession, vault: Vault, platform: str, locale: str) -> Person:
    """Return the account of a new room: a group that no chat stands for, but a code."""
    code = secrets.token_urlsafe(18)
    room = await account(session, vault, platform, _of_code(code), locale)
    await people.set_preference(session, vault, room.id, _CODE, code)
    return room


async def room(session: AsyncSession, platform: str, code: str) -> Person | None:
    """Return the account of the room of a code, if there is one."""
    return await people.find(session, platform, external_id(_of_code(code)))


async def settle(session: AsyncSession, vault: Vault, room_id: UUID, home: str) -> None:
    """Keep under which address a room is found."""
    await people.set_preference(session, vault, room_id, _HOME, home)


async def link_of(session: AsyncSession, vault: Vault, group_id: UUID) -> str:
    """Return where a room is entered, "" for other groups."""
    kept = await people.preferences(session, vault, group_id)
    return f"{kept.get(_HOME, '')}room/{kept[_CODE]}" if _CODE in kept else ""


def _of_code(code: str) -> str:
    """Return what stands for a room in the open: whoever reads it cannot enter."""
    return "room " + hashlib.sha256(b"selfmoji room " + code.encode()).hexdigest()[:40]


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


async def take_over(session: AsyncSession, pack_id: UUID, person_id: UUID, stuck: str = "") -> None:
    """Let a group's pack hang on the account of a member, where nobody's keeps it any more.

    Raises:
        NotTheirs: somebody keeps it, and no platform refused it for the reason ``stuck``; or the
            person is not in it.
        PackGone: the pack is not there any more.
    """
    await people.take_turn(session, await _owner(session, pack_id))
    there = {one.person_id for one in await members.of_pack(session, pack_id)}
    keeper = await session.scalar(select(PackRow.keeper_id).where(PackRow.id == pack_id))
    refused = [
        one
        for one in await publications.of_pack(session, pack_id)
        if one.state is StepState.FAILED and one.failure == stuck
    ]
    if person_id not in there or (keeper is not None and not refused):
        raise NotTheirs(str(pack_id))
    await packs.keep_on(session, pack_id, person_id)


async def _owner(session: AsyncSession, pack_id: UUID) -> UUID:
    owner = await session.scalar(select(PackRow.person_id).where(PackRow.id == pack_id))
    if owner is None:
        raise PackGone(str(pack_id))
    return owner
