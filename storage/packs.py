"""Sticker packs: titles, stickers in order, with their pictures for as long as they are in.

A pack belongs to an account, a person's or a group's; each sticker is sealed with the key of the
account that brought it and goes with that account. What a pack holds is a copy: the jobs and photos
that it came from expire as ever. What is taken out can be put back for a day.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import consents, publications, sealed, takedowns
from storage.contract.packs import (
    LONGEST_KEYWORDS,
    LONGEST_TITLE,
    MOST_EMOJI,
    MOST_KEYWORDS,
    MOST_PACKS,
    MOST_STICKERS,
    NewSticker,
    Origin,
    Outline,
    Pack,
    PackKind,
    Sticker,
)
from storage.erasing import erase
from storage.errors import PackFull, PackGone
from storage.models import PackRow, PackShownRow, PackStickerRow, now
from storage.people import key_of
from storage.vault import PersonKey, Vault

UNDO = timedelta(days=1)
"""How long what was taken out can be put back."""

ABOUT = (
    PackStickerRow.id, PackStickerRow.person_id, PackStickerRow.animated, PackStickerRow.about,
    PackStickerRow.picture_version, PackStickerRow.words_version,
)  # fmt: skip
"""The columns that ``sticker_of`` reads: all but the picture."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LONGEST_NAME = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """A sticker's picture as it was made: PNG, or WEBM where ``animated``."""

    data: bytes
    animated: bool


async def create(
    session: AsyncSession, vault: Vault, owner: UUID, title: str, kind: PackKind = PackKind.REGULAR,
    keeper: UUID | None = None, pack_id: UUID | None = None,
) -> Pack:  # fmt: skip
    """Begin a pack, under a given id; one that is there already is returned.

    Raises:
        PackFull: the account has as many as there may be.
        PersonGone: the account was forgotten.
    """
    key = await key_of(session, vault, owner)
    new = pack_id or uuid4()
    if await session.get(PackRow, new) is not None:
        return await read(session, vault, new)
    count = await session.scalar(
        select(func.count()).select_from(PackRow).where(PackRow.person_id == owner)
    )
    if (count or 0) >= MOST_PACKS:
        raise PackFull(MOST_PACKS)
    made = now()
    row = PackRow(
        id=new,
        person_id=owner,
        keeper_id=keeper,
        name=_new_name(),
        kind=kind.value,
        title=sealed.seal(key, title[:LONGEST_TITLE], "pack", new),
        title_version=1,
        version=1,
        created=made,
        changed=made,
    )
    session.add(row)
    await session.flush()
    return _pack(row, key, ())


def _new_name() -> str:
    rest = (secrets.choice(_LETTERS) for _ in range(_LONGEST_NAME - 1))
    return secrets.choice(_LETTERS[:23]) + "".join(rest)


async def of_account(session: AsyncSession, vault: Vault, owner: UUID) -> tuple[Pack, ...]:
    """Return an account's packs, the one changed last first."""
    rows = await session.scalars(
        select(PackRow).where(PackRow.person_id == owner).order_by(PackRow.changed.desc())
    )
    return tuple([await _opened(session, vault, row) for row in rows.all()])


async def outlines(
    session: AsyncSession, vault: Vault, owner: UUID, platform: str
) -> tuple[Outline, ...]:
    """Return an account's packs without their stickers, the one changed last first.

    ``platform``: whose sets they are told of.
    """
    key = await key_of(session, vault, owner)
    found = (await session.execute(_OUTLINES, {"owner": owner})).all()
    sets = await publications.set_names(session, [row.id for row in found], platform)
    return tuple(
        Outline(
            row.id,
            sealed.unseal(key, row.title, "pack", row.id),
            PackKind(row.kind),
            row.stickers or 0,
            tuple(sets.get(row.id, ())),
        )
        for row in found
    )


async def read(session: AsyncSession, vault: Vault, pack_id: UUID) -> Pack:
    """Return a pack.

    Raises:
        PackGone: it was deleted, or its account forgotten.
    """
    return await _opened(session, vault, await _row(session, pack_id))


async def _row(session: AsyncSession, pack_id: UUID, *, lock: bool = False) -> PackRow:
    query = select(PackRow).where(PackRow.id == pack_id)
    if lock:
        query = query.with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise PackGone(str(pack_id))
    return row


async def _opened(session: AsyncSession, vault: Vault, row: PackRow) -> Pack:
    keys: dict[UUID, PersonKey] = {row.person_id: await key_of(session, vault, row.person_id)}
    found = await session.execute(
        select(*ABOUT)
        .where(PackStickerRow.pack_id == row.id, PackStickerRow.dropped.is_(None))
        .order_by(PackStickerRow.position, PackStickerRow.created, PackStickerRow.id)
    )
    stickers = []
    for one in found.all():
        if one.person_id not in keys:
            keys[one.person_id] = await key_of(session, vault, one.person_id)
        stickers.append(sticker_of(one, keys[one.person_id]))
    return _pack(row, keys[row.person_id], tuple(stickers))


