"""How far packs came on platforms: what is to be there, who is at work on it, and what stands.

```
want ──> WANTED ──take──> SENDING ──finish──> THERE ──the pack changes──> due again
            ^  <──wait───  │  │ └──fail──> FAILED ──want──> WANTED
            └─lease ran out┘  └─cancel─> CANCELLED ──want──> WANTED
```

One process at a time works on a pack, under a lease whose fence is the attempt's number. Each
sticker's row says how far it came, and is SENDING before the platform is asked: after a crash
whoever goes on looks at the set for what arrived.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.packs import Publication, StepState, Sticker, Upload, Volume
from storage.erasing import erase
from storage.models import PackRow, PublicationRow, UploadRow, VolumeRow, now

LEASE = timedelta(minutes=2)
"""Longer than one request with all its waiting; it is renewed before each."""


async def want(
    session: AsyncSession, pack_id: UUID, platform: str, person_id: UUID, chat: str
) -> Publication:
    """Have a pack brought to a platform; its progress is told anew in this chat."""
    row = await session.merge(
        PublicationRow(
            pack_id=pack_id,
            platform=platform,
            person_id=person_id,
            chat=chat,
            reference=None,
            state=StepState.WANTED.value,
            lease_until=None,
            not_before=None,
            failure=None,
        )
    )
    await session.flush()
    await session.refresh(row)
    return _publication(row)


async def of_pack(session: AsyncSession, pack_id: UUID) -> tuple[Publication, ...]:
    """Return the platforms that a pack is to be on."""
    rows = await session.scalars(
        select(PublicationRow)
        .where(PublicationRow.pack_id == pack_id)
        .order_by(PublicationRow.platform)
        .execution_options(populate_existing=True)
    )
    return tuple(_publication(row) for row in rows.all())


def _publication(row: PublicationRow) -> Publication:
    return Publication(
        row.pack_id, row.platform, row.person_id, row.chat, row.reference, StepState(row.state),
        row.version, row.attempts, row.failure,
    )  # fmt: skip


def _takeable(time: datetime) -> ColumnElement[bool]:
    behind = select(PackRow.id).where(
        PackRow.id == PublicationRow.pack_id, PackRow.version > PublicationRow.version
    )
    rested = or_(PublicationRow.not_before.is_(None), PublicationRow.not_before <= time)
    return or_(
        and_(PublicationRow.state == StepState.WANTED.value, rested),
        and_(PublicationRow.state == StepState.THERE.value, behind.exists(), rested),
        and_(PublicationRow.state == StepState.SENDING.value, PublicationRow.lease_until <= time),
    )


async def due(session: AsyncSession, platform: str) -> list[UUID]:
    """Return the packs that are to be worked on, on a platform."""
    return list(
        await session.scalars(
            select(PublicationRow.pack_id).where(
                PublicationRow.platform == platform, _takeable(now())
            )
        )
    )


async def take(
    session: AsyncSession, pack_id: UUID, platform: str, lease: timedelta = LEASE
) -> Publication | None:
    """Take a pack to work on, and count the attempt; None if it is not to be had."""
    before = await session.scalar(
        select(PublicationRow.state).where(
            PublicationRow.pack_id == pack_id, PublicationRow.platform == platform
        )
    )
    row = await session.scalar(
        update(PublicationRow)
        .where(
            PublicationRow.pack_id == pack_id,
            PublicationRow.platform == platform,
            _takeable(now()),
        )
        .values(
            state=StepState.SENDING.value,
            attempts=PublicationRow.attempts + 1,
            lease_until=now() + lease,
        )
        .returning(PublicationRow)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    if row is None:
        return None
    return replace(_publication(row), resumed=before == StepState.SENDING.value)


def _held(taken: Publication) -> ColumnElement[bool]:
    return and_(
        PublicationRow.pack_id == taken.pack_id,
        PublicationRow.platform == taken.platform,
        PublicationRow.state == StepState.SENDING.value,
        PublicationRow.attempts == taken.attempts,
    )


async def renew(session: AsyncSession, taken: Publication, lease: timedelta = LEASE) -> bool:
    """Go on holding a pack; False if it was cancelled, deleted or lost to another."""
    return await _set(session, taken, lease_until=now() + lease)


async def finish(session: AsyncSession, taken: Publication, version: int) -> bool:
    """Note that this version of the pack is there in full."""
    return await _set(session, taken, state=StepState.THERE.value, version=version, failure=None)


async def wait(session: AsyncSession, taken: Publication, seconds: float) -> bool:
    """Let a pack wait for its next attempt."""
    later = now() + timedelta(seconds=seconds)
    return await _set(session, taken, state=StepState.WANTED.value, not_before=later)


async def fail(session: AsyncSession, taken: Publication, failure: str) -> bool:
    """Give a pack up until somebody wants it again; ``failure``: a code."""
    return await _set(session, taken, state=StepState.FAILED.value, failure=failure)


async def tell(session: AsyncSession, taken: Publication, reference: str) -> bool:
    """Keep under which reference the progress is told."""
    return await _set(session, taken, reference=reference)


async def references(session: AsyncSession, platform: str, chat: str) -> frozenset[str]:
    """Return the references of the messages that tell in a chat how packs stand."""
    told = await session.scalars(
        select(PublicationRow.reference).where(
            PublicationRow.platform == platform,
            PublicationRow.chat == chat,
            PublicationRow.reference.is_not(None),
        )
    )
    return frozenset(one for one in told if one is not None)


async def _set(session: AsyncSession, taken: Publication, **values: object) -> bool:
    held = await session.scalar(
        update(PublicationRow)
        .where(_held(taken))
        .values(**values)
        .returning(PublicationRow.pack_id)
        .execution_options(synchronize_session=False)
    )
    return held is not None


async def cancel(session: AsyncSession, pack_id: UUID, platform: str) -> bool:
    """Stop bringing a pack to a platform; what is there stays. False if nothing was on its way."""
    on_its_way = (StepState.WANTED.value, StepState.SENDING.value)
    stopped = await session.scalar(
        update(PublicationRow)
        .where(
            PublicationRow.pack_id == pack_id,
            PublicationRow.platform == platform,
            PublicationRow.state.in_(on_its_way),
        )
        .values(state=StepState.CANCELLED.value)
        .returning(PublicationRow.pack_id)
        .execution_options(synchronize_session=False)
    )
    return stopped is not None


async def expire_leases(session: AsyncSession, platform: str) -> None:
    """Let go of what an earlier process of a platform held; one process at a time serves it."""
    for table in (PublicationRow, VolumeRow):
        await session.execute(
            update(table)
            .where(table.platform == platform, table.lease_until.is_not(None))
            .values(lease_until=now())
            .execution_options(synchronize_session=False)
        )


async def want_again(session: AsyncSession, person_id: UUID, platform: str, failure: str) -> int:
    """Want what failed for a reason that is gone by now; return how many packs.

    They are the person's own, and those of groups that hang on their account.
    """
    kept = select(PackRow.id).where(PackRow.keeper_id == person_id)
    again = await session.scalars(
        update(PublicationRow)
        .where(
            or_(PublicationRow.person_id == person_id, PublicationRow.pack_id.in_(kept)),
            PublicationRow.platform == platform,
            PublicationRow.state == StepState.FAILED.value,
            PublicationRow.failure == failure,
        )
        .values(state=StepState.WANTED.value, failure=None, reference=None, not_before=None)
        .returning(PublicationRow.pack_id)
        .execution_options(synchronize_session=False)
    )
    return len(again.all())


# --- sets ---------------------------------------------------------------------------------------


async def volumes(session: AsyncSession, pack_id: UUID, platform: str) -> tuple[Volume, ...]:
    """Return a pack's sets on a platform in order, without those that are to go."""
    rows = await session.scalars(
        select(VolumeRow)
        .where(
            VolumeRow.pack_id == pack_id,
            VolumeRow.platform == platform,
            VolumeRow.state != StepState.LEAVING.value,
        )
        .order_by(VolumeRow.number)
        .execution_options(populate_existing=True)
    )
    return tuple([await _volume(session, row) for row in rows.all()])


