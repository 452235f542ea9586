"""Taking a person's own hair away: skin and body continued where it was."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.layers import own_hair
from inference.layers.filling import spread, texture
from inference.layers.planes import Plane, tint
from inference.layers.sketch import Mask, Sketch, draw
from inference.pictures.compositing import rescale, resize

_HIDDEN = 0.5  # share of a borrowed ear over own hair from which the wearer's own was hidden
_SHADOW, _TINT = 26.0, 14.0  # below the median's L*, or off in a or b, where skin is no model
_EDGE = 0.012  # softness of the cut, in face heights
_RAMP = 0.14  # face heights below the hairline over which the wearer's own forehead begins
_COLLAR = (0.06, 0.35, 0.6)  # least, usual and greatest depth of the neckline below the chin
_REFLECTED = 0.5  # how much of the cloth's detail is continued under the hair
_GRAIN = 0.7  # px: size of the skin's grain
_COARSEST = 4.0  # grey levels of detail from which it is wrinkles rather than grain
_NOISE = 30.0  # grey levels
_GRAINED = 0.5  # how much of the cheeks' detail a fill gets: pores are no noise


@dataclass(frozen=True, slots=True)
class Bare:
    """A portrait whose own hair can be taken away, for any number of pieces that replace it.

    own: where it is. gone: 0..1 share that goes. skin, body: (H, W, 3) colours to continue; body
    counts where ``body_alpha`` says. All at the sketch's size.
    """

    portrait: Portrait
    sketch: Sketch
    own: Mask
    gone: Plane
    skin: Plane
    body: Plane
    body_alpha: Plane

    @classmethod
    def of(cls, portrait: Portrait) -> "Bare":
        """Find the own hair and what to show in its place.

        Args:
            portrait: one whose image is free of what was behind the person.
        """
        sketch = draw(portrait)
        own = own_hair.find(sketch)
        gone, skin = _gone(sketch, own), _skin(sketch, own)
        inside = ~sketch.grown(~sketch.oval, 3 * _EDGE)  # below the jaw's rim the neck goes on
        behind = sketch.soft(sketch.grown(own, 2 * _EDGE), _EDGE) * ~inside
        behind *= sketch.rows > sketch.height_of(topology.CHIN) - 0.25 * sketch.unit
        behind *= sketch.rows <= np.flatnonzero((sketch.alpha > 0.5).any(axis=1)).max(initial=0)
        if not behind.any():  # no hair hung over the body
            return cls(portrait, sketch, own, gone, skin, skin, behind)
        body, shape = _body(sketch, own)
        return cls(portrait, sketch, own, gone, skin, body, shape * behind)

    def under(self, roof: Plane, borrow: Callable[[Sketch], NDArray[np.uint8] | None]) -> Portrait:
        """Take the portrait's own hair away.

        Args:
            roof: (S, S) 0..1, what will lie above (below it there is skin, whatever it covers).
            borrow: given the sketch, returns (H, W, 4) RGBA ears to show where the own were hidden.

        Returns:
            The portrait without it.
        """
        sketch, portrait = self.sketch, self.portrait
        lid = resize(roof, sketch.size)
        skin, skin_alpha = _headed(self, lid, borrow(sketch))
        under = cv2.blendLinear(skin, self.body, skin_alpha, 1 - skin_alpha)
        under_alpha = skin_alpha + (1 - skin_alpha) * self.body_alpha
        left = sketch.alpha * (1 - self.gone)
        whole = _of_one_piece(sketch, left + (1 - left) * under_alpha)

        size = portrait.alpha.shape[1], portrait.alpha.shape[0]
        colours = np.asarray(cv2.convertScaleAbs(np.maximum(under, 0)), np.uint8)
        filled = _grained(resize(colours, size), _grain(portrait))
        stays = portrait.alpha * resize(1 - self.gone, size)
        total = stays + (255 - stays) * resize(under_alpha, size)
        share = stays / np.maximum(total, 1)
        share[total < 1] = 1
        image = cv2.blendLinear(portrait.image, filled, share, 1 - share)
        if not whole.all():
            total *= resize(whole.astype(np.float32), size)
        return replace(
            portrait,
            image=np.asarray(image, np.uint8),
            alpha=np.asarray(cv2.convertScaleAbs(total), np.uint8),
            hair_mask=np.zeros_like(portrait.hair_mask),
        )


def _gone(sketch: Sketch, own: Mask) -> Plane:
    """(H, W) 0..1: how much of each pixel goes.

    Elsewhere the cut is sharp, on the forehead a ramp: the old hairline is seen in shadows and
    down long before hair begins.
    """
    away = cv2.distanceTransform((~own).astype(np.uint8), cv2.DIST_L2, 3)
    ramp = np.clip(1 - away / (_RAMP * sketch.unit), 0, 1) * (sketch.forehead & ~sketch.features)
    smooth = cv2.GaussianBlur(ramp, (0, 0), 1.0)
    return np.asarray(np.maximum(sketch.soft(own, _EDGE), smooth), np.float32)


def _of_one_piece(sketch: Sketch, alpha: Plane) -> Mask:
    """Everything but what nothing holds any more: scraps that hung on hair only."""
    solid = (alpha > 0.15).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(solid)
    areas = stats[:, cv2.CC_STAT_AREA]
    loose = areas < 0.2 * areas[1:].sum(initial=0)
    loose[0] = False
    loose[np.unique(parts[sketch.oval & (solid > 0)])] = False
    return ~sketch.grown(loose[parts], 0.02) if loose.any() else np.ones_like(sketch.oval)


def _skin(sketch: Sketch, own: Mask) -> Plane:
    """The wearer's own skin continued over forehead and scalp: (H, W, 3) colours."""
    tone = sketch.report.colours.skin
    level = (sketch.lab[0] > tone[0] - _SHADOW) & (tint(sketch.lab, tone) < _TINT)
    face = sketch.oval | sketch.forehead & (sketch.alpha > 0.9)
    trusted = face & ~sketch.grown(own, 0.01) & ~sketch.grown(sketch.features, 0.03)
    trusted &= sketch.rows < sketch.height_of(*topology.MOUTH_CORNERS)
    clear = trusted & ~(sketch.grown(own, _RAMP / 2) & sketch.forehead)
    if clear.sum() > 0.3 * trusted.sum():
        trusted = clear
    if (trusted & level).sum() > 0.1 * trusted.sum():
        trusted &= level
    return spread(sketch.image, trusted.astype(np.float32))


