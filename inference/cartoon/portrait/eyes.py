"""Eyes: white, iris with its light, lid and lashes, as open and as turned as they are."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve
from inference.cartoon.portrait.drawing import Shape, fill, line
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology

GAIN = 1.14
"""Eyes are drawn a little larger than they are: so small a picture would lose them."""

_WINK = 0.09  # eyes that differ less are meant to be equally open
_CLOSED = 0.115  # height over width of an eye that shows no white


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye's own frame.

    outward: unit vector to the temple. lashes: 0..1, how long. openness: height over width.
    """

    name: str
    ring: Curve
    iris: NDArray[np.float64]
    radius: float
    outward: NDArray[np.float64]
    up: NDArray[np.float64]
    lashes: float
    openness: float

    @property
    def upper(self) -> Curve:
        """The upper lid from the outer corner to the inner one, or the other way."""
        return np.vstack([self.ring[8:], self.ring[:1]])

    @property
    def lower(self) -> Curve:
        """The lower lid."""
        return self.ring[:9]

    @property
    def width(self) -> float:
        """From corner to corner."""
        return float(np.linalg.norm(self.ring[0] - self.ring[8]))


def both(sitter: Sitter) -> tuple[Eye, Eye]:
    """Measure both eyes, the picture's left one first."""
    lashes = 0.35 + 0.65 * sitter.chance("male", "0")
    found = []
    for side, ring, iris in zip((-1, 1), topology.EYES, topology.IRISES, strict=True):
        points, centre = sitter.points(*iris), sitter.points(*ring).mean(axis=0)
        radius = float(np.linalg.norm(points[1:] - points[0], axis=1).mean())
        found.append(
            Eye(
                "left" if side < 0 else "right",
                centre + GAIN * (sitter.points(*ring) - centre),
                centre + GAIN * (points[0] - centre),
                radius * GAIN,
                sitter.right * side,
                sitter.up,
                lashes,
                _openness(sitter.points(*ring), sitter.up),
            )
        )
    left, right = found
    if abs(left.openness - right.openness) < _WINK:
        both_are = (left.openness + right.openness) / 2
        left, right = (replace(eye, openness=both_are) for eye in found)
    return left, right


def _openness(ring: Curve, up: NDArray[np.float64]) -> float:
    """Height over width."""
    return float(np.ptp(ring @ up)) / (float(np.linalg.norm(ring[0] - ring[8])) + 1e-6)


def draw(sitter: Sitter) -> list[Shape]:
    """Draw both eyes as they are, with more contrast than in life."""
    return [shape for eye in both(sitter) for shape in _drawn(eye, sitter.unit)]


def _drawn(eye: Eye, unit: float) -> list[Shape]:
    name = f"eye-{eye.name}"
    upper = curves.through(_outer_first(eye, eye.upper), 4)
    if eye.openness < _CLOSED:
        return _closed(eye, unit)
    ring = curves.through(eye.ring, 3, closed=True)
    radius = max(eye.radius * 1.06, 0.19 * eye.width)
    return [
        *fill(name, "eye-white", ring),
        *fill(f"{name}-iris", "iris-dark", _disc(eye, radius), clip=name),
        *fill(f"{name}-ring", "iris", _disc(eye, radius * 0.84), clip=name),
        *fill(
            f"{name}-low", "iris-light",
            curves.ellipse(
                eye.iris - eye.up * radius * 0.34,
                eye.outward * radius * 0.58, eye.up * radius * 0.42,
            ),
            part="light", clip=name,
        ),
        *fill(f"{name}-pupil", "pupil", _disc(eye, radius * 0.46), clip=name),
        *fill(
            f"{name}-lid", "ink",
            np.vstack([upper, (upper - eye.up * 0.11 * eye.width)[::-1]]),
            part="shade", clip=name, opacity=0.10 + 0.18 * eye.lashes,
        ),
        *fill(f"{name}-glint", "glint", _glint(eye, radius), part="feature", clip=name),
        *_lashes(eye, upper, unit),
    ]  # fmt: skip


def _lashes(eye: Eye, upper: Curve, unit: float) -> list[Shape]:
    """The upper lash line, thickest towards the outer corner, the crease and the lower lid."""
    name = f"eye-{eye.name}"
    count = len(upper)
    t = np.linspace(0, 1, count)
    thick = eye.width * (0.025 + 0.065 * eye.lashes)
    widths = thick * np.clip(0.35 + 1.1 * np.sin(np.pi * np.clip(t * 0.80 + 0.12, 0, 1)), 0, 1.3)
    widths[-1] *= 0.2
    lash = [Shape(f"{name}-lash", "lash", "feature", (upper + eye.up * thick * 0.2,), widths)]
    if eye.lashes > 0.88:  # a flick past the corner
        corner = upper[0]
        tip = corner + eye.outward * 0.13 * eye.width + eye.up * 0.09 * eye.width
        flick = curves.bezier(upper[min(5, count - 1)], corner, tip, steps=8)
        lash += [
            Shape(f"{name}-flick", "lash", "feature", (flick,), thick * np.linspace(1.1, 0.1, 8))
        ]
    crease = upper + eye.up * eye.width * (0.13 + 0.03 * eye.openness)
    lower = curves.through(_outer_first(eye, eye.lower), 4)
    return [
        *lash,
        *line(f"{name}-crease", "skin-line", crease[3:-2], 0.008 * unit, opacity=0.75),
        *line(f"{name}-lower", "skin-line", lower[1:-6], 0.006 * unit, opacity=0.8),
    ]


def _closed(eye: Eye, unit: float) -> list[Shape]:
    low = curves.through(_outer_first(eye, eye.lower), 4)
    return line(
        f"eye-{eye.name}-closed", "lash", low, 0.017 * unit, ends=(0.6, 0.2), part="feature"
    )


def _outer_first(eye: Eye, lid: Curve) -> Curve:
    away = lid @ eye.outward
    return lid if away[0] > away[-1] else lid[::-1]


def _disc(eye: Eye, radius: float) -> Curve:
    return curves.ellipse(eye.iris, eye.outward * radius, eye.up * radius)


def _glint(eye: Eye, radius: float) -> Curve:
    right = np.array([-eye.up[1], eye.up[0]])
    centre = eye.iris + eye.up * radius * 0.36 - right * radius * 0.34
    return curves.ellipse(centre, right * radius * 0.25, eye.up * radius * 0.25)
