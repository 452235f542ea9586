"""What a person likes of all that is made for them, everywhere or in one chat; plain data."""

import hashlib
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Self
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from bot.core.language.meanings import Request
from storage.contract.finishing import USUAL, Finish, ground_of

OWN = "own"
"""The ground that a photo came with."""

PICTURE = "picture"
"""The ground that is a picture of the person's own."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What is liked; None where nothing is said.

    ``preferred``: what a selfie alone gives. ``force``: how strong things are where a wish does not
    say, beside what is usual. ``outline``: a colour, ``width``: its px; ``ground``: a colour, OWN,
    PICTURE, or "" for none. ``moving``: films rather than stills. ``locale``: the language.
    ``backdrop``: the photo that PICTURE means.
    """

    preferred: tuple[Request, ...] | None = None
    force: float | None = None
    outline: str | None = None
    width: float | None = None
    ground: str | None = None
    moving: bool | None = None
    locale: str | None = None
    backdrop: UUID | None = None

    def over(self, other: Self) -> Self:
        """Return what is liked here, and elsewhere where nothing is said here."""
        said = {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) is not None
        }
        return replace(other, **said)

    @property
    def finish(self) -> Finish:
        """How stickers are finished."""
        ground = "" if self.ground in (None, OWN, PICTURE) else self.ground
        if self.ground == PICTURE and self.backdrop is not None:
            ground = ground_of(self.backdrop)
        width = USUAL.width if self.width is None else self.width
        return Finish(self.outline or USUAL.outline, width, ground or "")


NOTHING_SAID = Taste()


@cache
def _adapter() -> TypeAdapter[Taste]:
    return TypeAdapter(Taste)


def to_json(taste: Taste) -> dict[str, object] | None:
    """Return a taste as JSON-able data, None where it says nothing."""
    data: dict[str, object] = _adapter().dump_python(taste, mode="json", exclude_none=True)
    return data or None


def from_json(data: object) -> Taste:
    """Read a taste back; one of another version that does not fit says nothing."""
    try:
        return _adapter().validate_python(data)
    except ValidationError:
        return NOTHING_SAID


def name_of(chat: str | None) -> str:
    """Return under which name the taste of a chat is kept among what a person prefers."""
    if chat is None:
        return "taste"
    return f"taste {hashlib.sha256(chat.encode()).hexdigest()[:32]}"