async def set_names(
    session: AsyncSession, pack_ids: Collection[UUID], platform: str
) -> dict[UUID, list[str]]:
    """Return the names of the sets that packs have on a platform, in order."""
    if not pack_ids:
        return {}
    rows = await session.execute(
        select(VolumeRow.pack_id, VolumeRow.name)
        .where(
            VolumeRow.pack_id.in_(pack_ids),
            VolumeRow.platform == platform,
            VolumeRow.state == StepState.THERE.value,
        )
        .order_by(VolumeRow.number)
    )
    names: dict[UUID, list[str]] = {}
    for pack_id, name in rows:
        names.setdefault(pack_id, []).append(name)
    return names


async def _volume(session: AsyncSession, row: VolumeRow) -> Volume:
    uploads = await session.scalars(
        select(UploadRow)
        .where(UploadRow.volume_id == row.id)
        .order_by(UploadRow.position, UploadRow.id)
        .execution_options(populate_existing=True)
    )
    return Volume(
        row.id, row.pack_id, row.platform, row.number, row.name, StepState(row.state),
        row.title_version, row.attempts, tuple(_upload(one) for one in uploads.all()),
    )  # fmt: skip


def _upload(row: UploadRow) -> Upload:
    return Upload(
        row.id, row.sticker_id, StepState(row.state), row.position, row.file_id, row.file_key,
        row.picture_version, row.words_version, row.attempts, row.failure,
    )  # fmt: skip


