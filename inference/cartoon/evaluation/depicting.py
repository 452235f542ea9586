"""Every way to draw a person, as it is measured: the picture, and where its features were put."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inference.cartoon import twin
from inference.cartoon.portrait import composing, curves, looks, sitter
from inference.cartoon.portrait.drawing import Drawing
from inference.cartoon.portrait.looks import LOOKS
from inference.face.report import Portrait
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import svg

SIDE = 512
"""px of a depiction."""


@dataclass(frozen=True, slots=True)
class Depicted:
    """A person as an engine depicts them.

    rgba: (512, 512, 4) uint8, straight alpha. landmarks: (478, 2) float64 px, where they were put.
    hair: (512, 512) uint8, where hair was put.
    """

    rgba: NDArray[np.uint8]
    landmarks: NDArray[np.float64]
    hair: NDArray[np.uint8]


Engine = Callable[[str, Portrait, Networks], Depicted | None]
"""From a photo's name, its portrait and the networks; None where nothing was made of it."""


def _drawn(look: str, _name: str, portrait: Portrait, _networks: Networks) -> Depicted:
    """Draw in one of the looks."""
    person = portrait.once(sitter.sit)
    drawing = composing.drawn(person, look)
    return Depicted(
        rgba=svg.raster(looks.svg(drawing, LOOKS[look]), SIDE),
        landmarks=composing.bent_landmarks(person, look) * (SIDE / sitter.SIDE),
        hair=_hair(drawing),
    )


def _hair(drawing: Drawing) -> NDArray[np.uint8]:
    shape = drawing.named("hair")
    if shape is None:
        return np.zeros((SIDE, SIDE), np.uint8)
    mask = curves.polygon(shape.rings, SIDE, sitter.SIDE / SIDE)
    return np.rint(255 * mask).astype(np.uint8)


def _learned(_name: str, portrait: Portrait, networks: Networks) -> Depicted:
    """Have the network draw, which learned from drawings in the proportions of anime."""
    person = portrait.once(sitter.sit)
    return Depicted(
        rgba=run(twin.draw(person), networks),
        landmarks=composing.bent_landmarks(person, "anime") * (SIDE / sitter.SIDE),
        hair=_hair(composing.drawn(person, "anime")),
    )


ENGINES: Mapping[str, Engine] = {
    **{look: partial(_drawn, look) for look in LOOKS},
    "twin": _learned,
}
"""By name."""

DRAWN = partial(_drawn, "anime")
"""What the network learned to draw."""

COLOURLESS = frozenset({"line", "noir", "pop"})
"""Those that give eyes no colour of their own."""
