"""Bringing a piece into a portrait: its light, its colour, its place."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Lab, Portrait
from inference.images import from_lab, to_lab
from inference.layers.library import Piece

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
    premultiplied = rgba.copy()
    share = rgba[..., 3:].astype(np.uint16)
    premultiplied[..., :3] = (rgba[..., :3] * share + 127) // 255
    warped = cv2.remap(premultiplied, positions, None, cv2.INTER_CUBIC)  # type: ignore[call-overload]
    alpha = np.maximum(warped[..., 3:], 1).astype(np.float32)
    straight = np.clip(warped[..., :3] * (255 / alpha), 0, 255).astype(np.uint8)
    return np.dstack([straight, warped[..., 3]])


def laid_over(portrait: Portrait, piece: NDArray[np.uint8], shade: float = _SHADE) -> Portrait:
    """Lay a piece (S, S, 4) over a portrait; ``shade``: how dark its shadow on the face gets."""
    landmarks = portrait.report.landmarks
    unit = regions.face_height(landmarks)
    share = piece[..., 3].astype(np.float32) / 255
    drop = np.roll(share, round(0.03 * unit), axis=0)
    oval = regions.fill(share.shape, landmarks, regions.FACE_OVAL)
    shadow = cv2.GaussianBlur(drop, (0, 0), 0.045 * unit) * (1 - share) * oval
    shaded = portrait.image * (1 - shade * shadow[..., None])
    alpha = portrait.alpha.astype(np.float32) / 255
    total = share + (1 - share) * alpha
    part = (share / np.maximum(total, 1e-3))[..., None]
    image = np.where(part > 0, piece[..., :3] * part + shaded * (1 - part), shaded)
    return replace(
        portrait,
        image=np.clip(np.rint(image), 0, 255).astype(np.uint8),
        alpha=np.rint(total * 255).astype(np.uint8),
    )
