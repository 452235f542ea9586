"""What moods draw over a face: hearts, tears, confetti; standing still or on their way."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from inference.pictures.svg import raster
from storage.contract.avatars import AvatarSpec

_EYES = 43.0  # half the distance of the eyes for which overlays are drawn
_FROM_EYES = {"tear", "streams", "joy"}
_REACH = 256  # overlays lie within so far of the origin


@dataclass(frozen=True, slots=True)
class Sprite:
    """One thing of an overlay. shapes: SVG. x, y: its middle."""

    shapes: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Place:
    """How a sprite lies at some moment: moved, turned by degrees, so many times as large."""

    x: float = 0.0
    y: float = 0.0
    turn: float = 0.0
    size: float = 1.0
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """Where overlays lie, in the units of the drawing that they are laid over.

    x, y: between the eyes. apart: half the eyes' distance. unit: half the head's width. skin:
    "#rrggbb". turn: the head's lean in degrees, clockwise.
    """

    x: float
    y: float
    apart: float
    unit: float
    skin: str
    turn: float = 0.0


def face_of(table: Mapping[str, Any], spec: AvatarSpec) -> Face:
    """Return where an avatar's face is.

    Args:
        table: that of the moods.
        spec: of any style.
    """
    anchors = table["anchors"][spec.style]
    skin = spec.colours.get("skin") or spec.colours["fur"]
    x, y, apart = anchors["eyes"]
    return Face(x, y, apart, anchors["unit"], skin)


@dataclass(frozen=True, slots=True)
class Drawn:
    """SVG in the drawing's coordinates: on the head, before it, behind it."""

    on: str = ""
    before: str = ""
    behind: str = ""


def still(table: Mapping[str, Any], names: tuple[str, ...], face: Face) -> str:
    """Overlays as SVG in the drawing's coordinates, standing still.

    Args:
        table: that of the moods.
        names: of overlays.
        face: that they are drawn over.
    """
    shapes = (
        _placed(name, face, "".join(_shape(path, face) for path in table["overlays"][name]))
        for name in names
    )
    return "".join(shapes)


def moving(table: Mapping[str, Any], names: tuple[str, ...], face: Face, phase: float) -> Drawn:
    """Overlays at a moment of their loop.

    Args:
        table: that of the moods.
        names: of overlays.
        face: that they are drawn over.
        phase: 0..1, of which 1 is 0 again.
    """
    found = {"on": "", "before": "", "behind": ""}
    for name in names:
        motion = table["motions"][name]
        shapes = {False: "", True: ""}
        sprites = tuple(_sprites(table, name, face, whole=motion.get("whole", False)))
        for number, sprite in enumerate(sprites):
            place = _MOVES[motion["move"]](motion, sprite, number / len(sprites), phase)
            shapes[place.behind] += _moved(sprite, place)
        before = "before" if motion.get("free", False) else "on"
        found[before] += _placed(name, face, shapes[False])
        found["behind"] += _placed(name, face, shapes[True])
    return Drawn(**found)


def _placed(name: str, face: Face, shapes: str) -> str:
    """Bring shapes from around the eyes they were drawn for to where they belong on a face."""
    if not shapes:
        return ""
    scale = face.unit / 100
    # what hangs from the eyes moves along with them
    stretch = face.apart / (_EYES * scale) if name in _FROM_EYES else 1.0
    lean = f"rotate({face.turn:.1f}) " if face.turn else ""
    placed = f"translate({face.x} {face.y}) {lean}scale({scale * stretch:.4f} {scale:.4f})"
    return f'<g transform="{placed}">{shapes}</g>'


def _shape(path: Mapping[str, str], face: Face) -> str:
    fill = path.get("fill", "none")
    attributes = {"d": path["d"], "fill": face.skin if fill == "skin" else fill}
    if "stroke" in path:
        attributes |= {
            "stroke": path["stroke"], "stroke-width": path["width"],
            "stroke-linecap": "round", "stroke-linejoin": "round",
        }  # fmt: skip
    if "faint" in path:
        attributes["stroke-opacity"] = path["faint"]
    if "opacity" in path:
        attributes["opacity"] = path["opacity"]
    return "<path " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + "/>"


