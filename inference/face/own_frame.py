"""The photo in the photo: where a screenshot or a photographed print ends its own picture.

A side of the frame is a straight line between the picture and either flat ground or, across the
whole width, another picture. Whoever stands in front of such a line breaks it, so what is cut off
is never theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from inference.face import topology
from inference.pictures.compositing import shrink
from inference.pictures.images import Image, to_lab

_SIDE = 240  # px of the picture's longer side in which lines are looked for
_SLOPES = (0.0, 0.02, -0.02, 0.04, -0.04, 0.07, -0.07)
_GROUND = 0.02  # of the longer side: least width of flat ground beyond the line
_FLAT = 5.0  # Lab distance within the ground
_STEP = (2.5, 4.0)  # Lab distance across a line at least, and its multiple of the ground's spread
_ACROSS = 8.0  # Lab distance between two pictures that meet without ground
_ALONG_FLAT, _ALONG_STEP, _ALONG_ALL = 0.95, 0.75, 0.93  # shares of the line
_ALONG_CROSSING = 0.91  # share of a line between two photos with a face in each
_WIDE_FLAT = 0.8  # share of the wider line
_HEAD, _WIDE = 0.3, 0.55  # face heights to both sides of the face that a line and its ground go on
_BLENDED = 3  # px before a line that show what is beyond it, more or less
_INSET = 1.5  # px by which a tilted line, known to a few hundredths only, is moved inwards
_SAME, _ALONG_SAME = 2.5, 0.97  # Lab distance and share of ground that goes on without any line
_SIDES = 2  # a single line is more likely a door's, or a wall's
_CLEAR = 0.04  # face heights between the face and any line


@dataclass(frozen=True, slots=True)
class _Line:
    """y = at + slope * (x - middle), px. ground: its colour in Lab, where there is any."""

    at: float
    slope: float
    middle: float
    ground: NDArray[np.float32] | None

    def of(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """The line's y."""
        return np.asarray(self.at + self.slope * (x - self.middle), np.float32)


