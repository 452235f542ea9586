"""The tables, for SQLite and PostgreSQL alike.

Everything a person leaves behind hangs on their row in ``people`` and goes with it. Pictures and
face reports are sealed (``storage.vault``). Ids are UUIDs, times UTC.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    """Return the time as every row keeps it: UTC, aware."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which has no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring any aware time to UTC."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is not None and dialect.name == "sqlite":
            return value.replace(tzinfo=UTC)
        return value


class Row(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own way of declaring it
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
    }


def _of_person(*, primary_key: bool = False, index: bool = False) -> Mapped[UUID]:
    return mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=primary_key, index=index
    )


class PersonRow(Row):
    """One account on one platform. Without ``wrapped_key`` nothing sealed for them opens."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    platform: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(128))
    locale: Mapped[str | None] = mapped_column(String(32))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(default=now)


class ConversationRow(Row):
    """Where a person's conversation in one chat stands."""

    __tablename__ = "conversations"

    person_id: Mapped[UUID] = _of_person(primary_key=True)
    chat: Mapped[str] = mapped_column(String(512), primary_key=True)
    state: Mapped[dict[str, Any]]


class PreferenceRow(Row):
    """One thing a person likes to be so."""

    __tablename__ = "preferences"

    person_id: Mapped[UUID] = _of_person(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class PhotoRow(Row):
    """A photo as it came and what was found in it, both sealed, until ``expires``."""

    __tablename__ = "photos"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = _of_person(index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_report: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime] = mapped_column(index=True)


class JobRow(Row):
    """A job (``storage.jobs``). ``start_tag`` is its virtual time in the fair queue."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "person_id", "start_tag"),
        Index(None, "state", "ended"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = _of_person()
    photo_id: Mapped[UUID | None]  # no foreign key: the job outlives its photo
    second_photo_id: Mapped[UUID | None]  # a photo as well
    avatar: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    kind: Mapped[str] = mapped_column(String(32))
    settings: Mapped[list[list[Any]]] = mapped_column(JSON)
    face: Mapped[int | None]
    platform: Mapped[str] = mapped_column(String(32))
    chat: Mapped[str] = mapped_column(String(512))
    placeholder: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    start_tag: Mapped[int] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(128))
    lease_until: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created: Mapped[datetime] = mapped_column(default=now)
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]


class ResultRow(Row):
    """What a job made, sealed: a PNG or WEBM and the family's facts as JSON."""

    __tablename__ = "results"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    sealed_picture: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_facts: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(default=now, index=True)


class InboxRow(Row):
    """An update as it came (``storage.inbox``), sealed; ``key``: SHA-256 of what names it."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("platform", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[str] = mapped_column(String(32))
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    person_id: Mapped[UUID] = _of_person(index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int]
    created: Mapped[datetime] = mapped_column(default=now, index=True)


class DeliveryRow(Row):
    """A delivery (``storage.deliveries``): a job's end, or the answers to an update.

    One per job and one per update, which is what makes a second one impossible. ``sealed_plan``:
    what was decided to show, ``progress``: how much of it stands in the chat.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "state", "platform"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    job_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), unique=True
    )
    update_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[UUID] = _of_person(index=True)
    platform: Mapped[str] = mapped_column(String(32))
    chat: Mapped[str] = mapped_column(String(512))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sealed_plan: Mapped[bytes | None] = mapped_column(LargeBinary)
    progress: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str | None] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)
    finished: Mapped[datetime | None] = mapped_column(index=True)


