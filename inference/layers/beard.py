"""A beard or moustache on the person's own photo."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Colours, Lab, Portrait
from inference.layers.pieces import Piece
from inference.layers.placing import Patch, fetch, laid_over, lit
from inference.layers.planes import Plane, join, split
from inference.layers.thin_plate import backward_map
from inference.pictures.compositing import rescale, resize, warp

_DEPTH = 0.85  # a beard's L* over that of the hair on the head: it lies in its own shade
_DARKEST = 11.0  # L* below which a beard would be a black hole
_LIGHTEST = 88.0
_APART = 17.0  # L* between skin and beard, without which nobody sees it
_BROW = 0.6  # of what brows show is hair, the rest skin
_DYED, _HUES = 12.0, (15.0, 110.0)  # chroma from which hair of another hue (degrees) is dyed
_GREY, _WARM = 9.0, 0.5  # chroma below which light hair is grey; share of the skin's in warm light
_GREYING = 42.0  # L* from which it is
_CONTRAST, _GREY_CONTRAST = 0.9, 1.5  # grey beards are of dark and of white hairs
_RIM = 8  # px of a piece that are kept about its hair
_SKIPPING = 1.6  # px of a piece per px of a portrait from which hairs would be skipped
_TAPER = 8.0  # px of a piece over which a shortened beard ends
_LIT = 0.6  # how far a beard's light follows that of the skin below it
_BEYOND = 0.035  # face heights by which it stands out from the outline of a cheek
_PARTED = 0.02  # face heights between lips from which a mouth is open
_AVERTED = 2.8  # foreshortening from which a cheek is turned away
_SHADE = 0.4  # darkest its shadow gets

POINTS = (
    *topology.JAW_LINE, *topology.LIPS_OUTER, *topology.NOSTRILS, topology.NOSE_BASE,
    topology.NOSE_TIP, *topology.CHEEKBONES, *topology.CHEEK_MIDDLES,
)  # fmt: skip
"""Landmarks that place a beard: jaw, lips, nose, cheeks."""


def grow(
    portrait: Portrait, piece: Piece, colour: Lab | None = None, density: float = 1.0
) -> Portrait:
    """Let facial hair grow.

    Args:
        portrait: one whose image is free of what was behind the person.
        piece: of the kind "beard".
        colour: of the hair on the head, or what to dye it to; None leaves it as it is.
        density: 0 (none) to 1.
    """
    landmarks, skin = portrait.report.landmarks, portrait.report.colours.skin
    tone = None if colour is None else seen(colour, skin)
    grey = colour is not None and _is_grey(colour, skin)
    chin = float(piece.points[POINTS.index(topology.CHIN), 1])
    matte = thinned(piece.image[..., 3], chin, density)
    if not matte.any():
        return portrait
    left, top, right, bottom = _window(portrait)
    target = landmarks[list(POINTS), :2] - np.array([left, top], np.float32)
    positions = backward_map(target, piece.points, max(right - left, bottom - top))
    positions = positions[: bottom - top, : right - left]
    hair, positions = _reduced(piece.image, matte, positions)
    over = _covered(positions, hair.shape, round(0.12 * topology.face_height(landmarks)))
    positions, left, top = positions[over], left + over[1].start, top + over[0].start
    piece = replace(piece, image=hair)
    hair = lit(piece, skin, tone, _GREY_CONTRAST if grey else _CONTRAST)
    patch = Patch(fetch(hair, positions), left, top)
    room = _room(portrait, patch) * _facing(positions)
    patch.image[..., 3] = np.rint(patch.image[..., 3] * room)
    patch.image[..., :3] = _under_its_light(portrait, patch)
    return laid_over(_shaded(portrait, patch), patch, shade=0)


def natural(colours: Colours) -> Lab:
    """Tell the colour a beard has by nature: that of hair, or of brows if hair is hidden or dyed.

    Args:
        colours: of the person.
    """
    light, a, b = colours.hair or colours.brows
    hue = np.degrees(np.arctan2(b, a))
    if colours.hair is None or (np.hypot(a, b) > _DYED and not _HUES[0] < hue < _HUES[1]):
        light, a, b = (_BROW * value for value in colours.brows)
    return light, a, b


def seen(colour: Lab, skin: Lab) -> Lab:
    """Find the tone of a beard that goes with hair of one colour and is seen on skin of another.

    Args:
        colour: of the hair.
        skin: median of the skin.
    """
    light, a, b = colour[0] * _DEPTH, *colour[1:]
    lighter, darker = skin[0] + _APART, skin[0] - _APART
    if light >= lighter or (_is_grey(colour, skin) and lighter < _LIGHTEST - 10):
        light = max(light, lighter)
    else:
        light = min(light, darker)
    if _is_grey(colour, skin):
        a, b = a / 2, b / 2
    return float(np.clip(light, _DARKEST, _LIGHTEST)), a, b


def _is_grey(colour: Lab, skin: Lab) -> bool:
    little = max(_GREY, _WARM * float(np.hypot(*skin[1:])))
    return bool(colour[0] > _GREYING and np.hypot(*colour[1:]) < little)


def _window(portrait: Portrait) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of where a beard may be."""
    landmarks, side = portrait.report.landmarks, len(portrait.alpha)
    unit = topology.face_height(landmarks)
    points = landmarks[list(POINTS), :2]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    reach = (x0 - 0.15 * unit, y0 - 0.05 * unit, x1 + 0.15 * unit, y1 + 0.6 * unit)
    left, top, right, bottom = np.clip(np.rint(reach), 0, side).astype(int).tolist()
    return left, top, right, bottom


