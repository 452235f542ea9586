"""The avatar of a face in a film: the same person keeps the same parts from frame to frame."""

from collections.abc import Mapping

from inference.avatars import styles
from inference.emoji.match import scores, spec_of
from inference.emoji.traits import Traits
from storage.contract.avatars import AvatarSpec

_MEMORY = 0.92  # share of what was believed before, per frame; expressions follow faster
_EXPRESSION_MEMORY = 0.7
_MARGIN = 1.5  # log units by which another part must fit better before it is exchanged


class Tracker:
    """Follows one face; feed it the traits of every frame in order."""

    def __init__(self, style: str) -> None:
        self._style = style
        self._traits: Traits | None = None
        self._parts: dict[str, str] = {}

    def follow(self, traits: Traits) -> AvatarSpec:
        """The avatar at this frame."""
        seen = traits if self._traits is None else blended(self._traits, traits)
        self._traits = seen
        for name, slot in styles.load(self._style).slots.items():
            found = scores(slot, seen)
            best = max(found, key=lambda one: found[one])
            if name not in self._parts or found[best] > found[self._parts[name]] + _MARGIN:
                self._parts[name] = best
        return spec_of(self._style, self._parts, seen)


def blended(before: Traits, now: Traits) -> Traits:
    """Mostly what was believed before, a little of what is seen now."""
    return Traits(
        {
            name: _mixed(before.attributes.get(name, values), values, _MEMORY)
            for name, values in now.attributes.items()
        },
        _mixed(before.expression, now.expression, _EXPRESSION_MEMORY),
        {**now.colours, **before.colours},
        now.outline
        if before.outline is None or now.outline is None
        else _MEMORY * before.outline + (1 - _MEMORY) * now.outline,
    )


def _mixed(
    before: Mapping[str, float], now: Mapping[str, float], memory: float
) -> dict[str, float]:
    return {
        name: memory * before.get(name, 0.0) + (1 - memory) * value for name, value in now.items()
    }
