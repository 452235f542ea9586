"""What a person likes of all that is made for them, everywhere or in one chat; plain data."""

import hashlib
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Self

from pydantic import TypeAdapter, ValidationError

from bot.core.language.meanings import Request
from storage.contract.finishing import USUAL, Finish

OWN = "own"
"""The ground that a photo came with."""


@dataclass(frozen=True, slots=True)
class Taste:
    """What is liked; None where nothing is said.

    ``preferred``: what a selfie alone gives. ``force``: how strong things are where a wish does not
    say, beside what is usual. ``outline``: a colour, ``width``: its px; ``ground``: a colour, OWN,
    or "" for none. ``moving``: films rather than stills. ``locale``: the language.
    """

    preferred: tuple[Request, ...] | None = None
    force: float | None = None
    outline: str | None = None
    width: float | None = None
    ground: str | None = None
    moving: bool | None = None
    locale: str | None = None

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
        ground = "" if self.ground in (None, OWN) else self.ground
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