def _reduced(
    image: NDArray[np.uint8], matte: NDArray[np.uint8], positions: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Crop a piece to its hair, and halve it until no pixel of the portrait skips one of it."""
    left, top, width, height = cv2.boundingRect(matte)
    left, top = max(left - _RIM, 0), max(top - _RIM, 0)
    box = np.s_[top : top + height + 2 * _RIM, left : left + width + 2 * _RIM]
    hair = image[box].copy()
    hair[..., 3] = matte[box]
    positions = positions - np.array([left, top], np.float32)
    step = float(np.median(np.diff(positions[::16, ::4, 0], axis=1))) / 4
    while step > _SKIPPING:
        hair = rescale(hair, 0.5)
        positions, step = np.asarray((positions - 0.5) / 2, np.float32), step / 2
    return hair, positions


def _covered(
    positions: NDArray[np.float32], shape: tuple[int, ...], margin: int
) -> tuple[slice, slice]:
    """Rows and columns that are fetched from a picture of some shape, ``margin`` px about them."""
    x, y = cv2.split(positions)
    inside = (x > 0) & (x < shape[1]) & (y > 0) & (y < shape[0])
    spans = []
    for axis in (1, 0):
        seen = np.flatnonzero(inside.any(axis=axis))
        first, last = (seen[0], seen[-1]) if len(seen) else (0, 0)
        spans.append(slice(max(first - margin, 0), last + margin + 1))
    return spans[0], spans[1]


def _room(portrait: Portrait, patch: Patch) -> Plane:
    """0..1 where a beard may lie: not in the mouth, nor off a turned cheek, nor over a lock."""
    landmarks = portrait.report.landmarks
    unit = topology.face_height(landmarks)
    height, width = patch.image.shape[:2]
    points = landmarks[:, :2] - np.array([patch.left, patch.top], np.float32)
    outside = 1 - topology.fill((height, width), points, topology.FACE_OVAL).astype(np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    down = (points[topology.CHIN] - points[topology.FOREHEAD_MIDDLE]) / unit
    mouth = points[list(topology.MOUTH_CORNERS)].mean(axis=0)
    rows = np.arange(height, dtype=np.float32)[:, None] - mouth[1]
    columns = np.arange(width, dtype=np.float32)[None] - mouth[0]
    fall = columns * (down[0] / unit) + rows * (down[1] / unit)
    beyond = (_BEYOND + 3 * np.maximum(fall - 0.05, 0) ** 1.5) * unit
    room = np.clip((beyond - away) / (0.02 * unit) + 0.5, 0, 1)
    inside = cv2.distanceTransform(1 - outside, cv2.DIST_L2, 3)
    lock = portrait.hair_mask[patch.box] * np.float32(1 / 255)
    lock *= np.clip(1.5 - inside / (0.1 * unit), 0, 1) * np.clip(0.5 - fall / 0.1, 0, 1)
    room *= 1 - lock
    room[_mouth(portrait, patch)] = 0
    return np.asarray(room, np.float32)


def _mouth(portrait: Portrait, patch: Patch) -> NDArray[np.bool_]:
    """Where lips are parted; a moustache may hang over those that are not."""
    landmarks = portrait.report.landmarks
    upper, lower = topology.LIPS_MIDDLE
    gap = np.linalg.norm(landmarks[upper, :2] - landmarks[lower, :2])
    if gap < _PARTED * topology.face_height(landmarks):
        return np.zeros(patch.image.shape[:2], bool)
    return topology.fill(portrait.alpha.shape, landmarks, topology.LIPS_INNER)[patch.box]


def _facing(positions: NDArray[np.float32]) -> Plane:
    """0..1: hair on a cheek that is turned away is seen no more."""
    across = cv2.Sobel(positions[..., 0], cv2.CV_32F, 1, 0, scale=0.125)
    turned = across / np.median(across[::8, ::8])
    return np.asarray(np.clip((_AVERTED - turned) / 0.8, 0, 1), np.float32)


def _under_its_light(portrait: Portrait, patch: Patch) -> NDArray[np.uint8]:
    """Light a beard as the skin below it is lit: from a side, from above."""
    landmarks = portrait.report.landmarks
    unit = topology.face_height(landmarks)
    height, width = patch.image.shape[:2]
    points = landmarks[:, :2] - np.array([patch.left, patch.top], np.float32)
    skin = topology.fill((height, width), points, topology.FACE_OVAL)
    skin &= ~topology.fill((height, width), points, topology.LIPS_OUTER)
    known = skin * (1 - portrait.hair_mask[patch.box] * np.float32(1 / 255))
    light = split(portrait.image[patch.box])[0]
    size = max(1, width // 8), max(1, height // 8)
    near, weight = (
        cv2.GaussianBlur(resize(plane, size, cv2.INTER_AREA), (0, 0), unit / 80)
        for plane in (light * known, known)
    )
    usual = portrait.report.colours.skin[0]
    gain = np.clip((near + 1e-3 * usual) / (weight + 1e-3) / usual, 0.5, 1.35) ** _LIT
    lab = split(patch.image)
    return join((np.minimum(lab[0] * cv2.resize(gain, (width, height)), 100), *lab[1:]))


def _shaded(portrait: Portrait, patch: Patch) -> Portrait:
    """Let a beard throw its shadow on face, neck and clothes; soft, so found at quarter size."""
    unit = topology.face_height(portrait.report.landmarks)
    height, width = patch.image.shape[:2]
    share = patch.image[..., 3] * np.float32(1 / 255)
    size = max(1, width // 4), max(1, height // 4)
    little = resize(share, size, cv2.INTER_AREA)
    fallen = np.array([[1, 0, 0], [0, 1, 0.025 * unit / 4]])
    drop = warp(little, fallen, size)
    soft = cv2.resize(cv2.GaussianBlur(drop, (0, 0), max(0.3, 0.03 * unit / 4)), (width, height))
    shadow = np.float32(_SHADE) * soft * (1 - share)
    shadow[_mouth(portrait, patch)] = 0
    image = portrait.image.copy()
    under = np.ascontiguousarray(image[patch.box])
    image[patch.box] = cv2.blendLinear(np.zeros_like(under), under, shadow, 1 - shadow)
    return replace(portrait, image=image)


def thinned(matte: NDArray[np.uint8], chin: float, density: float) -> NDArray[np.uint8]:
    """Thin a matte hair by hair, and shorten it: at 1 it is whole, at 0 nothing is left of it.

    Args:
        matte: (H, W) uint8.
        chin: row of the chin, below which hair hangs.
        density: 0..1.

    Returns:
        (H, W) uint8.
    """
    if density >= 1:
        return matte
    rows = np.arange(len(matte), dtype=np.float32)[:, None]
    end = chin + (np.flatnonzero(matte.any(axis=1)).max(initial=0) - chin) * density
    kept = np.clip(2 * density - _hairs(len(matte)), 0, 1)
    kept = kept * np.clip((end - rows) / _TAPER + 1, 0, 1)
    return np.asarray(np.rint(matte * kept), np.uint8)


@lru_cache(maxsize=1)
def _hairs(side: int) -> NDArray[np.float32]:
    """(side, side) 0..1: how late in growing the hair at each place comes."""
    noise = np.random.default_rng(0).standard_normal((side, side), np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.8, sigmaY=3), np.float32)
    return np.asarray(np.clip(0.5 + noise / noise.std() / 4, 0, 1), np.float32)