class AvatarRow(Row):
    """A composed avatar: the chosen part per slot and the colours; what it was matched as.

    ``chosen``: when the person last made or took it. ``sealed_ranked``: what fits them, as JSON.
    """

    __tablename__ = "avatars"
    __table_args__ = (Index(None, "person_id", "chosen"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = _of_person()
    style: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(128))
    parts: Mapped[dict[str, Any]]
    colours: Mapped[dict[str, Any]]
    matched: Mapped[dict[str, Any]]
    sealed_ranked: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(default=now)
    chosen: Mapped[datetime] = mapped_column(default=now)


class FavouriteRow(Row):
    """A result that the person keeps as a favourite."""

    __tablename__ = "stickers"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("results.job_id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = _of_person(index=True)
    created: Mapped[datetime] = mapped_column(default=now)


class PackRow(Row):
    """A sticker pack (``storage.packs``) of an account, a person's or a group's.

    ``name``: what platforms' names of it are made of. ``keeper_id``: whose account it hangs on
    where the owner is a group. ``version`` grows with every change, ``title_version`` with the
    title's.
    """

    __tablename__ = "packs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = _of_person(index=True)
    keeper_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[dict[str, Any]]
    title_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime] = mapped_column(default=now)
    changed: Mapped[datetime] = mapped_column(default=now)


class PackStickerRow(Row):
    """A sticker of a pack, sealed for whoever brought it: its PNG or WEBM and what is said of it.

    ``dropped``: when it was taken out, which can be taken back for a while. The versions grow with
    the picture and with emoji and keywords.
    """

    __tablename__ = "pack_stickers"
    __table_args__ = (Index(None, "pack_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    pack_id: Mapped[UUID] = mapped_column(ForeignKey("packs.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = _of_person(index=True)
    position: Mapped[int]
    animated: Mapped[bool]
    sealed_picture: Mapped[bytes] = mapped_column(LargeBinary)
    about: Mapped[dict[str, Any]]
    picture_version: Mapped[int] = mapped_column(default=1)
    words_version: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime] = mapped_column(default=now)
    dropped: Mapped[datetime | None] = mapped_column(index=True)


class PackShownRow(Row):
    """Somebody who can be seen on a sticker that another account brought."""

    __tablename__ = "pack_shown"

    sticker_id: Mapped[UUID] = mapped_column(
        ForeignKey("pack_stickers.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = _of_person(primary_key=True, index=True)


class PackMemberRow(Row):
    """A consent: who agreed to be in a pack, when, to which wording; until ``withdrawn``.

    ``name`` and ``avatar``: what they are called there and what they bring, sealed for them;
    ``birthday``: whether they wish for a sticker of it.
    """

    __tablename__ = "pack_members"

    pack_id: Mapped[UUID] = mapped_column(
        ForeignKey("packs.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = _of_person(primary_key=True, index=True)
    wording: Mapped[str] = mapped_column(String(32))
    consented: Mapped[datetime] = mapped_column(default=now)
    withdrawn: Mapped[datetime | None]
    name: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    avatar: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    birthday: Mapped[bool] = mapped_column(default=False, server_default=false())


class PackMakingRow(Row):
    """A sticker that a job makes for a group's pack (``storage.makings``)."""

    __tablename__ = "pack_makings"

    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True
    )
    pack_id: Mapped[UUID] = mapped_column(index=True)  # also of a pack that is gone
    sticker_id: Mapped[UUID]


class PackCardRow(Row):
    """Where a group's pack is shown, one message in each chat; ``person_id``: whose chat it is."""

    __tablename__ = "pack_cards"

    pack_id: Mapped[UUID] = mapped_column(
        ForeignKey("packs.id", ondelete="CASCADE"), primary_key=True
    )
    chat: Mapped[str] = mapped_column(String(512), primary_key=True)
    person_id: Mapped[UUID] = _of_person(index=True)
    reference: Mapped[str | None] = mapped_column(Text)


class PhotoConsentRow(Row):
    """Whether a photo may be worked on that was sent where others are (``storage.consents``).

    ``asked``: the account on the sender's platform that alone may agree. ``by_id``: who answered.
    """

    __tablename__ = "photo_consents"
    __table_args__ = (Index(None, "person_id", "digest"),)

    photo_id: Mapped[UUID] = mapped_column(primary_key=True)  # outlives its photo
    person_id: Mapped[UUID] = _of_person()
    chat: Mapped[str] = mapped_column(String(512))
    asked: Mapped[str | None] = mapped_column(String(128))
    wording: Mapped[str] = mapped_column(String(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    agreed: Mapped[bool | None]
    by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    created: Mapped[datetime] = mapped_column(default=now)
    answered: Mapped[datetime | None]


class PublicationRow(Row):
    """That a pack is to be on a platform, and where its progress is told (``publications``).

    ``version``: the pack's that is there in full. ``attempts`` is the fence of the lease.
    """

    __tablename__ = "publications"
    __table_args__ = (Index(None, "platform", "state"),)

    pack_id: Mapped[UUID] = mapped_column(
        ForeignKey("packs.id", ondelete="CASCADE"), primary_key=True
    )
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[UUID] = _of_person(index=True)
    chat: Mapped[str] = mapped_column(String(512))
    reference: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(32))


class VolumeRow(Row):
    """A set on a platform that holds a pack or a part of it.

    It hangs on no person: what has to be taken down there outlives whom it was of.
    """

    __tablename__ = "volumes"
    __table_args__ = (UniqueConstraint("platform", "name"), Index(None, "pack_id", "platform"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    pack_id: Mapped[UUID]
    platform: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(16))
    title_version: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)


class UploadRow(Row):
    """A sticker's place in a set: how far it came, and what the platform calls it.

    ``position``: in the set. The versions are those of the sticker that are there. It outlives the
    sticker until it is taken out of the set.
    """

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("volume_id", "sticker_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    volume_id: Mapped[UUID] = mapped_column(ForeignKey("volumes.id", ondelete="CASCADE"))
    sticker_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]
    file_id: Mapped[str | None] = mapped_column(Text)
    file_key: Mapped[str | None] = mapped_column(String(128))
    picture_version: Mapped[int] = mapped_column(default=0)
    words_version: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None] = mapped_column(String(32))


class LinkRow(Row):
    """An account linked with others: those of the same ``circle`` are one person's."""

    __tablename__ = "links"

    person_id: Mapped[UUID] = _of_person(primary_key=True)
    circle: Mapped[UUID] = mapped_column(index=True)
    created: Mapped[datetime] = mapped_column(default=now)


class LinkCodeRow(Row):
    """A one-time code that an account was told; ``digest`` tells it to the master key alone."""

    __tablename__ = "link_codes"

    person_id: Mapped[UUID] = _of_person(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires: Mapped[datetime] = mapped_column(index=True)


class LinkTryRow(Row):
    """How many wrong codes an account has tried since a time."""

    __tablename__ = "link_tries"

    person_id: Mapped[UUID] = _of_person(primary_key=True)
    wrong: Mapped[int]
    since: Mapped[datetime] = mapped_column(default=now, index=True)


class UpdateRow(Row):
    """An update already handled: SHA-256 of its key, so that nothing of a chat stays here."""

    __tablename__ = "updates"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created: Mapped[datetime] = mapped_column(default=now, index=True)


class WorkerRow(Row):
    """A worker process and when it was last heard of; ``name``: its machine and its number."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(256), primary_key=True)
    beat: Mapped[datetime]


class StyleRow(Row):
    """A style of avatars. ``version`` changes with its drawings, ``colours``: name -> choices."""

    __tablename__ = "styles"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    version: Mapped[str] = mapped_column(String(64))
    licence: Mapped[str] = mapped_column(Text)
    colours: Mapped[dict[str, Any]]


class PartRow(Row):
    """A drawable part; ``position`` is its place among all of its style."""

    __tablename__ = "parts"
    __table_args__ = (UniqueConstraint("style", "slot", "variant"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    style: Mapped[str] = mapped_column(ForeignKey("styles.name", ondelete="CASCADE"))
    slot: Mapped[str] = mapped_column(String(64))
    variant: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    tags: Mapped[dict[str, Any]]
    licence: Mapped[str] = mapped_column(Text)
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary)


class PartCodeRow(Row):
    """A part as an embedder sees it: ``dimension`` little-endian float32.

    ``version``: of the embedder's weights.
    """

    __tablename__ = "part_codes"

    part_id: Mapped[int] = mapped_column(
        ForeignKey("parts.id", ondelete="CASCADE"), primary_key=True
    )
    embedder: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    dimension: Mapped[int]
    code: Mapped[bytes] = mapped_column(LargeBinary)
