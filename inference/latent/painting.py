"""Paint on a face: drawn once on the mean's shape, carried by the warp, in the face's own light.

A paint is RGBA over the frame. What it covers takes its hue; its lightness goes up and down with
the skin's, so that folds, shine and shadow stay.
"""

from collections.abc import Callable, Mapping
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.latent.model import load
from inference.pictures.images import to_lab

SIDE = 512
"""px of the frame on which paints are drawn."""

Layer = NDArray[np.float32]
Colour = tuple[int, int, int]

_SMOOTH = 4  # times as large are they drawn
_LIGHT = (0.35, 1.5)  # least and most of the skin's own light that a paint takes on
_ROOM = 0.88  # of a paint's lightness where it is evenly lit, so that white has room for shine
_BLACK: Colour = (24, 20, 22)
_WHITE: Colour = (244, 242, 238)

_FLAGS: Mapping[str, tuple[str, tuple[Colour, ...]]] = {
    "rainbow": ("rows", ((228, 48, 52), (245, 140, 38), (250, 214, 60), (64, 160, 74),
                         (50, 98, 196), (124, 66, 160))),
    "france": ("columns", ((30, 60, 150), _WHITE, (216, 44, 56))),
    "italy": ("columns", ((20, 134, 72), _WHITE, (204, 44, 56))),
    "ireland": ("columns", ((22, 142, 86), _WHITE, (246, 134, 60))),
    "germany": ("rows", (_BLACK, (214, 32, 36), (250, 204, 30))),
    "netherlands": ("rows", ((172, 32, 46), _WHITE, (36, 72, 140))),
    "ukraine": ("rows", ((30, 92, 186), (252, 214, 30))),
    "poland": ("rows", (_WHITE, (214, 30, 66))),
    "japan": ("disc", (_WHITE, (190, 20, 50))),
}  # fmt: skip
"""Flag -> how it is divided, and its colours."""


