"""Close eyes by sliding the lid over them, never by squeezing them.

In a frame along the eye's corners, column by column: the lash line travels to the new lid line
without being stretched; the lid's skin above it unfolds, and where it would be stretched too far
gives way to the lid's own tone; what lies below stays as it was.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology

STRANDS = (90.0, 170.0)
"""Values of a mask of hair from which strands lie before an eye: none, surely."""

LASHES = (0.075, 0.03)
"""How much of the lash line travels, above and below the lid's edge, over the eye's width."""

SOFT = 0.03
"""Width of the edge under the lashes, over the eye's width."""

CHEEK = 0.3
"""Share of the skin under the eye in the tone of an unfolded lid."""

FOLD = 0.2
"""Height of skin above the lid's edge that unfolds, over the eye's width."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Eye:
    """Contours of one eye and the lower edge of its brow, (N, 2) px, left to right as seen."""

    upper_lid: NDArray[np.float64]
    lower_lid: NDArray[np.float64]
    brow: NDArray[np.float64]

    @property
    def width(self) -> float:
        """Pixels from corner to corner."""
        return float(np.linalg.norm(self.upper_lid[-1] - self.upper_lid[0]))


def close(
    picture: NDArray[np.uint8],
    points: NDArray[np.floating],
    *,
    left: float,
    right: float,
    hair: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Slide lids down over the eyes, and under the hair that falls over them.

    Args:
        picture: (H, W, 3) RGB uint8.
        points: (478, 2 or 3) px.
        left: of the person's left eye, how much of the opening, 0..1.
        right: the same of the person's right eye.
        hair: (H, W) uint8, what stays before the eyes.

    Returns:
        (H, W, 3) RGB uint8.
    """
    flat = np.asarray(points[:, :2], np.float64)
    groups = zip(topology.UPPER_LIDS, topology.LOWER_LIDS, topology.BROWS_BELOW, strict=True)
    persons_right, persons_left = (_Eye(*(flat[list(line)] for line in group)) for group in groups)
    # a turned head narrows the far eye, not its lashes: measure heights by the wider one
    size = max(persons_left.width, persons_right.width)
    for eye, amount in ((persons_left, left), (persons_right, right)):
        if amount > 0:
            picture = _slide(picture, eye, amount, size, hair)
    return picture


def lowered(points: NDArray[np.floating], *, left: float, right: float) -> NDArray[np.float64]:
    """Landmarks with the upper lids as ``close`` leaves them.

    Args:
        points: (478, 2 or 3) px.
        left: of the person's left eye, how much of the opening is closed, 0..1.
        right: the same of the person's right eye.

    Returns:
        A copy, of the same shape.
    """
    moved = np.array(points, np.float64)
    groups = zip(topology.UPPER_LIDS, topology.LOWER_LIDS, (right, left), strict=True)
    for upper, lower, amount in groups:
        moved[list(upper)] += amount * (moved[list(lower)] - moved[list(upper)])
    return moved


