"""What a photo says of hats and scarves: what lies where hair would be, beside skin and neck.

Cloth is told from hair by the hair mask's absence, by an edge across the forehead, by its texture,
and by whether it goes on beside the jaw and over the neck. Everything is measured in the face's own
grid: x to the right and y down from the forehead's top, in face heights.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import upright
from inference.face.alignment import Aligned
from inference.pictures.compositing import warp

LENGTH = 131
"""Numbers of ``describe``."""

_GRAIN = 40  # px of the grid per face height
_LEFT, _TOP = -1.2, -0.75
_SIZE = (round(2.4 * _GRAIN), round(2.2 * _GRAIN))  # width, height

_REGIONS: Mapping[str, tuple[float, float, float, float]] = {
    "crown": (-0.75, -0.05, 0.0, 0.4),
    "high": (-0.75, -0.2, 0.0, 0.4),
    "low": (-0.2, -0.02, 0.0, 0.4),
    "sides": (0.15, 0.45, 0.42, 0.75),
    "jaw": (0.6, 1.0, 0.5, 0.85),
    "neck": (1.06, 1.3, 0.0, 0.22),
    "forehead": (0.03, 0.16, 0.0, 0.25),
}
"""y from and to, |x| from and to."""
_PAIRS = (
    ("crown", "sides"), ("crown", "jaw"), ("crown", "neck"), ("jaw", "neck"), ("high", "low"),
    ("high", "sides"), ("jaw", "sides"),
)  # fmt: skip
"""Regions whose colours are compared: a scarf goes on where hair and hats end."""
_BARE = (
    (-0.75, 0.05, 0.0, 1.2), (-0.75, -0.1, 0.0, 0.5), (-0.1, 0.12, 0.0, 0.3),
    (0.5, 1.0, 0.45, 1.2), (1.05, 1.45, 0.0, 0.3),
)  # fmt: skip
"""Regions that are asked how much of them is neither hair nor skin."""
_CHEEKS = (0.45, 0.62, 0.0, 0.3)
_BROW = (-0.4, 0.22, 0.3)  # rows in which an edge is looked for, and the half width
_HEIGHTS = (-0.5, -0.35, -0.2, -0.05, 0.1)  # at which the head's width is measured
_PERSON, _HAIR = 0.6, 0.25  # shares of a pixel
_LEAST = 12  # px of the grid: fewer have no colour
_SKIN_SPREAD = 14.0  # Lab distance at which a colour half counts as skin; lightness counts half

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]


def describe(lab: Plane, face: Aligned) -> NDArray[np.float32]:
    """Describe what lies on and about the head.

    Args:
        lab: (320, 320, 3) float32, the face's image in Lab.
        face: in the common crop.

    Returns:
        (LENGTH,) float32, each of about unit size.
    """
    grid = upright.grid(face.landmarks, _GRAIN, _LEFT, _TOP)
    lab = warp(lab, grid, _SIZE, backward=True)
    alpha, hair = (
        np.asarray(warp(mask.astype(np.float32), grid, _SIZE, backward=True) / 255, np.float32)
        for mask in (face.alpha, face.hair_mask)
    )
    person = alpha > _PERSON
    cheeks = lab[_region(_CHEEKS)]
    skin = np.median(cheeks, axis=0)
    places = {name: person & _region(box) for name, box in _REGIONS.items()}
    places["bare"] = places["crown"] & (hair < _HAIR)
    lightness = np.ascontiguousarray(lab[..., 0])
    fine = np.asarray(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 1.5)), np.float32)
    down, across = (
        np.asarray(cv2.Sobel(lightness, cv2.CV_32F, *order, ksize=3) / 8, np.float32)
        for order in ((0, 1), (1, 0))
    )
    numbers: list[float] = []
    for mask in places.values():
        numbers += _looks(lab, hair, fine, mask, skin)
    for one, other in _PAIRS:
        numbers += _difference(lab, places[one], places[other])
    skinlike = np.exp2(-np.square((lab - skin) * (0.5, 1, 1)).sum(axis=2) / _SKIN_SPREAD**2)
    for box in _BARE:
        inside = _region(box)
        whole = float(alpha[inside].sum()) + 1e-3
        strange = float(((1 - skinlike) * alpha * (1 - hair))[inside].sum())
        numbers += [
            strange / whole,
            float(hair[inside].sum()) / whole,
            5 * float(alpha[inside].sum()) / alpha.size,
        ]
    numbers += _edge(down, across)
    numbers += _outline(person, hair)
    for mask in (places["bare"], places["high"] & (hair < _HAIR)):
        numbers += _weave(down[mask], across[mask])
    return np.nan_to_num(np.array(numbers, np.float32))


def _ticks() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find x of the grid's columns and y of its rows."""
    return (
        (np.arange(_SIZE[0]) + 0.5) / _GRAIN + _LEFT,
        (np.arange(_SIZE[1]) + 0.5) / _GRAIN + _TOP,
    )