class _Canvas:
    """A layer on the mean's landmarks, drawn large and reduced."""

    def __init__(self) -> None:
        self.size = SIDE * _SMOOTH
        self.points = load().frame.mean * self.size
        self.unit = topology.face_height(self.points)
        self.rgba = np.zeros((self.size, self.size, 4), np.uint8)

    def at(self, *marks: int) -> NDArray[np.float32]:
        """Where landmarks stand, (N, 2)."""
        return np.asarray(self.points[list(marks)], np.float32)

    def fill(self, points: NDArray[np.floating], colour: Colour) -> None:
        """Fill a polygon."""
        cv2.fillPoly(self.rgba, [np.rint(points).astype(np.int32)], (*colour, 255))

    def line(self, points: NDArray[np.floating], colour: Colour, width: float) -> None:
        """Draw an open line, ``width`` in face heights."""
        thick = max(1, round(width * self.unit))
        cv2.polylines(
            self.rgba, [np.rint(points).astype(np.int32)], False, (*colour, 255), thick, cv2.LINE_AA
        )

    def oval(self, middle: NDArray[np.floating], wide: float, high: float, colour: Colour) -> None:
        """Fill an ellipse, its half axes in face heights."""
        centre = (round(float(middle[0])), round(float(middle[1])))
        axes = (round(wide * self.unit), round(high * self.unit))
        cv2.ellipse(self.rgba, centre, axes, 0, 0, 360, (*colour, 255), -1)

    def clear(self, points: NDArray[np.floating]) -> None:
        """Wash a polygon off."""
        cv2.fillPoly(self.rgba, [np.rint(points).astype(np.int32)], (0, 0, 0, 0))

    def finished(self, soft: float = 0.0) -> Layer:
        """Return the layer, (SIDE, SIDE, 4) float32 0..1; ``soft`` in face heights."""
        layer = np.asarray(self.rgba / 255, np.float32)
        layer[..., :3] *= layer[..., 3:]
        if soft:
            layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), soft * self.unit), np.float32)
        small = cv2.resize(layer, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        reduced = np.asarray(small, np.float32)
        reduced[..., :3] /= np.maximum(reduced[..., 3:], 1e-3)
        return reduced


def _outward(canvas: _Canvas, side: int) -> NDArray[np.float32]:
    """Which way is out of the face at an eye, of unit length."""
    outer, inner = canvas.at(topology.OUTER_EYE_CORNERS[side], topology.INNER_EYE_CORNERS[side])
    way = outer - inner
    return np.asarray(way / np.linalg.norm(way), np.float32)


def _lid(canvas: _Canvas, side: int) -> NDArray[np.float32]:
    """The edge of the upper lid from its inner corner to its outer one."""
    lid = canvas.at(*topology.UPPER_LIDS[side])
    return lid[::-1] if side == 0 else lid


def _liner() -> Layer:
    """A line along the upper lid that swells outward and ends in a wing."""
    canvas = _Canvas()
    for side in (0, 1):
        lid, out = _lid(canvas, side), _outward(canvas, side)
        up = np.array([0, -1], np.float32)
        shares = np.linspace(0, 1, len(lid))[:, None]
        above = lid + up * canvas.unit * 0.012 * (0.25 + shares)
        tip = lid[-1] + (out + 0.55 * up) * canvas.unit * 0.045
        canvas.fill(np.concatenate([lid, tip[None], above[::-1]]), _BLACK)
    return canvas.finished(0.0015)


def _lashes() -> Layer:
    """Single lashes that turn outward along the upper lid."""
    canvas = _Canvas()
    up = np.array([0, -1], np.float32)
    for side in (0, 1):
        lid, out = _lid(canvas, side), _outward(canvas, side)
        along = np.linspace(0.22, 1.0, 19)
        places = np.linspace(0, 1, len(lid))
        for share in along:
            root = np.array([np.interp(share, places, lid[:, axis]) for axis in (0, 1)])
            lean = 1.5 * (share - 0.35)
            length = canvas.unit * (0.022 + 0.016 * share)
            tip = root + (up + lean * out) / np.hypot(1, lean) * length
            bend = (root + tip) / 2 + out * length * 0.12 * np.sign(lean)
            canvas.line(np.array([root, bend, tip]), _BLACK, 0.0022)
        canvas.line(lid, _BLACK, 0.005)
    return canvas.finished(0.0008)


def _cat() -> Layer:
    """A black nose, whiskers, and dots on the upper lip."""
    canvas = _Canvas()
    nose = canvas.at(topology.NOSE_TIP)[0]
    canvas.oval(nose + np.array([0, 0.012]) * canvas.unit, 0.036, 0.024, _BLACK)
    canvas.line(canvas.at(topology.NOSE_BASE, 164, topology.LIPS_TOP), _BLACK, 0.007)
    for side, mark in ((-1, 205), (1, 425)):
        root = canvas.at(mark)[0]
        for tilt in (-0.16, 0.02, 0.2):
            start = root + np.array([-side * 0.05, tilt * 0.22]) * canvas.unit
            end = start + np.array([side * 0.25, tilt * 0.42 - 0.02]) * canvas.unit
            middle = (start + end) / 2 + np.array([0, 0.012]) * canvas.unit
            canvas.line(np.array([start, middle, end]), _BLACK, 0.008)
        lip = canvas.at(92 if side < 0 else 322)[0]
        for x, y in ((0.0, 0.0), (0.03, -0.018), (0.034, 0.018)):
            canvas.oval(lip + np.array([side * x, y]) * canvas.unit, 0.006, 0.006, _BLACK)
    return np.maximum(canvas.finished(0.001), _liner())


def _skull() -> Layer:
    """Bone, dark sockets and nose, teeth drawn over the lips."""
    canvas = _Canvas()
    oval = canvas.at(*topology.FACE_OVAL)
    middle = oval.mean(0)
    brows = canvas.at(topology.BROW_MIDDLE)[0][1]
    grown = middle + (oval - middle) * 0.97
    above = grown[:, 1] < brows
    grown[above, 1] = brows + (grown[above, 1] - brows) * 1.4  # the oval ends below the hair
    canvas.fill(grown, _WHITE)
    for side, mark in ((-1, 205), (1, 425)):
        hollow = canvas.at(mark)[0] + np.array([side * 0.07, 0.03]) * canvas.unit
        canvas.oval(hollow, 0.045, 0.13, (118, 112, 108))
    for eye, iris in zip(topology.EYES, topology.IRIS_CENTRES, strict=True):
        centre = canvas.at(iris)[0]
        canvas.oval(centre - np.array([0, 0.01]) * canvas.unit, 0.125, 0.105, _BLACK)
        canvas.clear(canvas.at(*eye))
    nose = canvas.at(5, 98, 2, 327)
    canvas.fill(nose, _BLACK)
    left, right = canvas.at(*topology.MOUTH_CORNERS)
    reach = np.array([0.06 * canvas.unit, 0])
    seam = np.linspace(left - reach, right + reach, 13)
    canvas.line(seam, _BLACK, 0.01)
    for x, y in seam[1:-1]:
        up = np.array([[x, y - 0.055 * canvas.unit], [x, y + 0.055 * canvas.unit]])
        canvas.line(up, _BLACK, 0.007)
    canvas.clear(canvas.at(*topology.LIPS_INNER))
    return canvas.finished(0.002)


def _flag(name: str) -> Layer:
    """A flag on either cheek, as wide as fans paint it."""
    way, colours = _FLAGS[name]
    canvas = _Canvas()
    for mark, side in ((50, -1), (280, 1)):
        centre = canvas.at(mark)[0] + np.array([side * 0.0, 0.06]) * canvas.unit
        half = np.array([0.095, 0.062]) * canvas.unit
        low, high = centre - half, centre + half
        steps = len(colours) if way != "disc" else 1
        axis = 1 if way == "rows" else 0
        for at in range(steps):
            first, last = low.copy(), high.copy()
            first[axis] = low[axis] + (high - low)[axis] * at / steps
            last[axis] = low[axis] + (high - low)[axis] * (at + 1) / steps
            canvas.fill(
                np.array([first, [last[0], first[1]], last, [first[0], last[1]]]), colours[at]
            )
        if way == "disc":
            canvas.oval(centre, 0.038, 0.038, colours[1])
    return canvas.finished(0.002)


_DRAWN: Mapping[str, Callable[[], Layer]] = {
    "Eyeliner": _liner, "Lashes": _lashes, "Cat_Paint": _cat, "Skull_Paint": _skull,
}  # fmt: skip

NAMES = frozenset([*_DRAWN, *(f"Flag_{name}" for name in _FLAGS)])
"""Sliders from 0 to 1."""

_OPAQUE = {"Eyeliner": 0.92, "Lashes": 0.9}  # of a paint at 1; others cover a little less
_USUALLY = 0.86


@cache
def layer(name: str) -> Layer:
    """Return a paint over the frame, (SIDE, SIDE, 4) float32 RGBA 0..1."""
    drawn = _DRAWN[name]() if name in _DRAWN else _flag(name.removeprefix("Flag_"))
    drawn[..., 3] *= _OPAQUE.get(name, _USUALLY)
    drawn.setflags(write=False)
    return drawn


def lit(
    picture: NDArray[np.uint8], paint: Layer, light: Layer, usual: float, amount: float
) -> NDArray[np.uint8]:
    """Lay paint over a picture.

    Args:
        picture: (H, W, 3) uint8 RGB.
        paint: (H, W, 4) RGBA 0..1, as large.
        light: (H, W) L* of the skin, without its finest detail.
        usual: L* of the skin where it is evenly lit.
        amount: how much of it, 0 to 1.
    """
    share = np.clip(light / max(usual, 1.0), *_LIGHT)[..., None]
    painted = np.clip(paint[..., :3] * (255 * _ROOM) * share, 0, 255)
    cover = paint[..., 3:] * np.float32(min(1.0, amount))
    return np.asarray(np.rint(picture + (painted - picture) * cover), np.uint8)


def lightness(picture: NDArray[np.uint8], unit: float) -> Layer:
    """Return the light on a face, (H, W) L*, without pores; unit: px of a face's height."""
    light = np.ascontiguousarray(to_lab(picture)[..., 0])
    return np.asarray(cv2.GaussianBlur(light, (0, 0), max(0.6, 0.008 * unit)), np.float32)
