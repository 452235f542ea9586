"""Afros made whole: coils where a picture shows none, a crown where its border cut one off.

Coils lie along their outline, so they are unrolled along it, quilted, and rolled up again about a
new outline. Only the hairline over the forehead stays as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.layers.building.extract import Cut
from inference.layers.building.quilting import Texture, quilt
from inference.pictures.images import from_lab, to_lab

_ROOM = (64, 32)  # px added above, and beside and below, for hair that the picture has no room for
_OUTSIDE = 12  # px beyond the outline that are unrolled with it
_DEEP = 60  # px below it
_LEFT, _RIGHT = 218, -38  # degrees, counterclockwise from the picture's right, of an afro's ends
_CLEAR = 0.93  # alpha from which texture may be taken from below the rim
_SMOOTH = 10.0  # px: coarser light and shade are not texture
_LIGHTNESS, _CONTRAST = 19.0, 8.5  # L* of regrown hair, and what a mean deviation becomes
_LIGHT = (0.72, 1.12)  # brightness beside the jaw and on the crown
_TINT = (1.0, 2.5)  # a, b: black hair is warm
_FRINGE = 50.0  # degrees to either side of the crown within which the own hairline stays
_JOINT = 6.0  # px over which the hairline passes into new hair
_CURL = 2.0  # px by which coils ruffle an edge

Field = NDArray[np.float32]
"""(H, W) float32."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one afro becomes; see ``hair.toml``.

    outline: (degree, px from the face's middle) of its right half, mirrored for its left. rim:
    (from, to) degrees where the picture's own rim is whole. block, overlap: of the quilt, px.
    hairline: px of the own hair kept above the forehead.
    """

    outline: Sequence[tuple[float, float]]
    rim: tuple[float, float]
    block: int
    overlap: int
    hairline: float

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "Plan":
        """Read a table of ``hair.toml``."""
        return cls(**row)  # type: ignore[arg-type]

    def radius(self, angle: NDArray[np.floating]) -> Field:
        """Return the outline's radius in a direction.

        Args:
            angle: degrees, of any shape.

        Returns:
            px, of the same shape.
        """
        right = np.where(np.abs(angle) > 90, 180 - angle, angle)
        degrees, radii = zip(*self.outline, strict=True)
        return np.asarray(np.interp(right, degrees, radii), np.float32)


def regrow(piece: Cut, plan: Plan) -> Cut:
    """Return a cut afro with a whole crown and coils everywhere, on a larger picture."""
    piece = _with_room(piece)
    middle = _middle(piece.points)
    alpha = piece.image[..., 3] * np.float32(1 / 255)
    lab = to_lab(np.ascontiguousarray(piece.image[..., :3]))
    coils = _relief(lab[..., 0], alpha)
    sample, usable = _unrolled(np.dstack([coils, alpha]), middle, plan)

    height, width = alpha.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + np.float32(0.5)
    away = np.hypot(x - middle[0], y - middle[1])
    angle = np.degrees(np.arctan2(middle[1] - y, x - middle[0]))
    angle = np.where(angle < (_LEFT + _RIGHT) / 2 - 180, angle + 360, angle).astype(np.float32)
    outline = plan.radius(angle)
    long = int(np.radians(_LEFT - _RIGHT) * float(np.median(outline)))
    deep = int(max(radius for _, radius in plan.outline))
    grown = quilt(sample, usable, (deep + _OUTSIDE, long), plan.block, plan.overlap)
    along = (_LEFT - angle) / (_LEFT - _RIGHT) * long
    rolled = cv2.remap(grown, along, outline - away + _OUTSIDE, cv2.INTER_CUBIC)

    begins = _hairline(alpha, piece.points)
    ruffle = _CURL * cv2.GaussianBlur(rolled[..., 0], (0, 0), 1.2)
    inside = np.clip((begins + ruffle) / 3, 0, 1) * (begins > 0)
    own = plan.hairline * np.clip((_FRINGE - np.abs(angle - 90)) / 10, 0, 1)
    kept = np.clip((own - begins) / _JOINT, 0, 1) * (alpha > 0)
    relief = rolled[..., 0] + (coils - rolled[..., 0]) * kept
    closed = np.clip((outline - away) / _OUTSIDE - 1, 0, 1)  # no holes below the rim
    shape = np.clip(np.maximum(rolled[..., 1], closed), 0, 1) * inside
    shape = np.maximum(shape, alpha * kept)

    low, high = _LIGHT
    fall = (middle[1] - y) / max(radius for _, radius in plan.outline)
    light = low + (high - low) * np.clip(0.5 + 0.6 * fall, 0, 1)
    light = np.clip((_LIGHTNESS + _CONTRAST * relief) * light, 1, 95)
    warm = np.broadcast_to(np.array(_TINT, np.float32), (*light.shape, 2))
    colours = from_lab(np.dstack([light, warm]).astype(np.float32))
    solid = shape > 0.8
    return Cut(
        image=np.dstack([colours, np.rint(shape * 255).astype(np.uint8)]),
        under=piece.under,
        points=piece.points,
        skin=piece.skin,
        colour=np.array([np.median(light[solid]), *_TINT], np.float32),
    )


def _with_room(piece: Cut) -> Cut:
    above, beside = _ROOM

    def grown(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
        larger = cv2.copyMakeBorder(rgba, above, 0, beside, beside, cv2.BORDER_REPLICATE)
        inside = np.zeros(larger.shape[:2], np.bool_)
        inside[above:, beside : larger.shape[1] - beside] = True
        larger[~inside, 3] = 0
        return np.asarray(larger, np.uint8)

    return Cut(
        image=grown(piece.image),
        under=None if piece.under is None else grown(piece.under),
        points=piece.points + np.array([beside, above], np.float32),
        skin=piece.skin,
        colour=piece.colour,
    )


def _middle(points: NDArray[np.float32]) -> tuple[float, float]:
    """What an afro is round about: between the brows. points: (N, 2), the face's outline."""
    top = float(points[:, 1].min())
    return float(points[:, 0].mean()), top + 0.3 * float(np.ptp(points[:, 1]))


def _relief(light: Field, alpha: Field) -> Field:
    """L* relative to its surroundings, in mean deviations: coils whatever the light on them."""
    solid = (alpha > 0.6).astype(np.float32)
    count = np.maximum(cv2.GaussianBlur(solid, (0, 0), _SMOOTH), 1e-3)
    mean = cv2.GaussianBlur(light * solid, (0, 0), _SMOOTH) / count
    away = (light - mean) * solid
    deviation = cv2.GaussianBlur(np.abs(away), (0, 0), _SMOOTH) / count
    return np.asarray(np.clip(away / np.maximum(deviation, 1), -3.5, 3.5), np.float32)


def _unrolled(
    picture: Texture, middle: tuple[float, float], plan: Plan
) -> tuple[Texture, NDArray[np.bool_]]:
    """A strip along the outline of what is there, and where in it whole texture is.

    picture: (H, W, 2), relief and alpha. The strip's rows go down from beyond the outline.
    """
    angles = np.arange(_LEFT, _RIGHT, -0.25)
    turn, steps = np.radians(angles), np.arange(0, 260, 0.5)
    x = (middle[0] + np.cos(turn)[:, None] * steps).astype(np.float32)
    y = (middle[1] - np.sin(turn)[:, None] * steps).astype(np.float32)
    solid = cv2.remap(picture[..., 1], x, y, cv2.INTER_LINEAR) > 0.5
    last = np.where(solid.any(axis=1), solid.shape[1] - 1 - solid[:, ::-1].argmax(axis=1), 0)
    radius = cv2.GaussianBlur((last * 0.5).astype(np.float32)[:, None], (0, 0), 20)[:, 0]
    long = int(np.radians(_LEFT - _RIGHT) * float(np.median(radius)))
    at = np.linspace(0, len(angles) - 1, long)
    turn, radius = (np.interp(at, np.arange(len(angles)), line) for line in (turn, radius))

    depth = np.arange(-_OUTSIDE, _DEEP)[:, None]
    x, y = middle[0] + np.cos(turn) * (radius - depth), middle[1] - np.sin(turn) * (radius - depth)
    strip = cv2.remap(picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    usable = (strip[..., 1] > _CLEAR) | (depth < _OUTSIDE)
    whole = (np.degrees(turn) > plan.rim[0]) & (np.degrees(turn) < plan.rim[1])
    usable[0] &= whole  # blocks of the rim begin at the first row
    return np.asarray(strip, np.float32), np.asarray(usable)


def _hairline(alpha: Field, points: NDArray[np.float32]) -> Field:
    """Px outwards from where hair begins: from the own hairline, or from the face beside it."""
    bare = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(bare, [np.rint(points).astype(np.int32)], 1)
    bare &= (alpha < 0.5).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(1 - bare, cv2.DIST_L2, 5), np.float32)