def inside(
    image: Image, landmarks: NDArray[np.float32], others: Sequence[NDArray[np.float32]] = ()
) -> NDArray[np.bool_] | None:
    """Find which pixels belong to the picture that a face is in.

    Args:
        image: (H, W, 3) RGB uint8, upright.
        landmarks: (478, 3) px of one face in it.
        others: the same of all others: who is beyond a line all across the photo is in another.

    Returns:
        (H, W) bool, or None where the photo is all there is.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    lab = to_lab(shrink(image, size))
    points = landmarks[:, :2] * scale
    views = [(np.rot90(lab, turns), _turned(points, lab.shape[:2], turns)) for turns in range(4)]
    lines: list[_Line | None] = []
    for view in views:
        lines.append(_above(*view))
        if not others and lines.count(None) > len(views) - _SIDES:
            return None
    if lines.count(None) > len(views) - _SIDES:
        lines = [None] * len(views)
    for other in others:
        for turns, view in enumerate(views):
            beyond = _turned(other[:, :2] * scale, lab.shape[:2], turns)
            known = lines[turns]
            line = _between(*view, beyond)
            if line is not None and (known is None or line.at > known.at):
                lines[turns] = line
    if not any(lines):
        return None
    grounds = [
        ground
        for view, line in zip(views, lines, strict=True)
        if line is not None and (ground := _ground(view[0], line)) is not None
    ]
    if grounds:  # a white wall meets a white page without a line
        lines = [
            line or _gone_on(*view, grounds[0]) for line, view in zip(lines, views, strict=True)
        ]
    kept = np.ones(lab.shape[:2], np.bool_)
    for turns, line in enumerate(lines):
        if line is not None:
            seen = np.rot90(kept, turns)  # a view: what is written there is written in ``kept``
            rows, columns = np.indices(seen.shape, np.float32)
            seen &= rows >= line.of(np.asarray(columns, np.float32))
    if kept.all():
        return None
    grown = cv2.resize(kept.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown > 0.5 + 1e-3, np.bool_)


def box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns that a mask, not empty, reaches."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _ground(lab: NDArray[np.float32], line: _Line) -> NDArray[np.float32] | None:
    """What is between a line and the next picture: ground, or a strip too narrow to be found so."""
    if line.ground is not None or line.slope or line.at < _BLENDED:
        return line.ground
    for strip in lab[int(line.at) - _BLENDED : int(line.at)]:
        colour = np.median(strip, axis=0)
        if (np.linalg.norm(strip - colour, axis=1) < _FLAT).mean() > _ALONG_FLAT:
            return np.asarray(colour, np.float32)
    return None


def _between(
    lab: NDArray[np.float32], points: NDArray[np.float32], beyond: NDArray[np.float32]
) -> _Line | None:
    """The level line, all across the photo, that parts a face from another above it."""
    start, end = int(beyond[:, 1].max()), int(points[:, 1].min())
    rows = np.arange(max(start, 2), min(end, len(lab) - 3))
    if not len(rows):
        return None
    step = np.linalg.norm(lab[rows + 1] - lab[rows - 2], axis=2) > _ACROSS
    ends = np.linalg.norm(lab[rows + 2] - lab[rows - 1], axis=2) > _FLAT
    colours = np.median(lab[rows - 1], axis=1, keepdims=True)
    strip = (np.linalg.norm(lab[rows - 1] - colours, axis=2) < _FLAT).mean(axis=1) > _ALONG_FLAT
    parts = (step.mean(axis=1) > _ALONG_CROSSING) | (strip & (ends.mean(axis=1) > _ALONG_STEP))
    found = rows[parts]
    return _Line(float(found[-1] + 1), 0.0, float(lab.shape[1] / 2), None) if len(found) else None


def _turned(points: NDArray[np.float32], shape: tuple[int, int], turns: int) -> NDArray[np.float32]:
    """Landmarks in the picture turned by ``numpy.rot90``."""
    height, width = shape
    for _ in range(turns):
        points = np.column_stack([points[:, 1], width - points[:, 0]]).astype(np.float32)
        height, width = width, height
    return points


def _above(lab: NDArray[np.float32], points: NDArray[np.float32]) -> _Line | None:
    """The nearest line above the face that ends the picture there."""
    limit, middle, head = _span(lab, points, _HEAD)
    _, _, wide = _span(lab, points, _WIDE)
    deep = max(3, round(_GROUND * max(lab.shape[:2])))
    limit = min(limit, len(lab) - 2)
    if limit <= deep or head.stop - head.start < 2:
        return None
    planes = [np.ascontiguousarray(plane) for plane in np.moveaxis(lab, 2, 0)]
    seen = np.stack([plane[: limit + 1] for plane in planes])
    if not _flat(seen[:, :limit], head).any() and not _meets(seen, deep).any():
        return None
    found: _Line | None = None
    for slope in _SLOPES:
        level = seen if slope == 0 else _sheared(planes, slope, middle, limit + 1)
        nearer = 0 if found is None else int(found.at + (2 if found.slope == 0 else 0)) + 1
        at, ground = _level_line(level, deep, nearer, head, wide)
        if at:
            found = _Line(at + (_INSET if slope else 0.0), slope, middle, ground)
    return found


def _sheared(
    planes: list[NDArray[np.float32]], slope: float, middle: float, height: int
) -> NDArray[np.float32]:
    """(3, height, W): the upper rows of a picture in which lines of a slope lie level."""
    shear = np.array([[1, 0, 0], [slope, 1, -slope * middle]], np.float64)
    size = (planes[0].shape[1], height)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack(
        [
            cv2.warpAffine(plane, shear, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
            for plane in planes
        ]
    ).astype(np.float32, copy=False)


def _span(
    lab: NDArray[np.float32], points: NDArray[np.float32], beyond: float
) -> tuple[int, float, slice]:
    """The row above which a line may lie, the face's middle, and the columns about it."""
    oval = points[list(topology.FACE_OVAL)]
    unit = topology.face_height(points)
    left, right = float(oval[:, 0].min()), float(oval[:, 0].max())
    limit = int(float(oval[:, 1].min()) - _CLEAR * unit)
    start, end = max(0, int(left - beyond * unit)), int(right + beyond * unit)
    return limit, (left + right) / 2, slice(start, max(start, min(lab.shape[1], end)))


