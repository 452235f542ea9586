"""What there is to dress avatars with."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What there is to choose from.

    styles: style -> slot -> variants; "none" first where the slot may be empty. colours: style ->
    colour name -> "#rrggbb" choices.
    """

    styles: Mapping[str, Mapping[str, tuple[str, ...]]]
    colours: Mapping[str, Mapping[str, tuple[str, ...]]]