async def add_volume(
    session: AsyncSession, pack_id: UUID, platform: str, number: int, name: str
) -> Volume:
    """Plan one more set of a pack; the platform knows nothing of it yet."""
    row = VolumeRow(
        id=uuid4(),
        pack_id=pack_id,
        platform=platform,
        number=number,
        name=name,
        state=StepState.WANTED.value,
        title_version=0,
        attempts=0,
    )
    session.add(row)
    await session.flush()
    return await _volume(session, row)


async def sending_volume(session: AsyncSession, volume_id: UUID, name: str) -> bool:
    """Note that the platform is about to be asked for a set of this name.

    False if it is not wanted any more.
    """
    begun = await session.scalar(
        update(VolumeRow)
        .where(VolumeRow.id == volume_id, VolumeRow.state != StepState.LEAVING.value)
        .values(name=name, state=StepState.SENDING.value, attempts=VolumeRow.attempts + 1)
        .returning(VolumeRow.id)
        .execution_options(synchronize_session=False)
    )
    return begun is not None


async def volume_there(session: AsyncSession, volume_id: UUID, title_version: int) -> None:
    """Note that a set exists under its name, and whose title it bears.

    One that is to go by now goes all the same.
    """
    await session.execute(
        update(VolumeRow)
        .where(VolumeRow.id == volume_id)
        .values(state=_kept_leaving(VolumeRow, StepState.THERE), title_version=title_version)
        .execution_options(synchronize_session=False)
    )


def _kept_leaving(table: type[VolumeRow | UploadRow], state: StepState) -> ColumnElement[str]:
    leaving = table.state == StepState.LEAVING.value
    return case((leaving, StepState.LEAVING.value), else_=state.value)


async def forget_volume(session: AsyncSession, volume_id: UUID) -> None:
    """Erase the row of a set that is gone from the platform, or never came there."""
    await erase(session, VolumeRow, VolumeRow.id == volume_id)


# --- stickers in sets ---------------------------------------------------------------------------