def _pack(row: PackRow, key: PersonKey, stickers: tuple[Sticker, ...]) -> Pack:
    return Pack(
        row.id,
        row.person_id,
        row.name,
        PackKind(row.kind),
        sealed.unseal(key, row.title, "pack", row.id),
        row.version,
        row.title_version,
        row.created,
        stickers,
        row.keeper_id,
    )


def sticker_of(row: Any, key: PersonKey) -> Sticker:
    """Return a row of a sticker, opened with the key of whoever brought it."""
    about = sealed.unseal(key, row.about, "sticker", row.id)
    origin = about["origin"]
    return Sticker(
        row.id,
        row.person_id,
        row.animated,
        Origin(
            origin["kind"],
            tuple(origin["settings"]),
            UUID(origin["job"]) if origin["job"] else None,
            origin["avatar"],
        ),
        tuple(about["emoji"]),
        tuple(about["keywords"]),
        row.picture_version,
        row.words_version,
    )


def _about(
    key: PersonKey, sticker_id: UUID, origin: Origin, emoji: Sequence[str], keywords: Sequence[str]
) -> dict[str, Any]:
    words: list[str] = []
    for word in keywords[:MOST_KEYWORDS]:
        if sum(map(len, words)) + len(word) <= LONGEST_KEYWORDS:
            words.append(word)
    made = {
        "kind": origin.kind,
        "settings": [dict(one) for one in origin.settings],
        "job": origin.job.hex if origin.job else None,
        "avatar": None if origin.avatar is None else dict(origin.avatar),
    }
    about = {"origin": made, "emoji": list(emoji[:MOST_EMOJI]), "keywords": words}
    return sealed.seal(key, about, "sticker", sticker_id)


async def _touch(session: AsyncSession, pack_id: UUID) -> None:
    """Note a change, so that every platform the pack is on follows."""
    await session.execute(
        update(PackRow)
        .where(PackRow.id == pack_id)
        .values(version=PackRow.version + 1, changed=now())
    )


# --- stickers -----------------------------------------------------------------------------------


async def add(
    session: AsyncSession,
    vault: Vault,
    pack_id: UUID,
    new: NewSticker,
    sticker_id: UUID | None = None,
) -> UUID:
    """Put a sticker at a pack's end, under a given id, and return its id.

    One of that id that is in the pack already stays; one that was taken out is put back.

    Raises:
        PackFull: it holds as many as it may.
        PackGone: the pack is not there any more.
        PersonGone: the account that brings it was forgotten.
    """
    await _row(session, pack_id, lock=True)
    there = await _order(session, pack_id)
    made = sticker_id or uuid4()
    if made in there:
        return made
    if len(there) >= MOST_STICKERS:
        raise PackFull(MOST_STICKERS)
    if sticker_id is not None and await session.get(PackStickerRow, made) is not None:
        await restore(session, made, len(there))
        return made
    key = await key_of(session, vault, new.person_id)
    session.add(
        PackStickerRow(
            id=made,
            pack_id=pack_id,
            person_id=new.person_id,
            position=len(there),
            animated=new.animated,
            sealed_picture=key.seal(new.picture, "sticker picture", made),
            about=_about(key, made, new.origin, new.emoji, new.keywords),
            picture_version=1,
            words_version=1,
        )
    )
    await session.flush()
    await _show(session, made, new)
    await _touch(session, pack_id)
    await session.flush()
    return made


async def _show(session: AsyncSession, sticker_id: UUID, new: NewSticker) -> None:
    """Note who else is on a sticker, also who said of its photo that it shows them."""
    job = new.origin.job
    agreed = () if job is None else await consents.shown_on(session, job)
    session.add_all(
        PackShownRow(sticker_id=sticker_id, person_id=one)
        for one in dict.fromkeys((*new.shown, *agreed))
        if one != new.person_id
    )


async def picture(session: AsyncSession, vault: Vault, sticker_id: UUID) -> Picture:
    """Return a sticker's picture.

    Raises:
        PackGone: the sticker is not there any more.
    """
    row = await _sticker_row(session, sticker_id)
    key = await key_of(session, vault, row.person_id)
    return Picture(key.unseal(row.sealed_picture, "sticker picture", row.id), row.animated)


async def _sticker_row(
    session: AsyncSession, sticker_id: UUID, *, lock: bool = False
) -> PackStickerRow:
    query = select(PackStickerRow).where(PackStickerRow.id == sticker_id)
    if lock:
        query = query.with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise PackGone(str(sticker_id))
    return row


