"""Composed avatars: the part chosen per slot and the colours, kept to be changed later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import AvatarRow


@dataclass(frozen=True, slots=True)
class Avatar:
    """One avatar as composed in a style."""

    id: UUID
    person_id: UUID
    style: str
    name: str
    parts: Mapping[str, Any]
    colours: Mapping[str, Any]
    created: datetime


async def keep(
    session: AsyncSession,
    person_id: UUID,
    style: str,
    parts: Mapping[str, Any],
    name: str = "",
    colours: Mapping[str, Any] | None = None,
) -> UUID:
    """Keep an avatar; all arguments JSON-able."""
    row = AvatarRow(
        person_id=person_id,
        style=style,
        name=name,
        parts=dict(parts),
        colours=dict(colours or {}),
    )
    session.add(row)
    await session.flush()
    return row.id


async def latest(session: AsyncSession, person_id: UUID, style: str) -> Avatar | None:
    """Return the person's newest avatar in a style."""
    row = await session.scalar(
        select(AvatarRow)
        .where(AvatarRow.person_id == person_id, AvatarRow.style == style)
        .order_by(AvatarRow.created.desc())
        .limit(1)
    )
    if row is None:
        return None
    return Avatar(row.id, row.person_id, row.style, row.name, row.parts, row.colours, row.created)
