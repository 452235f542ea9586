"""Every change of a look's sliders, pure.

A slider is a scale of the kind ``edit``, named after its first setting: -1 is all of its opposite,
or 0 where it has none, 1 all of it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from storage.contract.kinds import EDIT, Setting

REMEMBERED = 30
"""How many changes can be taken back."""

STEP = 0.2
SLIDERS = tuple(scale[0] for scale in EDIT.scales if len(scale) <= 2)

PRESETS: Mapping[str, Mapping[str, float]] = {
    "years-older": {"age:older": 0.4},
    "decade-younger": {"age:older": -0.3, "complexion:smooth": 0.3},
    "rested": {"complexion:smooth": 0.5, "eyes:bright-eyes": 0.5, "teeth:white-teeth": 0.6},
    "evening": {
        "makeup:eye-shadow": 0.6, "makeup:lipstick": 0.8, "makeup:blush": 0.5, "makeup:liner": 0.8,
        "complexion:smooth": 0.4,
    },
    "holiday": {"skin:tan": 0.6, "teeth:white-teeth": 0.5, "makeup:blush": 0.2},
    "hero": {"jaw:wide-jaw": 0.6, "cheeks:high-cheekbones": 0.6, "brows:bushy-brows": 0.3},
    "caricature": {"nose:big-nose": 1.0, "eyes:big-eyes": 0.8, "chin:long-chin": 0.8},
}  # fmt: skip
"""Name -> slider -> how far it is moved."""

_MOVED, _LEAST, _MOST = 7, 0.2, 0.7  # of chance: how many sliders, how far


@dataclass(frozen=True, slots=True)
class OpenSliders:
    """The sliders of one face.

    ``look``: settings of ``edit``, those of other pieces too; what is ``kept`` is locked.
    ``page``: which of the sliders the buttons move. ``history``: how it was, the newest last.
    ``before``: how it was when a slider began to move that still does. ``newest``: nothing was made
    since, so that typed words mean it.
    """

    photo: UUID
    face: int | None
    look: tuple[Setting, ...] = ()
    page: int = 0
    history: tuple[tuple[Setting, ...], ...] = ()
    before: tuple[Setting, ...] | None = None
    newest: bool = True

    def changed(self, look: tuple[Setting, ...], *, draft: bool = False) -> "OpenSliders":
        """Return it with another look; the one before is remembered once nothing moves."""
        before = self.look if self.before is None else self.before
        if draft:
            return replace(self, look=look, before=before)
        if look == before:
            return replace(self, look=look, before=None)
        history = (*self.history, before)[-REMEMBERED:]
        return replace(self, look=look, history=history, before=None)

    def undone(self) -> "OpenSliders":
        """Return it as it was before the last change."""
        if not self.history:
            return self
        return replace(self, look=self.history[-1], history=self.history[:-1], before=None)


def amount_of(look: tuple[Setting, ...], slider: str) -> float:
    """Return where a slider stands."""
    for setting in look:
        if EDIT.place_of(setting.name) == slider:
            return setting.amount if setting.name == slider else -setting.amount
    return 0.0


def locked(look: tuple[Setting, ...], slider: str) -> bool:
    """Tell whether a slider is locked."""
    return any(one.kept for one in look if EDIT.place_of(one.name) == slider)


def moved(look: tuple[Setting, ...], slider: str, amount: float) -> tuple[Setting, ...]:
    """Return a look with a slider elsewhere, as far as it goes; a locked one stays."""
    if locked(look, slider):
        return look
    return _put(look, slider, amount, kept=False)


def toggled(look: tuple[Setting, ...], slider: str) -> tuple[Setting, ...]:
    """Return a look with a slider locked where it stands, or free again."""
    return _put(look, slider, amount_of(look, slider), kept=not locked(look, slider))


def reset(look: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """Return a look with every slider at nothing that isn't locked."""
    for slider in SLIDERS:
        look = moved(look, slider, 0.0)
    return look


def by_lot(look: tuple[Setting, ...], chance: random.Random) -> tuple[Setting, ...]:
    """Return a look with a few sliders moved by chance, locked ones where they are."""
    look = reset(look)
    free = [slider for slider in SLIDERS if not locked(look, slider)]
    for slider in chance.sample(free, min(_MOVED, len(free))):
        amount = chance.uniform(_LEAST, _MOST)
        if EDIT.opposite_of(slider) and chance.random() < 0.5:
            amount = -amount
        look = moved(look, slider, round(amount, 2))
    return look


def preset(look: tuple[Setting, ...], name: str) -> tuple[Setting, ...]:
    """Return a look with a preset's sliders moved, all others where they are."""
    for slider, amount in PRESETS[name].items():
        look = moved(look, slider, amount)
    return look


def _put(
    look: tuple[Setting, ...], slider: str, amount: float, *, kept: bool
) -> tuple[Setting, ...]:
    span = EDIT.amount_of(slider)
    low, high = (span.low, span.high) if span is not None else (0.0, 1.0)
    amount = round(max(low, min(high, amount)), 2) + 0.0
    others = tuple(one for one in look if EDIT.place_of(one.name) != slider)
    if not amount and not kept:
        return others
    name = EDIT.opposite_of(slider) if amount < 0 else slider
    order = {name: at for at, name in enumerate(EDIT.settings)}
    put = (*others, Setting(name, abs(amount), kept=kept))
    return tuple(sorted(put, key=lambda one: order[one.name]))
