"""What stands in a chat, as its rows remember it, for chats that keep nothing by themselves."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.deliveries import DeliveryState
from storage.models import DeliveryRow, JobRow
from storage.people import key_of
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Standing:
    """The plan of a delivery, and how far it was shown.

    ``progress``: how many of its answers stand in the chat, None: all. ``references``: of these, as
    far as they have a message, in order.
    """

    plan: bytes
    progress: int | None
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """A job whose answer came, or never will. ``dead``: what it made could not be shown."""

    dead: bool


async def of_chat(
    session: AsyncSession, vault: Vault, platform: str, chat: str, most: int
) -> list[Standing]:
    """Return the newest deliveries of a chat whose plans are kept, in the order of showing."""
    rows = await session.scalars(
        select(DeliveryRow)
        .where(
            DeliveryRow.platform == platform,
            DeliveryRow.chat == chat,
            DeliveryRow.sealed_plan.is_not(None),
        )
        .order_by(DeliveryRow.finished.desc().nulls_first(), DeliveryRow.created.desc())
        .limit(most)
    )
    found = []
    for row in reversed(rows.all()):
        key = await key_of(session, vault, row.person_id)
        found.append(
            Standing(
                key.unseal(row.sealed_plan or b"", "plan", row.id),
                None if row.finished is not None else row.progress,
                tuple((row.reference or "").splitlines()),
            )
        )
    return found


async def placeholders(
    session: AsyncSession, platform: str, chat: str
) -> dict[UUID, tuple[str, Ended | None]]:
    """Return the placeholders of a chat's jobs, and how those ended that are over."""
    rows = await session.execute(
        select(JobRow.id, JobRow.placeholder, JobRow.ended, DeliveryRow.state)
        .outerjoin(DeliveryRow, DeliveryRow.job_id == JobRow.id)
        .where(JobRow.platform == platform, JobRow.chat == chat, JobRow.placeholder.is_not(None))
    )
    pending = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)
    return {
        job_id: (
            placeholder or "",
            None if ended is None or state in pending else Ended(state == DeliveryState.DEAD.value),
        )
        for job_id, placeholder, ended, state in rows
    }
