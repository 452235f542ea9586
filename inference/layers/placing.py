"""Bringing a piece into a portrait: its light, its colour, its place."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab, Portrait
from inference.layers.pieces import Piece
from inference.layers.planes import Plane, Planes, join, split
from inference.pictures.compositing import rescale, resize, warp

_SHADE = 0.35  # darkest a piece's shadow gets
_DROP, _SOFT, _FALL = 0.03, 0.045, 0.15  # face heights it falls, blurs over and reaches at most
_BRIGHT = 30.0  # L* of dyed hair below which its tints fade
_SHINE = 0.4  # how much of what is nearer to white than to the dye L* still rises
_PALE = 10.0  # L* beyond white at which shine would lose all of its dye
_UNSEEN = 0.995
_LIGHT = 0.6  # how far the piece's brightness follows the wearer's skin


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece in its place. image: (h, w, 4) RGBA uint8. left, top: px of the portrait."""

    image: NDArray[np.uint8]
    left: int
    top: int

    @property
    def box(self) -> tuple[slice, slice]:
        """Where in the portrait it lies."""
        height, width = self.image.shape[:2]
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    def share(self, side: int) -> Plane:
        """Return its alpha on the whole portrait.

        Args:
            side: of the portrait, px.

        Returns:
            (side, side) float32 0..1.
        """
        whole = np.zeros((side, side), np.float32)
        whole[self.box] = self.image[..., 3] * np.float32(1 / 255)
        return whole


def lit(piece: Piece, skin: Lab, colour: Lab | None, contrast: float = 1.8) -> NDArray[np.uint8]:
    """Bring a piece into the wearer's light, or dye it.

    Args:
        piece: of any kind.
        skin: of the wearer.
        colour: of the dye, or None.
        contrast: see ``dyed``.

    Returns:
        (S, S, 4) RGBA uint8.
    """
    lab = split(piece.image)
    if colour is not None:
        lab = dyed(lab, piece.colour, colour, contrast)
    else:
        gain = np.float32(np.clip(skin[0] / piece.skin[0], 0.6, 1.5) ** _LIGHT)
        lab = (np.minimum(lab[0] * gain, 100), lab[1], lab[2])
    return np.asarray(cv2.merge([join(lab), piece.image[..., 3]]), np.uint8)


def dyed(lab: Planes, own: Lab, colour: Lab, contrast: float = 1.8) -> Planes:
    """Move hair from its own median colour to another, keeping strands and highlights.

    Lighter dye widens the range of L*, at most by ``contrast``, as light does: strands that reflect
    twice as much go on doing so. Darker dye narrows it, as pigment does.

    Args:
        lab: of the hair.
        own: its median colour.
        colour: of the dye.
        contrast: most by which L* is widened.
    """
    wider = np.float32(np.clip((colour[0] + 16) / (own[0] + 16), 0.5, contrast))
    light = np.float32(colour[0]) + (lab[0] - np.float32(own[0])) * wider
    shoulder = np.float32((colour[0] + 100) / 2)
    light = np.minimum(light, shoulder + (light - shoulder) * np.float32(_SHINE))
    full = np.float32(max(colour[0], 8.0))
    depth = np.minimum(light / full, (100 + _PALE - light) / (100 + _PALE - full))
    depth = np.clip(depth, 0.2, 1.0)  # shadows and shine have less chroma than what lies between
    shaded = np.minimum(lab[0] * np.float32(1 / max(own[0], 8.0)), 1)
    kept = np.clip(light * np.float32(0.4 / _BRIGHT), 0, 0.4)  # of the tints from strand to strand
    a, b = (
        np.float32(new) * depth + (plane - np.float32(old) * shaded) * kept
        for plane, old, new in zip(lab[1:], own[1:], colour[1:], strict=True)
    )
    return np.clip(light, 0, 100), a, b


def toned(rgba: NDArray[np.uint8], own: Lab, skin: Lab) -> NDArray[np.uint8]:
    """Bring borrowed skin into the wearer's tone.

    Args:
        rgba: (H, W, 4) RGBA uint8.
        own: its median colour.
        skin: the wearer's.

    Returns:
        (H, W, 4) RGBA uint8.
    """
    light, a, b = (
        plane + np.float32(new - old)
        for plane, old, new in zip(split(rgba), own, skin, strict=True)
    )
    borrowed = join((np.clip(light, 0, 100), a, b))
    return np.asarray(cv2.merge([borrowed, rgba[..., 3]]), np.uint8)


def fetch(rgba: NDArray[np.uint8], positions: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Warp RGBA whose colours hold beyond its alpha, as those of pieces do.

    Args:
        rgba: (H, W, 4) uint8.
        positions: (h, w, 2) float32, for each pixel where in rgba it is from, px.

    Returns:
        (h, w, 4) uint8.
    """
    return np.asarray(cv2.remap(rgba, positions, None, cv2.INTER_CUBIC), np.uint8)  # type: ignore[call-overload]


def laid_over(portrait: Portrait, patch: Patch, shade: float = _SHADE) -> Portrait:
    """Lay a piece over a portrait.

    Args:
        portrait: of any size.
        patch: the piece in its place.
        shade: how dark its shadow on the face gets.
    """
    if shade > 0:
        portrait = _shaded(portrait, patch, shade)
    image, alpha, box = portrait.image.copy(), portrait.alpha.copy(), patch.box
    share = patch.image[..., 3] * np.float32(1 / 255)
    total = share + (1 - share) * (alpha[box] * np.float32(1 / 255))
    part = share / np.maximum(total, np.float32(1e-3))
    colours = cv2.cvtColor(patch.image, cv2.COLOR_RGBA2RGB)
    image[box] = cv2.blendLinear(colours, np.ascontiguousarray(image[box]), part, 1 - part)
    alpha[box] = cv2.convertScaleAbs(total, alpha=255)
    return replace(portrait, image=image, alpha=alpha)


def _shaded(portrait: Portrait, patch: Patch, shade: float) -> Portrait:
    """Let a piece throw its shadow on what lies below it; soft, so found at quarter size."""
    landmarks, side = portrait.report.landmarks, len(portrait.alpha)
    unit = topology.face_height(landmarks)
    rows, columns = patch.box
    reach = round(_FALL * unit)
    bottom = min(side, rows.stop + reach) - rows.start
    start, stop = max(0, columns.start - reach), min(side, columns.stop + reach)
    box = np.s_[rows.start : rows.start + bottom, start:stop]
    size = -(-(stop - start) // 4), -(-bottom // 4)
    little = np.zeros(size[::-1], np.uint8)
    inner = rescale(patch.image[..., 3], 0.25)
    left = (columns.start - start) // 4
    place = little[: inner.shape[0], left : left + inner.shape[1]]
    place[:] = inner[: place.shape[0], : place.shape[1]]

    fallen = np.array([[1, 0, 0], [0, 1, _DROP * unit / 4]])
    drop = warp(little, fallen, size)
    soft = cv2.GaussianBlur(drop, (0, 0), max(0.3, _SOFT * unit / 4))
    hair = resize(portrait.hair_mask[box], size, cv2.INTER_AREA)
    light = 1 - np.float32(shade / 255**2) * soft * (255 - hair.astype(np.float32))  # hair has none
    if light.min() > _UNSEEN:
        return portrait
    full = resize(light, (stop - start, bottom))
    image = portrait.image.copy()
    image[box] = cv2.multiply(image[box], cv2.merge([full] * 3), dtype=cv2.CV_8U)
    return replace(portrait, image=image)
