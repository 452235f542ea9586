"""Everything that is kept of one account, opened, as files and an index of them."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage import (
    avatars,
    consents,
    jobs,
    members,
    packs,
    people,
    photos,
    publications,
    results,
)
from storage.contract.exports import ExportFile
from storage.models import (
    FavouriteRow,
    JobRow,
    PackRow,
    PackStickerRow,
    PhotoRow,
    ResultRow,
    now,
)
from storage.vault import PersonKey, Vault


async def of_person(
    session: AsyncSession, vault: Vault, person_id: UUID, words: Callable[[str], str]
) -> list[ExportFile]:
    """Return photos while they are kept, stickers, packs, avatars, preferences and consents.

    ``words``: what a version of the words says that people agree to.

    Raises:
        PersonGone: they were forgotten.
    """
    person = await people.read(session, person_id)
    key = await people.key_of(session, vault, person_id)
    kept = await avatars.of_person(session, vault, person_id)
    about = {
        "platform": person.platform,
        "account": person.external_id,
        "language": person.locale,
        "preferences": await people.preferences(session, vault, person_id),
    }
    drawn = [
        {
            "id": one.id.hex, "name": one.name, "avatar": one.spec.to_json(),
            "matched": one.matched.to_json(),
        }
        for one in kept
    ]  # fmt: skip
    kept_packs, packed = await _packs(session, vault, person_id)
    return [
        _json("account.json", about),
        _json("avatars.json", drawn),
        _json("packs.json", kept_packs),
        _json("groups.json", await _groups(session, vault, person_id, words)),
        _json("consents.json", await _consents(session, vault, person_id, words)),
        *[one async for one in _photos(session, key, person_id)],
        *[one async for one in _stickers(session, key, person_id)],
        *packed,
    ]


async def _packs(
    session: AsyncSession, vault: Vault, person_id: UUID
) -> tuple[list[dict[str, object]], list[ExportFile]]:
    """Return packs that are the person's, or hold stickers of theirs, and those stickers.

    Of a group's pack, what others brought is theirs and not handed over.
    """
    brought = select(PackStickerRow.pack_id).where(
        PackStickerRow.person_id == person_id, PackStickerRow.dropped.is_(None)
    )
    ids = await session.scalars(
        select(PackRow.id)
        .where(or_(PackRow.person_id == person_id, PackRow.id.in_(brought)))
        .order_by(PackRow.created, PackRow.id)
    )
    told: list[dict[str, object]] = []
    files: list[ExportFile] = []
    for pack_id in ids.all():
        pack = await packs.read(session, vault, pack_id)
        names: list[dict[str, object]] = []
        called: dict[UUID, dict[str, str | None]] = {}
        for one in await publications.of_pack(session, pack_id):
            for volume in await publications.volumes(session, pack_id, one.platform):
                names.append({"platform": one.platform, "name": volume.name})
                for upload in volume.uploads:
                    called.setdefault(upload.sticker_id, {})[one.platform] = upload.file_id
        inside = []
        for number, sticker in enumerate(pack.stickers, 1):
            if sticker.person_id != person_id:
                continue
            data = (await packs.picture(session, vault, sticker.id)).data
            name = f"packs/{pack.id.hex}/{number:03}-{sticker.id.hex}{_suffix(data)}"
            about: dict[str, object] = {
                "kind": sticker.origin.kind, "settings": list(sticker.origin.settings),
                "pack": pack.id.hex, "number": number, "emoji": list(sticker.emoji),
                "keywords": list(sticker.keywords), "platforms": called.get(sticker.id, {}),
            }  # fmt: skip
            files.append(ExportFile(name, data, about))
            inside.append({"file": name, **about})
        told.append(
            {
                "id": pack.id.hex, "title": pack.title, "sort": pack.kind.value,
                "own": pack.owner == person_id, "made": pack.created.isoformat(),
                "sets": names, "stickers": inside,
            }
        )  # fmt: skip
    return told, files


async def _groups(
    session: AsyncSession, vault: Vault, person_id: UUID, words: Callable[[str], str]
) -> list[dict[str, object]]:
    """Return the packs of groups that the person is in or left, and what they brought to each."""
    told: list[dict[str, object]] = []
    for one in await members.of_person(session, person_id):
        pack = await packs.read(session, vault, one.pack_id)
        group = await people.read(session, pack.owner)
        there = await members.brought(session, vault, pack.id)
        mine = next((each for each in there if each.person_id == person_id), None)
        brought = None if mine is None else {
            "name": mine.name,
            "avatar": None if mine.avatar is None else mine.avatar.to_json(),
            "birthday": mine.birthday,
        }  # fmt: skip
        names = await publications.set_names(session, [pack.id], group.platform)
        told.append(
            {
                "pack": pack.id.hex, "title": pack.title, "platform": group.platform,
                "members": len(there), "stickers": len(pack.stickers),
                "sets": names.get(pack.id, []), "keeper": pack.keeper == person_id,
                "brought": brought, "wording": one.wording, "words": words(one.wording),
                "agreed": one.consented.isoformat(), "withdrawn": _when(one.withdrawn),
            }
        )  # fmt: skip
    return told


async def _consents(
    session: AsyncSession, vault: Vault, person_id: UUID, words: Callable[[str], str]
) -> list[dict[str, object]]:
    in_packs: list[dict[str, object]] = [
        {
            "pack": one.pack_id.hex, "title": (await packs.read(session, vault, one.pack_id)).title,
            "wording": one.wording, "words": words(one.wording),
            "agreed": one.consented.isoformat(), "withdrawn": _when(one.withdrawn),
        }
        for one in await members.of_person(session, person_id)
    ]  # fmt: skip
    of_photos: list[dict[str, object]] = [
        {
            "photo": one.photo_id.hex, "wording": one.wording, "words": words(one.wording),
            "agreed": _when(one.answered),
        }
        for one in await consents.of_person(session, person_id)
    ]  # fmt: skip
    return [*in_packs, *of_photos]


async def _photos(
    session: AsyncSession, key: PersonKey, person_id: UUID
) -> AsyncIterator[ExportFile]:
    rows = await session.scalars(
        select(PhotoRow)
        .where(PhotoRow.person_id == person_id, PhotoRow.expires > now())
        .order_by(PhotoRow.created)
    )
    for row in rows.all():
        data = key.unseal(row.sealed, "photo", row.id)
        stays = row.expires >= photos.NEVER
        about: dict[str, object] = {
            "sent": row.created.isoformat(), "background": stays,
            "erased": None if stays else row.expires.isoformat(),
        }  # fmt: skip
        yield ExportFile(f"photos/{row.id.hex}{_suffix(data)}", data, about)


async def _stickers(
    session: AsyncSession, key: PersonKey, person_id: UUID
) -> AsyncIterator[ExportFile]:
    rows = await session.execute(
        select(JobRow, ResultRow, FavouriteRow.job_id)
        .join(ResultRow, ResultRow.job_id == JobRow.id)
        .outerjoin(FavouriteRow, FavouriteRow.job_id == JobRow.id)
        .where(JobRow.person_id == person_id)
        .order_by(JobRow.created)
    )
    for row, result, favourite in rows.all():
        job = jobs.unsealed(key, jobs.from_row(row))
        picture = results.unsealed(key, result).picture
        about = {
            "kind": job.kind,
            "settings": [
                {"name": one.name, "amount": one.amount, "words": one.words} for one in job.settings
            ],
            "made": _when(job.ended),
            "favourite": favourite is not None,
        }
        name = f"stickers/{job.kind}-{job.id.hex}{_suffix(picture)}"
        yield ExportFile(name, picture, about)


def _when(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _json(name: str, value: object) -> ExportFile:
    return ExportFile(name, json.dumps(value, ensure_ascii=False, indent=1).encode())


def _suffix(data: bytes) -> str:
    """Return what the name of a photo or picture ends in, by its first bytes."""
    for start, suffix in ((b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"), (b"RIFF", ".webp"),
                          (b"\x1aE\xdf\xa3", ".webm"), (b"GIF8", ".gif")):  # fmt: skip
        if data.startswith(start):
            return suffix
    return ".heic" if data[4:8] == b"ftyp" else ".bin"