def _headed(bare: Bare, roof: Plane, ears: NDArray[np.uint8] | None) -> tuple[Plane, Plane]:
    """Skin in the shape of a head below a roof, with borrowed ears.

    Returns (H, W, 3) float32 colours and (H, W) 0..1 alpha.
    """
    sketch, colour = bare.sketch, bare.skin
    unit, rows = sketch.unit, sketch.rows
    covered = np.maximum(roof, sketch.oval)
    if ears is not None:
        kept = _missing_ears(sketch, ears[..., 3] * np.float32(1 / 255), bare.own)
        if kept.any():
            away = cv2.distanceTransform((~sketch.oval).astype(np.uint8), cv2.DIST_L2, 3)
            share = (np.clip(away / (0.12 * unit), 0, 1) * kept)[..., None]
            colour = colour * (1 - share) + ears[..., :3] * share
            covered = np.maximum(covered, kept)
    above = np.maximum(covered, _closed(covered, 0.3 * unit))
    covered = np.where(rows < sketch.height_of(*topology.BROW_TOPS), above, covered)
    lobes = sketch.height_of(*topology.EAR_LOBES)
    fade = np.clip((lobes + 0.07 * unit - rows) / (0.1 * unit), 0, 1)
    return colour, sketch.soft(np.maximum(covered * fade, sketch.oval), 0.006)


def _closed(mask: Plane, gap: float) -> Plane:
    """Close the gaps of a mask up to ``gap`` px; at half size, so the rim is smooth."""
    little = rescale(mask, 0.5)
    side = 2 * round(gap / 4) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    rim = np.pad(little, side)
    closed = cv2.erode(cv2.dilate(rim, disc), disc)[side:-side, side:-side]
    return resize(np.asarray(closed, np.float32), (mask.shape[1], mask.shape[0]))


def _missing_ears(sketch: Sketch, ears: Plane, own: Mask) -> Plane:
    """Keep a borrowed ear only on a side where the own hair hid the wearer's."""
    kept = ears.copy()
    middle = round(float(sketch.landmarks[topology.NOSE_BRIDGE[0], 0]))
    for half in (np.s_[:, :middle], np.s_[:, middle:]):
        ear = kept[half] > 0.5
        if own[half][ear].sum() < _HIDDEN * ear.sum():
            kept[half] = 0
    return kept


def _body(sketch: Sketch, own: Mask) -> tuple[Plane, Plane]:
    """Neck and clothes where hair hid them.

    Returns (H, W, 3) float32 colours and (H, W) 0..1 alpha.
    """
    unit, rows, chin = sketch.unit, sketch.rows, sketch.height_of(topology.CHIN)
    seen = (sketch.alpha > 0.9) & ~sketch.grown(own, 0.025) & ~sketch.oval
    seen &= rows > chin - 0.2 * unit
    tone = sketch.report.colours.skin
    skinlike = (np.abs(sketch.lab[0] - tone[0]) < 40) & (tint(sketch.lab, tone) < 12)

    neck = _neck(sketch)
    neckline = _neckline(sketch, seen & neck, skinlike)
    throat = neck & (rows < neckline)
    skin_seen, cloth_seen = seen & throat & skinlike, seen & ~throat
    if skin_seen.sum() < 0.01 * unit**2:
        jaw = sketch.oval & ~own & (rows > sketch.height_of(*topology.MOUTH_CORNERS)) & skinlike
        skin_seen = jaw & ~sketch.features
    skin = spread(sketch.image, skin_seen.astype(np.float32))
    cloth = skin
    if cloth_seen.any():
        cloth = spread(sketch.image, cloth_seen.astype(np.float32))
        cloth = cloth + _REFLECTED * texture(sketch.image, cloth_seen, 0.03 * unit)
    share = sketch.soft(throat, 0.01)[..., None]
    beside = (rows > chin - 0.05 * unit) & ~sketch.grown(neck, 0.05)  # a raised shoulder
    shape = neck | _shoulders(sketch, neck, seen & ((rows > chin + 0.15 * unit) | beside))
    return cloth + (skin - cloth) * share, sketch.soft(shape, 0.012)


