"""A whole look on one person, every layer in its place."""

from collections.abc import Mapping

from inference.face.report import Lab, Portrait
from inference.layers import beard, glasses, hair, hat
from inference.layers.baring import Bare
from inference.layers.palette import COLOURS
from inference.layers.pieces import load
from storage.contract.kinds import Setting

_OF_ITS_OWN = "coloured"  # tag of beards named after their colour


def dress(portrait: Portrait, look: Mapping[str, Setting], bare: Bare | None = None) -> Portrait:
    """Wear a look: beard, then hair, glasses under it, a hat over it.

    Args:
        portrait: one whose image is free of what was behind the person (``Portrait.foreground``).
        look: sort -> setting.
        bare: see ``inference.layers.hair.wear``; made of this portrait.

    Returns:
        A portrait whose ``image``, too, is meant to be seen through its ``alpha``.
    """
    own = portrait.report.colours.hair
    tint = _tint(look.get("colour"), own)
    if "beard" in look:
        piece = load("beard", _which(look["beard"]))
        shade = tint
        if tint is None or tint == own:
            grown = beard.natural(portrait.report.colours)
            shade = None if _OF_ITS_OWN in piece.tags and tint == own else grown
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
