"""Drawn people in moods that move, as avatars do: heads lean and hop, eyes close, hearts rise."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from inference.avatars import moods, overlays
from inference.avatars.animation import FRAMES_PER_SECOND, ROOM
from inference.cartoon.portrait import composing, looks
from inference.cartoon.portrait import moods as drawn_moods
from inference.cartoon.portrait.looks import LOOKS
from inference.cartoon.portrait.options import Options
from inference.cartoon.portrait.sitter import SIDE, Sitter
from inference.face import topology
from inference.family import Image
from inference.pictures.bending import Bend, Neck
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


class _Scene:
    """One person in one mood, at any moment of its loop."""

    def __init__(self, look: str, wishes: Options, expressed: Expressed) -> None:
        table = moods.table()
        self._mood = wishes.mood
        known = self._mood is not None and self._mood in table["moods"]
        self._moving: Mapping[str, Any] = table["moods"][self._mood if known else CALM]["moving"]
        self._overlays = moods.load()[self._mood].overlays if known and self._mood else ()
        self.seconds = float(self._moving["seconds"])
        self._look, self._wishes = look, wishes

        @cache
        def posed(face: tuple[Setting, ...]) -> tuple[Image, overlays.Face, Neck, float]:
            return self._posed(expressed(face))

        self._at = posed
        nobody = replace(composing.drawn(expressed(self._rest()), look, wishes), shapes=())
        self._ground = _roomy(raster(looks.svg(nobody, LOOKS[look], wishes), SIDE))

    def frame(self, phase: float) -> Image:
        """Draw the moment ``phase`` of 0..1."""
        figure, face, neck, unit = self._at(self._face(phase * self.seconds))
        drawn = overlays.moving(moods.table(), self._overlays, face, phase)
        head = over(_free(drawn.on), figure) if drawn.on else figure
        head = neck.bent(head, self._bend(phase, unit))
        for behind in (_free(drawn.behind) if drawn.behind else None, self._ground):
            head = head if behind is None else over(head, behind)
        return over(_free(drawn.before), head) if drawn.before else head

    def _posed(self, person: Sitter) -> tuple[Image, overlays.Face, Neck, float]:
        """The figure alone, where its face is, where it bends, and px of half its face's width."""
        drawing = composing.drawn(person, self._look, self._wishes)
        bare = replace(self._wishes, ground="none", ground_colour=None)
        figure = _roomy(raster(looks.svg(drawing, LOOKS[self._look], bare), SIDE))
        landmarks = composing.bent_landmarks(person, self._look)
        face = drawn_moods.face(landmarks, drawing.palette)
        x, y = (landmarks[topology.CHIN] + (ROOM, 2 * ROOM)).tolist()
        low, high = y + _FREE * drawing.unit, min(y + _STILL * drawing.unit, float(_WHOLE))
        neck = Neck(x, y + _FREE * drawing.unit, low, max(high, low + 1))
        return figure, face, neck, face.unit / _TENTHS

    def _rest(self) -> tuple[Setting, ...]:
        """What the face does between acts."""
        if self._mood is None or "rest" in self._moving:
            return ()
        return drawn_moods.expression(self._mood)

    def _face(self, second: float) -> tuple[Setting, ...]:
        face = {setting.name: setting for setting in self._rest()}
        for act in self._moving.get("acts", ()):
            if any(start <= second < end for start, end in act["at"]):
                name = act["face"]
                settings = _ACTS[name] if name in _ACTS else drawn_moods.expression(name)
                face |= {setting.name: setting for setting in settings}
        return tuple(face.values())

    def _bend(self, phase: float, unit: float) -> Bend:
        hop = abs(self._swing("hop", phase / 2))
        return Bend(
            self._swing("sway", phase) * unit / 100,
            (self._swing("rise", phase) + hop) * unit / 100,
            math.radians(self._swing("lean", phase)),
        )

    def _swing(self, name: str, phase: float) -> float:
        far, times = self._moving.get(name, (0.0, 1))
        return float(far) * math.sin(2 * math.pi * times * phase)


def _roomy(picture: Image) -> Image:
    """Leave room beside and above for a head that moves."""
    return np.pad(picture, ((2 * ROOM, 0), (ROOM, ROOM), (0, 0)))


def _free(shapes: str) -> Image:
    """Draw shapes in tenths of a unit alone."""
    view = f"{-ROOM * _TENTHS} {-2 * ROOM * _TENTHS} {_WHOLE * _TENTHS} {_WHOLE * _TENTHS}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{SIDE}" height="{SIDE}">'
    )
    return raster(f"{head}{shapes}</svg>", _WHOLE)
