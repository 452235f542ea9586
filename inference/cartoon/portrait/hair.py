"""Hair as locks that follow its growth, with a band of shine."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve, Plane
from inference.cartoon.portrait.drawing import Shape, edge, fill
from inference.cartoon.portrait.sitter import GRID, SCALE, Sitter, read, ticks

_LEAST = 0.03  # of a squared face height: less hair is none
_SHORN = 0.4  # how probable shorn hair must be to be drawn as none, or as a shade
_DYED = 9.0  # difference of a and b from which hair has two colours
_PASSES = (1.5, 4.0, 9.0, 16.0)  # px: steps along the growth by which locks are gathered


@dataclass(frozen=True, slots=True)
class Manner:
    """How hair is drawn. dark, light: the shares in shadow and in the shine.

    own: how much the photo's own light says, against strands made up. fine: blur of the locks, in
    face heights.
    """

    dark: float = 0.30
    light: float = 0.12
    own: float = 0.75
    fine: float = 0.008
    band: bool = False


def draw(sitter: Sitter, heavy: tuple[float, float], manner: Manner) -> list[Shape]:
    """Draw the hair of the head in three tones."""
    unit = sitter.unit
    if float((sitter.hair > 0.5).sum()) * SCALE**2 < _LEAST * unit**2:
        return []
    # hair that is combed back and tied takes as little room as shorn hair
    shorn = sitter.chance("hair_length", "bald", "buzz") > _SHORN
    thin = shorn and sitter.style.length in ("bald", "buzz") and not sitter.style.covered
    if shorn and sitter.style.length == "bald":
        return []
    grain = 0.010 * unit / SCALE
    rings = curves.outlines(sitter.hair, SCALE, blur=grain, least=(0.13 * unit) ** 2, spacing=4.0)
    tone = _tone(sitter, manner)
    inside = sitter.hair > 0.5
    dark, light = _shares(tone, inside, manner)
    if manner.band:
        light = _band(sitter, tone)
    fine = manner.fine * unit / SCALE
    least = (0.035 * unit) ** 2
    shade = curves.outlines(dark * sitter.hair, SCALE, blur=fine, least=least, spacing=4.0)
    shine = curves.outlines(light * sitter.hair, SCALE, blur=fine, least=least, spacing=4.0)
    if thin:  # cropped hair is a shade on the scalp
        return fill("hair", "hair", *rings, opacity=0.62)
    return [
        *edge("hair-edge", "hair-line", rings, 0.016 * unit, heavy),
        *fill("hair", "hair", *rings),
        *fill("hair-second", "hair-second", *_second(sitter), clip="hair"),
        *fill("hair-dark", "hair-dark", *shade, part="shade", clip="hair"),
        *fill("hair-light", "hair-light", *shine, part="light", clip="hair"),
    ]


def _tone(sitter: Sitter, manner: Manner) -> Plane:
    """Light and dark locks, about normal deviates, smooth along the hair's growth."""
    unit = sitter.unit / SCALE
    light = sitter.lab[..., 0]
    # thin hair lets the skin through: only full hair says how light hair is
    weight = np.square(np.clip(2 * cv2.erode(sitter.hair, np.ones((5, 5))) - 1, 0, 1)) + 1e-4
    local, near = (
        cv2.GaussianBlur(light * weight, (0, 0), reach) / cv2.GaussianBlur(weight, (0, 0), reach)
        for reach in (0.07 * unit, 0.012 * unit)
    )
    detail = (near - local) * np.minimum(1, 4 * weight)
    inside = sitter.hair > 0.6
    detail = detail / (float(detail[inside].std()) + 0.5) if inside.any() else detail
    curly = sitter.chance("texture", "curly", "coily")
    strands = _noise(max(2, round(0.02 * unit)))
    own = manner.own
    mixed = np.asarray(own * np.clip(detail, -2.5, 2.5) + (1 - own) * strands, np.float32)
    along = _growth(sitter, curly)
    gathered = mixed
    for step in _PASSES if curly < 0.6 else _PASSES[:1]:
        gathered = _average(gathered, along, step * unit / 90)
    smooth = cv2.GaussianBlur(gathered, (0, 0), max(0.6, manner.fine * unit))
    return np.asarray(smooth / (smooth[inside].std() + 1e-6), np.float32)


def _second(sitter: Sitter) -> tuple[Curve, ...]:
    """Where hair of two colours has its other one."""
    main, second = sitter.colours.hair, sitter.colours.hair_second
    if main is None or second is None or np.hypot(*np.subtract(main, second)[1:]) < _DYED:
        return ()  # lighter and darker alone is light and shadow
    soft = cv2.GaussianBlur(sitter.lab, (0, 0), 0.02 * sitter.unit / SCALE)
    weigh = np.array([0.4, 1, 1], np.float32)
    to_main, to_second = (
        np.square((soft - np.array(tone, np.float32)) * weigh).sum(axis=2)
        for tone in (main, second)
    )
    other = ((to_second < to_main) & (sitter.hair > 0.6)).astype(np.float32)
    least = (0.08 * sitter.unit) ** 2
    return curves.outlines(other, SCALE, blur=0.025 * sitter.unit / SCALE, least=least)


