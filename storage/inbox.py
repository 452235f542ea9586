"""Updates as their platforms sent them, kept before a platform may forget them.

A front end confirms an update only when its row is committed, works from the row, and erases it
when the update was handled; what is left after a crash is handled at the next start.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID, uuid5

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.updates import KeptUpdate as KeptUpdate
from storage.contract.updates import NewUpdate as NewUpdate
from storage.models import InboxRow, PersonRow, now
from storage.people import find_or_add, insert_new, key_of
from storage.vault import Vault

MAX_ATTEMPTS = 20
"""Starts that may find an update unhandled before it is passed over."""

_NAMES = UUID("6f1d3c1e-6a0e-4b56-9c3f-2f4f0a3d9b11")


async def keep(
    session: AsyncSession, vault: Vault, platform: str, updates: Sequence[NewUpdate]
) -> list[KeptUpdate]:
    """Keep updates in their order; return those that were not there before."""
    kept = []
    for one in updates:
        person = await find_or_add(session, vault, platform, one.external_id, one.locale)
        sealed_for = await key_of(session, vault, person.id)
        digest = _digest(one.key)
        values = {
            "platform": platform,
            "key": digest,
            "person_id": person.id,
            "sealed": sealed_for.seal(one.payload, "update", uuid5(_NAMES, digest.hex())),
            "attempts": 1,
            "created": now(),
        }
        if (row_id := await insert_new(session, InboxRow, values)) is not None:
            kept.append(KeptUpdate(row_id[0], one.payload))
    return kept


async def waiting(session: AsyncSession, vault: Vault, platform: str) -> list[KeptUpdate]:
    """Return what an earlier process of a platform left unhandled, in order; count the attempt.

    An update that ended so many processes is left out, and goes with the next sweep.
    """
    await session.execute(
        update(InboxRow).where(InboxRow.platform == platform).values(attempts=InboxRow.attempts + 1)
    )
    rows = await session.execute(
        select(InboxRow, PersonRow.wrapped_key)
        .join(PersonRow, PersonRow.id == InboxRow.person_id)
        .where(InboxRow.platform == platform, InboxRow.attempts <= MAX_ATTEMPTS)
        .order_by(InboxRow.id)
        .execution_options(populate_existing=True)
    )
    return [
        KeptUpdate(
            row.id,
            vault.unwrap(row.person_id, wrapped).unseal(
                row.sealed, "update", uuid5(_NAMES, row.key.hex())
            ),
        )
        for row, wrapped in rows
    ]


async def erase(session: AsyncSession, ids: Sequence[int]) -> None:
    """Erase updates that were handled."""
    await session.execute(delete(InboxRow).where(InboxRow.id.in_(ids)))


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
