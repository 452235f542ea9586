"""What a person keeps and what their platform calls it: stickers of own packs, and favourites."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import jobs, packs, sealed
from storage.contract.kinds import Setting
from storage.contract.packs import PackKind, StepState
from storage.models import (
    DeliveryRow,
    FavouriteRow,
    JobRow,
    PackRow,
    PackStickerRow,
    ResultRow,
    UploadRow,
    VolumeRow,
)
from storage.people import key_of
from storage.vault import PersonKey, Vault


@dataclass(frozen=True, slots=True)
class Kept:
    """A sticker that a person keeps.

    ``id``: the sticker's in its pack, or the favourite's job. ``file``: what the platform calls it
    in its set. ``references``: under which messages a favourite was shown there, the latest last.
    """

    id: UUID
    kind: str
    settings: tuple[Setting, ...]
    emoji: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    title: str = ""
    file: str | None = None
    references: tuple[str, ...] = ()


async def of_person(
    session: AsyncSession, vault: Vault, person_id: UUID, platform: str
) -> list[Kept]:
    """Return favourites, the newest first, then the stickers of the person's own packs in order.

    Only what the person brought and what stands on the platform; nothing twice.

    Raises:
        PersonGone: they were forgotten.
    """
    key = await key_of(session, vault, person_id)
    packed = [one async for one in _in_packs(session, key, person_id, platform)]
    also = {job for job, _ in packed if job is not None}
    liked = [
        one async for one in _favourites(session, key, person_id, platform) if one.id not in also
    ]
    return [*liked, *(one for _, one in packed)]


async def _in_packs(
    session: AsyncSession, key: PersonKey, person_id: UUID, platform: str
) -> AsyncIterator[tuple[UUID | None, Kept]]:
    rows = await session.execute(
        select(*packs.ABOUT, UploadRow.file_id, PackRow.id.label("pack"), PackRow.title)
        .join(PackRow, PackRow.id == PackStickerRow.pack_id)
        .join(UploadRow, UploadRow.sticker_id == PackStickerRow.id)
        .join(VolumeRow, VolumeRow.id == UploadRow.volume_id)
        .where(
            PackRow.person_id == person_id,
            PackRow.kind == PackKind.REGULAR.value,
            PackStickerRow.person_id == person_id,
            PackStickerRow.dropped.is_(None),
            UploadRow.state == StepState.THERE.value,
            UploadRow.file_id.is_not(None),
            VolumeRow.platform == platform,
            VolumeRow.state == StepState.THERE.value,
        )
        .order_by(PackRow.changed.desc(), PackRow.id, PackStickerRow.position)
    )
    for row in rows:
        sticker = packs.sticker_of(row, key)
        settings = tuple(
            Setting(str(one["name"]), float(str(one.get("amount", 1.0))))
            for one in sticker.origin.settings
        )
        title = sealed.unseal(key, row.title, "pack", row.pack)
        yield sticker.origin.job, Kept(
            row.id, sticker.origin.kind, settings, sticker.emoji, sticker.keywords, title,
            row.file_id,
        )  # fmt: skip


async def _favourites(
    session: AsyncSession, key: PersonKey, person_id: UUID, platform: str
) -> AsyncIterator[Kept]:
    rows = await session.execute(
        select(JobRow, DeliveryRow.reference)
        .join(FavouriteRow, FavouriteRow.job_id == JobRow.id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .join(DeliveryRow, DeliveryRow.job_id == JobRow.id)
        .where(
            FavouriteRow.person_id == person_id,
            JobRow.person_id == person_id,
            DeliveryRow.platform == platform,
            DeliveryRow.reference.is_not(None),
        )
        .order_by(FavouriteRow.created.desc(), JobRow.id)
    )
    for row, references in rows:
        job = jobs.unsealed(key, jobs.from_row(row))
        shown = tuple((references or "").splitlines())
        yield Kept(job.id, job.kind, job.settings, references=shown)
