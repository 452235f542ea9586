"""What the conversation decides to do with sticker packs; ``bot.core.packing`` does it."""

from dataclasses import dataclass
from uuid import UUID

from bot.core.language.meanings import Request
from storage.contract.packs import PackKind


@dataclass(frozen=True, slots=True)
class CreatePack:
    """A pack to begin, called by its title or else by the sentence of ``key``."""

    id: UUID
    title: str = ""
    key: str = "pack.title"
    kind: PackKind = PackKind.REGULAR


@dataclass(frozen=True, slots=True)
class AddToPack:
    """A job's result, to be put at a pack's end. ``quiet``: one of many, nothing is said."""

    pack: UUID
    sticker: UUID
    job: UUID
    request: Request
    emoji: tuple[str, ...]
    keywords: tuple[str, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ReplaceInPack:
    """A job's result, to stand in a sticker's place; that one is kept as ``old`` for a while."""

    sticker: UUID
    old: UUID
    job: UUID
    request: Request


@dataclass(frozen=True, slots=True)
class ExchangeInPack:
    """The picture before, to stand in a sticker's place again."""

    sticker: UUID
    old: UUID


@dataclass(frozen=True, slots=True)
class MoveInPack:
    """A sticker to stand elsewhere, from 0."""

    sticker: UUID
    position: int


@dataclass(frozen=True, slots=True)
class DropFromPack:
    """A sticker to be taken out."""

    sticker: UUID


@dataclass(frozen=True, slots=True)
class RestoreToPack:
    """A sticker that was taken out, to be put back."""

    sticker: UUID
    position: int


@dataclass(frozen=True, slots=True)
class DescribeInPack:
    """The emoji of a sticker."""

    sticker: UUID
    emoji: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenamePack:
    """Another title for a pack."""

    pack: UUID
    title: str


@dataclass(frozen=True, slots=True)
class DeletePack:
    """A pack to be erased, here and on the platforms."""

    pack: UUID


@dataclass(frozen=True, slots=True)
class PublishPack:
    """A pack to be brought to this platform, where that has packs, and told of in this chat.

    ``asked``: the person asked for it, as is needed where there is little room.
    """

    pack: UUID
    asked: bool = False


@dataclass(frozen=True, slots=True)
class StopPublishing:
    """A pack to be brought no further to this platform; ``replaces``: where that was told."""

    pack: UUID
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class PublishRefused:
    """What this platform refused until the person had started us there, once more."""


@dataclass(frozen=True, slots=True)
class ShowPack:
    """A pack as it is now, one page of its stickers, or one of them; with what can be done.

    ``unless_published``: not where the platform has packs and tells of them itself.
    """

    pack: UUID
    page: int = 1
    sticker: UUID | None = None
    replaces: str | None = None
    undo: bool = False
    unless_published: bool = False


@dataclass(frozen=True, slots=True)
class GivePack:
    """A pack as files. ``form``: "zip" of pictures, or for "whatsapp" or "signal"."""

    pack: UUID
    form: str = "zip"


PackAction = (
    CreatePack
    | AddToPack
    | ReplaceInPack
    | ExchangeInPack
    | MoveInPack
    | DropFromPack
    | RestoreToPack
    | DescribeInPack
    | RenamePack
    | DeletePack
    | PublishPack
    | StopPublishing
    | PublishRefused
    | ShowPack
    | GivePack
)