async def replace(
    session: AsyncSession,
    vault: Vault,
    sticker_id: UUID,
    new: NewSticker,
    old_id: UUID | None = None,
) -> UUID:
    """Let another picture stand in a sticker's place; its emoji and keywords stay.

    Returns the id, given or made, under which the one before can be put back by ``exchange``;
    done before under that id, it is not done again.

    Raises:
        PackGone, PersonGone: as ``add``.
    """
    pack_id = (await _sticker_row(session, sticker_id)).pack_id
    await _row(session, pack_id, lock=True)
    row = await _sticker_row(session, sticker_id, lock=True)
    made = old_id or uuid4()
    if await session.get(PackStickerRow, made) is not None:
        return made
    old = sticker_of(row, await key_of(session, vault, row.person_id))
    key = await key_of(session, vault, new.person_id)
    session.add(
        PackStickerRow(
            id=made,
            pack_id=pack_id,
            person_id=new.person_id,
            position=row.position,
            animated=new.animated,
            sealed_picture=key.seal(new.picture, "sticker picture", made),
            about=_about(key, made, new.origin, old.emoji, old.keywords),
            picture_version=1,
            words_version=1,
            dropped=now(),
        )
    )
    await session.flush()
    await _show(session, made, new)
    await session.flush()
    await exchange(session, vault, sticker_id, made)
    return made


async def exchange(session: AsyncSession, vault: Vault, sticker_id: UUID, other_id: UUID) -> None:
    """Exchange the pictures of a sticker and one that was taken out, and whom they are of.

    Raises:
        PackGone: one of them is not there any more.
    """
    one = await _sticker_row(session, sticker_id, lock=True)
    other = await _sticker_row(session, other_id, lock=True)
    keys = [await key_of(session, vault, row.person_id) for row in (one, other)]
    pictures = [
        key.unseal(row.sealed_picture, "sticker picture", row.id)
        for key, row in zip(keys, (one, other), strict=True)
    ]
    abouts = [sticker_of(row, key) for key, row in zip(keys, (one, other), strict=True)]
    shown = {
        row.id: list(
            await session.scalars(
                select(PackShownRow.person_id).where(PackShownRow.sticker_id == row.id)
            )
        )
        for row in (one, other)
    }
    await erase(session, PackShownRow, PackShownRow.sticker_id.in_(shown))
    words = abouts[0]
    changes = [
        {
            "person_id": of.person_id,
            "animated": of.animated,
            "sealed_picture": key.seal(data, "sticker picture", row.id),
            "about": _about(key, row.id, about.origin, words.emoji, words.keywords),
            "picture_version": row.picture_version + 1,
        }
        for row, of, key, data, about in zip(
            (one, other), (other, one), keys[::-1], pictures[::-1], abouts[::-1], strict=True
        )
    ]
    for row_id, values in zip((sticker_id, other_id), changes, strict=True):
        await session.execute(
            update(PackStickerRow).where(PackStickerRow.id == row_id).values(**values)
        )
    session.add_all(
        PackShownRow(sticker_id=to, person_id=person)
        for to, people in ((sticker_id, shown[other_id]), (other_id, shown[sticker_id]))
        for person in people
    )
    await session.flush()
    await _touch(session, one.pack_id)


