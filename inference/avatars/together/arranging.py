"""Where everybody stands, so that nobody's face is hidden; pure, in half a head's width.

Rows stand one before the other, the tallest and widest hair behind. Within a row the widest are
drawn first and stand between narrower ones; rows are as close as faces allow.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inference.avatars.together.figures import BUST, FACE, Figure

_AIR = 0.12
"""What stays free around a face."""

_SHOULDER = 1.25  # bodies of a row may overlap up to here
_MOST_ROWS = 6
_ACROSS = np.linspace(-2.6, 2.6, 53)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a figure's eyes are, and by how much its body goes on below the bust."""

    figure: Figure
    x: float
    y: float
    longer: float = 0.0


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Everybody in the order of drawing, and the picture's size, in half heads."""

    places: tuple[Place, ...]
    width: float
    height: float


def arrange(figures: Sequence[Figure]) -> Arrangement:
    """Place figures so that heads are as large as they can be in a square, and no face is hidden.

    Args:
        figures: at least one.
    """
    numbers = range(1, min(_MOST_ROWS, len(figures)) + 1)
    tried = (_in_rows(figures, number) for number in numbers)
    return min(tried, key=lambda one: max(one.width, one.height))


def hidden(places: Sequence[Place], at: int) -> float:
    """Which share of a face is behind those who are drawn later.

    Args:
        places: in the order of drawing.
        at: whose face.
    """
    place = places[at]
    x, y = np.meshgrid(_ACROSS, _ACROSS)
    face = _within_face(place.figure, x, y)
    covered = np.zeros_like(face)
    for other in places[at + 1 :]:
        covered |= _covers(other, x + place.x, y + place.y)
    return float((face & covered).sum() / face.sum())


def _within_face(
    figure: Figure, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which places around the eyes are the face's: an ellipse from the brows to the chin."""
    middle, half = (figure.chin - _BROWS) / 2, (figure.chin + _BROWS) / 2
    return np.asarray((x / FACE) ** 2 + ((y - middle) / half) ** 2 <= 1)


_BROWS = 0.6


def _covers(place: Place, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    figure = place.figure
    columns = np.rint(figure.eyes[0] + (x - place.x) * figure.unit).astype(int)
    rows = np.rint(figure.eyes[1] + (y - place.y) * figure.unit).astype(int)
    height, width = figure.solid.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    solid = figure.solid[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return np.asarray(solid & inside)


def _in_rows(figures: Sequence[Figure], count: int) -> Arrangement:
    rows = _even([_abreast(_mixed(row)) for row in _rows(figures, count)])
    y = max(place.figure.top for place in rows[0])
    placed: list[list[Place]] = []
    for row in rows:
        if placed:
            y += _below(placed, row, y)
        placed.append([Place(one.figure, one.x, y) for one in row])
    everybody = [place for row in placed for place in row]
    left = min(one.x - one.figure.width[0] for one in everybody)
    right = max(one.x + one.figure.width[1] for one in everybody)
    top = min(one.y - one.figure.top for one in everybody)
    drawn: list[Place] = []
    for row in placed:
        longer = y - row[0].y
        moved = (Place(one.figure, one.x - left, one.y - top, longer) for one in row)
        drawn += sorted(moved, key=lambda one: (-_breadth(one.figure), -one.x))
    return Arrangement(tuple(drawn), right - left, y - top + BUST)


def _breadth(figure: Figure) -> float:
    return round(sum(figure.head), 6)


def _rows(figures: Sequence[Figure], count: int) -> Iterator[Sequence[Figure]]:
    """Part figures into rows, back to front: the taller behind, cats before people."""
    ranked = sorted(figures, key=lambda one: (not one.person, -one.top - 0.5 * _breadth(one) / 2))
    fewest, more = divmod(len(ranked), count)
    at = 0
    for number in range(count):
        size = fewest + (number < more)
        yield ranked[at : at + size]
        at += size


def _mixed(row: Sequence[Figure]) -> list[Figure]:
    """Put wide heads between narrow ones: narrow, wide, narrow, wide."""
    ranked = sorted(row, key=_breadth)
    narrow, wide = ranked[: math.ceil(len(row) / 2)], ranked[math.ceil(len(row) / 2) :]
    mixed: list[Figure] = []
    for at, figure in enumerate(narrow):
        mixed.append(figure)
        mixed += wide[at : at + 1]
    return mixed


def _abreast(row: Sequence[Figure]) -> list[Place]:
    """Stand figures side by side around 0: the narrower of two neighbours covers no face."""
    x = 0.0
    places = [Place(row[0], x, 0.0)]
    for left, right in pairwise(row):
        x += _apart(left, right)
        places.append(Place(right, x, 0.0))
    return [Place(one.figure, one.x - x / 2, 0.0) for one in places]


def _even(rows: list[list[Place]]) -> list[list[Place]]:
    """Let all rows stand as far apart as the widest, so that who is in front hides more bodies."""
    pitches = [(row[-1].x - row[0].x) / max(1, len(row) - 1) for row in rows]
    return [
        [Place(one.figure, one.x * max(pitches) / pitch if pitch else one.x, 0.0) for one in row]
        for row, pitch in zip(rows, pitches, strict=True)
    ]


def _apart(left: Figure, right: Figure) -> float:
    nearer = left.head[1] if _breadth(left) <= _breadth(right) else right.head[0]
    return max(nearer + FACE + _AIR, 2 * _SHOULDER)


def _below(before: Sequence[Sequence[Place]], row: Sequence[Place], y: float) -> float:
    """How much lower than the row at ``y`` the next one stands, so that it hides no face."""
    least = 0.4
    across = _ACROSS[np.abs(_ACROSS) <= FACE + _AIR]
    for back in (place for rows in before for place in rows):
        middle, half = (back.figure.chin - _BROWS) / 2, (back.figure.chin + _BROWS) / 2
        inside = np.clip(1 - (across / (FACE + _AIR)) ** 2, 0, 1)
        lowest = back.y - y + middle + half * np.sqrt(inside)
        for front in row:
            rises = front.figure.outline(across + back.x - front.x)
            least = max(least, float((lowest + rises).max()) + _AIR)
    return least
