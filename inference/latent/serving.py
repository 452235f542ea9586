"""The edit family: pieces of another look, laid over the person's own photo.

Settings are ``what:which`` (``hair:afro``, ``colour:blond``, ``beard:full`` at a density,
``glasses:round``, ``hat:beanie``), one of each kind at most, worn in the order in which they lie
over each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from inference.errors import UnknownSetting
from inference.face.report import Lab, Portrait
from inference.family import Image, Picture, Prepared, Tensors
from inference.layers import beard, glasses, hair, hat
from inference.layers.baring import Bare
from inference.layers.library import load
from inference.layers.palette import COLOURS
from inference.layers.resizing import resized
from inference.matting import foreground
from inference.sticker import SIDE, die_cut, head_and_shoulders
from storage.kinds import EDIT, Setting

_BEARD_DEPTH = 0.85  # a beard's L* over that of the hair: it lies in its own shade
_OF_ITS_OWN = "coloured"  # tag of beards named after their colour
_BEARD_DARKEST = 16.0  # L* below which a beard would be a black hole


@dataclass(frozen=True, slots=True)
class _Work:
    portrait: Portrait
    look: Mapping[str, Setting]


class Edit:
    """Implements ``inference.family.Family`` by layers, which need no network."""

    kind = EDIT.name
    model: str | None = None

    def prepare(
        self,
        portrait: Portrait,
        settings: tuple[Setting, ...],
        picture: Image | None = None,  # noqa: ARG002 -- no setting takes one
    ) -> Prepared:
        """Sort the settings into a look; of two of one sort the last counts.

        Raises:
            UnknownSetting: a setting is none of ``storage.kinds.EDIT``.
        """
        for setting in settings:
            if setting.name not in EDIT.settings:
                raise UnknownSetting(setting.name)
        look = {setting.name.partition(":")[0]: setting for setting in settings}
        return Prepared(_Work(portrait, look))

    def finish(self, prepared: Prepared, outputs: Tensors | None) -> Picture:  # noqa: ARG002 -- no network
        """Dress the portrait and cut it out."""
        work = prepared.context
        assert isinstance(work, _Work)  # noqa: S101 -- our own prepare made it
        dressed = dress(_as_shown(work.portrait), work.look)
        person = np.dstack([dressed.image, dressed.alpha])
        return Picture((die_cut(head_and_shoulders(person, dressed.report.landmarks)),))


def _as_shown(portrait: Portrait) -> Portrait:
    """The portrait at the size it will have on the sticker, which is rarely larger."""
    person = head_and_shoulders(portrait.alpha[..., None], portrait.report.landmarks)[..., 0]
    rows, columns = (np.flatnonzero((person > 48).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return portrait
    longest = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    return resized(portrait, round(len(portrait.alpha) * SIDE / longest))


def dress(portrait: Portrait, look: Mapping[str, Setting], bare: Bare | None = None) -> Portrait:
    """Wear a look: beard, then hair, glasses under it, a hat over it.

    bare: see ``inference.layers.hair.wear``; made of this portrait, whose colours are then taken
    as the person's own. The result's ``image`` is meant to be seen through its ``alpha``.
    """
    if bare is None:
        portrait = replace(portrait, image=foreground(portrait.image, portrait.alpha))
    own = portrait.report.colours.hair
    tint = _tint(look.get("colour"), own)
    if "beard" in look:
        piece = load("beard", _which(look["beard"]))
        shade = tint or own
        if _OF_ITS_OWN in piece.tags and tint == own:
            shade = None
        if shade is not None:
            shade = (max(shade[0] * _BEARD_DEPTH, _BEARD_DARKEST), *shade[1:])
        portrait = beard.grow(portrait, piece, shade, look["beard"].amount)
    if "hair" in look:
        which = _which(look["hair"])
        portrait = (
            hair.shave(portrait)
            if which == "bald"
            else hair.wear(portrait, load("hair", which), tint, bare)
        )
    elif "colour" in look and tint is not None:
        portrait = hair.dye(portrait, tint, look["colour"].amount)
    if "glasses" in look:
        portrait = glasses.put_on(portrait, _which(look["glasses"]))
    if "hat" in look:
        portrait = hat.put_on(portrait, load("hat", _which(look["hat"])))
    return portrait


def _which(setting: Setting) -> str:
    return setting.name.partition(":")[2]


def _tint(setting: Setting | None, own: Lab | None) -> Lab | None:
    """What to dye new hair to: a named colour, the person's own if nothing is said, or None."""
    name = "own" if setting is None else _which(setting)
    return {"own": own, "original": None}.get(name, COLOURS.get(name))