def _level_line(
    level: NDArray[np.float32], deep: int, nearer: int, head: slice, wide: slice
) -> tuple[int, NDArray[np.float32] | None]:
    """The lowest row from ``nearer`` on at which a picture begins, level as seen, and its ground.

    0 where there is none. ``level``: (3, H, W); its last row only ends the one before.
    """
    meets = _meets(level, deep)
    begins = _flat(level[:, deep - 2 : -3], head) & _may_begin(level, deep, head)
    rows = np.arange(deep, deep + len(meets))
    for row in rows[(begins | meets) & (rows >= nearer)][::-1]:
        ground = level[:, row - deep : row - 1]
        colour = np.median(ground[:, :, head], axis=(1, 2))[:, None, None]
        away = _length(ground - colour)
        if (away[:, head] < _FLAT).mean() > _ALONG_FLAT and (
            (away[:, wide] < _FLAT).mean() > _WIDE_FLAT
        ):
            step = max(_STEP[0], _STEP[1] * float(np.percentile(away[:, head], 90)))
            begun = _length(level[:, row + 1, head] - colour[..., 0])
            if (begun > step).mean() > _ALONG_STEP:
                return int(row), colour.ravel()
        if meets[row - deep]:
            return int(row), None
    return 0, None


def _may_begin(level: NDArray[np.float32], deep: int, head: slice) -> NDArray[np.bool_]:
    """Rows from ``deep`` on that may differ enough from a ground that may be flat enough.

    A median of rows together lies between the medians of the rows: it is cheaper to sort rows once
    than all grounds.
    """
    ordered = np.sort(level[:, :-3, head], axis=2)
    count = ordered.shape[2]
    low, high = ordered[..., (count - 1) // 2], ordered[..., count // 2]
    least = sliding_window_view(low, deep - 1, axis=1).min(axis=2)[..., None]
    most = sliding_window_view(high, deep - 1, axis=1).max(axis=2)[..., None]
    begun = level[:, deep + 1 :, head]
    furthest = _length(np.maximum(np.abs(begun - least), np.abs(begun - most)))
    ended = level[:, deep - 2 : -3, head]
    nearest = _length(np.maximum(np.maximum(least - ended, ended - most), 0))
    of_one_row = 1 - (deep - 1) * (1 - _ALONG_FLAT)
    return np.asarray(
        ((furthest > _STEP[0]).mean(axis=1) > _ALONG_STEP)
        & ((nearest < _FLAT).mean(axis=1) >= of_one_row),
        np.bool_,
    )


def _gone_on(
    lab: NDArray[np.float32], points: NDArray[np.float32], ground: NDArray[np.float32]
) -> _Line | None:
    """Where the last row of nothing but ground of a known colour ends."""
    limit, middle, head = _span(lab, points, _HEAD)
    same = (np.linalg.norm(lab[: max(limit, 0), head] - ground, axis=2) < _SAME).mean(axis=1)
    pure = np.flatnonzero(same > _ALONG_SAME)
    return _Line(float(pure[-1]) + _INSET, 0.0, middle, ground) if len(pure) else None


def _flat(level: NDArray[np.float32], head: slice) -> NDArray[np.bool_]:
    """Rows, of (3, H, W), that may be ground."""
    return np.asarray(_length(level[:, :, head].std(axis=2)) < 2 * _FLAT, np.bool_)


def _meets(level: NDArray[np.float32], deep: int) -> NDArray[np.bool_]:
    """Rows from ``deep`` on, but for the last, at which something else begins all across."""
    step = _length(level[:, deep + 1 :] - level[:, deep - 2 : -3]) > _ACROSS
    return np.asarray(step.mean(axis=1) > _ALONG_ALL, np.bool_)


def _length(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(...): how long the vectors in (3, ...) are."""
    first, second, third = planes
    return np.asarray(np.sqrt(first * first + second * second + third * third), np.float32)
