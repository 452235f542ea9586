"""Accounts of one person on several platforms, so that what one made is found from all.

One account is told a code and the other gives it; from then on both are of one circle, of which
further accounts may become. Rows stay with the account that made them, so forgetting an account
is exact: what it made goes, and it leaves the circle.

A code has 40 bits, works once, for ten minutes, and is kept as a keyed digest alone. An account
that gave five wrong ones waits ten minutes. Accounts are free, so what holds against many of them
is the length: a thousand tries a second, for all the life of a hundred codes, hit one with a
probability of one in 18,000.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import BindParameter, Select, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.contract.links import LENGTH as LENGTH
from storage.contract.links import Refusal
from storage.erasing import erase
from storage.models import LinkCodeRow, LinkRow, LinkTryRow, PersonRow, now
from storage.vault import Vault

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that looks like a digit, and no U."""

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5
"""Wrong codes that an account may give in ``LIFETIME``."""

MOST_ACCOUNTS = 8
"""Of one circle."""

_LOOKALIKES = str.maketrans("OIL", "011")


async def new_code(session: AsyncSession, vault: Vault, person_id: UUID) -> str:
    """Return a fresh code of ``LENGTH`` letters for an account; an earlier one ends."""
    await _take_turn(session)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    await erase(session, LinkCodeRow, LinkCodeRow.person_id == person_id)
    session.add(
        LinkCodeRow(person_id=person_id, digest=_digest(vault, code), expires=now() + LIFETIME)
    )
    await session.flush()
    return code


async def redeem(
    session: AsyncSession, vault: Vault, person_id: UUID, typed: str
) -> Refusal | None:
    """Link an account with the one that was told this code, and use the code up.

    Returns None once they are linked, else why they are not; commit either way, for wrong codes
    are counted.
    """
    await _take_turn(session)
    if await _tried_enough(session, person_id):
        return Refusal.TOO_MANY_TRIES
    digest = _digest(vault, typed)
    row = (
        await session.execute(
            select(LinkCodeRow.person_id, LinkCodeRow.expires).where(LinkCodeRow.digest == digest)
        )
    ).one_or_none()
    if row is not None and row.person_id == person_id:
        return Refusal.OWN
    if row is None or row.expires <= now():
        await _count_try(session, person_id)
        return Refusal.UNKNOWN if row is None else Refusal.EXPIRED
    await erase(session, LinkCodeRow, LinkCodeRow.digest == digest)
    await erase(session, LinkTryRow, LinkTryRow.person_id == person_id)
    mine, theirs = await linked(session, person_id), await linked(session, row.person_id)
    if row.person_id in mine:
        return Refusal.LINKED
    if len(mine) + len(theirs) > MOST_ACCOUNTS:
        return Refusal.TOO_MANY_ACCOUNTS
    await _join(session, (*mine, *theirs))
    return None


async def _join(session: AsyncSession, accounts: tuple[UUID, ...]) -> None:
    """Make one circle of accounts, whatever circles they were in."""
    ours = LinkRow.person_id.in_(accounts)
    known = set(await session.scalars(select(LinkRow.person_id).where(ours)))
    circle = uuid4()
    await session.execute(update(LinkRow).where(ours).values(circle=circle))
    session.add_all(LinkRow(person_id=one, circle=circle) for one in accounts if one not in known)
    await session.flush()


async def linked(session: AsyncSession, person_id: UUID) -> tuple[UUID, ...]:
    """Return all accounts of a person's circle, this one first; it alone if it has none."""
    others = await session.scalars(others_of(person_id).order_by(LinkRow.created))
    return (person_id, *others)


def others_of(person_id: UUID | BindParameter[UUID]) -> Select[UUID]:
    """Return the question for the other accounts of a person's circle."""
    circle = select(LinkRow.circle).where(LinkRow.person_id == person_id).scalar_subquery()
    return select(LinkRow.person_id).where(LinkRow.circle == circle, LinkRow.person_id != person_id)


async def platforms(session: AsyncSession, person_id: UUID) -> tuple[str, ...]:
    """Return where the other accounts of a person's circle are, in the order of linking."""
    _, *others = await linked(session, person_id)
    found = await session.execute(
        select(PersonRow.id, PersonRow.platform).where(PersonRow.id.in_(others))
    )
    known = {row.id: row.platform for row in found}
    return tuple(known[one] for one in others if one in known)


async def leave(session: AsyncSession, person_id: UUID) -> int:
    """Take an account out of its circle; return with how many others it was linked."""
    await _take_turn(session)
    _, *others = await linked(session, person_id)
    going = (person_id, *others) if len(others) == 1 else (person_id,)  # nobody is a circle alone
    await erase(session, LinkRow, LinkRow.person_id.in_(going))
    return len(others)


async def forget(session: AsyncSession, person_id: UUID) -> int:
    """Erase an account's code, tries and link; return with how many others it was linked."""
    await _take_turn(session)
    await erase(session, LinkCodeRow, LinkCodeRow.person_id == person_id)
    await erase(session, LinkTryRow, LinkTryRow.person_id == person_id)
    return await leave(session, person_id)


async def expire(session: AsyncSession, at: datetime) -> int:
    """Erase codes past their time and tries that count no longer; return how many codes."""
    await erase(session, LinkTryRow, LinkTryRow.since < at - LIFETIME)
    return await erase(session, LinkCodeRow, LinkCodeRow.expires < at - LIFETIME)


async def _take_turn(session: AsyncSession) -> None:
    """Let one transaction at a time give, use and end codes and links (SQLite has one anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('selfmoji links'))"))


def _digest(vault: Vault, typed: str) -> bytes:
    """Return what is kept of a code, however it was typed."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return vault.digest(letters.translate(_LOOKALIKES).encode(), "link code")


async def _tried_enough(session: AsyncSession, person_id: UUID) -> bool:
    wrong = await session.scalar(
        select(LinkTryRow.wrong).where(
            LinkTryRow.person_id == person_id, LinkTryRow.since > now() - LIFETIME
        )
    )
    return (wrong or 0) >= MOST_TRIES


async def _count_try(session: AsyncSession, person_id: UUID) -> None:
    row = await session.get(LinkTryRow, person_id)
    if row is None:
        session.add(LinkTryRow(person_id=person_id, wrong=1, since=now()))
    elif row.since <= now() - LIFETIME:
        row.wrong, row.since = 1, now()
    else:
        row.wrong += 1
    await session.flush()
