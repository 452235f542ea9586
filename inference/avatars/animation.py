"""Moods that move: faces change, heads lean and hop, hearts rise; in a loop without a seam."""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.avatars import compose, layered, moods, overlays, styles
from inference.avatars.moods import Mood
from inference.avatars.movement import Movement
from inference.avatars.pose import Pose, Shift, posed
from inference.pictures.bending import Bend, Neck
from inference.pictures.compositing import over
from inference.pictures.svg import raster
from storage.contract.avatars import AvatarSpec

FRAMES_PER_SECOND = 20.0
SIDE = 512
"""px: of the canvas of a still."""

ROOM = 52
"""px: what a film has beside that canvas, and twice above it, for heads that move."""

_WHOLE = SIDE + 2 * ROOM
_TURN = 0.09  # seconds that a part takes to close and to open when it is exchanged
_SHUT = {"eyes": 0.12, "mouth": 0.5}  # how high it is in between
_SHUT_EYES = {"closed", "happy", "variant31", "variant32"}


def film(spec: AvatarSpec, mood: Mood) -> tuple[NDArray[np.uint8], ...]:
    """Draw one loop of a moving mood.

    Args:
        spec: of any style.
        mood: one that moves.

    Returns:
        (616, 616, 4) RGBA uint8 with straight alpha each.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    scene = _Scene(spec, mood)
    count = round(scene.seconds * FRAMES_PER_SECOND)
    return tuple(scene.frame(number / count) for number in range(count))


class _Scene:
    """One avatar in one mood, at any moment of its loop."""

    def __init__(self, spec: AvatarSpec, mood: Mood) -> None:
        self._mood = mood
        self._table = moods.table()
        self._movement = Movement.of(mood.name)
        self._moving, self.seconds = self._movement.entry, self._movement.seconds
        self._style = styles.load(spec.style)
        self._anchors = self._table["anchors"][spec.style]
        self._spec = moods.in_mood(spec, mood)
        for face in self._moving.get("rest", ()):
            self._spec = self._with(self._spec, face)
        side = layered.SIDE if self._style.definition is None else _side(spec.style)
        self._scale = SIDE / side

    def frame(self, phase: float) -> NDArray[np.uint8]:
        """Draw the moment ``phase`` of 0..1."""
        face = overlays.face_of(self._table, self._spec)
        drawn = overlays.moving(self._table, self._mood.overlays, face, phase)
        spec, pose = self._face(phase * self.seconds), self._pose(phase)
        head = self._bent(self._figure(spec, pose, drawn.on), phase)
        if drawn.behind:
            head = over(head, self._free(drawn.behind))
        if drawn.before:
            head = over(self._free(drawn.before), head)
        return head

    def _with(self, spec: AvatarSpec, face: str) -> AvatarSpec:
        """Put on another face, but no other eyes where glasses are part of them."""
        entries = self._table["faces"].get(face) or self._table["moods"][face]
        parts = dict(entries.get(spec.style, {}))
        if self._style.definition is None and spec.parts.get("eyes") == "glasses":
            parts.pop("eyes", None)
        return moods.put_on(spec, parts)

    def _face(self, second: float) -> AvatarSpec:
        spec = self._spec
        for face in self._movement.faces(second):
            spec = self._with(spec, face)
        return spec

    def _pose(self, phase: float) -> Pose:
        """Parts that beat, and parts that are being exchanged."""
        second = phase * self.seconds
        pose: dict[str, Shift] = {}
        for slot in ("eyes", "mouth"):
            high = 1 + self._movement.swing(slot, phase)
            for change in self._changes(slot):
                near = abs((second - change + self.seconds / 2) % self.seconds - self.seconds / 2)
                if near < _TURN and self._face(second).parts.get(slot) not in _SHUT_EYES:
                    high *= _SHUT[slot] + (1 - _SHUT[slot]) * _eased(near / _TURN)
            if high != 1:
                pose[slot] = Shift(self._anchors[slot][1], high)
        if "brows" in self._moving:
            raised = self._movement.swing("brows", phase) * self._anchors["unit"] / 100
            pose["eyebrows"] = Shift(down=-raised)
        if self._spec.style in self._moving.get("slide", {}):
            slot, far = self._moving["slide"][self._spec.style]
            pose[slot] = Shift(down=far * _dropped(phase))
        return pose

    def _changes(self, slot: str) -> Iterator[float]:
        """The seconds at which a slot's part is exchanged."""
        for act in self._moving.get("acts", ()):
            for second in (edge for span in act["at"] for edge in span):
                before, after = self._face(second - 1e-3), self._face(second)
                parts = {before.parts.get(slot), after.parts.get(slot)}
                if len(parts) == 2 and (slot == "mouth" or parts & _SHUT_EYES):
                    yield second

    def _figure(self, spec: AvatarSpec, pose: Pose, on: str) -> NDArray[np.uint8]:
        """Draw the avatar upright, with room around it."""
        if self._style.definition is not None:
            document = posed(_document(spec), pose).removesuffix("</svg>") + on + "</svg>"
            side = SIDE / self._scale
            return raster(
                document.replace(_box(0, side), _box(ROOM / self._scale, side), 1), _WHOLE
            )
        figure = np.zeros((_WHOLE, _WHOLE, 4), np.uint8)
        inside = figure[2 * ROOM :, ROOM : ROOM + SIDE]
        inside[:] = layered.draw(self._style, spec, pose)
        return over(self._free(on), figure) if on else figure

    def _free(self, shapes: str) -> NDArray[np.uint8]:
        """Draw shapes of the style's coordinates alone."""
        box = _box(ROOM / self._scale, SIDE / self._scale)
        return raster(f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{shapes}</svg>', _WHOLE)

    def _bent(self, figure: NDArray[np.uint8], phase: float) -> NDArray[np.uint8]:
        """Turn and move the head about the neck; what is below it follows less and less."""
        bend = self._movement.bend(phase, self._anchors["unit"] * self._scale)
        if bend == Bend():
            return figure
        x, y = self._anchors["neck"][0] * self._scale + ROOM, self._anchors["neck"][1] * self._scale
        free, still = (self._anchors[name] * self._scale + 2 * ROOM for name in ("free", "still"))
        return Neck(x, y + 2 * ROOM, free, still).bent(figure, bend)


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def _dropped(phase: float) -> float:
    """How far something is still up that drops, settles, and is put up again: 1 up, 0 down."""
    if phase < 0.12:
        return 1.0
    if phase < 0.24:
        return 1 - ((phase - 0.12) / 0.12) ** 2
    if phase < 0.36:
        return 0.16 * math.sin(math.pi * (phase - 0.24) / 0.12)
    if phase < 0.85:
        return 0.0
    return _eased((phase - 0.85) / 0.15)


def _side(style: str) -> float:
    definition = styles.load(style).definition
    if definition is None:
        return float(layered.SIDE)
    return float(definition.canvas().width())


def _box(room: float, side: float) -> str:
    return f'viewBox="{-room:g} {-2 * room:g} {side + 2 * room:g} {side + 2 * room:g}"'


@lru_cache(maxsize=64)
def _document(spec: AvatarSpec) -> str:
    return compose.svg(spec)
