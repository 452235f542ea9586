"""What happens in a chat and what the bot does about it, for every platform alike.

Front ends turn SDK updates into events and carry out actions; the conversation in between never
sees an SDK object.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.core.language.grammar import Caption
from bot.core.language.meanings import Request
from storage.contract.failures import Failure
from storage.contract.jobs import Outcome
from storage.contract.kinds import Setting

NO_CAPTION = Caption()


@dataclass(frozen=True, slots=True)
class Who:
    """A person on a platform.

    ``locale`` and ``name``: what the platform says of their language and calls them, if anything.
    """

    platform: str  # "telegram" | "discord" | "web" | "terminal"
    external_id: str
    locale: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Where many are together, whatever its topics or channels: its number and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event comes from.

    ``key`` is unique per update of a platform: seen twice, it does nothing. ``chat`` is the front
    end's own reference, a JSON-able string. ``private``: nobody but the person sees the answer.
    ``message``: the reference of the message that it came with, or of a later one; what answers it
    is newer than that. ``group``: whose chat it is, if one's; ``admin``: the person has a say
    there; ``maker``: they may make stickers and emoji of the place itself, where it has such.
    ``home``: an address under which people find us on the platform, if it has such.
    """

    key: str
    who: Who
    chat: str
    private: bool = True
    message: str | None = None
    group: Group | None = None
    admin: bool = False
    maker: bool = False
    home: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody else in a chat: their account on the platform, and what they are called there."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class PhotoSent:
    """A photo as it came, undecoded, perhaps with a command as its caption.

    ``selfie``: the photo that this one answers, where a caption may be about both. ``shown``: whose
    photo it is, where it was taken from another member's message.
    """

    origin: Origin
    data: bytes
    caption: str = ""
    selfie: bytes | None = None
    shown: Member | None = None


@dataclass(frozen=True, slots=True)
class PhotoKept:
    """A photo, kept already, perhaps with a command as its caption.

    ``selfie``: the photo that this one answers. ``shown``: the other member whose photo it is.
    ``agreed``: what whoever it shows said of it before, if anything. ``digest``: by what the same
    file is known again.
    """

    origin: Origin
    photo: UUID
    caption: Caption = NO_CAPTION
    selfie: UUID | None = None
    shown: Member | None = None
    agreed: bool | None = None
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class PhotoAnswered:
    """Whoever a photo shows has said whether it may be worked on.

    ``message``: the reference of the question.
    """

    origin: Origin
    photo: UUID
    agreed: bool
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRefused:
    """A file that the front end does not have: too large, plainly no picture, or kept back."""

    origin: Origin
    failure: Failure


@dataclass(frozen=True, slots=True)
class OtherSent:
    """What is neither a picture nor words: a voice message, a place, a dice."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """A line that a person typed: ``/expression smile 0.8``, or words without a slash.

    ``replaces``: a message that the result should replace rather than follow (live sliders).
    """

    origin: Origin
    text: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceMade:
    """A button pressed; ``value`` is what the button carried.

    ``message``: the reference of the message it hangs under, where the platform says so, so that
    an answer may replace it. ``in_place``: a sticker that is changed by it takes that message's
    place rather than following.
    """

    origin: Origin
    value: str
    message: str | None = None
    in_place: bool = False

    @property
    def place(self) -> str | None:
        """The message whose place a changed sticker takes, if it takes one."""
        return self.message if self.in_place else None


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The worker's answer, on its way to the chat that asked. ``avatar``: what it is of, if any."""

    job_id: UUID
    kind: str
    settings: tuple[Setting, ...]
    face: int | None
    outcome: Outcome
    photo_id: UUID | None = None
    second_photo_id: UUID | None = None
    avatar: Mapping[str, object] | None = None


class TrayVerb(StrEnum):
    """What is done to packs, and to what is kept, where both are in sight."""

    BEGIN = "begin"
    OPEN = "open"
    ADD = "add"
    MOVE = "move"
    DROP = "drop"
    DESCRIBE = "describe"
    RENAME = "rename"
    DELETE = "delete"
    UNDO = "undo"
    KEEP = "keep"
    UNKEEP = "unkeep"


@dataclass(frozen=True, slots=True)
class TrayChanged:
    """A change made where its outcome is in sight, so that nothing needs to be said of it.

    ``pack``: which one is meant, ``sticker``: which of it. ``job``: whose result, of which
    ``request`` is filled in where it is the person's and kept. ``position``: from 0; None: at the
    end. ``words``: a title or emoji.
    """

    origin: Origin
    verb: TrayVerb
    pack: UUID | None = None
    sticker: UUID | None = None
    job: UUID | None = None
    position: int | None = None
    words: str = ""
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class PoseKept:
    """What a camera made of a photo live is to become a sticker.

    ``job``: a result of that photo. ``settings``: what moved its face, of the kind ``expression``.
    """

    origin: Origin
    job: UUID
    settings: tuple[Setting, ...]


Told = PhotoRefused | OtherSent | CommandGiven | ChoiceMade | TrayChanged | PoseKept
"""What people do that needs no keeping before it is answered."""

Event = PhotoSent | Told | JobEnded


@dataclass(frozen=True, slots=True)
class Button:
    """One button: its words in the person's language, and what pressing it sends back.

    ``value`` has at most 64 bytes, Telegram's limit.
    """

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Slider:
    """One strength to drag: moving it to x gives the command ``{command} {x}``.

    ``group``: what it stands among. ``opposite``: what it is below nothing. ``lock``: the command
    that locks it or frees it again, empty where there is none; ``locked``: whether it is.
    """

    label: str
    command: str
    low: float
    high: float
    value: float
    group: str = ""
    opposite: str = ""
    lock: str = ""
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing of many to pick by giving its command; ``worn``: picked now.

    It shows a ``part`` of an avatar (style, slot, variant), or a ``colour`` "#rrggbb".
    """

    label: str
    command: str
    worn: bool
    part: tuple[str, str, str] | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a person sees: words, rows of buttons, a picture (PNG), sliders where a chat has them.

    A message whose ``sticker`` is set shows that PNG as the platform's sticker; ``text`` then
    describes it (alternative text, a caption where stickers take one) and ``name`` is its file name
    without a suffix, such as ``expression-smile-0.8``. ``busy``: it stands in for a result that is
    still being made, and a chat may show that. ``sheet``: the picture shows what the buttons
    choose, three in a row, in their order. ``drives``: the job whose photo a camera can
    move, where a chat has one. ``offers``: what else may be picked to replace the picture, where a
    chat can show so many things at once. ``document``: a file to keep, SVG or zip,
    called ``name``. ``about``: the same for everything that is made of one photo.
    """

    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    picture: bytes | None = None
    sticker: bytes | None = None
    document: bytes | None = None
    sliders: tuple[Slider, ...] = ()
    name: str = ""
    busy: bool = False
    sheet: bool = False
    offers: tuple[Offer, ...] = ()
    about: str = ""
    drives: str = ""