def _region(box: tuple[float, float, float, float]) -> Mask:
    top, bottom, inner, outer = box
    x, y = _ticks()
    across = (np.abs(x) >= inner) & (np.abs(x) < outer)
    return ((y >= top) & (y < bottom))[:, None] & across[None]


def _looks(
    lab: Plane, hair: Plane, fine: Plane, mask: Mask, skin: NDArray[np.float32]
) -> list[float]:
    """Colour beside skin's, whether there is any, share of hair, grain, chroma, variety."""
    if mask.sum() < _LEAST:
        return [0.0] * 9
    pixels = lab[mask]
    colour = np.median(pixels, axis=0)
    lightness, a, b = (colour - skin).tolist()
    return [
        lightness / 30, a / 15, b / 15, float(np.hypot(a, b)) / 15, 1.0,
        float(hair[mask].mean()), float(fine[mask].mean()) / 4,
        float(np.hypot(*colour[1:])) / 15, float(pixels.std(axis=0).mean()) / 12,
    ]  # fmt: skip


def _difference(lab: Plane, one: Mask, other: Mask) -> list[float]:
    if min(one.sum(), other.sum()) < _LEAST:
        return [0.0] * 3
    apart = np.median(lab[one], axis=0) - np.median(lab[other], axis=0)
    return [abs(float(apart[0])) / 25, float(np.hypot(*apart[1:])) / 12, 1.0]


def _edge(down: Plane, across: Plane) -> list[float]:
    """The strongest edge across the forehead: how strong, where, and whether it goes through."""
    x, y = _ticks()
    start, end, half = _BROW
    band = np.ix_((y > start) & (y < end), np.abs(x) < half)
    strength, through = np.abs(down[band]).mean(axis=1), down[band].mean(axis=1)
    return [
        float(strength.max()) / 10, float(strength.argmax()) / len(strength),
        float(strength.mean()) / 5, float(np.abs(across[band]).mean()) / 5,
        float(through.max()) / 10, float(through.min()) / 10,
    ]  # fmt: skip


def _outline(person: Mask, hair: Plane) -> list[float]:
    """The head's height, and at several heights its width and that of what is no hair."""
    x, y = _ticks()
    rows = np.flatnonzero(person[:, np.abs(x) < 0.1].mean(axis=1) > 0.5)
    numbers = [-float(y[rows[0]]) if len(rows) else 0.0]
    for height in _HEIGHTS:
        row = int((height - _TOP) * _GRAIN)
        bare = person[row] & (hair[row] < _HAIR)
        numbers += [float(person[row].sum()) / _GRAIN, float(bare.sum()) / _GRAIN]
    return numbers


def _weave(down: Plane, across: Plane) -> list[float]:
    """Energy and direction of the texture, and the area, of what is no hair."""
    if len(down) <= _LEAST:
        return [0.0] * 3
    xx, yy, xy = (float(np.mean(one)) for one in (across**2, down**2, across * down))
    energy = xx + yy + 0.1
    along = float(np.hypot(xx - yy, 2 * xy)) / energy
    return [float(np.log(energy)) / 3, along, len(down) / _GRAIN**2]
