"""Who is in the picture and where the hair is, down to single strands."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.face import topology
from inference.models.calls import Call, Calls
from inference.pictures.compositing import rescale, resize, shrink
from inference.pictures.matting import Plane, guided_filter

PERSON_SIDE = 256
HAIR_SIDE = 512

_LOOK_FROM = 384  # px: as much of the portrait as the looks at the person need
_WHOLE_SIDE = 3.2  # least side of the first looks, in face heights
_HEAD_SIDE = 2.4  # of the closer look, in face heights
_HEAD_RISE = 0.1  # how far above the face's middle it is centred, in face heights


def person_and_hair(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], *, bearded: bool = True
) -> Calls[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Find the person and their hair.

    Args:
        image: (S, S, 3) RGB uint8, a portrait with room around the head.
        landmarks: (478, 2 or 3) px in it.
        bearded: whether hair on the lower face may be a beard, and so none of the head's.

    Returns:
        The person's alpha (body or hair) and the hair's alone, both (S, S) uint8.
    """
    person = yield from _person(image, landmarks)
    hair = yield from _hair(image)
    return refine(image, landmarks, person, hair, bearded=bearded)


def refine(
    image: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    person: Plane,
    hair: Plane,
    *,
    bearded: bool = True,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Fit coarse masks of a portrait to its pixels; see ``person_and_hair``.

    The hair mask is finer than the person's but now and then claims dark things behind the head:
    it counts only on the person or close by.

    Args:
        image: (S, S, 3) RGB uint8.
        landmarks: (478, 2 or 3) px.
        person: (S, S) float32 0..1, coarse.
        hair: (S, S) float32 0..1, coarse.
        bearded: see ``person_and_hair``.

    Returns:
        The person's alpha and the hair's, both (S, S) uint8.
    """
    unit = topology.face_height(landmarks)
    hair = hair * _near(person > 0.5, reach=0.04 * unit)
    body, strands = guided_filter(image, person, hair, radius=max(2, round(0.04 * unit)))
    body, strands = _stretch(body, 0.3, 0.9), _stretch(strands, 0.15, 0.9)

    face = topology.fill(image.shape[:2], landmarks, topology.FACE_OVAL)
    alpha = np.maximum(body, strands)
    alpha[face] = 1
    alpha *= _near(alpha > 0.5, reach=0.03 * unit, seed=face)
    if bearded:
        strands = _without_beard(strands, landmarks, unit)
    strands = np.minimum(_rooted(strands, landmarks, unit), alpha)
    return _to_bytes(alpha), _to_bytes(strands)


def _person(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Calls[Plane]:
    """Look three times; only what all looks agree on counts.

    The whole portrait tells arms and shoulders from furniture, its mirror image disagrees where
    the network only guesses, and a closer look knows buns and curls.
    """
    full = image.shape[1], image.shape[0]
    scale = min(1, _LOOK_FROM / max(full))
    if scale < 1:
        image = rescale(image, scale)
        landmarks = landmarks * np.float32(scale)
    height, width = image.shape[:2]
    unit = topology.face_height(landmarks)
    side = max(height, width, _WHOLE_SIDE * unit)
    portrait, to_whole = _window(image, (width / 2, height / 2), side)
    middle = landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], :2].mean(axis=0)
    centre = float(middle[0]), float(middle[1] - _HEAD_RISE * unit)
    closer, to_head = _window(image, centre, _HEAD_SIDE * unit)
    looks = np.stack([portrait, portrait[:, ::-1], closer])  # (3, 256, 256, 3) RGB
    outputs = yield Call("selfie_segmenter", {"looks": looks * np.float32(1 / 255)})
    seen, mirrored, near = np.clip(outputs["person"][..., 0].astype(np.float32, copy=False), 0, 1)

    whole = _back(cv2.sqrt(seen * mirrored[:, ::-1]), to_whole, (width, height))
    head = _back(near, to_head, (width, height))
    inner = np.zeros((PERSON_SIDE, PERSON_SIDE), np.float32)
    rim = PERSON_SIDE // 10
    inner[rim:-rim, rim:-rim] = 1
    trust = _back(cv2.blur(inner, (2 * rim - 1, 2 * rim - 1)), to_head, (width, height))
    agreed = np.cbrt(whole * whole * head)
    person = whole + (agreed - whole) * trust
    return np.asarray(cv2.resize(person, full, interpolation=cv2.INTER_CUBIC), np.float32)


def _window(image: MatLike, centre: tuple[float, float], side: float) -> tuple[MatLike, MatLike]:
    """A square of the image at the network's size, and the (2, 3) matrix that cut it out.

    What lies outside the image is mirrored: the network knows bodies, not borders.
    """
    scale = PERSON_SIDE / side
    shift = (PERSON_SIDE / 2 - centre[0] * scale, PERSON_SIDE / 2 - centre[1] * scale)
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    blurred = cv2.GaussianBlur(image, (0, 0), 0.45 / scale) if scale < 1 else image
    size = (PERSON_SIDE, PERSON_SIDE)
    return cv2.warpAffine(blurred, matrix, size, borderMode=cv2.BORDER_REFLECT_101), matrix


def _back(mask: MatLike, matrix: MatLike, size: tuple[int, int]) -> MatLike:
    """Lay a window's mask back onto an image of that (width, height)."""
    return cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def _hair(image: NDArray[np.uint8]) -> Calls[Plane]:
    height, width = image.shape[:2]
    planes = shrink(image, (HAIR_SIDE, HAIR_SIDE)).transpose(2, 0, 1)
    batch = planes[None].astype(np.float32) / 255  # (1, 3, 512, 512)
    outputs = yield Call("hair_segmenter", {"image": batch})
    mask = outputs["hair"][0, 0].astype(np.float32, copy=False)
    return resize(mask, (width, height))


def _near(mask: NDArray[np.bool_], reach: float, seed: NDArray[np.bool_] | None = None) -> Plane:
    """1 on the mask and up to ``reach`` px around it, then falling to 0 at half as much again.

    With a seed only those parts of the mask count that touch it. A soft gate needs no full size.
    """
    small = mask[::2, ::2].astype(np.uint8)
    if seed is not None:
        count, parts = cv2.connectedComponents(small, connectivity=4)
        kept = np.zeros(count, np.uint8)
        kept[parts[seed[::2, ::2]]] = 1
        kept[0] = 0
        small = kept[parts]
    away = cv2.distanceTransform(1 - small, cv2.DIST_L2, cv2.DIST_MASK_5)
    # far from an empty mask is the largest float
    gate = np.clip(3 - 4 * np.minimum(away, reach) / reach, 0, 1)
    return resize(np.asarray(gate, np.float32), (mask.shape[1], mask.shape[0]))


def _without_beard(hair: Plane, landmarks: NDArray[np.float32], unit: float) -> Plane:
    """Cut what lies on the lower face."""
    lower = topology.fill(hair.shape, landmarks, topology.FACE_OVAL)
    lower[: int(_below_eyes(landmarks) + 0.05 * unit)] = False
    soft = cv2.blur(lower.astype(np.float32), (2 * max(1, round(0.01 * unit)) + 1,) * 2)
    return np.asarray(hair * (1 - soft), np.float32)


def _rooted(hair: Plane, landmarks: NDArray[np.float32], unit: float) -> Plane:
    """Hair grows from above the eyes: cut what does not hang on that."""
    above = np.zeros(hair.shape, np.bool_)
    above[: max(1, int(_below_eyes(landmarks)))] = True
    return hair * _near(hair > 0.3, reach=0.02 * unit, seed=above)


def _below_eyes(landmarks: NDArray[np.float32]) -> float:
    return float(landmarks[[i for ring in topology.EYES for i in ring], 1].max())


def _stretch(mask: Plane, low: float, high: float) -> Plane:
    """Clear the haze below ``low`` and the holes above ``high``."""
    return np.asarray(np.clip((mask - low) / (high - low), 0, 1), np.float32)


def _to_bytes(mask: Plane) -> NDArray[np.uint8]:
    return np.rint(mask * 255).astype(np.uint8)
