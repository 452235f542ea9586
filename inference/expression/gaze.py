"""Turn eyes: the irises move, lids and corners stay.

Under an iris that leaves lies the white of that eye, a smooth surface through what is seen of it;
what a lid covered of an iris is mirrored from its other half.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology

Look = tuple[float, float]
"""To the person's left and upwards, each -1..1."""

_NEAR = 0.85  # of the iris's radius: how near its centre comes to a corner
_SIDEWAYS, _UPWARDS = 0.8, 0.55  # share of the way to the corner, of the radius
_RIM = (0.94, 1.06)  # of the radius, in which the iris fades out
_SHADE = (1.08, 1.3)  # of the radius: white begins, surely
_LEAST = 14  # pixels of white to know it by
_FINE = 4  # bits of a pixel's fraction in drawn polygons

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Eye:
    """One eye in its box of a picture.

    box: left, top, right, bottom px. x, y: (h, w) from the iris's centre along the eye's axis and
    across it, px. shift: of the iris on these axes, px. axes: (2, 2), rows along and across.
    """

    box: tuple[int, int, int, int]
    centre: NDArray[np.float64]
    axes: NDArray[np.float64]
    radius: float
    shift: NDArray[np.float64]
    x: Plane
    y: Plane
    opening: Plane


def turn(
    picture: NDArray[np.uint8], points: NDArray[np.floating], left: Look, right: Look
) -> NDArray[np.uint8]:
    """Move the irises.

    Args:
        picture: (H, W, 3) RGB uint8.
        points: (478, 2 or 3) px.
        left: where the person's left eye is to look, from where it looks.
        right: the same of the person's right eye.

    Returns:
        (H, W, 3) RGB uint8; the same outside the openings of the eyes.
    """
    flat = np.asarray(points[:, :2], np.float64)
    for side, look in ((1, left), (0, right)):
        if look != (0.0, 0.0):
            eye = _eye(flat, side, look, picture.shape[:2])
            if eye is not None:
                picture = _moved(picture, eye)
    return picture


def _eye(points: NDArray[np.float64], side: int, look: Look, shape: tuple[int, int]) -> _Eye | None:
    ring = points[list(topology.EYES[side])]
    first, last = points[list(topology.EYE_CORNERS[side])]
    width = float(np.linalg.norm(last - first))
    along = (last - first) / max(width, 1e-6)
    axes = np.stack([along, (-along[1], along[0])])
    iris = points[list(topology.IRISES[side])]
    radius = float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
    low = np.floor(ring.min(axis=0) - 0.15 * width).astype(int)
    high = np.ceil(ring.max(axis=0) + 0.15 * width).astype(int)
    left, top = (int(edge) for edge in np.maximum(low, 0))
    right, bottom = (int(edge) for edge in np.minimum(high, shape[::-1]))
    if right - left < 8 or bottom - top < 6 or radius < 2:
        return None
    at = float((iris[0] - first) @ along)
    room = (width - _NEAR * radius - at) if look[0] > 0 else (at - _NEAR * radius)
    shift = np.array([look[0] * _SIDEWAYS * max(room, 0.0), -look[1] * _UPWARDS * radius])
    x = np.arange(left, right)[None, :] + 0.5 - iris[0, 0]
    y = np.arange(top, bottom)[:, None] + 0.5 - iris[0, 1]
    opening = np.zeros((bottom - top, right - left), np.uint8)
    drawn = np.rint((ring - 0.5 - (left, top)) * 2**_FINE).astype(np.int32)
    cv2.fillPoly(opening, [drawn], 255, cv2.LINE_AA, _FINE)
    return _Eye(
        (left, top, right, bottom), iris[0], axes, radius, shift,
        (x * axes[0, 0] + y * axes[0, 1]).astype(np.float32),
        (x * axes[1, 0] + y * axes[1, 1]).astype(np.float32),
        np.asarray(opening / 255, np.float32),
    )  # fmt: skip


def _moved(picture: NDArray[np.uint8], eye: _Eye) -> NDArray[np.uint8]:
    left, top, right, bottom = eye.box
    own = picture[top:bottom, left:right].astype(np.float32)
    away = np.asarray(np.hypot(eye.x, eye.y) / eye.radius, np.float32)
    white = _white(own, eye, away)
    if white is None:
        return picture
    bare = own + (white - own) * (1 - _ramp(away, *_SHADE))[..., None]
    x, y = (plane - np.float32(by) for plane, by in zip((eye.x, eye.y), eye.shift, strict=True))
    inner = np.asarray(cv2.erode(eye.opening, np.ones((3, 3), np.uint8)), np.float32)
    # what was under a lid comes from the iris's other half, and failing that from its middle tone
    seen, sure = _fetched(own, inner, eye, x, y)
    other, mirrored = _fetched(own, inner, eye, x, -y)
    tone = np.median(own[(away < 0.9) & (inner > 0.5)].reshape(-1, 3), axis=0)
    behind = tone + (other - tone) * mirrored[..., None]
    iris = behind + (seen - behind) * sure[..., None]
    disc = 1 - _ramp(np.asarray(np.hypot(x, y) / eye.radius, np.float32), *_RIM)
    looked = bare + (iris - bare) * disc[..., None]
    soft = cv2.GaussianBlur(eye.opening, (0, 0), max(0.6, 0.05 * eye.radius))
    mixed = own + (looked - own) * np.minimum(soft, eye.opening)[..., None]
    result = picture.copy()
    result[top:bottom, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return result


def _white(own: Plane, eye: _Eye, away: Plane) -> Plane | None:
    """Return the white of the eye everywhere (h, w, 3), None where too little of it is seen."""
    inner = cv2.erode(eye.opening, np.ones((3, 3), np.uint8))
    seen = (inner > 0.9) & (away > _SHADE[0])
    if int(seen.sum()) < _LEAST:
        return None
    light = own.mean(axis=2)
    seen &= light >= np.percentile(light[seen], 25)  # lashes and corners are darker
    unit = np.stack([np.ones_like(eye.x), eye.x, eye.y], axis=2) / (1, eye.radius, eye.radius)
    known = unit[seen]
    # held level where little is seen, so that the far side does not run away
    level = np.diag([0.0, 0.15, 0.6]) * len(known)
    surface = np.linalg.solve(known.T @ known + level, known.T @ own[seen])
    low, high = own[seen].min(axis=0), own[seen].max(axis=0)
    return np.clip(unit @ surface, low, high).astype(np.float32)


def _fetched(own: Plane, inner: Plane, eye: _Eye, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Return colours (h, w, 3) at places about the iris as it was, and how surely they are its."""
    left, top, _, _ = eye.box
    spots_x = eye.centre[0] - 0.5 - left + x * eye.axes[0, 0] + y * eye.axes[1, 0]
    spots_y = eye.centre[1] - 0.5 - top + x * eye.axes[0, 1] + y * eye.axes[1, 1]
    at = spots_x.astype(np.float32), spots_y.astype(np.float32)
    colours = cv2.remap(own, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    sure = cv2.remap(inner, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(colours, np.float32), np.asarray(sure, np.float32)


def _ramp(values: Plane, start: float, end: float) -> Plane:
    """Return a smooth step, 0 at start and 1 at end."""
    t = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
