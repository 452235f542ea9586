"""Sticker packs: what they are made of, what they allow, and how far they came on a platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from storage.contract.avatars import AvatarSpec

MOST_STICKERS = 480
"""Of a pack, whatever the volumes of a platform hold."""

MOST_PACKS = 20
"""Of an account."""

MOST_EMOJI = 20
MOST_KEYWORDS = 20
LONGEST_KEYWORDS = 64
"""Letters of all keywords of a sticker together, as Telegram counts them."""

LONGEST_TITLE = 48
"""Letters of a title; a platform's 64 leave room for what is told beside it."""


class PackKind(StrEnum):
    """What a pack's stickers are to platforms that tell them apart."""

    REGULAR = "regular"
    CUSTOM_EMOJI = "custom_emoji"


ON_ACCOUNTS = frozenset({"telegram"})
"""Platforms where a set hangs on the account of a person, and goes with it."""


class StepState(StrEnum):
    """How far something came on a platform.

    WANTED -> SENDING -> THERE | FAILED; LEAVING once it is to be taken away there. CANCELLED: a
    publication that the person stopped.
    """

    WANTED = "wanted"
    SENDING = "sending"
    THERE = "there"
    FAILED = "failed"
    LEAVING = "leaving"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a sticker: a job by its kind and settings, perhaps of an avatar; JSON-able."""

    kind: str
    settings: tuple[Mapping[str, object], ...] = ()
    job: UUID | None = None
    avatar: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class NewSticker:
    """A sticker for a pack. ``picture``: PNG, RGBA, or WEBM where ``animated``.

    ``person_id``: the account that brings it, whose key seals it. ``shown``: others on it.
    ``emoji``: 1 to 20.
    """

    person_id: UUID
    picture: bytes
    animated: bool
    origin: Origin
    emoji: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    shown: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Sticker:
    """A sticker in its pack, without its picture. The versions grow with what they are of."""

    id: UUID
    person_id: UUID
    animated: bool
    origin: Origin
    emoji: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    picture_version: int = 1
    words_version: int = 1


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack with its stickers in order.

    ``owner``: the account, a person's or a group's. ``keeper``: the person whose platform account
    it hangs on, where that is not the owner.
    """

    id: UUID
    owner: UUID
    name: str
    kind: PackKind
    title: str
    version: int
    title_version: int
    created: datetime
    stickers: tuple[Sticker, ...] = ()
    keeper: UUID | None = None

    @property
    def animated(self) -> bool:
        """Whether any of its stickers moves."""
        return any(one.animated for one in self.stickers)


@dataclass(frozen=True, slots=True)
class Outline:
    """A pack without its stickers, but how many; ``sets``: the names of its sets on a platform."""

    id: UUID
    title: str
    kind: PackKind
    count: int
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A person's consent to be in a pack: when and to which wording."""

    pack_id: UUID
    person_id: UUID
    wording: str
    consented: datetime
    withdrawn: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a member brings to a group's pack.

    ``name``: what they are called there, "" where the platform has no names. ``avatar``: None until
    there is one. ``birthday``: whether they wish for a sticker of it.
    """

    person_id: UUID
    name: str
    avatar: AvatarSpec | None
    birthday: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A message that shows a group's pack. ``person_id``: the account whose chat it stands in.

    ``reference``: None until the platform has told it.
    """

    pack_id: UUID
    person_id: UUID
    chat: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Making:
    """A sticker of a group's pack that a job makes, or could not. ``unfinished``: it still may."""

    job_id: UUID
    person_id: UUID
    pack_id: UUID
    sticker_id: UUID
    unfinished: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """That a pack is to be on a platform. ``version``: the pack's that is there in full.

    ``chat`` and ``reference``: where its progress is told. ``attempts``: the fence of its lease.
    ``resumed``: whether somebody was at it before who ended without a word.
    """

    pack_id: UUID
    platform: str
    person_id: UUID
    chat: str
    reference: str | None
    state: StepState
    version: int
    attempts: int
    failure: str | None = None
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A sticker's place in a set; ``file_id`` and ``file_key`` are the platform's."""

    id: UUID
    sticker_id: UUID
    state: StepState
    position: int
    file_id: str | None = None
    file_key: str | None = None
    picture_version: int = 0
    words_version: int = 0
    attempts: int = 0
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """A set on a platform, with its uploads in the order of the set; ``number`` from 1."""

    id: UUID
    pack_id: UUID
    platform: str
    number: int
    name: str
    state: StepState
    title_version: int = 0
    attempts: int = 0
    uploads: tuple[Upload, ...] = field(default_factory=tuple)
