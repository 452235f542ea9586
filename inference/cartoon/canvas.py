"""What is painted: the person over one flat colour, or their whole picture; and where skin is."""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.face import topology
from inference.face.framing import bust
from inference.face.report import Portrait
from inference.pictures.compositing import resampling
from inference.pictures.die_cut import OUTLINE
from inference.pictures.images import from_lab, to_lab

Plane = TypeVar("Plane", NDArray[np.uint8], NDArray[np.float32])

SIDE = 512

_ROOM = round(2 * OUTLINE)  # px of ground left around the person, top and sides
_GROUND_LIGHTNESS = 72.0
_GROUND_CHROMA = -0.3  # times the person's own: faintly complementary, so edges don't drown in it
_FACE_IS_SKIN = 0.75
_CORNER = 44.0  # px: radius of a whole picture's corners
_SKIN_SPREAD = 14.0  # Lab distance to the skin's median at which a colour half counts as skin


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is ready to be painted, all (512, 512) unless ``reduced``.

    photo: (512, 512, 3) RGB uint8, the person over a flat ground, or among their surroundings.
    flat: the same with texture smoothed and edges kept, which is what is painted: a painter leaves
    pores out. alpha: uint8, what of it is shown. skin: float32 0..1, skin without eyes, brows and
    lips. features: float32 0..1, eyes and mouth, where a likeness needs finer strokes.
    landmarks: (478, 2) float32 px.
    """

    photo: NDArray[np.uint8]
    flat: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    skin: NDArray[np.float32]
    features: NDArray[np.float32]
    landmarks: NDArray[np.float32]


def lay(portrait: Portrait) -> Canvas:
    """Cut the person out, enlarge them to the canvas and lay them on a colour that suits them.

    Args:
        portrait: a studied face.
    """
    rows, columns = bust(portrait.report.landmarks)
    left, top, width, height = cv2.boundingRect(
        (portrait.alpha[rows, columns] > 0).astype(np.uint8)
    )
    left += columns.start
    box = np.s_[top : top + height, left : left + width]
    person = cv2.merge([portrait.foreground[box], portrait.alpha[box]])
    placed = _place(portrait, person, left, top, _ROOM)
    alpha = np.asarray(cv2.extractChannel(placed.picture, 3), np.uint8)
    photo = np.asarray(cv2.cvtColor(placed.picture, cv2.COLOR_RGBA2RGB), np.uint8)
    ground = _ground(photo[::4, ::4], alpha[::4, ::4])
    return _prepared(_over(ground, photo, alpha), alpha, placed, portrait)


def surroundings(portrait: Portrait) -> Canvas:
    """Lay the person on the canvas as they are, background and all, with rounded corners.

    Args:
        portrait: a studied face.
    """
    left, top, right, bottom = _inside(portrait)
    placed = _place(portrait, portrait.image[top:bottom, left:right], left, top, 0)
    (x, y), (width, height) = placed.at, placed.size
    middle = np.array([x + width / 2, y + height / 2], np.float32)
    ticks = np.indices((SIDE, SIDE), np.float32)[::-1] + 0.5
    reach = np.array([width, height], np.float32) / 2 - _CORNER
    beyond = np.abs(ticks - middle[:, None, None]) - reach[:, None, None]
    distance = np.hypot(*np.maximum(beyond, 0)) + np.minimum(beyond.max(axis=0), 0)
    alpha = np.rint(255 * np.clip(_CORNER + 0.5 - distance, 0, 1)).astype(np.uint8)
    return _prepared(placed.picture, alpha, placed, portrait)


def reduced(canvas: Canvas, side: int) -> Canvas:
    """Return the same at another side in px, less than 512.

    Args:
        canvas: of 512 px.
        side: px, less than 512.
    """

    def smaller(plane: Plane) -> Plane:
        return np.asarray(cv2.resize(plane, (side, side), interpolation=cv2.INTER_AREA))

    return Canvas(
        photo=smaller(canvas.photo),
        flat=smaller(canvas.flat),
        alpha=smaller(canvas.alpha),
        skin=smaller(canvas.skin),
        features=smaller(canvas.features),
        landmarks=canvas.landmarks * np.float32(side / len(canvas.alpha)),
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A piece of a portrait on the canvas.

    picture: (512, 512, C) uint8, edges repeated. bare: (512, 512) uint8, the person without their
    hair. at, size: x, y px.
    """

    picture: NDArray[np.uint8]
    bare: NDArray[np.uint8]
    landmarks: NDArray[np.float32]
    at: tuple[int, int]
    size: tuple[int, int]


