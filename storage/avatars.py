"""Composed avatars: the part chosen per slot and the colours, kept to be changed and found again.

Of a person's avatars the one made or taken last is the current one. Their number is bounded: the
longest unused go first, those with a name last.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import sealed
from storage.contract.avatars import LONGEST_NAME, Avatar, AvatarSpec, Ranked
from storage.erasing import erase
from storage.links import others_of
from storage.models import AvatarRow, now
from storage.people import key_of
from storage.vault import PersonKey, Vault

MOST = 20
"""How many avatars are kept for one person."""

_NAMED = "*"
"""Stands in the column of the name, which is sealed with the rest."""


async def of_person(session: AsyncSession, vault: Vault, person_id: UUID) -> tuple[Avatar, ...]:
    """Return all avatars that a person can choose from, the current one first.

    Those of linked accounts (``storage.links``) are among them.
    """
    rows = await session.scalars(_THEIRS, {"person": person_id})
    keys: dict[UUID, PersonKey] = {}
    found = []
    for row in rows.all():
        if row.person_id not in keys:
            keys[row.person_id] = await key_of(session, vault, row.person_id)
        found.append(_avatar(row, keys[row.person_id]))
    return tuple(found)


def _avatar(row: AvatarRow, key: PersonKey) -> Avatar:
    ranked: dict[str, list[str]] = {}
    if row.sealed_ranked is not None:
        ranked = json.loads(key.unseal(row.sealed_ranked, "ranked", row.id))
    worn = _unsealed(row, key)
    spec = AvatarSpec(row.style, worn["parts"], worn["colours"])
    matched = AvatarSpec(row.style, worn["matched"]["parts"], worn["matched"]["colours"])
    return Avatar(row.id, row.person_id, worn["name"], spec, matched, ranked)


def _unsealed(row: AvatarRow, key: PersonKey) -> dict[str, Any]:
    """Return name, parts, colours and what was matched, as a row keeps them."""
    kept = sealed.unseal(key, row.parts, "avatar", row.id)
    if kept is not row.parts:
        return dict(kept)
    return {  # from before they were sealed
        "name": row.name, "parts": row.parts, "colours": row.colours, "matched": row.matched,
    }  # fmt: skip


def _sealed(key: PersonKey, avatar_id: UUID, worn: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that keep an avatar; of its name they tell that there is one."""
    return {
        "name": _NAMED if worn["name"] else "",
        "parts": sealed.seal(key, dict(worn), "avatar", avatar_id),
        "colours": {},
        "matched": {},
    }


async def keep(
    session: AsyncSession,
    vault: Vault,
    person_id: UUID,
    spec: AvatarSpec,
    ranked: Ranked | None = None,
    avatar_id: UUID | None = None,
) -> UUID:
    """Keep an avatar as the current one and return its id; one that is there already is taken."""
    for kept in await of_person(session, vault, person_id):
        if kept.spec == spec:
            await choose(session, kept.id)
            return kept.id
    new = avatar_id or uuid4()
    sealed_ranked = None
    key = await key_of(session, vault, person_id)
    if ranked:
        data = json.dumps({slot: list(variants) for slot, variants in ranked.items()})
        sealed_ranked = key.seal(data.encode(), "ranked", new)
    both = {"parts": dict(spec.parts), "colours": dict(spec.colours)}
    made = now()
    session.add(
        AvatarRow(
            id=new,
            person_id=person_id,
            style=spec.style,
            **_sealed(key, new, {"name": "", **both, "matched": both}),
            sealed_ranked=sealed_ranked,
            created=made,
            chosen=made,
        )
    )
    await session.flush()
    await _bound(session, person_id)
    return new


async def _bound(session: AsyncSession, person_id: UUID) -> None:
    """Let the longest unused go where there are too many, the nameless before the named."""
    order = (AvatarRow.name != "", AvatarRow.chosen)
    newest = select(AvatarRow.id).where(AvatarRow.person_id == person_id)
    newest = newest.order_by(AvatarRow.chosen.desc()).limit(1)
    rows = await session.scalars(
        select(AvatarRow.id)
        .where(AvatarRow.person_id == person_id, AvatarRow.id.not_in(newest))
        .order_by(*order)
    )
    going = list(rows)
    await erase(session, AvatarRow, AvatarRow.id.in_(going[: max(0, len(going) + 1 - MOST)]))


async def choose(session: AsyncSession, avatar_id: UUID) -> None:
    """Make an avatar the current one."""
    await session.execute(update(AvatarRow).where(AvatarRow.id == avatar_id).values(chosen=now()))


async def change(session: AsyncSession, vault: Vault, avatar_id: UUID, spec: AvatarSpec) -> bool:
    """Keep an avatar with other parts and colours as the current one; False if it is gone."""
    values = {"parts": dict(spec.parts), "colours": dict(spec.colours)}
    if not await _change(session, vault, avatar_id, **values):
        return False
    await choose(session, avatar_id)
    return True


async def name(session: AsyncSession, vault: Vault, avatar_id: UUID, name: str) -> None:
    """Call an avatar by a name, at most ``LONGEST_NAME`` long; empty for none."""
    await _change(session, vault, avatar_id, name=name[:LONGEST_NAME])


async def delete(session: AsyncSession, avatar_id: UUID) -> None:
    """Erase an avatar."""
    await erase(session, AvatarRow, AvatarRow.id == avatar_id)


async def _change(session: AsyncSession, vault: Vault, avatar_id: UUID, **values: Any) -> bool:
    row = await session.scalar(
        select(AvatarRow)
        .where(AvatarRow.id == avatar_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return False
    key = await key_of(session, vault, row.person_id)
    columns = _sealed(key, row.id, {**_unsealed(row, key), **values})
    await session.execute(update(AvatarRow).where(AvatarRow.id == avatar_id).values(**columns))
    return True


_PERSON = bindparam("person", type_=Uuid)
_THEIRS = (  # made once: that costs more than asking
    select(AvatarRow)
    .where(or_(AvatarRow.person_id == _PERSON, AvatarRow.person_id.in_(others_of(_PERSON))))
    .order_by(AvatarRow.chosen.desc())
)
