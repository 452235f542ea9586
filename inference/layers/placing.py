"""Bringing a piece into a portrait: its light, its colour, its place."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.images import from_lab, to_lab
from inference.layers.library import Piece
from inference.layers.sketch import Plane

_SHADE = 0.35  # darkest a piece's shadow on the face gets
_LIGHT = 0.6  # how far the piece's brightness follows the wearer's skin


def lit(piece: Piece, skin: Lab, colour: Lab | None, contrast: float = 1.8) -> NDArray[np.uint8]:
    """The piece under the wearer's light, or dyed; ``contrast``: see ``dyed``."""
    lab = to_lab(piece.image[..., :3])
    if colour is not None:
        lab = dyed(lab, piece.colour, colour, contrast)
    else:
        lab[..., 0] *= np.clip(skin[0] / piece.skin[0], 0.6, 1.5) ** _LIGHT
    return np.dstack([from_lab(lab), piece.image[..., 3]])


def dyed(
    lab: NDArray[np.float32], own: Lab, colour: Lab, contrast: float = 1.8
) -> NDArray[np.float32]:
    """Move hair from its own median colour to another, keeping strands and highlights.

    lab: (H, W, 3). Lighter dye widens the range of L*, at most by ``contrast``; darker dye narrows
    it, as pigment does.
    """
    result = np.empty_like(lab)
    wider = np.clip(((colour[0] + 12) / (own[0] + 12)) ** 0.7, 0.5, contrast)
    result[..., 0] = colour[0] + (lab[..., 0] - own[0]) * wider
    depth = np.clip(result[..., :1] / max(colour[0], 8.0), 0.25, 1.4)  # shadows have less chroma
    kept = (lab[..., 1:] - np.array(own[1:], np.float32)) * 0.4
    result[..., 1:] = np.array(colour[1:], np.float32) * depth + kept
    result[..., 0] = np.clip(result[..., 0], 0, 100)
    return result


def toned(rgba: NDArray[np.uint8], own: Lab, skin: Lab) -> NDArray[np.uint8]:
    """Borrowed skin in the wearer's tone."""
    lab = to_lab(rgba[..., :3]) + (np.array(skin, np.float32) - np.array(own, np.float32))
    return np.dstack([from_lab(lab), rgba[..., 3]])


def fetch(rgba: NDArray[np.uint8], positions: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Warp RGBA, premultiplied so that no colour under zero alpha bleeds in."""
    share = cv2.merge([rgba[..., 3]] * 3 + [np.full(rgba.shape[:2], 255, np.uint8)])
    premultiplied = cv2.multiply(rgba, share, scale=1 / 255)
    warped = cv2.remap(premultiplied, positions, None, cv2.INTER_CUBIC)  # type: ignore[call-overload]
    alpha = warped[..., 3]
    straight = cv2.divide(warped[..., :3], cv2.merge([np.maximum(alpha, 1)] * 3), scale=255)
    return np.dstack([straight, alpha])


def laid_over(portrait: Portrait, piece: NDArray[np.uint8], shade: float = _SHADE) -> Portrait:
    """Lay a piece (S, S, 4) over a portrait; ``shade``: how dark its shadow on the face gets."""
    landmarks = portrait.report.landmarks
    unit = regions.face_height(landmarks)
    share = piece[..., 3].astype(np.float32) * np.float32(1 / 255)
    shadow = _shadow(share, landmarks, unit) * shade
    dark = np.zeros_like(portrait.image)
    shaded = cv2.blendLinear(dark, portrait.image, shadow, 1 - shadow)
    total = share + (1 - share) * portrait.alpha * np.float32(1 / 255)
    part = share / np.maximum(total, 1e-3)
    image = cv2.blendLinear(np.ascontiguousarray(piece[..., :3]), shaded, part, 1 - part)
    return replace(
        portrait,
        image=np.asarray(image, np.uint8),
        alpha=np.rint(total * 255).astype(np.uint8),
    )


def _shadow(share: Plane, landmarks: NDArray[np.float32], unit: float) -> Plane:
    """What a piece throws on the face below it, (S, S) 0..1; soft, so found at quarter size."""
    side = max(1, len(share) // 4)
    little = cv2.resize(share, (side, side), interpolation=cv2.INTER_AREA)
    grain = side / len(share) * unit
    drop = np.roll(little, round(0.03 * grain), axis=0)
    soft = cv2.GaussianBlur(drop, (0, 0), max(0.3, 0.045 * grain))
    oval = regions.fill(share.shape, landmarks, regions.FACE_OVAL)
    return np.asarray(cv2.resize(soft, share.shape[::-1]) * (1 - share) * oval, np.float32)
