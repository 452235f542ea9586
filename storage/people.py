"""People on their platforms, what they prefer, where their conversations stand; and forgetting."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Executable, bindparam, delete, inspect, null, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from storage import consents, links, sealed, takedowns
from storage.database import Database
from storage.erasing import erase
from storage.errors import PersonGone
from storage.models import (
    AvatarRow,
    ConversationRow,
    DeliveryRow,
    FavouriteRow,
    InboxRow,
    JobRow,
    PersonRow,
    PhotoRow,
    PreferenceRow,
    ResultRow,
    Row,
    UpdateRow,
    now,
)
from storage.vault import PersonKey, Vault


@dataclass(frozen=True, slots=True)
class Person:
    """One account on one platform; ``locale`` as they chose it or the platform said."""

    id: UUID
    platform: str
    external_id: str
    locale: str | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much of a person was erased; ``sets``: what is to go from the platforms after that."""

    photos: int
    results: int
    jobs: int
    avatars: int
    conversations: int
    preferences: int
    links: int
    packs: int = 0
    sets: int = 0


def _insert(table: type[Row], *, sqlite: bool) -> Any:
    """Return the dialect's INSERT, the one that knows ON CONFLICT."""
    rows: Any = table.__table__
    return sqlite_insert(rows) if sqlite else postgresql_insert(rows)


@cache
def _adding(table: type[Row], *, sqlite: bool) -> Executable:
    key = inspect(table).primary_key
    insert: Executable = _insert(table, sqlite=sqlite).on_conflict_do_nothing().returning(*key)
    return insert


@cache
def _putting(table: type[Row], changing: tuple[str, ...], *, sqlite: bool) -> Executable:
    insert = _insert(table, sqlite=sqlite)
    changes = {name: insert.excluded[name] for name in changing}
    put: Executable = insert.on_conflict_do_update(
        index_elements=inspect(table).primary_key, set_=changes
    )
    return put


