"""What a conversation remembers, one per person and chat; frozen, and JSON in between."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from bot.core.conversation.changes import OpenWardrobe
from bot.core.conversation.pack_edits import OpenPack
from bot.core.conversation.sliding import OpenSliders
from bot.core.conversation.taste import NOTHING_SAID, Taste
from bot.core.language.meanings import Request
from storage.contract.avatars import Avatar, AvatarSpec, gathered
from storage.contract.kinds import KINDS, Setting, group_of, place_of
from storage.contract.packs import Outline
from storage.contract.packs import Pack as StickerPack

REMEMBERED = 20
"""How many results a person can go back to."""

NO_PACK = UUID(int=0)
"""Stands for the pack of looks that were asked for before there were packs."""

USUAL = (
    Request("cutout"),
    Request("emoji", KINDS["emoji"].default),
    Request("cartoon", KINDS["cartoon"].default),
)
"""What a selfie alone gives at first."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A job on its way. ``replaces``: the message that its result takes the place of.

    ``undoable``: what stands there can be gone back to.
    """

    job: UUID
    photo: UUID | None
    face: int | None
    request: Request
    replaces: str | None = None
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A result as it stands in the chat. ``avatar``: which one it shows, if one.

    ``together``: which it shows, if several. ``seed``: the chance that made it, where that is not
    its job's own. ``replaces``: the message that it took the place of, or stands in. ``kept``: it
    is a favourite.
    """

    job: UUID
    photo: UUID | None
    face: int | None
    request: Request
    replaces: str | None = None
    avatar: AvatarSpec | None = None
    together: tuple[AvatarSpec, ...] = ()
    seed: int | None = None
    kept: bool = False

    @property
    def form(self) -> dict[str, object] | None:
        """The avatars that it shows, as a job takes them."""
        if self.together:
            return gathered(self.together)
        return None if self.avatar is None else self.avatar.to_json()


@dataclass(frozen=True, slots=True)
class FaceQuestion:
    """A photo with several faces, what waits for the choice of one, and the job that asked."""

    photo: UUID
    faces: int
    requests: tuple[Request, ...]
    job: UUID | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """A photo whose faces are all worked on, and how many there are."""

    photo: UUID
    faces: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of looks as it stands in the chat; ``names``: the settings that it shows, in order.

    A sheet of avatars has their ids for names. ``pages``: how many there are of its kind.
    ``avatar``: whose looks it shows, where that is no photo.
    """

    job: UUID
    photo: UUID | None
    face: int | None
    request: Request
    names: tuple[str, ...]
    pages: int = 1
    avatar: AvatarSpec | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Many looks on their way, one after the other. ``left``: settings; ``job``: the one at work.

    They are of the photo's face, or of the avatar where there is one, and go into a sticker pack.
    """

    kind: str
    left: tuple[str, ...]
    photo: UUID | None
    face: int | None
    avatar: AvatarSpec | None = None
    job: UUID | None = None
    sticker_pack: UUID = NO_PACK


@dataclass(frozen=True, slots=True)
class SuppressedFailure:
    """Jobs whose photo has failed already: the same failure again needs no word."""

    failure: str
    jobs: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A photo that waits for a word of whoever it shows, and what it came with."""

    photo: UUID
    caption: str = ""
    selfie: UUID | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A conversation between two events.

    ``photo`` and ``face``: what commands work on; every face, where there is a ``crowd`` of that
    photo and no face. ``private``: the photo came where nobody else is, so its sender answers for
    everybody on it. ``waiting``: what was asked for before there was
    a photo. ``painting``: what a second picture is still missing for. ``unfinished`` and ``shown``:
    jobs, the newest last. ``last``: the newest request of each kind. ``sheets``: looks to choose
    from, the newest last; ``sheet_newest``: nothing was made since. ``fresh``: no avatar was made
    or taken since the photo came. ``wardrobe`` and ``sliders``: the open ones. ``naming``: the
    avatar whose name was asked for. ``pack``: what is left of one. ``editing``: the sticker pack
    that buttons mean. ``asked``: photos that wait for a word of whoever they show. ``scoped``: what
    is liked is changed for this chat alone. ``backdrop_asked``: the next photo is to lie behind
    stickers. ``taste`` (everywhere), ``here`` (in this chat),
    ``locale``, ``preferred``, ``avatars`` (the current one first), ``packs``, ``pack_open`` (the
    one that is edited) and ``awaited`` (a group's pack waits for their avatar) belong to the person
    rather than the chat and are laid over when the state is loaded.
    """

    locale: str = "en"
    preferred: tuple[Request, ...] = USUAL
    photo: UUID | None = None
    face: int | None = None
    crowd: Crowd | None = None
    private: bool = True
    waiting: Request | None = None
    question: FaceQuestion | None = None
    forgetting: bool = False
    unfinished: tuple[Unfinished, ...] = ()
    shown: tuple[Shown, ...] = ()
    last: tuple[Request, ...] = ()
    suppressed: SuppressedFailure | None = None
    painting: Request | None = None
    sheets: tuple[Sheet, ...] = ()
    sheet_newest: bool = False
    fresh: bool = False
    wardrobe: OpenWardrobe | None = None
    naming: UUID | None = None
    avatars: tuple[Avatar, ...] = ()
    pack: Pack | None = None
    sliders: OpenSliders | None = None
    editing: OpenPack = field(default_factory=OpenPack)
    packs: tuple[Outline, ...] = ()
    pack_open: StickerPack | None = None
    asked: tuple[Asked, ...] = ()
    awaited: bool = False
    scoped: bool = False
    backdrop_asked: bool = False
    taste: Taste = NOTHING_SAID
    here: Taste = NOTHING_SAID

    @property
    def faces(self) -> tuple[int | None, ...]:
        """Which of the photo's faces wishes are about; None where the largest may not be meant."""
        if self.face is None and self.crowd is not None and self.crowd.photo == self.photo:
            return tuple(range(self.crowd.faces))
        return (self.face,)

    @property
    def liked(self) -> Taste:
        """What the person likes in this chat."""
        return self.here.over(self.taste)