def _place(portrait: Portrait, piece: MatLike, left: int, top: int, room: int) -> _Placed:
    """Fit a piece of the portrait, which lies at left, top, onto the canvas.

    room: px left free at the top and both sides; without any the piece is put in the middle.
    """
    height, width = piece.shape[:2]
    scale = min((SIDE - 2 * room) / width, (SIDE - room) / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    x, y = (SIDE - size[0]) // 2, SIDE - size[1]
    if not room:
        y //= 2
    border = y, SIDE - size[1] - y, x, SIDE - size[0] - x
    whole = cv2.copyMakeBorder(
        cv2.resize(piece, size, interpolation=resampling(scale)),
        *border,
        cv2.BORDER_CONSTANT if room else cv2.BORDER_REPLICATE,
    )
    landmarks = portrait.report.landmarks[:, :2] - (left, top)
    box = np.s_[top : top + height, left : left + width]
    bare = cv2.resize(np.minimum(portrait.alpha[box], 255 - portrait.hair_mask[box]), size)
    return _Placed(
        picture=np.asarray(whole, np.uint8),
        bare=np.asarray(cv2.copyMakeBorder(bare, *border, cv2.BORDER_CONSTANT), np.uint8),
        landmarks=(landmarks * scale + (x, y)).astype(np.float32),
        at=(x, y),
        size=size,
    )


def _prepared(
    photo: NDArray[np.uint8], alpha: NDArray[np.uint8], placed: _Placed, portrait: Portrait
) -> Canvas:
    flat = np.asarray(cv2.bilateralFilter(photo, 7, 28, 5), np.uint8)
    # masks are soft: half the size will do
    half, bare = (
        np.asarray(cv2.resize(picture, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA))
        for picture in (photo, placed.bare)
    )
    landmarks = placed.landmarks * np.float32(0.5)
    masks = (
        _skin(half.astype(np.uint8), bare.astype(np.uint8), landmarks, portrait),
        _features(bare.shape, landmarks),
    )
    skin, features = (np.asarray(cv2.resize(mask, (SIDE, SIDE)), np.float32) for mask in masks)
    return Canvas(photo, flat, alpha, skin, features, placed.landmarks)


def _skin(
    photo: NDArray[np.uint8],
    bare: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    portrait: Portrait,
) -> NDArray[np.float32]:
    """Skin without what a likeness hangs on, (H, W) 0..1. bare: see ``_Placed``."""
    # in the face nearly everything is skin, however the light colours it
    face = topology.fill(bare.shape, landmarks, topology.FACE_OVAL) * np.float32(_FACE_IS_SKIN)
    alike = np.maximum(_like(photo, portrait.report.colours.skin), face)
    region = _skin_region(bare, landmarks) * np.float32(1 / 255)
    return np.asarray(cv2.GaussianBlur(region * alike, (0, 0), 1), np.float32)


def _features(shape: tuple[int, int], landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Eyes and mouth with a soft margin, (H, W) 0..1."""
    mask = topology.fill(shape, landmarks, *topology.EYES, topology.LIPS_OUTER)
    reach = max(0.5, 0.03 * topology.face_height(landmarks))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(reach) + 1,) * 2)
    wider = cv2.dilate(mask.astype(np.uint8), disc)
    return np.asarray(cv2.GaussianBlur(wider.astype(np.float32), (0, 0), reach), np.float32)


def _inside(portrait: Portrait) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what a portrait shows of its photo, edges not repeated.

    Rows or columns that equal their neighbours to the border are taken for repeated, save where
    the person is.
    """
    x, y, width, height = cv2.boundingRect((portrait.alpha > 0).astype(np.uint8))
    limits = []
    for axis, low, high in ((1, x, x + width), (0, y, y + height)):
        steps = np.abs(np.diff(portrait.image.astype(np.int16), axis=axis)) > 1
        changing = np.flatnonzero(steps.any(axis=(2, 1 - axis)))
        first, last = (changing[0], changing[-1] + 2) if changing.size else (low, high)
        limits.append((min(low, int(first)), max(high, int(last))))
    (left, right), (top, bottom) = limits
    return left, top, right, bottom


def _ground(person: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One RGB colour (float32 0..255), of middle lightness, leaning away from the person's."""
    lab = to_lab(person[alpha > 200][None]).mean(axis=(0, 1))
    ground = (_GROUND_LIGHTNESS, _GROUND_CHROMA * lab[1], _GROUND_CHROMA * lab[2])
    return np.asarray(from_lab(np.array([[ground]], np.float32))[0, 0], np.float32)


def _over(
    ground: NDArray[np.float32], photo: NDArray[np.uint8], alpha: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Lay a picture over an even ground."""
    seen = cv2.multiply(photo, cv2.merge([alpha] * 3), scale=1 / 255)
    through = cv2.bitwise_not(alpha)
    below = cv2.merge([cv2.convertScaleAbs(through, alpha=part / 255) for part in ground])
    return np.asarray(cv2.add(seen, below), np.uint8)


def _skin_region(shown: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where skin may be, (H, W) uint8 0..255: ``shown`` without what a likeness hangs on."""
    features = topology.fill(
        shown.shape, landmarks, *topology.EYES, *topology.BROWS, topology.LIPS_OUTER
    )
    reach = 2 * max(1, round(0.025 * topology.face_height(landmarks))) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    covered = cv2.blur(cv2.dilate(features.astype(np.uint8) * np.uint8(255), disc), (reach, reach))
    return np.asarray(cv2.multiply(shown, 255 - covered, scale=1 / 255), np.uint8)


def _like(photo: NDArray[np.uint8], skin: tuple[float, float, float]) -> NDArray[np.float32]:
    """How near each pixel's colour is to the skin's, 0..1; lightness counts half."""
    apart = (to_lab(photo) - np.array(skin, np.float32)) / _SKIN_SPREAD
    light, a, b = cv2.split(apart)
    return np.asarray(np.exp2(-(0.25 * light * light + a * a + b * b)), np.float32)