def _neck(sketch: Sketch) -> Mask:
    """A plain neck that widens into the shoulders."""
    unit, chin = sketch.unit, sketch.height_of(topology.CHIN)
    left, right = (float(sketch.landmarks[i, 0]) for i in topology.NECK_SIDES)
    middle, half = (left + right) / 2, 0.38 * (right - left)
    down = np.clip((sketch.rows - chin - 0.1 * unit) / (0.4 * unit), 0, None)
    columns = np.arange(sketch.size[0], dtype=np.float32)[None]
    inside = np.abs(columns - middle) < half * (1 + 0.9 * down**2)
    return np.asarray(
        inside & (sketch.rows > chin - 0.25 * unit) & (sketch.rows < chin + 0.55 * unit)
    )


def _neckline(sketch: Sketch, seen: Mask, skinlike: Mask) -> Plane:
    """(W,): down to which row the neck is skin, by what is seen of it."""
    unit, chin = sketch.unit, sketch.height_of(topology.CHIN)
    least, usual, most = (chin + depth * unit for depth in _COLLAR)
    columns = np.flatnonzero(seen.sum(axis=0) > 0.1 * unit)
    ends = []
    for column in columns:
        rows = np.flatnonzero(seen[:, column])
        cloth = rows[~skinlike[rows, column]]
        ends.append(float(cloth[0]) if cloth.size else most)
    if not ends:
        return np.full(sketch.size[0], usual, np.float32)
    across = np.arange(sketch.size[0])
    line = np.interp(across, columns, _steady(np.clip(ends, least, most), 0.12 * unit))
    hidden = np.maximum(columns[0] - across, across - columns[-1])
    line -= 1.2 * np.clip(hidden, 0, None)  # towards the sides a neckline rises
    line = np.maximum(line, least)
    return np.asarray(cv2.blur(line[None].astype(np.float32), (9, 1))[0])


def _steady(values: NDArray[np.floating], reach: float) -> NDArray[np.floating]:
    """Running median: (N,) values without outliers narrower than ``reach``."""
    half = max(1, round(reach / 2))
    padded = np.pad(values, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def _shoulders(sketch: Sketch, neck: Mask, seen: Mask) -> Mask:
    """The hull of what is seen of the shoulders, sloping up to the neck."""
    mask = np.zeros(seen.shape, np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(seen.astype(np.uint8))
    solid = (stats[:, cv2.CC_STAT_AREA] > (0.1 * sketch.unit) ** 2)[parts] & seen
    if solid.any():
        base = sketch.height_of(topology.CHIN) + 0.28 * sketch.unit
        solid |= neck & (np.abs(sketch.rows - base) < 1)
        points = cv2.findNonZero(solid.astype(np.uint8))
        cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
    return mask > 0


def _grain(portrait: Portrait) -> float:
    """Standard deviation of the cheeks' finest detail, in grey levels."""
    points = portrait.report.landmarks[[i for ring in topology.CHEEKS for i in ring], :2]
    (x0, y0), (x1, y1) = np.rint([points.min(axis=0), points.max(axis=0)]).astype(int)
    box = np.s_[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1]
    grey = cv2.cvtColor(portrait.image[box], cv2.COLOR_RGB2GRAY).astype(np.float32)
    cheeks = topology.fill(portrait.alpha.shape, portrait.report.landmarks, *topology.CHEEKS)[box]
    detail = grey - cv2.GaussianBlur(grey, (0, 0), 2.5)
    return float(np.median(np.abs(detail[cheeks])) * 1.48) if cheeks.any() else 0.0


def _grained(image: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Give a smooth fill the photo's grain."""
    gain = _GRAINED * min(strength, _COARSEST) / _NOISE
    noise = _noise(len(image))
    return np.asarray(cv2.addWeighted(image, 1, noise, gain, -128 * gain), np.uint8)


@lru_cache(maxsize=4)
def _noise(side: int) -> NDArray[np.uint8]:
    """(side, side, 3) grey, of mean 128 and standard deviation ``_NOISE``, grained like photos."""
    white = np.random.default_rng(0).standard_normal((side, side), np.float32)
    plane = cv2.GaussianBlur(white, (0, 0), _GRAIN)
    grey = cv2.convertScaleAbs(np.maximum(128 + plane * (_NOISE / plane.std()), 0))
    return np.asarray(cv2.merge([grey] * 3), np.uint8)
