"""What is painted: the person, large, over one flat colour; and where their skin is."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Portrait
from inference.images import from_lab, to_lab
from inference.matting import foreground
from inference.sticker import OUTLINE, bust

SIDE = 512

_ROOM = round(2 * OUTLINE)  # px of ground left around the person, top and sides
_GROUND_LIGHTNESS = 72.0
_GROUND_CHROMA = -0.3  # times the person's own: faintly complementary, so edges don't drown in it
_SKIN_SPREAD = 14.0  # Lab distance to the skin's median at which a colour half counts as skin


@dataclass(frozen=True, slots=True)
class Canvas:
    """A person ready to be painted, all (512, 512).

    photo: (512, 512, 3) RGB uint8, the person over a flat ground. flat: the same with texture
    smoothed and edges kept, which is what is painted: a painter leaves pores out. alpha: uint8.
    skin: float32 0..1, skin without eyes, brows and lips. landmarks: (478, 2) float32 px.
    """

    photo: NDArray[np.uint8]
    flat: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    skin: NDArray[np.float32]
    landmarks: NDArray[np.float32]


def lay(portrait: Portrait) -> Canvas:
    """Cut the person out, enlarge them to the canvas and lay them on a colour that suits them."""
    colours = foreground(portrait.image, portrait.alpha)
    layers = np.dstack([colours, portrait.alpha, _skin_region(portrait)])
    rows, columns = bust(portrait.report.landmarks)
    body = layers[rows, columns]
    x, y, width, height = cv2.boundingRect((body[..., 3] > 0).astype(np.uint8))
    body = body[y : y + height, x : x + width]
    scale = min((SIDE - 2 * _ROOM) / width, (SIDE - _ROOM) / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    left, top = (SIDE - size[0]) // 2, SIDE - size[1]
    full = np.zeros((SIDE, SIDE, 5), np.uint8)
    place = np.s_[top:, left : left + size[0]]
    full[place][..., :4] = cv2.resize(body[..., :4], size, interpolation=method)
    full[place][..., 4] = cv2.resize(body[..., 4], size, interpolation=method)

    alpha = np.ascontiguousarray(full[..., 3])
    share = alpha[..., None].astype(np.float32) / 255
    mixed = full[..., :3] * share + _ground(full[..., :3], alpha) * (1 - share)
    photo: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
    flat = np.asarray(cv2.bilateralFilter(photo, 7, 28, 5), np.uint8)
    skin = full[..., 4].astype(np.float32) / 255 * _like(photo, portrait.report.colours.skin)
    skin = np.asarray(cv2.GaussianBlur(skin, (0, 0), 2), np.float32)
    landmarks = (portrait.report.landmarks[:, :2] - (columns.start + x, y)) * scale + (left, top)
    return Canvas(photo, flat, alpha, skin, landmarks.astype(np.float32))


def _ground(person: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One RGB colour (float32 0..255), of middle lightness, leaning away from the person's."""
    lab = to_lab(person[alpha > 200][None]).mean(axis=(0, 1))
    ground = (_GROUND_LIGHTNESS, _GROUND_CHROMA * lab[1], _GROUND_CHROMA * lab[2])
    return np.asarray(from_lab(np.array([[ground]], np.float32))[0, 0], np.float32)


def _skin_region(portrait: Portrait) -> NDArray[np.uint8]:
    """Where skin may be, (S, S) uint8 0..255: not hair, not the features a likeness hangs on."""
    landmarks = portrait.report.landmarks
    features = regions.fill(
        portrait.alpha.shape, landmarks, *regions.EYES, *regions.BROWS, regions.LIPS_OUTER
    )
    reach = 2 * max(1, round(0.025 * regions.face_height(landmarks))) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    kept = 1 - cv2.blur(cv2.dilate(features.astype(np.float32), disc), (reach, reach))
    region = np.minimum(portrait.alpha, 255 - portrait.hair_mask) * kept
    return np.asarray(np.rint(region), np.uint8)


def _like(photo: NDArray[np.uint8], skin: tuple[float, float, float]) -> NDArray[np.float32]:
    """How near each pixel's colour is to the skin's, 0..1; lightness counts half."""
    apart = (to_lab(photo) - np.array(skin, np.float32)) * np.array([0.5, 1, 1], np.float32)
    distance = np.square(apart).sum(axis=2) / _SKIN_SPREAD**2
    return np.asarray(np.exp2(-distance), np.float32)
