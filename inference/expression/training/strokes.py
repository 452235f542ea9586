"""Creases drawn where a mean of many faces blurs them: every brow wrinkles in places of its own.

Each is a line through landmarks of the mean face: dark along its bottom, lit beside it where the
skin swells, thin at its ends. Names are FACS's; where they lie is what its manual shows
(Ekman, Friesen, Hager, 2002).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A crease.

    path: (N, 2) px, smooth. width: of its dark bottom in px. depth: of the logarithm of light
    there. lit: the light beside it as a share of the depth, most on the side to which a right turn
    from the path's direction leads.
    """

    path: Points
    width: float
    depth: float
    lit: float = 0.32

    def laid(self, side: int) -> Plane:
        """Draw this stroke.

        Args:
            side: of the plane, px.

        Returns:
            (side, side) float32, the change of light.
        """
        y, x = np.mgrid[0:side, 0:side] + 0.5
        away = np.stack([x, y], axis=-1)[:, :, None] - self.path  # (side, side, N, 2)
        nearest = np.square(away).sum(axis=-1).argmin(axis=-1)
        off = np.take_along_axis(away, nearest[..., None, None], axis=2)[:, :, 0]
        along = np.gradient(self.path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)[nearest]
        distance = (off * across).sum(axis=-1) / self.width
        beyond = np.abs((off * along[nearest]).sum(axis=-1)) / self.width
        place = nearest / (len(self.path) - 1)
        taper = np.sin(np.pi * place) ** 0.6 * np.exp(-(beyond**2))
        below, above = (np.exp(-(((distance + shift) / 1.3) ** 2)) for shift in (-1.9, 1.9))
        light = self.lit * (below + 0.5 * above) - np.exp(-(distance**2))
        return np.asarray(self.depth * taper * light, np.float32)


@dataclass(frozen=True, slots=True)
class Brush:
    """Draws on one mean face.

    points: (>=468, 2) landmarks in the pixels of a plane (side, side). Lengths are shares of
    ``unit``.
    """

    points: Points
    side: int

    @property
    def unit(self) -> float:
        """Px from the top of the forehead to the chin."""
        return float(np.linalg.norm(self.points[10] - self.points[152]))

    @property
    def middle(self) -> float:
        """X of the face's axis."""
        return float(self.points[[10, 152, 1, 6], 0].mean())

    def at(self, landmark: int, x: float, y: float) -> Points:
        """Find a place beside a landmark by shares of the face's height.

        Args:
            landmark: its number.
            x: to the picture's right.
            y: down.

        Returns:
            (2,) px.
        """
        place: Points = self.points[landmark] + self.unit * np.array([x, y])
        return place

    def stroke(
        self, corners: Sequence[Points], width: float, depth: float, lit: float = 0.32
    ) -> Stroke:
        """Draw a smooth stroke through all corners.

        Args:
            corners: (2,) px each.
            width: of the stroke, face heights.
            depth: of its shade.
            lit: of the light beside it.
        """
        return Stroke(_smooth(corners), width * self.unit, depth, lit)

    def both(self, stroke: Stroke) -> Iterator[Stroke]:
        """Yield a stroke and its mirror image, lit on the same side."""
        yield stroke
        path = (stroke.path * (-1, 1) + (2 * self.middle, 0))[::-1]
        yield Stroke(path, stroke.width, stroke.depth, stroke.lit)

    def plane(self, strokes: Iterator[Stroke]) -> Plane:
        """Draw strokes together.

        Args:
            strokes: any number.

        Returns:
            (side, side) float32.
        """
        return np.asarray(sum(stroke.laid(self.side) for stroke in strokes), np.float32)


def _smooth(corners: Sequence[Points], count: int = 60) -> Points:
    """Return count points on a Catmull-Rom spline through all corners."""
    p = np.array([2 * corners[0] - corners[1], *corners, 2 * corners[-1] - corners[-2]])
    at = np.linspace(0, len(corners) - 1 - 1e-9, count)
    k, t = at.astype(int), (at % 1)[:, None]
    a, b, c, d = p[k], p[k + 1], p[k + 2], p[k + 3]
    cubic = (3 * b - a - 3 * c + d) * t**3
    path: Points = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + cubic)
    return path


def _forehead(brush: Brush, *, inner: bool) -> Iterator[Stroke]:
    """Level lines over the brows, bowed as brows are: AU1 in the middle, AU2 at the sides."""
    points, unit = brush.points, brush.unit
    room = points[10, 1] - points[107, 1]
    chance = np.random.default_rng(4)
    for share, depth in ((0.3, 0.7), (0.46, 1.0), (0.61, 0.9), (0.75, 0.55)):
        wave = chance.normal(0, 0.006, 7)
        rise = share * room / unit
        ends = [
            brush.at(63, 0.035, 0.75 * rise + wave[0]),
            brush.at(105, 0.0, 0.98 * rise + wave[1]),
            brush.at(107, 0.0, 0.9 * rise + wave[2]),
        ]
        others = [
            np.array([2 * brush.middle - place[0], place[1] + 0.6 * unit * wave[4 + k]])
            for k, place in enumerate(ends)
        ]
        if inner:
            top = np.array([brush.middle, points[107, 1] + unit * (0.92 * rise + wave[3] - 0.01)])
            yield brush.stroke([*ends[1:], top, *others[:0:-1]], 0.0085, 0.2 * depth)
        else:
            for first, second, third in (ends, others):
                corners = [first, second, (second + third) / 2]
                corners.sort(key=lambda place: float(place[0]))
                yield brush.stroke(corners, 0.0085, 0.16 * depth)