@dataclass(frozen=True, slots=True)
class _EyeAxes:
    """An eye's own axes over a box of the picture.

    u: (h, w) 0..1 from corner to corner. v: (h, w) downwards in sizes of the eye. down: (2,) the
    direction of v in the picture, unit length. box: left, top, right, bottom.
    """

    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    down: NDArray[np.float64]
    box: tuple[int, int, int, int]
    u: Plane
    v: Plane

    def of(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring (N, 2) pixels onto the axes."""
        return np.asarray((points - self.origin) @ self.axes)


def _axes(eye: _Eye, size: float, width: int, height: int) -> _EyeAxes | None:
    """Return the eye's axes, or None where its box leaves the picture of width x height."""
    origin = eye.upper_lid[0]
    across = eye.upper_lid[-1] - origin
    length = float(np.linalg.norm(across))
    along = across / length
    down = np.array([-along[1], along[0]])
    around = np.concatenate([eye.upper_lid, eye.lower_lid])
    low = np.floor(around.min(axis=0) - np.array([0.25, 0.55]) * size).astype(int)
    high = np.ceil(around.max(axis=0) + np.array([0.25, 0.2]) * size).astype(int)
    left, top = (int(edge) for edge in np.maximum(low, 0))
    right, bottom = (int(edge) for edge in np.minimum(high, (width, height)))
    if right - left < 8 or bottom - top < 8:
        return None
    x = np.arange(left, right)[None, :] + 0.5 - origin[0]
    y = np.arange(top, bottom)[:, None] + 0.5 - origin[1]
    u = ((x * along[0] + y * along[1]) / length).astype(np.float32)
    v = ((x * down[0] + y * down[1]) / size).astype(np.float32)
    axes = np.stack([along / length, down / size], axis=1)
    return _EyeAxes(origin, axes, down, (left, top, right, bottom), u, v)


def _contour(axes: _EyeAxes, points: NDArray[np.float64]) -> Plane:
    """Return the height v of a contour (N, 2 px) at every pixel's u, smoothed and held outside."""
    own = axes.of(points)
    columns = np.linspace(-0.5, 1.5, 401)
    heights = np.interp(columns, own[:, 0], own[:, 1]).astype(np.float32)
    smooth = cv2.GaussianBlur(heights[None], (0, 0), 5.0, borderType=cv2.BORDER_REPLICATE)[0]
    return np.asarray(np.interp(axes.u, columns, smooth), np.float32)


def _ramp(values: Plane, start: float, end: float) -> Plane:
    """Return a smooth step, 0 at start and 1 at end."""
    t = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _tone(skin: Plane, lid: Plane, below: Plane, sigma: float) -> Plane:
    """Return the lid's own tone, (h, w, 3): its colours spread out, the odd ones left out.

    lid, below: (h, w) 0..1, skin of the lid and under the eye. Rims of glasses, lashes and the
    brow's shadow are darker than most of the lid and count little; a closed lid faces the light,
    so the skin under the eye has a say.
    """
    light = skin.mean(axis=2)
    clean, cheek = light[lid > 0.5], skin[below > 0.5]
    if clean.size == 0 or cheek.size == 0:
        return skin
    off = light - float(np.percentile(clean, 75))
    weight = lid * np.exp(-((off / np.where(off < 0, 18.0, 30.0)) ** 2)) + 1e-4 * lid + 1e-7
    spread = cv2.GaussianBlur(np.dstack([skin * weight[..., None], weight]), (0, 0), sigma)
    own = spread[..., :3] / np.maximum(spread[..., 3:], 1e-9)
    return np.asarray(own + CHEEK * (np.median(cheek, axis=0) - own), np.float32)


def _slide(
    picture: NDArray[np.uint8],
    eye: _Eye,
    amount: float,
    size: float,
    hair: NDArray[np.uint8] | None,
) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    axes = _axes(eye, size, width, height)
    if axes is None:
        return picture
    left, top, right, bottom = axes.box
    u, v = axes.u, axes.v
    old, rest, brow = (_contour(axes, line) for line in (eye.upper_lid, eye.lower_lid, eye.brow))
    travel = amount * np.maximum(rest - old, 0.0)
    new = old + travel

    # from the lid's new place back to its old: rigid around the lashes, unfolding above
    over = old - LASHES[0]
    fold = np.clip(over - brow, 0.06, FOLD)
    begin = over - fold
    stretch = (fold + travel) / fold
    t = np.clip((v - begin) / (fold + travel), 0.0, 1.0)
    source = np.where(v < new - LASHES[0], begin + fold * t, v - travel)
    source = np.where(v < begin, v, source)
    shift = (source - v) * size
    map_x = (np.arange(left, right)[None, :] + shift * axes.down[0]).astype(np.float32)
    map_y = (np.arange(top, bottom)[:, None] + shift * axes.down[1]).astype(np.float32)
    slid = cv2.remap(picture, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    slid = slid.astype(np.float32)

    under = picture[top:bottom, left:right].astype(np.float32)
    if hair is None:
        strands = np.zeros(u.shape, np.float32)
    else:
        strands = _ramp(hair[top:bottom, left:right].astype(np.float32), *STRANDS)
    bare = 1.0 - strands
    beside = _ramp(u, -0.1, 0.0) * _ramp(1.0 - u, -0.1, 0.0)
    on_lid = _ramp(v - brow, 0.02, 0.07) * _ramp(over - v, 0.0, 0.04) * beside
    below = _ramp(v - rest, 0.1, 0.14) * beside
    tone = _tone(under, on_lid * bare, below * bare, 0.09 * size)
    # the eyeball under it makes the lid bulge: lighter on its height, darker towards the fold
    height_on_lid = np.clip((v - over) / np.maximum(travel, 1e-3), 0.0, 1.0)
    tone = tone * (0.95 + 0.1 * np.sin(np.pi * height_on_lid) ** 2)[..., None]
    plain = _ramp(stretch, 1.15, 2.2) * _ramp(v - begin, 0.25 * FOLD, FOLD)
    plain *= _ramp(new - LASHES[0] * 0.6 - v, -0.03, 0.03)
    if strands.any():  # what grows on the head does not slide with the lid
        own = (map_x - left, map_y - top)
        slides = cv2.remap(strands, *own, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        plain = np.maximum(plain, slides)
    lid = slid + (tone - slid) * plain[..., None]
    # a lash line is never lighter than the lid it grows from: no white of the eye comes along
    excess = np.maximum((lid - tone).mean(axis=2, keepdims=True), 0.0)
    lid -= excess * _ramp(v - new, -LASHES[0], -0.02)[..., None]

    cover = 1.0 - _ramp(v - new, LASHES[1] - SOFT / 2, LASHES[1] + SOFT / 2)
    cover *= _ramp(u, -0.08, 0.02) * _ramp(1.0 - u, -0.08, 0.02)
    cover *= _ramp(travel, 0.0, 0.02) * bare
    mixed = under + (lid - under) * cover[..., None]
    result = picture.copy()
    result[top:bottom, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return result
