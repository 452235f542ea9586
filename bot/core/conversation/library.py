"""The library of avatar parts as the conversation knows it: what avatars can wear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.contract.avatars import NONE, AvatarSpec
from storage.contract.parts import Catalogue

_PAINTED = {
    "top": "hair", "hair": "hair", "frontHair": "hair", "sideburns": "hair",
    "head": "skin", "body": "fur",
}  # fmt: skip
"""The colour that paints a slot, where it has another name than the slot."""


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """What avatars can wear. ``tags``: attribute -> values, by (style, slot, variant).

    Each stands for itself, so that what is made of one may be cached.
    """

    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}, {}))
    tags: Mapping[tuple[str, str, str], Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def slots(self, style: str) -> tuple[str, ...]:
        """Return the slots of a style that leave a choice, then colours that paint no slot."""
        shelves = self.catalogue.styles.get(style, {})
        slots = [slot for slot, variants in shelves.items() if len(variants) > 1]
        painted = {paint for slot in slots for paint in self.paints(style, slot)}
        slots += [paint for paint in self.catalogue.colours.get(style, {}) if paint not in painted]
        return tuple(slots)

    def variants(self, style: str, slot: str) -> tuple[str, ...]:
        """Return what a slot may hold, in order; nothing for a colour."""
        return self.catalogue.styles.get(style, {}).get(slot, ())

    def paint(self, spec: AvatarSpec, slot: str) -> str | None:
        """Return the name of the colour in which a slot's part is painted, if it has one."""
        shown = self.tags.get((spec.style, slot, part(spec, slot)), {})
        covered = NONE not in shown.get("headwear", (NONE,))
        if "hat" in spec.colours and slot == "top" and covered:
            return "hat"
        name = _PAINTED.get(slot, slot)
        return name if name in spec.colours else None

    def colours(self, spec: AvatarSpec, slot: str) -> tuple[str, ...]:
        """Return the colours that a slot's part may have, the person's own among them."""
        paint = self.paint(spec, slot)
        if paint is None:
            return ()
        offered = self.choices(spec.style, paint)
        return offered if spec.colours[paint] in offered else (spec.colours[paint], *offered)

    def choices(self, style: str, paint: str) -> tuple[str, ...]:
        """Return the choices of a colour by its name; nothing for another name."""
        return self.catalogue.colours.get(style, {}).get(paint, ())

    def paints(self, style: str, slot: str) -> tuple[str, ...]:
        """Return the names of the colours in which parts of a slot may be painted."""
        names = (_PAINTED.get(slot, slot), *(("hat",) if slot == "top" else ()))
        return tuple(name for name in names if name in self.catalogue.colours.get(style, {}))


def part(spec: AvatarSpec, slot: str) -> str:
    """Return the variant that a slot holds."""
    return spec.parts.get(slot, NONE)
