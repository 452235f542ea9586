"""Every change of an avatar's parts and colours, pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.core.conversation.library import Library, part
from storage.contract.avatars import AvatarSpec, Ranked

REMEMBERED = 30
"""How many changes can be taken back."""

_FREE = ("clothes", "hat", "headwear")
"""Colours that chance may change: those that nobody is born with."""

_LIKELIER = 0.72  # how likely each next part of a ranking is, beside the one before


@dataclass(frozen=True, slots=True)
class OpenWardrobe:
    """An avatar being changed.

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

    def changed(self, spec: AvatarSpec) -> "OpenWardrobe":
        """Return it with another look, the one before remembered."""
        if spec == self.spec:
            return replace(self, comparing=False)
        history = (*self.history, self.spec)[-REMEMBERED:]
        return replace(self, spec=spec, history=history, comparing=False)

    def undone(self) -> "OpenWardrobe":
        """Return it as it was before the last change."""
        if not self.history:
            return self
        return replace(self, spec=self.history[-1], history=self.history[:-1], comparing=False)

    def turned(self, library: Library, steps: int) -> "OpenWardrobe":
        """Return it at another slot, so many further on."""
        slot = _next(library.slots(self.spec.style), self.slot, steps)
        return replace(self, slot=slot, comparing=False)


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
        choices = library.choices(spec.style, paint)
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
