"""A drawing: named shapes in the order in which they are laid, and the sitter's own colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve
from inference.face.report import Lab

Part = Literal["fill", "shade", "light", "edge", "line", "feature"]
"""What a shape does: a flat tone; a shadow or a highlight on one; the inked edge below one; a
line that a look may leave out; a line without which there is no face."""


@dataclass(frozen=True)
class Shape:
    """One closed shape, or a stroke along a curve.

    role: what it is of, the palette's word for its colour. widths: of a stroke at each of its
    points, before the look's thickness; None for a filled shape. clip: the name of the shape
    inside which alone it shows. swell: of an edge, how far it is grown, and where most.
    """

    name: str
    role: str
    part: Part
    rings: tuple[Curve, ...]
    widths: NDArray[np.float64] | None = None
    clip: str | None = None
    opacity: float = 1.0
    swell: tuple[float, tuple[float, float]] | None = None

    @cached_property
    def path(self) -> str:
        """SVG path data of a filled shape."""
        return curves.path(self.rings)

    def outline(self, thickness: float) -> str:
        """SVG path data, a stroke's as thick as a look wants it."""
        if self.swell is not None:
            width, heavy = self.swell
            return curves.path(curves.swollen(self.rings, width * thickness, heavy))
        if self.widths is None:
            return self.path
        return curves.path((curves.stroke(self.rings[0], self.widths * thickness),))


@dataclass(frozen=True)
class Drawing:
    """Shapes from the lowest to the topmost, the colours of their roles, and the face's height."""

    shapes: tuple[Shape, ...]
    palette: Mapping[str, Lab]
    unit: float

    def named(self, name: str) -> Shape | None:
        """Return the shape of that name."""
        return next((shape for shape in self.shapes if shape.name == name), None)


def fill(
    name: str, role: str, *rings: Curve, part: Part = "fill", clip: str | None = None,
    opacity: float = 1.0,
) -> list[Shape]:  # fmt: skip
    """Return a filled shape, or none where there is nothing to fill."""
    if not rings:
        return []
    return [Shape(name, role, part, tuple(rings), clip=clip, opacity=opacity)]


def line(
    name: str, role: str, points: Curve, width: float, *,
    ends: tuple[float, float] = (0.15, 0.15), part: Part = "line", clip: str | None = None,
    opacity: float = 1.0,
) -> list[Shape]:  # fmt: skip
    """Return a stroke that swells between its ends, each a share of the width."""
    widths = width * curves.taper(len(points), *ends)
    return [Shape(name, role, part, (points,), widths, clip, opacity)]


def edge(
    name: str, role: str, rings: tuple[Curve, ...], width: float, heavy: tuple[float, float]
) -> list[Shape]:
    """Return the inked edge to be laid below a shape: its rings grown, most where it is heavy."""
    if not rings:
        return []
    return [Shape(name, role, "edge", rings, swell=(width, heavy))]
