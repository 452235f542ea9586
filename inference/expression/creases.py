"""Folds and light of a moving face: what a warp can't draw, because it was not there.

The table beside this file (``creases.npz``, built by ``inference.expression.training.creases``)
says for every blendshape how the light on skin changes at its full score, in the frame of the mean
face. It multiplies the photo before the warp, so folds travel with the skin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression.splines import surface
from inference.face import topology
from inference.face.report import Lab
from inference.pictures.images import to_lab

TABLE = Path(__file__).with_name("creases.npz")

FADING = ("mouthSmile", "mouthUpperUp", "mouthStretch")
"""Movements whose folds also fade when they are taken away; others' were never seen."""

MOST = 1.4
"""Weight beyond which folds grow no deeper."""

DEEPEST = 0.9
"""Bound of the logarithm of the change."""

_SKIN = (9.0, 22.0)  # blurred Lab distance from the skin's tone: skin up to, none from
_COARSE = 4  # pixels of the photo to one of the frame's coordinates and of the mask
_LEVELS = (4, 8, 16, 32)

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Creases:
    """The table in memory.

    points: (468, 2) landmarks of the mean face, in the maps' pixels. maps: (K, R, R) logarithm of
    the change of light at blendshape 1.0. names: K blendshapes, those of two sides without side.
    """

    points: NDArray[np.float64]
    maps: Plane
    names: tuple[str, ...]

    def mixed(self, weights: Mapping[str, float]) -> Plane | None:
        """Add up weighted blendshapes.

        Args:
            weights: blendshape -> amount.

        Returns:
            (R, R) float32, the change of light, or None for none.
        """
        side = self.maps.shape[1]
        total = np.zeros((side, side), np.float32)
        # the person's left is the picture's right; halves meet softly in the middle
        right_half = _ramp(np.arange(side, dtype=np.float32), 0.42 * side, 0.58 * side)
        changed = False
        for name, plane in zip(self.names, self.maps, strict=True):
            least = -MOST if name in FADING else 0.0
            whole, left, right = (
                float(np.clip(weights.get(name + end, 0.0), least, MOST))
                for end in ("", "Left", "Right")
            )
            if whole or left or right:
                total += plane * (whole + left * right_half + right * (1 - right_half))
                changed = True
        return total if changed else None


@cache
def load() -> Creases:
    """Read the shipped table once."""
    with np.load(TABLE) as table:
        half = table["halves"].astype(np.float32) * table["steps"][:, None, None]
        return Creases(
            points=table["points"].astype(np.float64),
            maps=np.concatenate([half, half[:, :, ::-1]], axis=2),
            names=tuple(str(name) for name in table["names"]),
        )


def lay(
    image: NDArray[np.uint8],
    points: NDArray[np.floating],
    weights: Mapping[str, float],
    skin: Lab,
    gain: float = 1.0,
) -> NDArray[np.uint8]:
    """Return the picture with the folds and light of a movement, before it is warped.

    Args:
        image: (H, W, 3) RGB.
        points: (478, >=2) landmarks in the picture's pixels.
        weights: of blendshapes, by name.
        skin: the person's, for telling skin from hair, beard and rims of glasses.
        gain: how deep folds are, 1 on a face of middle age.
    """
    table = load()
    mixed = table.mixed(weights)
    if mixed is None:
        return image
    flat = np.asarray(points[:468, :2], np.float64)
    oval = flat[list(topology.FACE_OVAL)]
    height, width = image.shape[:2]
    left, top = np.maximum(np.floor(oval.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(np.ceil(oval.max(axis=0)).astype(int) + 3, (width, height))
    if right - left < 8 or bottom - top < 8:
        return image
    size = (int(right - left), int(bottom - top))
    small = (size[0] // _COARSE + 1, size[1] // _COARSE + 1)
    piece = np.ascontiguousarray(image[top:bottom, left:right])
    spots = flat - (left, top)
    inside = ((spots > 0) & (spots < size)).all(axis=1)
    shrunk = spots * (np.array(small) / size)
    at = surface(shrunk[inside], table.points[inside] - 0.5, *small, levels=_LEVELS)
    at = np.asarray(cv2.resize(at, size, interpolation=cv2.INTER_LINEAR))
    light = cv2.remap(mixed, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
    shrunk_piece = np.asarray(cv2.resize(piece, small, interpolation=cv2.INTER_AREA), np.uint8)
    mask = _mask(shrunk_piece, shrunk, skin)
    light = light * cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
    ratio = cv2.exp(np.clip(gain * light, -DEEPEST, DEEPEST))
    result = image.copy()
    result[top:bottom, left:right] = cv2.multiply(piece, cv2.merge([ratio] * 3), dtype=cv2.CV_8U)
    return result


def _mask(small: NDArray[np.uint8], spots: NDArray[np.float64], skin: Lab) -> Plane:
    """Return (h, w) 0..1: the face's skin, neither eyes, lips, hair nor much of brows."""
    across = float(np.ptp(spots[:, 0]))
    fine = 4
    drawn = np.zeros((small.shape[0] * fine, small.shape[1] * fine), np.uint8)

    def fill(polygon: tuple[int, ...], value: int) -> None:
        cv2.fillPoly(drawn, [np.rint(spots[list(polygon)] * fine).astype(np.int32)], value)

    fill(topology.FACE_OVAL, 255)
    for brow in topology.BROWS:
        fill(brow, 100)
    for feature in (*topology.EYES, topology.LIPS_OUTER):
        fill(feature, 0)
    shape = cv2.resize(drawn, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    shape = cv2.GaussianBlur(shape, (0, 0), max(0.6, 0.012 * across)).astype(np.float32) / 255
    soft = cv2.GaussianBlur(small, (0, 0), max(0.6, 0.02 * across))
    lab = to_lab(np.asarray(soft, np.uint8))
    # over a face light varies more than hue; what is far darker is hair, beard or a rim
    off = (lab - np.array(skin, np.float32)) * np.array([0.5, 1.0, 1.0], np.float32)
    like = 1 - _ramp(np.sqrt(np.square(off).sum(axis=2)), *_SKIN)
    return np.asarray(shape * like, np.float32)


def _ramp(values: NDArray[np.floating], start: float, end: float) -> Plane:
    """Return a smooth step, 0 at start and 1 at end."""
    t = np.clip((values - start) / (end - start), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
