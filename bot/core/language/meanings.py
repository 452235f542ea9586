"""What a line can mean, and what has a name in every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID

from storage.contract.captions import Caption, parted
from storage.contract.finishing import finish_parted
from storage.contract.kinds import KINDS, Setting


class Command(StrEnum):
    """What people can ask for beside the kinds of results."""

    START = "start"
    HELP = "help"
    STYLE = "style"
    UNDO = "undo"
    CANCEL = "cancel"
    AGAIN = "again"
    STRONGER = "stronger"
    WEAKER = "weaker"
    FAVOURITE = "favourite"
    FAVOURITES = "favourites"
    SLIDERS = "sliders"
    WARDROBE = "wardrobe"
    WEAR = "wear"
    AVATAR = "avatar"
    AVATARS = "avatars"
    CAPTION = "caption"
    PACK = "pack"
    PACKS = "packs"
    LINK = "link"
    UNLINK = "unlink"
    PREFERENCES = "preferences"
    BACKDROP = "backdrop"
    LANGUAGE = "language"
    PRIVACY = "privacy"
    EXPORT = "export"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for one result; empty settings mean the usual ones.

    ``second_photo``: for settings that take one; a line does not tell it. ``caption``: text on it.
    """

    kind: str
    settings: tuple[Setting, ...] = ()
    second_photo: UUID | None = None
    caption: Caption | None = None

    @classmethod
    def of_job(
        cls, kind: str, settings: tuple[Setting, ...], second_photo: UUID | None = None
    ) -> Self:
        """Return the wish that a job fulfils, which carries caption and finish in its settings."""
        settings, caption = parted(finish_parted(settings)[0])
        return cls(kind, settings, second_photo, caption)

    @property
    def lacks_second_photo(self) -> bool:
        """Whether a second photo has to be asked for."""
        kind = KINDS[self.kind]
        settings = self.settings or kind.default
        return self.second_photo is None and any(one.name in kind.two_photos for one in settings)

    @property
    def of_crowd(self) -> bool:
        """Whether it is about everybody in a photo together."""
        kind = KINDS[self.kind]
        return any(one.name in kind.crowd for one in self.settings or kind.default)

    @property
    def searches(self) -> bool:
        """Whether the person's other photos are looked through for it."""
        kind = KINDS[self.kind]
        return any(one.name in kind.searched for one in self.settings or kind.default)


@dataclass(frozen=True, slots=True)
class Make:
    """Make this of the current photo. ``without``: groups of settings to take off beside.

    ``usual``: the settings whose strength was not said.
    """

    request: Request
    without: tuple[str, ...] = ()
    usual: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Adjust:
    """The last result with another strength."""

    amount: float


@dataclass(frozen=True, slots=True)
class Prefer:
    """What a selfie alone shall give."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Another language."""

    locale: str


@dataclass(frozen=True, slots=True)
class BareCommand:
    """A command without anything behind it."""

    command: Command


@dataclass(frozen=True, slots=True)
class CommandWithWords:
    """A command with words behind it that depend on what the person has.

    ``words``: as typed, ``normal``: in the form that vocabularies know.
    """

    command: Command
    words: str
    normal: str


@dataclass(frozen=True, slots=True)
class Courtesy:
    """Thanks and the like, by the name under which texts list what people say then."""

    name: str


Meaning = Make | Adjust | Prefer | ChangeLanguage | BareCommand | CommandWithWords | Courtesy


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell beside the answer, by key of its sentence."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line understood, and what had to be assumed for it."""

    meaning: Meaning
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageName:
    """A language to be called by its own name."""

    locale: str


@dataclass(frozen=True, slots=True)
class SettingName:
    """A setting to be called by its name in the reader's language."""

    kind: str
    setting: str


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group of settings to be called by its name in the reader's language."""

    kind: str
    group: str