async def describe(
    session: AsyncSession, vault: Vault, sticker_id: UUID, emoji: Sequence[str],
    keywords: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Give a sticker other emoji, and keywords where they are given.

    Raises:
        PackGone: it is not there any more.
    """
    row = await _sticker_row(session, sticker_id, lock=True)
    key = await key_of(session, vault, row.person_id)
    old = sticker_of(row, key)
    about = _about(key, row.id, old.origin, emoji, old.keywords if keywords is None else keywords)
    await session.execute(
        update(PackStickerRow)
        .where(PackStickerRow.id == sticker_id)
        .values(about=about, words_version=PackStickerRow.words_version + 1)
    )
    await _touch(session, row.pack_id)


async def move(session: AsyncSession, sticker_id: UUID, position: int) -> int:
    """Put a sticker at a place, from 0; return where it was.

    Raises:
        PackGone: it is not there any more.
    """
    pack_id, order, before = await _without(session, sticker_id)
    order.insert(max(0, min(position, len(order))), sticker_id)
    await _number(session, order)
    await _touch(session, pack_id)
    return before


async def drop(session: AsyncSession, sticker_id: UUID) -> int:
    """Take a sticker out, for ``restore`` to put it back; return where it was.

    Raises:
        PackGone: it is not there any more.
    """
    pack_id, order, before = await _without(session, sticker_id)
    await session.execute(
        update(PackStickerRow).where(PackStickerRow.id == sticker_id).values(dropped=now())
    )
    await _number(session, order)
    await takedowns.withdraw(session, [sticker_id])
    await _touch(session, pack_id)
    return before


async def _without(session: AsyncSession, sticker_id: UUID) -> tuple[UUID, list[UUID], int]:
    """Lock a sticker's pack; return it, the order of the others, and where the sticker stands.

    Raises:
        PackGone: it is not there any more.
    """
    pack_id = (await _sticker_row(session, sticker_id)).pack_id
    await _row(session, pack_id, lock=True)
    order = await _order(session, pack_id)
    if sticker_id not in order:
        raise PackGone(str(sticker_id))
    before = order.index(sticker_id)
    order.remove(sticker_id)
    return pack_id, order, before


async def restore(session: AsyncSession, sticker_id: UUID, position: int) -> None:
    """Put a sticker back that was taken out.

    Raises:
        PackFull: others took its room.
        PackGone: that is too long ago.
    """
    pack_id = (await _sticker_row(session, sticker_id)).pack_id
    await _row(session, pack_id, lock=True)
    order = await _order(session, pack_id)
    if sticker_id in order:
        return
    if len(order) >= MOST_STICKERS:
        raise PackFull(MOST_STICKERS)
    await session.execute(
        update(PackStickerRow).where(PackStickerRow.id == sticker_id).values(dropped=None)
    )
    order.insert(max(0, min(position, len(order))), sticker_id)
    await _number(session, order)
    await _touch(session, pack_id)


async def _order(session: AsyncSession, pack_id: UUID) -> list[UUID]:
    return list(
        await session.scalars(
            select(PackStickerRow.id)
            .where(PackStickerRow.pack_id == pack_id, PackStickerRow.dropped.is_(None))
            .order_by(PackStickerRow.position, PackStickerRow.created, PackStickerRow.id)
        )
    )


async def _number(session: AsyncSession, order: Sequence[UUID]) -> None:
    for position, sticker_id in enumerate(order):
        await session.execute(
            update(PackStickerRow)
            .where(PackStickerRow.id == sticker_id, PackStickerRow.position != position)
            .values(position=position)
        )


# --- the pack itself ----------------------------------------------------------------------------


async def rename(session: AsyncSession, vault: Vault, pack_id: UUID, title: str) -> str:
    """Give a pack another title, at most ``LONGEST_TITLE`` letters; return the one before.

    Raises:
        PackGone: it is not there any more.
    """
    row = await _row(session, pack_id, lock=True)
    key = await key_of(session, vault, row.person_id)
    before: str = sealed.unseal(key, row.title, "pack", pack_id)
    await session.execute(
        update(PackRow)
        .where(PackRow.id == pack_id)
        .values(
            title=sealed.seal(key, title[:LONGEST_TITLE], "pack", pack_id),
            title_version=PackRow.title_version + 1,
        )
    )
    await _touch(session, pack_id)
    return before


async def keep_on(session: AsyncSession, pack_id: UUID, keeper: UUID) -> None:
    """Let a group's pack hang on another person's account: its sets are made anew there.

    They get other names, for those of the sets before are spent.

    Raises:
        PackGone: it is not there any more.
    """
    await _row(session, pack_id, lock=True)
    await takedowns.take_down(session, [pack_id])
    values = {"keeper_id": keeper, "name": _new_name()}
    await session.execute(update(PackRow).where(PackRow.id == pack_id).values(**values))
    await _touch(session, pack_id)


async def delete(session: AsyncSession, pack_id: UUID) -> None:
    """Erase a pack with everything in it; its sets go from the platforms after that."""
    await takedowns.take_down(session, [pack_id])
    await erase(session, PackStickerRow, PackStickerRow.pack_id == pack_id)
    await erase(session, PackRow, PackRow.id == pack_id)


async def expire(session: AsyncSession, at: datetime) -> int:
    """Erase what was taken out longer ago than ``UNDO``; return how many."""
    return await erase(session, PackStickerRow, PackStickerRow.dropped < at - UNDO)


def _outlines() -> Select[UUID, str, str, int]:
    counts = (
        select(PackStickerRow.pack_id, func.count().label("stickers"))
        .where(PackStickerRow.dropped.is_(None))
        .group_by(PackStickerRow.pack_id)
        .subquery()
    )
    return (
        select(PackRow.id, PackRow.title, PackRow.kind, counts.c.stickers)
        .outerjoin(counts, counts.c.pack_id == PackRow.id)
        .where(PackRow.person_id == bindparam("owner"))
        .order_by(PackRow.changed.desc(), PackRow.id)
    )


_OUTLINES = _outlines()  # made once: that costs more than asking
