"""One avatar as a figure among others: cut to head and bust, with its face where it is known.

All heads are of one size, whatever their style: lengths are counted in half a head's width.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.avatars import moods
from inference.avatars.compose import render
from inference.avatars.moods import Mood
from inference.pictures.compositing import over
from inference.pictures.svg import raster
from storage.contract.avatars import AvatarSpec

Image = NDArray[np.uint8]

BUST = 2.9
"""How far below the eyes a figure ends."""

FACE = 0.95
"""Half of a face's width, in half a head's."""

_SOLID = 64  # alpha from which a pixel hides what is behind it
_CLOTHES = ("#5b8def", "#e76f51", "#2a9d8f", "#8e6bbf", "#e9a23b", "#d1495b", "#3d5a80")
_NECK = 0.56  # half of it
_SHOULDERS = 1.7  # half of them


@dataclass(frozen=True, slots=True)
class _Style:
    """How a style draws, in units of its canvas: ``side`` of that, half a head, chin below eyes."""

    side: float
    unit: float
    chin: float
    bust: bool


_STYLES = {
    "avataaars": _Style(280, 56, 76, bust=True),
    "big-ears": _Style(440, 94, 132, bust=False),  # heads alone
    "cat": _Style(512, 128, 125, bust=True),
}


@dataclass(frozen=True, eq=False)
class Figure:
    """A person or cat to be placed.

    picture: (H, W, 4) RGBA uint8, read-only. eyes: (x, y) px between them. unit: px of half a head.
    chin: how far it is below the eyes, in units. skin, sleeve: "#rrggbb". person: no cat.
    """

    picture: Image
    eyes: tuple[float, float]
    unit: float
    chin: float
    skin: str
    sleeve: str
    person: bool

    @cached_property
    def solid(self) -> NDArray[np.bool_]:
        """What hides whatever is behind: (H, W)."""
        return np.asarray(self.picture[..., 3] >= _SOLID)

    @cached_property
    def top(self) -> float:
        """How far hair or hat rise above the eyes, in units."""
        return float(self.eyes[1] - np.flatnonzero(self.solid.any(axis=1))[0]) / self.unit

    @cached_property
    def head(self) -> tuple[float, float]:
        """How far hair, ears or hat reach to the left and right of the eyes, above the chin."""
        chin = int(self.eyes[1] + self.chin * self.unit)
        columns = np.flatnonzero(self.solid[:chin].any(axis=0))
        return (
            float(self.eyes[0] - columns[0]) / self.unit,
            float(columns[-1] + 1 - self.eyes[0]) / self.unit,
        )

    @cached_property
    def width(self) -> tuple[float, float]:
        """How far the whole reaches to the left and right of the eyes."""
        columns = np.flatnonzero(self.solid.any(axis=0))
        return (
            float(self.eyes[0] - columns[0]) / self.unit,
            float(columns[-1] + 1 - self.eyes[0]) / self.unit,
        )

    def outline(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the figure rises above its eyes at some places beside them, in units.

        Minus infinity where there is nothing of it.
        """
        rises = np.where(self.solid.any(axis=0), self.eyes[1] - self.solid.argmax(axis=0), -np.inf)
        columns = np.rint(self.eyes[0] + at * self.unit).astype(int)
        inside = (columns >= 0) & (columns < len(rises))
        return np.where(inside, rises[columns.clip(0, len(rises) - 1)] / self.unit, -np.inf)

    def lengthened(self, units: float) -> "Figure":
        """The same standing higher: its lower end goes on downwards."""
        if not self.person or units <= 0:
            return self
        picture = cv2.copyMakeBorder(
            self.picture, 0, round(units * self.unit), 0, 0, cv2.BORDER_REPLICATE
        )
        return Figure(
            np.asarray(picture, np.uint8), self.eyes, self.unit, self.chin, self.skin, self.sleeve,
            self.person,
        )  # fmt: skip


def figure(spec: AvatarSpec, unit: float, mood: Mood | None = None) -> Figure:
    """Draw an avatar as a figure.

    Args:
        spec: of any style.
        unit: px of half a head's width.
        mood: whose face it shows, without what the mood draws over that.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    style = _STYLES[spec.style]
    shown = spec if mood is None else moods.in_mood(spec, mood)
    scale = unit / style.unit
    picture = np.array(render(shown, round(style.side * scale)))
    x, y, _ = moods.table()["anchors"][spec.style]["eyes"]
    eyes = x * scale, y * scale
    skin = spec.colours.get("skin") or spec.colours["fur"]
    sleeve = spec.colours.get("clothes") or skin
    person = spec.style != "cat"
    if not style.bust:
        sleeve = _CLOTHES[zlib.crc32(repr(spec).encode()) % len(_CLOTHES)]
        picture = _seated(picture, eyes, unit, style.chin / style.unit, skin, sleeve)
    end = round(eyes[1] + BUST * unit)
    if person:
        picture = picture[:end]
        short = end - len(picture)
        picture = np.asarray(cv2.copyMakeBorder(picture, 0, short, 0, 0, cv2.BORDER_REPLICATE))
    return Figure(picture, eyes, unit, style.chin / style.unit, skin, sleeve, person)


def _seated(
    head: Image, eyes: tuple[float, float], unit: float, chin: float, skin: str, clothes: str
) -> Image:
    """Set a head without a body onto shoulders."""
    side = len(head)
    room = max(0, round(eyes[1] + BUST * unit) - side)
    tall = cv2.copyMakeBorder(head, 0, room, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    square = side + room
    left = (square - side) // 2
    wide = np.zeros((square, square, 4), np.uint8)
    wide[:, left : left + side] = tall
    x, y = eyes[0] + left, eyes[1]
    neck, half, top = _NECK * unit, _SHOULDERS * unit, y + (chin - 0.1) * unit
    collar = y + (chin + 0.2) * unit
    end = square + unit
    body = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {square} {square}">'
        f'<path fill="{clothes}" d="M{x - half} {end}V{collar + 0.75 * unit}'
        f"Q{x - half} {collar + 0.12 * unit} {x - neck} {collar}H{x + neck}"
        f'Q{x + half} {collar + 0.12 * unit} {x + half} {collar + 0.75 * unit}V{end}z"/>'
        f'<path fill="{skin}" d="M{x - neck} {top - unit * 0.5}V{collar}'
        f'A{neck} {neck * 0.7} 0 0 0 {x + neck} {collar}V{top - unit * 0.5}z"/>'
        f'<path fill="#000000" fill-opacity="0.13" d="M{x - neck} {top}'
        f'Q{x} {top + 0.42 * unit} {x + neck} {top}V{top - unit * 0.3}H{x - neck}z"/></svg>'
    )
    seated = over(wide, raster(body, square))
    return seated[:, left : left + side]
