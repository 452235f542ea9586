"""An avatar's wardrobe: what there is to wear, and every change of parts and colours, pure."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from storage.contract.avatars import AvatarSpec, Ranked
from storage.contract.parts import Catalogue

NONE = "none"
"""The variant that leaves its slot empty."""

REMEMBERED = 30
"""How many changes can be taken back."""

_PAINTED = {
    "top": "hair", "hair": "hair", "frontHair": "hair", "sideburns": "hair",
    "head": "skin", "body": "fur",
}  # fmt: skip
"""The colour that paints a slot, where it has another name than the slot."""

_FREE = ("clothes", "hat", "headwear")
"""Colours that chance may change: those that nobody is born with."""

_LIKELIER = 0.72  # how likely each next part of a ranking is, beside the one before


@dataclass(frozen=True, slots=True)
class Library:
    """What avatars can wear. ``tags``: attribute -> values, by (style, slot, variant).

    ``phrases``: by style, what is typed to wear it (``wearing``), spelt out when first needed.
    """

    catalogue: Catalogue = field(default_factory=lambda: Catalogue({}, {}))
    tags: Mapping[tuple[str, str, str], Mapping[str, Sequence[str]]] = field(default_factory=dict)
    phrases: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

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
        offered = self.offered(spec.style, paint)
        return offered if spec.colours[paint] in offered else (spec.colours[paint], *offered)

    def offered(self, style: str, paint: str) -> tuple[str, ...]:
        """Return the choices of a colour by its name; nothing for another name."""
        return self.catalogue.colours.get(style, {}).get(paint, ())

    def paints(self, style: str, slot: str) -> tuple[str, ...]:
        """Return the names of the colours in which parts of a slot may be painted."""
        names = (_PAINTED.get(slot, slot), *(("hat",) if slot == "top" else ()))
        return tuple(name for name in names if name in self.catalogue.colours.get(style, {}))


@dataclass(frozen=True, slots=True)
class Fitting:
    """An open wardrobe: an avatar being changed.

    ``avatar``: which kept one. ``slot``: what the buttons change. ``history``: how it was, the
    newest last. ``comparing``: whether it stands beside how it was matched. ``newest``: nothing was
    made since, so that typed words mean it.
    """

    avatar: UUID
    spec: AvatarSpec
    slot: str
    history: tuple[AvatarSpec, ...] = ()
    comparing: bool = False
    newest: bool = True

    def changed(self, spec: AvatarSpec) -> "Fitting":
        """Return it with another look, the one before remembered."""
        if spec == self.spec:
            return replace(self, comparing=False)
        history = (*self.history, self.spec)[-REMEMBERED:]
        return replace(self, spec=spec, history=history, comparing=False)

    def undone(self) -> "Fitting":
        """Return it as it was before the last change."""
        if not self.history:
            return self
        return replace(self, spec=self.history[-1], history=self.history[:-1], comparing=False)

    def turned(self, library: Library, steps: int) -> "Fitting":
        """Return it at another slot, so many further on."""
        slot = _next(library.slots(self.spec.style), self.slot, steps)
        return replace(self, slot=slot, comparing=False)


def part(spec: AvatarSpec, slot: str) -> str:
    """Return the variant that a slot holds."""
    return spec.parts.get(slot, NONE)


def with_part(spec: AvatarSpec, slot: str, variant: str) -> AvatarSpec:
    """Return an avatar with another part."""
    return replace(spec, parts={**spec.parts, slot: variant})


def painted(spec: AvatarSpec, paint: str, colour: str) -> AvatarSpec:
    """Return an avatar with another colour, "#rrggbb"."""
    return replace(spec, colours={**spec.colours, paint: colour})


def exchanged(library: Library, spec: AvatarSpec, slot: str, steps: int) -> AvatarSpec:
    """Return an avatar with the part so many further on in the order of the library."""
    variants = library.variants(spec.style, slot)
    if not variants:
        return spec
    return with_part(spec, slot, _next(variants, part(spec, slot), steps))


def recoloured(library: Library, spec: AvatarSpec, slot: str, steps: int = 1) -> AvatarSpec:
    """Return an avatar with a slot's colour so many further on."""
    paint = library.paint(spec, slot)
    if paint is None:
        return spec
    return painted(spec, paint, _next(library.colours(spec, slot), spec.colours[paint], steps))


def resembling(library: Library, spec: AvatarSpec, slot: str, ranked: Ranked) -> AvatarSpec:
    """Return an avatar with the part that fits the person next best, the best after the last."""
    variants = _known(library, spec, slot, ranked)
    return with_part(spec, slot, _next(variants, part(spec, slot), 1)) if variants else spec


def by_lot(library: Library, spec: AvatarSpec, ranked: Ranked, chance: random.Random) -> AvatarSpec:
    """Return an avatar drawn by lot: parts that fit the person come oftener; skin and hair stay."""
    for slot in library.slots(spec.style):
        variants = _known(library, spec, slot, ranked)
        if variants:
            shares = [_LIKELIER**rank for rank in range(len(variants))]
            spec = with_part(spec, slot, chance.choices(variants, shares)[0])
    for paint in _FREE:
        choices = library.offered(spec.style, paint)
        if choices and paint in spec.colours:
            spec = painted(spec, paint, chance.choice(choices))
    return spec


def _known(library: Library, spec: AvatarSpec, slot: str, ranked: Ranked) -> tuple[str, ...]:
    """Return a slot's ranking as far as the library still has its parts."""
    there = library.variants(spec.style, slot)
    return tuple(variant for variant in ranked.get(slot, ()) if variant in there)


def _next(values: Sequence[str], now: str, steps: int) -> str:
    """Return what stands so many places after a value, round and round."""
    if now not in values:
        return values[0 if steps > 0 else -1]
    return values[(values.index(now) + steps) % len(values)]