def _frown(brush: Brush) -> Iterator[Stroke]:
    """Upright lines between lowered brows (AU4), and a level one on the root of the nose."""
    unit, middle = brush.unit, brush.middle
    x = middle - 0.34 * (middle - brush.points[55, 0])
    top, bottom = brush.at(9, 0, -0.05)[1], brush.at(55, 0, 0.055)[1]

    def upright(*places: tuple[float, float]) -> list[Points]:
        return [np.array([x + off * unit, top + share * (bottom - top)]) for off, share in places]

    inner = upright((-0.004, 0), (0.006, 0.5), (-0.012, 1))
    yield from brush.both(brush.stroke(inner, 0.013, 0.26, 0.3))
    outer = upright((-0.04, 0.2), (-0.036, 0.8))
    yield from brush.both(brush.stroke(outer, 0.01, 0.13, 0.3))
    level = [brush.at(168, -0.05, -0.01), brush.at(168, 0, 0.004), brush.at(168, 0.05, -0.01)]
    yield brush.stroke(level, 0.01, 0.16)


def _nose(brush: Brush) -> Iterator[Stroke]:
    """Bunched lines over the bridge and down the sides of a wrinkled nose (AU9)."""
    for landmark, depth, span in ((6, 0.24, 0.045), (197, 0.17, 0.05)):
        level = [brush.at(landmark, x, y) for x, y in ((-span, 0.012), (0, -0.004), (span, 0.012))]
        yield brush.stroke(level, 0.01, depth)
    corner, wing = brush.points[193], brush.points[198]
    for share, depth in ((0.1, 0.2), (0.45, 0.25), (0.8, 0.18)):
        start = corner + share * (wing - corner)
        slope = [
            start + brush.unit * np.array(off) for off in ((0, 0), (-0.022, 0.03), (-0.03, 0.075))
        ]
        yield from brush.both(brush.stroke(slope, 0.01, depth))


def _fold(brush: Brush, depth: float) -> Iterator[Stroke]:
    """The fold from the wing of the nose to the mouth's corner (AU9, AU10)."""
    places = [brush.at(landmark, -0.008, 0) for landmark in (129, 203, 206, 216)]
    yield from brush.both(brush.stroke(places, 0.016, depth, 0.5))


def _crows_feet(brush: Brush) -> Iterator[Stroke]:
    """Lines that fan out from the outer corner of the eye (AU6)."""
    for angle, reach, depth in ((-24, 0.1, 0.6), (-4, 0.12, 1.0), (17, 0.12, 0.9), (38, 0.1, 0.6)):
        ray = -np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))])
        bend = 0.006 * float(np.sign(angle + 1))
        places = [
            brush.at(33, *(length * ray + (0, bow)))
            for length, bow in ((0.035 + reach, 0), (0.035 + reach / 2, bend), (0.035, 0))
        ]
        yield from brush.both(brush.stroke(places, 0.0075, 0.17 * depth))


def _corners(brush: Brush) -> Iterator[Stroke]:
    """The line down from a mouth's corner that is pulled down (AU15)."""
    places = [brush.at(61, x, y) for x, y in ((-0.012, 0.0), (-0.03, 0.03), (-0.034, 0.075))]
    yield from brush.both(brush.stroke(places, 0.013, 0.26, 0.4))


def _chin(brush: Brush) -> Plane:
    """The pebbled boss of the chin and the furrow over it (AU17)."""
    side, unit = brush.side, brush.unit
    noise = np.random.default_rng(7).normal(size=(side, side)).astype(np.float32)
    fine, broad = (cv2.GaussianBlur(noise, (0, 0), share * unit) for share in (0.011, 0.022))
    pebbles = (fine - broad) / float((fine - broad).std())
    y, x = np.mgrid[0:side, 0:side] + 0.5
    centre = (brush.points[200] + brush.points[199]) / 2
    away = np.hypot((x - centre[0]) / (0.105 * unit), (y - centre[1]) / (0.065 * unit))
    furrow = [brush.at(18, x, y) for x, y in ((-0.1, 0.012), (0, 0.004), (0.1, 0.012))]
    boss = 0.06 * pebbles * np.exp(-(away**4))
    return np.asarray(boss + brush.stroke(furrow, 0.02, 0.22).laid(side), np.float32)


def drawn(points: Points, side: int) -> dict[str, Plane]:
    """Draw the creases of some blendshapes.

    Args:
        points: (>=468, 2) landmarks of the mean face in the plane's pixels.
        side: of the planes, px.

    Returns:
        Blendshape -> (side, side) float32, the logarithm of the change of light.
    """
    brush = Brush(points, side)
    return {
        "browInnerUp": brush.plane(_forehead(brush, inner=True)),
        "browOuterUp": brush.plane(_forehead(brush, inner=False)),
        "browDown": brush.plane(_frown(brush)),
        "noseSneer": brush.plane(_nose(brush)) + brush.plane(_fold(brush, 0.26)),
        "mouthUpperUp": brush.plane(_fold(brush, 0.16)),
        "cheekSquint": brush.plane(_crows_feet(brush)),
        "mouthFrown": brush.plane(_corners(brush)),
        "mouthShrugLower": _chin(brush),
    }
