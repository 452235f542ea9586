"""What the conversation decides to do; ``service`` does it, ``wording`` words it.

Values of a sentence are plain, or something that has a name in every language: a ``Request``, a
``Kind``, a ``SettingName`` setting, a ``Command``, or a tuple of such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.core.conversation.group_actions import InGroup
from bot.core.conversation.pack_actions import PackAction
from bot.core.conversation.taste import Taste
from bot.core.language.meanings import Note, Request, SettingName
from storage.contract.avatars import AvatarSpec, Ranked


@dataclass(frozen=True, slots=True)
class Choice:
    """A button by the key of its words; ``value`` is what pressing it sends back."""

    key: str
    value: str
    values: Mapping[str, object] = field(default_factory=dict)


Rows = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, slots=True)
class SlotName:
    """A place for a part of an avatar, by its name; ``leading``: at the head of a sentence."""

    slot: str
    leading: bool = False


@dataclass(frozen=True, slots=True)
class PartName:
    """A part of an avatar, by its name or what can be seen of it; else by its number."""

    variant: str
    tags: Mapping[str, Sequence[str]]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class PaintName:
    """A colour, "#rrggbb", by the name nearest to it."""

    colour: str


@dataclass(frozen=True, slots=True)
class PresetName:
    """Sliders that are moved together, by their name."""

    preset: str


@dataclass(frozen=True, slots=True)
class Tuned:
    """Where a slider stands; ``opposite``: what it is below nothing, None where it ends there."""

    name: SettingName
    opposite: SettingName | None
    group: str
    amount: float
    locked: bool


@dataclass(frozen=True, slots=True)
class PlatformName:
    """Where else a person is found, by its name."""

    platform: str


@dataclass(frozen=True, slots=True)
class TasteName:
    """Something that can be liked, by its name: ``taste`` in the texts."""

    name: str


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """Something that a person agreed to, by its wording, and when; ``withdrawn`` by now or not."""

    wording: str
    when: datetime
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PartNames:
    """What stands behind a slot's number: those of its names that there are."""

    names: tuple[PartName | PaintName, ...] = ()


@dataclass(frozen=True, slots=True)
class Wearable:
    """One thing of many to pick, for chats that show them all; ``line`` is the command that does.

    ``worn``: whether it is picked now. ``part``: what shows it (style, slot, variant),
    ``colour``: "#rrggbb" of a swatch.
    """

    name: PartName | PaintName | PresetName
    line: str
    worn: bool
    part: tuple[str, str, str] | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class PackFile:
    """What a message shows of a sticker pack, put in when it is sent.

    ``form``: "sheet", a picture of a page's stickers or of one ``sticker``, or the form of a file
    (``pack_actions.GivePack``), the one of number ``page`` if there are several.
    """

    pack: UUID
    form: str
    page: int = 1
    sticker: UUID | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence, perhaps with notes, buttons and a picture.

    ``replaces``: a message to change into this one. ``sheet``: the wish whose
    picture shows what the buttons choose. ``offers``: what else may be picked. ``tuned``: sliders,
    for chats that show them all. ``pack``: what it shows of a sticker pack.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    choices: Rows = ()
    notes: tuple[Note, ...] = ()
    picture: bytes | None = None
    replaces: str | None = None
    sheet: Request | None = None
    offers: tuple[Wearable, ...] = ()
    tuned: tuple[Tuned, ...] = ()
    pack: PackFile | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A job to be queued, of a photo or an avatar (``NewJob.avatar``).

    ``replaces``: a message that its result takes the place of. ``of_pack``: one of many, which
    comes without a placeholder of its own. ``undoable``: what it replaces can be gone back to.
    """

    request: Request
    photo: UUID | None = None
    face: int | None = None
    replaces: str | None = None
    notes: tuple[Note, ...] = ()
    avatar: Mapping[str, object] | None = None
    of_pack: bool = False
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class ShowResult:
    """A finished sticker; without ``picture`` it is read again by its job.

    ``photo``: what it was made of. ``replaces``: a message to change into it.
    """

    job: UUID
    request: Request
    choices: Rows = ()
    picture: bytes | None = None
    photo: UUID | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class ShowDrawing:
    """The drawing that a result's picture was made of, as a file."""

    job: UUID
    request: Request


@dataclass(frozen=True, slots=True)
class DropPlaceholder:
    """A job's placeholder goes without a word: another answer has said it.

    ``stays``: the message that the job was to replace stays as it is.
    """

    stays: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """Jobs to be given up. ``stay``: those whose message was there before them and stays."""

    jobs: tuple[UUID, ...]
    stay: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepFavourite:
    """A result to be kept among the favourites."""

    job: UUID


@dataclass(frozen=True, slots=True)
class DropFavourite:
    """A result to be a favourite no longer."""

    job: UUID


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """A result to be the photo in hand from now on: that of somebody who doesn't exist."""

    job: UUID


@dataclass(frozen=True, slots=True)
class ShowFavourites:
    """The newest stickers kept, shown again; ``words``: those that they lead to alone."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class KeepAvatar:
    """An avatar as its family composed it, under the id of the job that did; now the current."""

    id: UUID
    spec: AvatarSpec
    ranked: Ranked = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeAvatar:
    """A kept avatar with other parts and colours, the current one from now on."""

    id: UUID
    spec: AvatarSpec


@dataclass(frozen=True, slots=True)
class ChooseAvatar:
    """A kept avatar to be the current one."""

    id: UUID


@dataclass(frozen=True, slots=True)
class NameAvatar:
    """A kept avatar's name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class DeleteAvatar:
    """A kept avatar to be erased."""

    id: UUID


@dataclass(frozen=True, slots=True)
class KeepPreferred:
    """What a selfie alone shall give from now on."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class KeepTaste:
    """What the person likes from now on, everywhere or ``here``, in this chat."""

    taste: Taste
    here: bool


@dataclass(frozen=True, slots=True)
class KeepLanguage:
    """The person's language from now on."""

    locale: str


@dataclass(frozen=True, slots=True)
class AskShown:
    """A photo that waits for a word of whoever it shows.

    ``asked``: the account that alone may agree, None where whoever is shown may.
    """

    photo: UUID
    asked: str | None
    wording: str
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class NoteOwn:
    """The sender's word that they are the one in a photo."""

    photo: UUID
    wording: str
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class TellPrivacy:
    """What is kept; and, where nobody else reads it, what the person agreed to."""

    private: bool


@dataclass(frozen=True, slots=True)
class TellLinkCode:
    """A one-time code by which another account of the person's joins this one."""


@dataclass(frozen=True, slots=True)
class Link:
    """Another account's code, to join that one."""

    code: str


@dataclass(frozen=True, slots=True)
class Unlink:
    """The account on its own again."""


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is kept of the person, handed over as files."""


@dataclass(frozen=True, slots=True)
class Erase:
    """Everything about the person, gone now."""


Action = (
    Say
    | Run
    | ShowResult
    | ShowDrawing
    | DropPlaceholder
    | Cancel
    | KeepFavourite
    | DropFavourite
    | AdoptResult
    | ShowFavourites
    | KeepAvatar
    | ChangeAvatar
    | ChooseAvatar
    | NameAvatar
    | DeleteAvatar
    | KeepPreferred
    | KeepTaste
    | KeepLanguage
    | AskShown
    | NoteOwn
    | TellPrivacy
    | TellLinkCode
    | Link
    | Unlink
    | Export
    | Erase
    | InGroup
    | PackAction
)
