"""What an avatar is: a style, a variant for each slot, a colour for each kind of colour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

NONE = "none"
"""The variant that leaves its slot empty."""


@dataclass(frozen=True, slots=True)
class AvatarSpec:
    """One avatar, before it is drawn.

    style: its name. parts: variant per slot, ``NONE`` for an empty slot.
    colours: "#rrggbb" per colour name of the style. Equal specs draw equal pictures.
    """

    style: str
    parts: Mapping[str, str]
    colours: Mapping[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", dict(sorted(self.parts.items())))
        object.__setattr__(self, "colours", dict(sorted(self.colours.items())))

    def __hash__(self) -> int:
        return hash((self.style, tuple(self.parts.items()), tuple(self.colours.items())))

    def changed(
        self, parts: Mapping[str, str] | None = None, colours: Mapping[str, str] | None = None
    ) -> Self:
        """Return the same avatar with some parts or colours exchanged."""
        return type(self)(
            self.style, {**self.parts, **(parts or {})}, {**self.colours, **(colours or {})}
        )

    def to_json(self) -> dict[str, object]:
        """Return plain JSON-able data; ``from_json`` reads it back."""
        return {"style": self.style, "parts": dict(self.parts), "colours": dict(self.colours)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: the data is not of that form.
        """
        style, parts, colours = data.get("style"), data.get("parts"), data.get("colours")
        if not (isinstance(style, str) and isinstance(parts, Mapping)):
            raise ValueError("an avatar needs a style and parts")
        if not isinstance(colours, Mapping):
            raise ValueError("an avatar needs colours")
        return cls(
            style,
            {str(slot): str(variant) for slot, variant in parts.items()},
            {str(name): str(colour) for name, colour in colours.items()},
        )


def gathered(specs: Iterable[AvatarSpec]) -> dict[str, object]:
    """Return several avatars in the form of a job that shows them together (``Kind.gathers``)."""
    return {"avatars": [spec.to_json() for spec in specs]}


def several_in(form: Mapping[str, object]) -> tuple[AvatarSpec, ...]:
    """Read what ``gathered`` gave; empty where a job shows no more than one.

    Raises:
        ValueError: an avatar is not of its form.
    """
    avatars = form.get("avatars")
    if not isinstance(avatars, list):
        return ()
    return tuple(AvatarSpec.from_json(one) for one in avatars)


Ranked = Mapping[str, Sequence[str]]
"""Slot -> variants, the one that fits the person best first."""

LONGEST_NAME = 24
"""Letters of the name that a person gives an avatar."""


@dataclass(frozen=True, slots=True)
class Avatar:
    """One avatar kept for a person. ``matched``: as it was composed, before any change by hand."""

    id: UUID
    person_id: UUID
    name: str
    spec: AvatarSpec
    matched: AvatarSpec
    ranked: Ranked = field(default_factory=dict)
