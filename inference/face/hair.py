"""Hair in words and numbers, read off the masks in the face's own grid.

The grid stands on the forehead's top: x to the right, y down to the chin at 1, in face heights,
level with the head. Every measure stays above y = 1.25, so it means the same in a tight crop and
in a wide portrait. The thresholds were tuned on annotated faces; the card of the cut-out family
says how well they agree.
"""

import numpy as np
from numpy.typing import NDArray

from inference.face import topology, upright
from inference.face.report import Hair, Lab
from inference.pictures.compositing import warp

_GRAIN = 40  # px of the grid per face height
_LEFT, _TOP = -1.5, -1.0
_SIZE = (round(3.0 * _GRAIN), round(2.4 * _GRAIN))  # width, height

# area, in squared face heights
_BALD = 0.05  # hair above the forehead's top, least of a buzz cut
_BUZZ = 0.11  # least of short hair
_MEDIUM = 0.05  # hair beside cheeks and jaw
_LONG = 0.05  # hair below the chin
_COVERED = 0.35  # share of the upper head that is neither hair nor skin

_FRINGE = (0.25, -0.05, 0.12)  # the forehead's patch: half width, upper and lower end
_TEMPLES = (0.1, 0.3, -0.25, -0.05)  # where a receding hairline leaves skin: |x| and y
_TEMPLE_HAIR = (0.0, 0.56)  # hair there: fully receded, not at all
_SKIN_SPREAD = 14.0  # Lab distance at which a colour half counts as skin; lightness counts half


def describe(
    lab: NDArray[np.float32],
    landmarks: NDArray[np.float32],
    alpha: NDArray[np.uint8],
    hair_mask: NDArray[np.uint8],
    skin: Lab,
) -> Hair:
    """Describe the hair of one portrait.

    Args:
        lab: (S, S, 3) float32, the portrait in Lab.
        landmarks: (478, 2 or 3) px.
        alpha: (S, S) uint8, the person.
        hair_mask: (S, S) uint8.
        skin: the skin's median.
    """
    to_grid = upright.grid(landmarks, _GRAIN, _LEFT, _TOP)
    hair, person = (_level(mask, to_grid) / 255 for mask in (hair_mask, alpha))
    x = (np.arange(_SIZE[0]) + 0.5)[None] / _GRAIN + _LEFT
    y = (np.arange(_SIZE[1]) + 0.5)[:, None] / _GRAIN + _TOP

    upper = np.broadcast_to(y < 0.05, hair.shape)
    crown = _area(hair[upper])
    unlike = 1 - _skin_likeness(_level(lab, to_grid), skin)
    strange = _area((unlike * person * (1 - hair))[upper]) / (_area(person[upper]) + 1e-3)
    covered = strange > _COVERED

    jaw, below = (
        _area(hair[rows[:, 0]]) for rows in ((y > 0.5) & (y < 1), (y > 1.05) & (y < 1.22))
    )
    length = _length(crown, jaw, below, covered=covered)

    half, start, end = _FRINGE
    fringe = hair[(np.abs(x) < half) & (y > start) & (y < end)].mean()
    inner, outer, start, end = _TEMPLES
    temples = hair[(np.abs(x) > inner) & (np.abs(x) < outer) & (y > start) & (y < end)].mean()
    bare, full = _TEMPLE_HAIR
    return Hair(
        length=length,
        fringe=float(fringe),
        receding=0.0 if covered else float(np.clip((full - temples) / (full - bare), 0, 1)),
        covered=bool(covered),
        volume=_volume(hair, landmarks),
    )


def _length(crown: float, jaw: float, below: float, *, covered: bool) -> str:
    """The longest that the mask shows; under a hat nobody is called bald."""
    if below > _LONG:
        return "long"
    if jaw > _MEDIUM:
        return "medium"
    if covered or crown > _BUZZ:
        return "short"
    return "buzz" if crown > _BALD else "bald"


def _level(picture: NDArray[np.generic], to_portrait: NDArray[np.float64]) -> NDArray[np.float32]:
    """Resample a portrait's picture or mask into the grid; nothing lies outside a portrait."""
    return warp(np.asarray(picture, np.float32), to_portrait, _SIZE, backward=True)


def _area(mask: NDArray[np.floating]) -> float:
    """In squared face heights."""
    return float(mask.sum()) / _GRAIN**2


def _skin_likeness(lab: NDArray[np.float32], skin: Lab) -> NDArray[np.float32]:
    apart = (lab - np.array(skin, np.float32)) * np.array([0.5, 1, 1], np.float32)
    return np.asarray(np.exp2(-np.square(apart).sum(axis=2) / _SKIN_SPREAD**2), np.float32)


def _volume(hair: NDArray[np.floating], landmarks: NDArray[np.float32]) -> float:
    """Widest stretch of hair, ear to ear or beyond, over the face's width; 0 without hair."""
    columns = np.flatnonzero((hair > 0.5).sum(axis=0) > 0.15 * _GRAIN)
    if not columns.size:
        return 0.0
    left, right = topology.FACE_SIDES
    width = float(np.linalg.norm(landmarks[left, :2] - landmarks[right, :2]))
    width /= topology.face_height(landmarks)
    return float(columns[-1] - columns[0] + 1) / _GRAIN / max(width, 1e-3)
