"""A chat that its platform calls otherwise from now on: everything about it follows.

Telegram gives a group that becomes a supergroup another number, once and for good.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import groups, people
from storage.erasing import erase
from storage.models import (
    ConversationRow,
    DeliveryRow,
    JobRow,
    PackCardRow,
    PersonRow,
    PhotoConsentRow,
    PreferenceRow,
    PublicationRow,
)
from storage.vault import Vault


async def follow(
    session: AsyncSession, vault: Vault, platform: str, old: str, new: str,
    preferences: Mapping[str, str],
) -> int:  # fmt: skip
    """Let what is kept of a chat be found under its new reference; twice changes nothing more.

    Where somebody was spoken to under the new one already, that conversation stays.

    Args:
        session: a transaction.
        vault: opens what has to be sealed anew.
        platform: the chat's.
        old: its reference until now.
        new: its reference from now on.
        preferences: old names of preferences that hold in the chat alone -> new ones.

    Returns:
        how many people's conversations followed.
    """
    here = select(PersonRow.id).where(PersonRow.platform == platform)
    talking = list(
        await session.scalars(
            select(ConversationRow.person_id)
            .where(ConversationRow.chat == old, ConversationRow.person_id.in_(here))
            .order_by(ConversationRow.person_id)
        )
    )
    for person_id in talking:
        await _conversation(session, vault, person_id, old, new)
        for was, name in preferences.items():
            await _preference(session, vault, person_id, was, name)
    await _group(session, platform, old, new)
    for table in (JobRow, DeliveryRow, PublicationRow):
        await session.execute(
            update(table).where(table.platform == platform, table.chat == old).values(chat=new)
        )
    shown = select(PackCardRow.pack_id).where(PackCardRow.chat == old)
    await erase(session, PackCardRow, PackCardRow.chat == new, PackCardRow.pack_id.in_(shown))
    await session.execute(
        update(PackCardRow)
        .where(PackCardRow.chat == old, PackCardRow.person_id.in_(here))
        .values(chat=new, reference=None)
    )
    await session.execute(
        update(PhotoConsentRow)
        .where(PhotoConsentRow.chat == old, PhotoConsentRow.person_id.in_(here))
        .values(chat=new)
    )
    return len(talking)


async def _group(session: AsyncSession, platform: str, old: str, new: str) -> None:
    """Let the group's own account follow, unless the new chat has one already."""
    was, name = groups.external_id(old), groups.external_id(new)
    if await people.find(session, platform, name) is None:
        await session.execute(
            update(PersonRow)
            .where(PersonRow.platform == platform, PersonRow.external_id == was)
            .values(external_id=name)
        )


async def _conversation(
    session: AsyncSession, vault: Vault, person_id: UUID, old: str, new: str
) -> None:
    state = await people.load_conversation(session, vault, person_id, old)
    if not await people.load_conversation(session, vault, person_id, new):
        await people.save_conversation(session, vault, person_id, new, state)
    await erase(
        session, ConversationRow, ConversationRow.person_id == person_id,
        ConversationRow.chat == old,
    )  # fmt: skip


async def _preference(
    session: AsyncSession, vault: Vault, person_id: UUID, was: str, name: str
) -> None:
    kept = await people.preferences(session, vault, person_id)
    if was in kept and name not in kept:
        await people.set_preference(session, vault, person_id, name, kept[was])
    await erase(
        session, PreferenceRow, PreferenceRow.person_id == person_id, PreferenceRow.name == was
    )