@cache
def _adapter() -> TypeAdapter[State]:
    return TypeAdapter(State)


@cache
def _requests() -> TypeAdapter[tuple[Request, ...]]:
    return TypeAdapter(tuple[Request, ...])


def its_own(state: State) -> State:
    """Return a state without what is laid over it from elsewhere and kept there."""
    return replace(
        state, avatars=(), taste=NOTHING_SAID, here=NOTHING_SAID, packs=(), pack_open=None,
        awaited=False,
    )  # fmt: skip


def to_json(state: State) -> dict[str, object]:
    """Return what is a state's own as JSON-able data."""
    data: dict[str, object] = _adapter().dump_python(its_own(state), mode="json")
    return data


def from_json(data: Mapping[str, object]) -> State:
    """Read a state back; one written by another version that does not fit is begun anew."""
    try:
        state = _adapter().validate_python(dict(data))
    except ValidationError:
        return State()
    return replace(
        state,
        preferred=known(state.preferred) or USUAL,
        waiting=state.waiting if state.waiting and known((state.waiting,)) else None,
        painting=state.painting if state.painting and known((state.painting,)) else None,
        last=known(state.last),
        sheets=tuple(one for one in state.sheets if known((one.request,))),
        unfinished=tuple(one for one in state.unfinished if known((one.request,))),
        shown=tuple(one for one in state.shown if known((one.request,))),
        question=state.question
        if state.question and known(state.question.requests) == state.question.requests
        else None,
        sliders=state.sliders if state.sliders and _still_there(state.sliders) else None,
    )


def _still_there(sliders: OpenSliders) -> bool:
    looks = (sliders.look, sliders.before or (), *sliders.history)
    return all(one.name in KINDS["edit"].settings for look in looks for one in look)


def requests_to_json(requests: tuple[Request, ...]) -> list[object]:
    """Return wishes as JSON-able data."""
    data: list[object] = _requests().dump_python(requests, mode="json")
    return data


def requests_from_json(data: object) -> tuple[Request, ...]:
    """Read wishes back; what this version does not know is left out."""
    try:
        return known(_requests().validate_python(data))
    except ValidationError:
        return ()


def known(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    """Return the wishes whose kind and settings exist."""
    return tuple(
        request
        for request in requests
        if request.kind in KINDS
        and all(setting.name in KINDS[request.kind].settings for setting in request.settings)
    )


def resolved(state: State, request: Request) -> Request:
    """Return a wish with its settings filled: as last time, as preferred, or as is usual."""
    kind = KINDS[request.kind]
    chosen = any(setting.name in kind.chosen for setting in request.settings)
    if chosen or not kind.settings or kind.worn:
        return request
    usual = Request(kind.name, kind.default)
    for earlier in () if kind.anew else (*state.last, *state.preferred):
        if earlier.kind == request.kind and earlier.settings:
            usual = earlier
            break
    said_groups = {group_of(setting.name) for setting in request.settings} - {""}
    if not said_groups <= {*suited(usual)}:
        usual = Request(kind.name, kind.default)
    said = (*usual.settings, *request.settings)
    settings = tuple({place_of(one.name): one for one in said}.values())
    return replace(usual, settings=settings, caption=request.caption)


def suited(request: Request) -> tuple[str, ...]:
    """Return the groups of which something may stand beside the choice that a wish makes."""
    kind = KINDS[request.kind]
    chosen = (setting.name for setting in request.settings if setting.name in kind.suited)
    return kind.suited.get(next(chosen, ""), ())


def is_drawing(request: Request) -> bool:
    """Tell whether a wish makes a drawing that can be had as a file."""
    kind, names = KINDS[request.kind], {setting.name for setting in request.settings}
    return not names.isdisjoint(kind.vectors) and names.isdisjoint(kind.films)


def without(request: Request, groups: Collection[str]) -> Request:
    """Return a wish without what stands in some groups."""
    left = tuple(one for one in request.settings if group_of(one.name) not in groups)
    return replace(request, settings=left)


def has_strength(request: Request) -> bool:
    """Tell whether a wish can be made stronger or weaker."""
    kind = KINDS[request.kind]
    graded = (kind.amount_of(setting.name) for setting in request.settings)
    return not kind.sheet and any(span is not None for span in graded)


def strengthened(request: Request, steps: int) -> Request | None:
    """Return a wish made stronger or weaker by fifths of its range; None at the end of it.

    Weaker goes to nothing, not beyond: a negative strength grows towards its own end.
    """
    settings = []
    for setting in request.settings:
        amount = KINDS[request.kind].amount_of(setting.name)
        if amount is None or setting.kept:
            settings.append(setting)
            continue
        sign = -1.0 if setting.amount < 0 else 1.0
        most = -amount.low if sign < 0 else amount.high
        size = abs(setting.amount) + steps * most / 5
        least = most / 10
        settings.append(Setting(setting.name, round(sign * max(least, min(most, size)), 2)))
    changed = replace(request, settings=tuple(settings))
    return None if changed == request else changed
