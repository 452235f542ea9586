"""Skin in one even tone, its one connected shadow, its own modelling, blood in the cheeks."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves, relief
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.drawing import Shape, edge, fill, line
from inference.cartoon.portrait.sitter import GRID, SCALE, Sitter
from inference.face import topology

_FAINT = 0.05  # opacity below which nothing is drawn
_FRECKLE = 0.0055  # radius, face heights
_SOFT = 0.4  # how strong the face's own modelling is at least


def draw(sitter: Sitter, heavy: tuple[float, float], modelled: float = 1.0) -> list[Shape]:
    """Draw face, ears, neck and whatever else is bare.

    modelled: 0..1, how far light shapes the cheek, too, beside what chin and hair cast, and how
    strong the face's own modelling is, which is never left out.
    """
    unit = sitter.unit
    blur = 0.020 * unit / SCALE
    least = (0.06 * unit) ** 2
    under = np.maximum(sitter.skin, np.minimum(_grown(sitter.skin, 0.05 * unit), sitter.hair))
    rings = curves.outlines(under, SCALE, blur=blur, least=least)
    shadows = []
    for name, shapes, opacity in (("cast", False, 1.0), ("shadow", True, modelled)):
        if opacity > _FAINT and (shapes or modelled < 1):
            plane = _shadow(sitter, modelled=shapes)
            found = curves.outlines(plane, SCALE, blur=0.018 * unit / SCALE, least=least)
            shadows += fill(
                f"skin-{name}", "skin-shadow", *found, part="shade", clip="skin", opacity=opacity
            )
    return [
        *edge("skin-edge", "skin-line", rings, 0.016 * unit, heavy),
        *fill("skin", "skin", *rings),
        *shadows,
        *relief.draw(sitter, max(modelled, _SOFT)),
        *_freckles(sitter),
        *_ears(sitter),
        *(_blush(sitter) if modelled == 1 else ()),
    ]


def _shadow(sitter: Sitter, *, modelled: bool) -> Plane:
    """Where light does not reach: under the chin, under the hair, the far cheek.

    Drawn from the head's shape, not the photo's own light, which is spotted; the photo only says
    from which side.
    """
    unit = sitter.unit / SCALE
    side = -1 if sitter.light > 0 else 1  # the picture's side that is in shadow
    strength = abs(sitter.light)
    down, across = -sitter.up, sitter.right * side
    head_down = sitter.down
    face = sitter.oval > 0.5
    jaw = _filled_jaw(sitter)
    neck = _moved(jaw, (0.16 * down + 0.03 * across) * unit) * (1 - jaw) * (head_down > 0.62)
    cap = np.maximum(sitter.hair, sitter.headwear)
    cast = _moved(cap, (0.045 * down + 0.02 * across * strength) * unit) * (1 - cap)
    cast *= np.clip((0.9 - head_down) / 0.1, 0, 1)
    if not modelled:
        cast = _moved(cap, (0.055 * down + 0.02 * across) * unit) * (1 - cap)
        return np.asarray(np.maximum(neck, cast * face), np.float32)
    width = 0.09 + 0.10 * strength
    flank = face & (_moved(sitter.oval, (-width * across) * unit) < 0.5)
    flank &= (head_down > 0.2) & (head_down < 1.02)
    return np.asarray(np.maximum.reduce([neck, cast * face, flank]), np.float32)


def _filled_jaw(sitter: Sitter) -> Plane:
    return curves.polygon(
        (curves.through(sitter.points(*topology.FACE_OVAL), 3, closed=True),), GRID, SCALE
    )


def _ears(sitter: Sitter) -> list[Shape]:
    """One curve within each ear that shows."""
    shapes = []
    unit, up, right = sitter.unit, sitter.up, sitter.right
    for side, (top, bottom) in ((-1, (127, 132)), (1, (356, 361))):
        upper, lower = sitter.points(top, bottom)
        out = right * side
        reach = [_reach(sitter, upper + (lower - upper) * t, out) for t in (0.3, 0.5, 0.7)]
        wide = float(np.median(reach))
        if not 0.045 * unit < wide < 0.22 * unit:
            continue
        a = upper + 0.25 * (lower - upper) + out * wide * 0.35
        b = upper + 0.18 * (lower - upper) + out * wide * 0.85
        c = upper + 0.62 * (lower - upper) + out * wide * 0.75
        d = upper + 0.72 * (lower - upper) + out * wide * 0.30
        curve = curves.bezier(a, b, c, d)
        shapes += line(f"ear-{side}", "skin-line", curve, 0.010 * unit, opacity=0.8)
        inner = curves.ellipse(
            upper + 0.52 * (lower - upper) + out * wide * 0.30, out * wide * 0.22, up * 0.05 * unit
        )
        shapes += fill(f"ear-shade-{side}", "skin-shadow", inner, part="shade", clip="skin")
    return shapes


def _reach(sitter: Sitter, start: NDArray[np.floating], out: NDArray[np.floating]) -> float:
    """How far bare skin goes on outwards from a point of the face's side, units."""
    steps = np.arange(0.0, 0.24, 0.01) * sitter.unit
    spots = (start + steps[:, None] * out) / SCALE
    at = np.clip(np.rint(spots - 0.5).astype(int), 0, GRID - 1)
    bare = sitter.skin[at[:, 1], at[:, 0]] > 0.5
    return float(steps[np.argmin(bare)]) if not bare.all() else float(steps[-1])


def _blush(sitter: Sitter) -> list[Shape]:
    shapes = []
    unit = sitter.unit
    for index, away in ((205, 0.08), (425, -0.08)):
        yaw = sitter.pose.yaw * np.sign(away)  # the far cheek narrows
        wide = 0.085 * unit * float(np.clip(1 + yaw / 60, 0.3, 1))
        centre = sitter.landmarks[index] + 0.03 * unit * sitter.up
        ring = curves.ellipse(centre, sitter.right * wide, sitter.up * 0.055 * unit)
        shapes += fill(
            f"blush-{index}", "blush", ring, part="light", clip="skin",
            opacity=0.16 * (1 - 0.8 * sitter.masculine),
        )  # fmt: skip
    return shapes


def _freckles(sitter: Sitter) -> list[Shape]:
    """A dot for each."""
    size = _FRECKLE * sitter.unit
    dots = [curves.ellipse(spot, sitter.right * size, sitter.up * size) for spot in sitter.freckles]
    return fill("freckles", "freckle", *dots, part="shade", clip="skin", opacity=0.7)


def _grown(mask: Plane, reach: float) -> Plane:
    size = 2 * max(1, round(reach / SCALE)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask, disc), np.float32)


def _moved(mask: Plane, by: NDArray[np.floating]) -> Plane:
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    return np.asarray(cv2.warpAffine(mask, matrix, (GRID, GRID)), np.float32)