def _sprites(table: Mapping[str, Any], name: str, face: Face, *, whole: bool) -> Iterator[Sprite]:
    paths = table["overlays"][name]
    if whole:
        yield _sprite("".join(_shape(path, face) for path in paths))
        return
    for path in paths:
        for outline in re.findall(r"M[^M]+", path["d"]):
            yield _sprite(_shape({**path, "d": outline}, face))


@cache
def _sprite(shapes: str) -> Sprite:
    box = f"{-_REACH} {-_REACH} {2 * _REACH} {2 * _REACH}"
    drawn = raster(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{shapes}</svg>', 256)
    rows, columns = (np.flatnonzero(drawn[..., 3].any(axis=axis)) for axis in (1, 0))
    scale = 2 * _REACH / 256
    x, y = (scale * (inside[0] + inside[-1] + 1) / 2 - _REACH for inside in (columns, rows))
    return Sprite(shapes, float(x), float(y))


def _moved(sprite: Sprite, place: Place) -> str:
    if place.size <= 0.02:
        return ""
    transform = (
        f"translate({sprite.x + place.x:.2f} {sprite.y + place.y:.2f}) rotate({place.turn:.1f}) "
        f"scale({place.size:.3f}) translate({-sprite.x:.2f} {-sprite.y:.2f})"
    )
    return f'<g transform="{transform}">{sprite.shapes}</g>'


def _wave(turns: float) -> float:
    return math.sin(2 * math.pi * turns)


def _grown(way: float) -> float:
    """Size on a way of 0..1: there quickly, gone more slowly; never faint, which edges show."""
    return min(1.0, way / 0.15, (1 - way) / 0.25)


def _rise(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:
    way = (motion["times"] * phase + share) % 1
    aside = motion["wave"] * _wave(way + share)
    away = math.copysign(0.15 * motion["far"] * way, sprite.x)
    size = (0.8 + 0.4 * way) * _grown(way)
    return Place(aside + away, motion["far"] * (0.4 - way), 8 * _wave(way + share), size)


def _fall(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:
    way = (motion["times"] * phase + 0.618 * 16 * share) % 1
    aside = motion["wave"] * _wave(2 * way + share)
    spin = math.copysign(360, sprite.x) * way
    return Place(aside, motion["far"] * (way - 0.4), spin, 1.15 * _grown(way))


def _slip(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:  # noqa: ARG001
    way = (motion["times"] * phase + share) % 1
    fallen = max(0.0, way - 0.35) / 0.65
    size = min(1.0, way / 0.35, (1 - fallen) / 0.25)
    return Place(y=-8 + motion["far"] * fallen**1.6, size=size)


def _beat(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:  # noqa: ARG001
    return Place(size=1 + motion["far"] * _wave(motion["times"] * phase + 0.25 * share))


def _bob(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:  # noqa: ARG001
    swing = _wave(motion["times"] * phase + 0.5 * share)
    return Place(y=-motion["far"] * swing, turn=motion["far"] * 0.4 * swing)


def _circle(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:
    angle = motion["times"] * phase + share
    depth = _wave(angle)  # towards us
    x = motion["far"] * _wave(angle + 0.25)
    y = -122 + 0.22 * motion["far"] * depth
    return Place(
        x - sprite.x, y - sprite.y, 10 * _wave(angle + 0.25), 0.85 + 0.2 * depth, behind=depth < 0
    )


def _fly(motion: Mapping[str, Any], sprite: Sprite, share: float, phase: float) -> Place:  # noqa: ARG001
    way = (motion["times"] * phase + share) % 1
    out = motion["far"] * (way**0.8 - 0.35)
    return Place(out, -0.7 * out, 14 * _wave(2 * way), (0.45 + 0.85 * way) * _grown(way))


_MOVES = {
    "rise": _rise, "fall": _fall, "slip": _slip, "beat": _beat, "bob": _bob, "circle": _circle,
    "fly": _fly,
}  # fmt: skip
