"""Grounds: the shape of colour behind a drawn person, as SVG elements."""

import numpy as np

from inference.cartoon.portrait import curves

NAMES = ("circle", "square", "burst", "blob")


def elements(name: str, colour: str, lighter: str) -> list[str]:
    """Return a ground of the canvas as SVG elements, in tenths of a unit.

    Raises:
        KeyError: there is no ground of that name.
    """
    return {"circle": _circle, "square": _square, "burst": _burst, "blob": _blob}[name](
        colour, lighter
    )


def _circle(colour: str, _lighter: str) -> list[str]:
    return [f'<circle cx="2560" cy="2660" r="2420" fill="{colour}"/>']


def _square(colour: str, lighter: str) -> list[str]:
    return [
        f'<rect x="60" y="60" width="5000" height="5060" rx="420" fill="{colour}"/>',
        f'<path fill="{lighter}" d="{_grid()}"/>',
    ]


def _burst(colour: str, lighter: str) -> list[str]:
    """A star of rays, as behind a hero."""
    points = 22
    angles = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False)
    reach = np.where(np.arange(2 * points) % 2, 2000, 2520)
    star = np.stack([2560 + reach * np.cos(angles), 2640 + reach * np.sin(angles)], axis=1)
    middle = np.array([2560, 2640])
    inner = middle + (star - middle) * 0.82
    return [_flat(star, colour), _flat(inner, lighter)]


def _blob(colour: str, _lighter: str) -> list[str]:
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = np.array([205, 222, 190, 226, 214, 196, 228, 200, 216.0])
    ring = np.stack([262 + reach * np.cos(angles), 280 + reach * np.sin(angles)], axis=1)
    return [f'<path fill="{colour}" d="{curves.path((ring,))}"/>']


def _flat(points: curves.Curve, colour: str) -> str:
    corners = " ".join(f"{round(x)},{round(y)}" for x, y in points.tolist())
    return f'<polygon fill="{colour}" points="{corners}"/>'


def _grid() -> str:
    """Dots at the crossings of a slanted grid, the larger the lower."""
    spots = (
        (x, y, 20 + 55 * y // 5120)
        for row, y in enumerate(range(200, 5100, 190))
        for x in range(200 + 95 * (row % 2), 4960, 190)
    )
    return "".join(
        f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0" for x, y, r in spots
    )