def _growth(sitter: Sitter, curly: float) -> NDArray[np.float32]:
    """Directions of the strands, (GRID, GRID, 2) unit vectors: from the photo's own, where clear.

    The photo's are those of its structure tensor (Bigün and Granlund, 1987), at half the size.
    """
    half = (GRID // 2, GRID // 2)
    light, hair, across, down = (
        np.asarray(cv2.resize(plane, half, interpolation=cv2.INTER_AREA), np.float32)
        for plane in (sitter.lab[..., 0], sitter.hair, sitter.across, sitter.down)
    )
    falls = _falling(sitter, across, down)
    inside = (cv2.erode(hair, np.ones((3, 3))) > 0.5).astype(np.float32)
    dx, dy = (
        cv2.Sobel(light, cv2.CV_32F, 1, 0) * inside,
        cv2.Sobel(light, cv2.CV_32F, 0, 1) * inside,
    )
    blur = 0.035 * sitter.unit / SCALE / 2
    xx, yy, xy = (cv2.GaussianBlur(p, (0, 0), blur) for p in (dx * dx, dy * dy, dx * dy))
    # the doubled angle of the strands is perpendicular to the gradient's
    cos2, sin2 = yy - xx, -2 * xy
    size, energy = cv2.magnitude(cos2, sin2) + np.float32(1e-6), xx + yy + np.float32(1e-3)
    usual = float(np.median(energy[inside > 0])) if inside.any() else 1.0
    trust = (2 - 1.2 * curly) * size / energy * np.minimum(1, energy / usual)
    fall_x, fall_y = falls[..., 0], falls[..., 1]
    mixed = np.dstack([
        trust * cos2 / size + 0.5 * (fall_x**2 - fall_y**2), trust * sin2 / size + fall_x * fall_y
    ]).astype(np.float32)  # fmt: skip
    even = cv2.GaussianBlur(mixed, (0, 0), blur)
    angle = 0.5 * np.arctan2(even[..., 1], even[..., 0])
    way = np.dstack([np.cos(angle), np.sin(angle)])
    way *= np.where((way * falls).sum(axis=2, keepdims=True) < 0, -1, 1)
    return np.asarray(cv2.resize(way.astype(np.float32), (GRID, GRID)), np.float32)


def _falling(sitter: Sitter, across: Plane, down: Plane) -> NDArray[np.float32]:
    """Where hair falls that nobody combed: from the crown outwards, then down; unit vectors."""
    x = np.where(np.abs(across) < 0.02, 0.02, across)[..., None]
    y = 1.3 * np.maximum(down + 0.42, 0.02)[..., None]
    falls = x * sitter.right - y * sitter.up
    return np.asarray(falls / np.linalg.norm(falls, axis=2, keepdims=True), np.float32)


def _average(values: Plane, along: NDArray[np.float32], step: float) -> Plane:
    """Average each pixel with those a step before and behind it along the strands."""
    total = values.copy()
    for way in (step, -step):
        total += read(values, ticks() + way * SCALE * along)
    return np.asarray(total / 3, np.float32)


def _shares(tone: Plane, inside: NDArray[np.bool_], manner: Manner) -> tuple[Plane, Plane]:
    low, high = np.quantile(tone[inside][::3], (manner.dark, 1 - manner.light))
    return _soft(low - tone), _soft(tone - high)


def _band(sitter: Sitter, tone: Plane) -> Plane:
    """A ring of shine around the crown, its edges frayed by the strands."""
    unit = sitter.unit / SCALE
    across, down = sitter.across, sitter.down
    away = cv2.distanceTransform((sitter.hair + sitter.skin > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    crown = np.hypot(across, (down - 0.30) * 0.95)
    inside = (sitter.hair > 0.5) & (down < 0.2)
    if not inside.any():
        return np.zeros_like(tone)
    far = float(np.quantile(crown[inside], 0.97))
    place = crown / far - 0.80 + 0.035 * tone
    band = _soft(0.055 - np.abs(place)) * (down < 0.1) * (away > 0.03 * unit)
    gaps = _soft(0.9 - np.abs(tone + 0.2))
    return np.asarray(band * np.maximum(gaps, 0.3), np.float32)


def _soft(values: NDArray[np.floating]) -> Plane:
    return np.asarray(np.clip(0.5 + 4 * values, 0, 1), np.float32)


@cache
def _noise(size: int) -> Plane:
    """Smooth normal noise whose spots are about ``size`` px, the same for everybody."""
    raw = np.random.default_rng(7).standard_normal((GRID, GRID)).astype(np.float32)
    smooth = cv2.GaussianBlur(raw, (0, 0), size * 0.4)
    return np.asarray(smooth / smooth.std(), np.float32)
