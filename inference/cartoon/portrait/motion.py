"""Drawn people in moods that move, as avatars do: heads lean and hop, eyes close, hearts rise."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from inference.avatars import moods, overlays
from inference.avatars.animation import FRAMES_PER_SECOND, ROOM
from inference.avatars.movement import Movement
from inference.cartoon.portrait import composing, looks
from inference.cartoon.portrait import moods as drawn_moods
from inference.cartoon.portrait.drawing import Drawing
from inference.cartoon.portrait.looks import LOOKS
from inference.cartoon.portrait.options import Options
from inference.cartoon.portrait.sitter import SIDE, Sitter
from inference.face import topology
from inference.family import Image
from inference.pictures.bending import Neck
from inference.pictures.compositing import over
from inference.pictures.svg import raster
from storage.contract.kinds import MOVING_MOODS, Setting

CALM = MOVING_MOODS[0]
"""How those move who are in no mood, or in one that avatars do not know."""

_ACTS = {
    "shut": (Setting("AU43", 1.0),),
    "smile": (Setting("smile", 0.5),),
    "grin": (Setting("smile", 1.0),),
}
"""Faces that last a moment; others are moods' own."""

_WHOLE = SIDE + 2 * ROOM
_FREE, _STILL = 0.06, 0.55  # face heights below the chin: what moves along, and what stands
_TENTHS = 10

Expressed = Callable[[tuple[Setting, ...]], Sitter]
"""Draws the same person anew with an expression."""


def film(look: str, wishes: Options, expressed: Expressed) -> tuple[Image, ...]:
    """Draw one loop.

    Args:
        look: one of ``LOOKS``.
        wishes: with a mood, or without.
        expressed: gives the sitter an expression; asked once for each.

    Returns:
        (616, 616, 4) RGBA each, ``animation.FRAMES_PER_SECOND`` of them a second.
    """
    scene = _Scene(look, wishes, expressed)
    count = round(scene.seconds * FRAMES_PER_SECOND)
    return tuple(scene.frame(number / count) for number in range(count))


@dataclass(frozen=True, slots=True)
class _Posed:
    """A person with one expression: the figure alone, where its face is, and where it bends."""

    drawing: Drawing
    figure: Image
    face: overlays.Face
    neck: Neck


class _Scene:
    """One person in one mood, at any moment of its loop."""

    def __init__(self, look: str, wishes: Options, expressed: Expressed) -> None:
        avatars = moods.load().get(wishes.mood or "")
        self._movement = Movement.of(CALM if avatars is None else avatars.name)
        self._overlays = () if avatars is None else avatars.overlays
        self.seconds = self._movement.seconds
        rests = wishes.mood is None or "rest" in self._movement.entry
        self._rest = () if rests else drawn_moods.expression(wishes.mood or CALM)
        self._posed = cache(lambda face: _posed(expressed(face), look, wishes))
        nobody = replace(self._posed(self._rest).drawing, shapes=())
        self._ground = _roomy(raster(looks.svg(nobody, LOOKS[look], wishes), SIDE))

    def frame(self, phase: float) -> Image:
        """Draw the moment ``phase`` of 0..1."""
        posed = self._posed(self._face(phase * self.seconds))
        drawn = overlays.moving(moods.table(), self._overlays, posed.face, phase)
        head = over(_free(drawn.on), posed.figure) if drawn.on else posed.figure
        head = posed.neck.bent(head, self._movement.bend(phase, posed.face.unit / _TENTHS))
        if drawn.behind:
            head = over(head, _free(drawn.behind))
        head = over(head, self._ground)
        return over(_free(drawn.before), head) if drawn.before else head

    def _face(self, second: float) -> tuple[Setting, ...]:
        face = {setting.name: setting for setting in self._rest}
        for name in self._movement.faces(second):
            settings = _ACTS[name] if name in _ACTS else drawn_moods.expression(name)
            face |= {setting.name: setting for setting in settings}
        return tuple(face.values())


def _posed(person: Sitter, look: str, wishes: Options) -> _Posed:
    drawing = composing.drawn(person, look, wishes)
    bare = replace(wishes, ground="none", ground_colour=None)
    landmarks = composing.bent_landmarks(person, look)
    x, y = (landmarks[topology.CHIN] + (ROOM, 2 * ROOM)).tolist()
    free = y + _FREE * drawing.unit
    still = max(free + 1, min(y + _STILL * drawing.unit, float(_WHOLE)))
    return _Posed(
        drawing,
        _roomy(raster(looks.svg(drawing, LOOKS[look], bare), SIDE)),
        drawn_moods.face(landmarks, drawing.palette),
        Neck(x, free, free, still),
    )


def _roomy(picture: Image) -> Image:
    """Leave room beside and above for a head that moves."""
    return np.pad(picture, ((2 * ROOM, 0), (ROOM, ROOM), (0, 0)))


def _free(shapes: str) -> Image:
    """Draw shapes in tenths of a unit alone."""
    view = f"{-ROOM * _TENTHS} {-2 * ROOM * _TENTHS} {_WHOLE * _TENTHS} {_WHOLE * _TENTHS}"
    document = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}">{shapes}</svg>'
    return raster(document, _WHOLE)