async def insert_new(
    session: AsyncSession, table: type[Row], values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """Insert a row unless a unique key of its is there already; return its primary key if new."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    row = (await session.execute(_adding(table, sqlite=sqlite), values)).first()
    return None if row is None else tuple(row)


async def _put(
    session: AsyncSession, table: type[Row], values: Mapping[str, Any], changing: list[str]
) -> None:
    """Insert a row, or change the one with the same primary key."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    await session.execute(_putting(table, tuple(changing), sqlite=sqlite), values)


async def find_or_add(
    session: AsyncSession, vault: Vault, platform: str, external_id: str, locale: str | None
) -> Person:
    """Return the person behind an account, with a fresh key if they are new.

    ``locale`` counts for new people alone: later it may be their own choice.
    """
    person = await find(session, platform, external_id)
    if person is None:
        new = uuid4()
        values = {
            "id": new,
            "platform": platform,
            "external_id": external_id,
            "locale": locale,
            "wrapped_key": vault.new_key(new),
            "created": now(),
        }
        if await insert_new(session, PersonRow, values) is None:
            vault.destroy(new)  # somebody was faster
        person = await find(session, platform, external_id)
    if person is None:
        raise PersonGone(f"{platform}: erased by somebody else at this moment")
    return person


async def read(session: AsyncSession, person_id: UUID) -> Person:
    """Return a person, looked for once a transaction.

    Raises:
        PersonGone: they were forgotten.
    """
    if (known := _met(session).people.get(person_id)) is not None:
        return known
    row = await session.get(PersonRow, person_id, populate_existing=True)
    if row is None:
        raise PersonGone(str(person_id))
    return meet(session, row)


async def find(session: AsyncSession, platform: str, external_id: str) -> Person | None:
    """Return the person behind an account, if we ever met."""
    row = await session.scalar(_BEHIND, {"platform": platform, "external_id": external_id})
    return None if row is None else meet(session, row)


def meet(session: AsyncSession, row: PersonRow) -> Person:
    """Return the person of a row; neither they nor their key are asked for again."""
    met = _met(session)
    met.wrapped[row.id] = row.wrapped_key
    met.people[row.id] = Person(row.id, row.platform, row.external_id, row.locale)
    return met.people[row.id]


def meet_key(session: AsyncSession, person_id: UUID, wrapped: bytes) -> None:
    """Note a person's wrapped key, which came with something else of theirs."""
    _met(session).wrapped[person_id] = wrapped


@dataclass(slots=True)
class _Met:
    """What a transaction found of people, for as long as it lasts."""

    people: dict[UUID, Person] = field(default_factory=dict)
    wrapped: dict[UUID, bytes] = field(default_factory=dict)
    keys: dict[UUID, PersonKey] = field(default_factory=dict)
    turns: set[UUID] = field(default_factory=set)

    def forget(self, person_id: UUID) -> None:
        self.people.pop(person_id, None)
        self.wrapped.pop(person_id, None)
        self.keys.pop(person_id, None)
        self.turns.discard(person_id)


def _met(session: AsyncSession) -> _Met:
    met: _Met = session.info.setdefault("people", _Met())
    return met


async def set_locale(session: AsyncSession, person_id: UUID, locale: str) -> None:
    """Keep the language that a person chose."""
    await session.execute(update(PersonRow).where(PersonRow.id == person_id).values(locale=locale))
    _met(session).people.pop(person_id, None)


async def key_of(session: AsyncSession, vault: Vault, person_id: UUID) -> PersonKey:
    """Return a person's key, looked for and unwrapped once a transaction.

    Raises:
        PersonGone: they were forgotten.
    """
    met = _met(session)
    if person_id not in met.keys:
        wrapped = met.wrapped.get(person_id) or await session.scalar(
            select(PersonRow.wrapped_key).where(PersonRow.id == person_id)
        )
        if wrapped is None:
            raise PersonGone(str(person_id))
        met.keys[person_id] = vault.unwrap(person_id, wrapped)
    return met.keys[person_id]


async def take_turn(session: AsyncSession, person_id: UUID) -> None:
    """Let one transaction at a time work for a person (PostgreSQL; SQLite has one anyway).

    Raises:
        PersonGone: they were forgotten.
    """
    met = _met(session)
    if person_id in met.turns:
        return
    if person_id in met.wrapped and session.get_bind().dialect.name == "sqlite":
        return  # nobody else changes anything since they were found
    if await session.scalar(_LOCKED, {"person": person_id}) is None:
        raise PersonGone(str(person_id))
    met.turns.add(person_id)


async def load_conversation(
    session: AsyncSession, vault: Vault, person_id: UUID, chat: str
) -> dict[str, Any]:
    """Return the conversation's state, empty at first.

    Holds the person's turn until the end of the transaction, so that two updates at once do not
    overwrite each other's state.

    Raises:
        PersonGone: they were forgotten.
    """
    await take_turn(session, person_id)  # first: a statement sees what was there when it began
    state = await session.scalar(
        select(ConversationRow.state).where(
            ConversationRow.person_id == person_id, ConversationRow.chat == chat
        )
    )
    if state is None:
        return {}
    return _state(await key_of(session, vault, person_id), state, person_id, chat)


def _state(key: PersonKey, kept: Any, person_id: UUID, chat: str) -> dict[str, Any]:
    return dict(sealed.unseal(key, kept, f"state {chat}", person_id))


async def load(
    session: AsyncSession, vault: Vault, person_id: UUID, chat: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ``load_conversation`` and ``preferences`` do, in one statement.

    Raises:
        PersonGone: the person was forgotten.
    """
    await take_turn(session, person_id)
    rows = await session.execute(_KNOWN, {"person": person_id, "chat": chat})
    key = await key_of(session, vault, person_id)
    state: dict[str, Any] = {}
    preferences: dict[str, Any] = {}
    for name, kept in rows:
        if name is None:
            state = _state(key, kept, person_id, chat)
        else:
            preferences[name] = _preference(key, kept, person_id, name)
    return state, preferences


async def save_conversation(
    session: AsyncSession, vault: Vault, person_id: UUID, chat: str, state: Mapping[str, Any]
) -> None:
    """Keep the conversation's state (JSON-able), sealed."""
    key = await key_of(session, vault, person_id)
    kept = sealed.seal(key, dict(state), f"state {chat}", person_id)
    values = {"person_id": person_id, "chat": chat, "state": kept}
    await _put(session, ConversationRow, values, ["state"])


async def preferences(session: AsyncSession, vault: Vault, person_id: UUID) -> dict[str, Any]:
    """Return everything the person prefers, by name."""
    rows = await session.execute(
        select(PreferenceRow.name, PreferenceRow.value).where(PreferenceRow.person_id == person_id)
    )
    key = await key_of(session, vault, person_id)
    return {row.name: _preference(key, row.value, person_id, row.name) for row in rows}


def _preference(key: PersonKey, kept: Any, person_id: UUID, name: str) -> Any:
    return sealed.unseal(key, kept, f"preference {name}", person_id)


async def set_preference(
    session: AsyncSession, vault: Vault, person_id: UUID, name: str, value: Any
) -> None:
    """Keep one preference (JSON-able), sealed; None removes it."""
    if value is None:
        await session.execute(
            delete(PreferenceRow).where(
                PreferenceRow.person_id == person_id, PreferenceRow.name == name
            )
        )
        return
    key = await key_of(session, vault, person_id)
    kept = sealed.seal(key, value, f"preference {name}", person_id)
    values = {"person_id": person_id, "name": name, "value": kept}
    await _put(session, PreferenceRow, values, ["value"])


async def first_time(session: AsyncSession, key: str) -> bool:
    """Whether this update's unique key was not seen before; marks it as seen."""
    new = await insert_new(session, UpdateRow, {"key": _digest(key), "created": now()})
    return new is not None


async def seen(session: AsyncSession, key: str) -> bool:
    """Whether this update's unique key was seen before; marks nothing."""
    known = select(UpdateRow.key).where(UpdateRow.key == _digest(key))
    return await session.scalar(known) is not None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


async def forget(database: Database, vault: Vault, person_id: UUID) -> Erasure:
    """Erase everything of a person, and let no copy stay; forgetting twice is no error.

    On SQLite the bytes are overwritten in the file and gone from the log when this returns; what
    PostgreSQL keeps of them opens no more.
    """
    async with database.transaction() as session:
        counts = await erase_person(session, vault, person_id)
    vault.destroy(person_id)
    await database.scrub()
    return counts


async def erase_person(session: AsyncSession, vault: Vault, person_id: UUID) -> Erasure:
    """Erase every row of a person; ``Vault.destroy`` and ``Database.scrub`` follow the commit.

    What accounts linked with theirs made is those accounts', and stays with them.
    """
    vault.mark(person_id)  # for the sweep, if this process ends between the two
    left = await links.forget(session, person_id)
    packs, sets = await takedowns.forget(session, person_id)
    await consents.forget(session, person_id)
    jobs = select(JobRow.id).where(JobRow.person_id == person_id)
    await erase(session, FavouriteRow, FavouriteRow.person_id == person_id)
    results = await erase(session, ResultRow, ResultRow.job_id.in_(jobs))
    await erase(session, DeliveryRow, DeliveryRow.person_id == person_id)
    await erase(session, InboxRow, InboxRow.person_id == person_id)
    counts = Erasure(
        photos=await erase(session, PhotoRow, PhotoRow.person_id == person_id),
        results=results,
        jobs=await erase(session, JobRow, JobRow.person_id == person_id),
        avatars=await erase(session, AvatarRow, AvatarRow.person_id == person_id),
        conversations=await erase(session, ConversationRow, ConversationRow.person_id == person_id),
        preferences=await erase(session, PreferenceRow, PreferenceRow.person_id == person_id),
        links=left,
        packs=packs,
        sets=sets,
    )
    await erase(session, PersonRow, PersonRow.id == person_id)
    _met(session).forget(person_id)
    return counts


# Statements are made once: that costs more than asking them.

_BEHIND = select(PersonRow).where(
    PersonRow.platform == bindparam("platform"), PersonRow.external_id == bindparam("external_id")
)
_LOCKED = (
    select(PersonRow.id).where(PersonRow.id == bindparam("person")).with_for_update(key_share=True)
)
_KNOWN = (
    select(null(), ConversationRow.state)
    .where(
        ConversationRow.person_id == bindparam("person"),
        ConversationRow.chat == bindparam("chat"),
    )
    .union_all(
        select(PreferenceRow.name, PreferenceRow.value).where(
            PreferenceRow.person_id == bindparam("person")
        )
    )
)
