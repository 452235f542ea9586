"""Curves: smooth lines through points, outlines of masks, strokes that swell and taper."""

from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
"""(N, 2) points x, y in the drawing's units; the curve runs smoothly through them."""

Plane = NDArray[np.float32]
"""(H, W) float32, 0..1."""

_BORDER = 12  # px beyond a picture's edge to which what is cut there is carried on
_TENTHS = 10  # paths are written in tenths of a unit, as whole numbers


def through(points: Curve, per: int = 6, *, closed: bool = False) -> Curve:
    """Return a denser curve through points: Catmull and Rom's spline, ``per`` steps a stretch."""
    if closed:
        p0, p1, p2, p3 = (np.roll(points, shift, axis=0) for shift in (1, 0, -1, -2))
    else:
        ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
        p0, p1, p2, p3 = ends[:-3], ends[1:-2], ends[2:-1], ends[3:]
    t = (np.arange(per) / per)[None, :, None]
    a, b, c, d = (p[:, None] for p in (p0, p1, p2, p3))
    dense = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - 3 * c + d - a) * t**3
    )
    flat = dense.reshape(-1, 2)
    return flat if closed else np.vstack([flat, points[-1:]])


def bezier(*points: NDArray[np.floating], steps: int = 16) -> Curve:
    """Return a quadratic or cubic Bezier curve as points."""
    t = np.linspace(0, 1, steps)[:, None]
    line = [np.asarray(point, np.float64)[None] for point in points]
    while len(line) > 1:
        line = [(1 - t) * a + t * b for a, b in pairwise(line)]
    return line[0]


def ellipse(
    centre: NDArray[np.floating], across: NDArray[np.floating], down: NDArray[np.floating]
) -> Curve:
    """Return an ellipse by its centre and its two half axes, (2,) each."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)[:, None]
    return np.asarray(centre + np.cos(t) * across + np.sin(t) * down, np.float64)


def resampled(points: Curve, spacing: float, *, closed: bool) -> Curve:
    """Return points at even distances along a curve."""
    line = np.vstack([points, points[:1]]) if closed else points
    away = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    count = max(4, round(away[-1] / spacing))
    at = np.linspace(0, away[-1], count, endpoint=not closed)
    return np.stack([np.interp(at, away, line[:, axis]) for axis in (0, 1)], axis=1)


def normals(points: Curve, *, closed: bool) -> Curve:
    """Return unit vectors perpendicular to a curve, to the left of its way as seen."""
    if closed:
        along = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    else:
        along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def stroke(points: Curve, widths: NDArray[np.floating] | float) -> Curve:
    """Return the closed outline of a stroke, its width given at each point."""
    half = np.broadcast_to(np.asarray(widths, np.float64), (len(points),))[:, None] / 2
    aside = normals(points, closed=False) * half
    return np.vstack([points + aside, (points - aside)[::-1]])


def taper(count: int, start: float = 0.0, end: float = 0.0) -> NDArray[np.float64]:
    """Return widths 0..1 that swell in the middle; start, end: how wide the ends stay."""
    t = np.linspace(0, 1, count)
    floor = start + (end - start) * t
    return np.asarray(floor + (1 - floor) * np.sqrt(np.sin(np.pi * np.clip(t, 0, 1))), np.float64)


def swollen(
    rings: tuple[Curve, ...], width: float, heavy: tuple[float, float]
) -> tuple[Curve, ...]:
    """Return rings grown, more where they face ``heavy`` (x, y): the inked edge of a shape.

    Holes run the other way round than what they are in, so they shrink.
    """
    way = np.sign(_area(max(rings, key=lambda ring: abs(_area(ring)))))
    towards = np.asarray(heavy) / np.linalg.norm(heavy)
    grown = []
    for ring in rings:
        outward = way * normals(ring, closed=True)
        swell = width * (0.75 + 0.45 * (outward @ towards))
        grown.append(ring + outward * swell[:, None])
    return tuple(grown)


def outlines(
    mask: Plane, scale: float, *, blur: float, least: float, spacing: float = 5.0
) -> tuple[Curve, ...]:
    """Trace a mask as smooth closed rings, holes among them.

    Args:
        mask: (H, W) 0..1; what reaches the picture's edge is carried on beyond it.
        scale: units of the drawing a pixel.
        blur: px, how much is smoothed away before tracing at one half.
        least: area in square units below which a ring is left out.
        spacing: units between the points of a ring.
    """
    border = cv2.copyMakeBorder(mask, *(_BORDER,) * 4, cv2.BORDER_REPLICATE)
    soft = np.asarray(cv2.GaussianBlur(border, (0, 0), blur) if blur else border, np.float32)
    found, _ = cv2.findContours(
        (soft > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    kept = [c[:, 0] for c in found if len(c) > 8 and cv2.contourArea(c) * scale**2 >= least]
    if not kept:
        return ()
    dx, dy = (
        cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125),
        cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125),
    )
    rings = []
    for pixels in kept:
        x, y = pixels[:, 0], pixels[:, 1]
        slope = np.stack([dx[y, x], dy[y, x]], axis=1).astype(np.float64)
        away = (0.5 - soft[y, x])[:, None] * slope / ((slope**2).sum(1, keepdims=True) + 1e-4)
        exact = pixels + np.clip(away, -1, 1)  # one step of Newton's to where the mask is one half
        even = _softened(exact)
        rings.append(resampled((even - _BORDER + 0.5) * scale, spacing, closed=True))
    return tuple(rings)


def path(rings: tuple[Curve, ...]) -> str:
    """Write closed curves as SVG path data, cubic Beziers in tenths of a unit."""
    parts = []
    for ring in rings:
        before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
        slope = (after - before) / 6
        first, second = ring + slope, after - np.roll(slope, -1, axis=0)
        numbers = np.rint(np.hstack([first, second, after]) * _TENTHS).astype(np.int64)
        start = np.rint(ring[0] * _TENTHS).astype(np.int64)
        parts.append(
            f"M{start[0]} {start[1]}C" + " ".join(map(str, numbers.ravel().tolist())) + "Z"
        )
    return "".join(parts)


def polygon(rings: tuple[Curve, ...], side: int, scale: float) -> Plane:
    """Fill closed curves as a mask of (side, side) px, ``scale`` units a pixel, even-odd."""
    mask = np.zeros((side, side), np.uint8)
    fixed = [np.rint((ring / scale - 0.5) * 16).astype(np.int32) for ring in rings]
    cv2.fillPoly(mask, fixed, 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / np.float32(255)


def _area(ring: Curve) -> float:
    """Signed: positive where the ring runs clockwise as seen."""
    x, y = ring[:, 0], ring[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _softened(ring: Curve) -> Curve:
    """Even out the steps of pixels along a closed ring."""
    kernel = _kernel()
    reach = len(kernel) // 2
    longer = np.vstack([ring[-reach:], ring, ring[:reach]]) if len(ring) > reach else ring
    if longer is ring:
        return ring
    return np.stack([np.convolve(longer[:, k], kernel, "valid") for k in (0, 1)], axis=1)


@cache
def _kernel() -> NDArray[np.float64]:
    t = np.arange(-5, 6)
    weights = np.exp(-0.5 * (t / 2.0) ** 2)
    return np.asarray(weights / weights.sum(), np.float64)