async def begin(
    session: AsyncSession, volume_id: UUID, sticker: Sticker, position: int
) -> Upload:  # fmt: skip
    """Note that the platform is about to be given a sticker as it is now."""
    sticker_id = sticker.id
    mine = (UploadRow.volume_id == volume_id, UploadRow.sticker_id == sticker_id)
    row = await session.scalar(
        select(UploadRow).where(*mine).execution_options(populate_existing=True)
    )
    if row is None:
        row = UploadRow(
            id=uuid4(),
            volume_id=volume_id,
            sticker_id=sticker_id,
            position=position,
            attempts=0,
        )
        session.add(row)
    row.state = StepState.SENDING.value
    row.attempts += 1
    row.position = position
    row.picture_version = sticker.picture_version
    row.words_version = sticker.words_version
    await session.flush()
    return _upload(row)


async def arrived(session: AsyncSession, upload_id: UUID, file_id: str, file_key: str) -> None:
    """Note that a sticker stands in its set as it was begun, and what it is called there."""
    await _change(
        session,
        upload_id,
        state=_kept_leaving(UploadRow, StepState.THERE),
        file_id=file_id,
        file_key=file_key,
        failure=None,
        attempts=0,
    )


async def lost(session: AsyncSession, upload: Upload) -> None:
    """Note that a sticker which was on its way did not come: it is to be given once more.

    Where another picture of it is in the set, that is to be replaced once more.
    """
    state = StepState.THERE if upload.file_id is not None else StepState.WANTED
    await _change(session, upload.id, state=_kept_leaving(UploadRow, state), picture_version=0)


async def described(session: AsyncSession, upload_id: UUID, words_version: int) -> None:
    """Note that a sticker has the emoji and keywords of this version."""
    await _change(session, upload_id, words_version=words_version)


async def reorder(session: AsyncSession, upload_ids: list[UUID]) -> None:
    """Note in which order the stickers of a set stand."""
    for position, upload_id in enumerate(upload_ids):
        await _change(session, upload_id, position=position)


async def refuse(session: AsyncSession, upload_id: UUID, failure: str, version: int) -> None:
    """Note that the platform does not take a sticker as it is in this version."""
    await _change(
        session,
        upload_id,
        state=_kept_leaving(UploadRow, StepState.FAILED),
        failure=failure,
        picture_version=version,
    )


async def _change(session: AsyncSession, upload_id: UUID, **values: object) -> None:
    await session.execute(
        update(UploadRow)
        .where(UploadRow.id == upload_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def forget_upload(session: AsyncSession, upload_id: UUID) -> None:
    """Erase the row of a sticker that is in no set."""
    await erase(session, UploadRow, UploadRow.id == upload_id)


# --- what is to go ------------------------------------------------------------------------------


async def leaving(session: AsyncSession, platform: str) -> tuple[Volume, ...]:
    """Return the sets that are to go, or that hold stickers which are to go."""
    holding = select(UploadRow.volume_id).where(UploadRow.state == StepState.LEAVING.value)
    rows = await session.scalars(
        select(VolumeRow)
        .where(
            VolumeRow.platform == platform,
            or_(VolumeRow.state == StepState.LEAVING.value, VolumeRow.id.in_(holding)),
            or_(VolumeRow.lease_until.is_(None), VolumeRow.lease_until <= now()),
        )
        .order_by(VolumeRow.created)
        .execution_options(populate_existing=True)
    )
    return tuple([await _volume(session, row) for row in rows.all()])


async def rest(session: AsyncSession, volume_id: UUID, seconds: float) -> None:
    """Leave a set that could not be taken down alone for a while."""
    await session.execute(
        update(VolumeRow)
        .where(VolumeRow.id == volume_id)
        .values(lease_until=now() + timedelta(seconds=seconds), attempts=VolumeRow.attempts + 1)
        .execution_options(synchronize_session=False)
    )
