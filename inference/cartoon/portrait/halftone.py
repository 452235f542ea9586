"""Shadows printed as dots."""

import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.drawing import Shape
from inference.cartoon.portrait.sitter import GRID, SCALE, SIDE

PRINTED = frozenset({"skin-shadow", "cloth-shade"})
"""Roles whose shadows are printed so."""

_PITCH = 0.036  # between dots, in face heights
_RADIUS = 0.36  # of the pitch


def dots(shape: Shape, unit: float) -> str:
    """Return SVG path data, in tenths of a unit, of the dots inside a shape, on a grid at 45°."""
    inside = curves.polygon(shape.rings, GRID, SCALE)
    pitch = max(4.0, _PITCH * unit)
    half = pitch / np.sqrt(2)
    rows, columns = np.mgrid[0 : SIDE / half, 0 : SIDE / half]
    kept = (rows + columns) % 2 == 0
    x, y = columns[kept] * half, rows[kept] * half
    at = np.clip(np.rint(np.stack([x, y]) / SCALE - 0.5).astype(int), 0, GRID - 1)
    share = inside[at[1], at[0]]
    r = round(pitch * _RADIUS * 10)
    return "".join(
        f"M{round(cx * 10) - r} {round(cy * 10)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0"
        for cx, cy in zip(x[share > 0.4].tolist(), y[share > 0.4].tolist(), strict=True)
    )
