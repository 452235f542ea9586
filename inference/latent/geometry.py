"""Sliders that move landmarks: features larger, smaller, wider, higher, in the face's own shape.

Every slider has a core of landmarks that move together about their middle; the rest of the mesh
follows the nearer it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.latent.shape_free import Points

_NOSE = (1, 2, 4, 5, 19, 48, 49, 64, 94, 97, 98, 99, 115, 129, 131, 195, 219, 220, 240, 278, 279,
         294, 326, 327, 328, 344, 358, 360, 439, 440, 460)  # fmt: skip
_NOSE_TIP = (1, 2, 4, 19, 48, 64, 94, 97, 98, 115, 129, 219, 240, 278, 294, 326, 327, 344, 358, 439,
             460)  # fmt: skip
_LIPS = (*topology.LIPS_OUTER, *topology.LIPS_INNER)
_BROWS = (*topology.BROWS[0], *topology.BROWS[1], 9, 8, 151)
_LIDS = (*topology.EYES[0], *topology.EYES[1])
_EYE_CORNERS = (33, 133, 263, 362)
_SEAM = (*topology.LIPS_INNER, 61, 291)
_UPPER_LIP = (40, 39, 37, 0, 267, 269, 270)
_LOWER_LIP = (91, 181, 84, 17, 314, 405, 321)
_EYES = tuple((*eye, *iris) for eye, iris in zip(topology.EYES, topology.IRISES, strict=True))
_EYES_AND_BROWS = tuple((*eye, *brow) for eye, brow in zip(_EYES, topology.BROWS, strict=True))
_BROW_ARCHES = ((63, 105, 66), (293, 334, 296))
_JAW = (132, 58, 172, 136, 150, 149, 361, 288, 397, 365, 379, 378)
_CHIN = (176, 148, 152, 377, 400, 175, 199, 171, 396)
_CHEEKS = (93, 132, 234, 123, 147, 187, 207, 323, 361, 454, 352, 376, 411, 427)
_CHEEKBONES = (234, 227, 116, 123, 50, 454, 447, 345, 352, 280)
_FOREHEAD = (21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251)
_CORNERS = ((61, 185, 146, 76, 62, 78, 191, 95), (291, 409, 375, 306, 292, 308, 415, 324))

_HOLD = 0.025  # face heights over which what is held lets go


@dataclass(frozen=True, slots=True)
class Shift:
    """How a slider at 1 moves one side's or the whole face's core.

    cores: one, or the picture's left and right, which then move as in a mirror. grow: growth of x
    and y about the core's middle. move: of x (outward for a pair, else to the right) and y (down),
    in face heights. turn: degrees, outer end up for a pair. reach: how far the rest follows, in
    face heights. middle: about which landmark it grows, or None for the core's middle. held:
    landmarks that stay, and with them what is near but for the core.
    """

    cores: tuple[tuple[int, ...], ...]
    grow: tuple[float, float] = (0.0, 0.0)
    move: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    reach: float = 0.06
    middle: int | None = None
    held: tuple[int, ...] = ()


SHIFTS: dict[str, tuple[Shift, ...]] = {
    "Big_Eyes": (Shift(_EYES, grow=(0.12, 0.24), move=(0.008, 0.0), reach=0.05),),
    "Narrow_Eyes": (Shift(_EYES, grow=(0.0, -0.32), reach=0.03, held=_EYE_CORNERS),),
    "Eyes_Apart": (Shift(_EYES_AND_BROWS, move=(0.022, 0.0), reach=0.07),),
    "Upturned_Eyes": (Shift(_EYES, turn=7.0, reach=0.05),),
    "Big_Nose": (Shift((_NOSE,), grow=(0.2, 0.14), reach=0.06, middle=5),),
    "Wide_Nose": (Shift((_NOSE_TIP,), grow=(0.24, 0.0), reach=0.05),),
    "Long_Nose": (Shift((_NOSE_TIP,), move=(0.0, 0.035), reach=0.07, held=_LIPS),),
    "Big_Lips": (
        Shift((_UPPER_LIP,), move=(0.0, -0.026), reach=0.03, held=_SEAM),
        Shift((_LOWER_LIP,), move=(0.0, 0.028), reach=0.03, held=_SEAM),
    ),
    "Full_Upper_Lip": (Shift((_UPPER_LIP,), move=(0.0, -0.026), reach=0.03, held=_SEAM),),
    "Full_Lower_Lip": (Shift((_LOWER_LIP,), move=(0.0, 0.028), reach=0.03, held=_SEAM),),
    "Wide_Mouth": (Shift((_LIPS,), grow=(0.26, 0.0), reach=0.08, held=_NOSE),),
    "Low_Mouth": (Shift((_LIPS,), move=(0.0, 0.03), reach=0.09, held=_NOSE),),
    "Upturned_Mouth": (Shift(_CORNERS, move=(0.006, -0.026), reach=0.05),),
    "High_Eyebrows": (Shift(topology.BROWS, move=(0.0, -0.028), reach=0.05, held=_LIDS),),
    "Arched_Eyebrows": (Shift(_BROW_ARCHES, move=(0.0, -0.024), reach=0.035),),
    "Eyebrows_Apart": (Shift(topology.BROWS, move=(0.018, 0.0), reach=0.05),),
    "Wide_Jaw": (Shift((_JAW,), grow=(0.09, 0.0), reach=0.1),),
    "Slim_Face": (
        Shift((_CHEEKS,), grow=(-0.075, 0.0), reach=0.1),
        Shift((_JAW,), grow=(-0.05, 0.0), reach=0.09),
    ),
    "High_Cheekbones": (Shift((_CHEEKBONES,), grow=(0.06, 0.0), move=(0.0, -0.012), reach=0.08),),
    "Long_Chin": (Shift((_CHIN,), move=(0.0, 0.045), reach=0.09, held=_LIPS),),
    "Pointed_Chin": (Shift((_CHIN,), grow=(-0.38, 0.0), move=(0.0, 0.012), reach=0.1, held=_LIPS),),
    "High_Forehead": (Shift((_FOREHEAD,), move=(0.0, -0.05), reach=0.1, held=(*_BROWS, *_LIDS)),),
}
"""CelebA's names where they exist; negative values do the opposite."""


def displacement(shape: Points, changes: Mapping[str, float]) -> Points:
    """How the landmarks of an upright face move.

    Args:
        shape: (478, 2), any scale.
        changes: slider -> -1..1; names that are none of ``SHIFTS`` don't count.

    Returns:
        (478, 2) in the same scale.
    """
    moved = np.zeros_like(shape, np.float64)
    unit = topology.face_height(shape)
    for name, amount in changes.items():
        for shift in SHIFTS.get(name, ()):
            for side, core in enumerate(shift.cores):
                way = 0 if len(shift.cores) == 1 else (-1, 1)[side]
                moved += amount * _moved(shape.astype(np.float64), shift, core, way, unit)
    return moved.astype(np.float32)


def _moved(
    shape: NDArray[np.float64], shift: Shift, core: tuple[int, ...], way: int, unit: float
) -> NDArray[np.float64]:
    """One core's share. way: -1 on the picture's left, 1 on its right, 0 for the whole face."""
    points = shape[list(core)]
    middle = points.mean(0) if shift.middle is None else shape[shift.middle]
    away = np.linalg.norm(shape[:, None] - points[None], axis=2).min(1)
    follow = np.exp(-0.5 * (away / (shift.reach * unit)) ** 2)
    arm = shape - middle
    angle = np.radians(shift.turn) * way
    turned = np.column_stack([arm[:, 1], -arm[:, 0]]) * angle
    if shift.held:
        near = np.linalg.norm(shape[:, None] - shape[None, list(shift.held)], axis=2).min(1)
        near[list(core)] = np.inf
        near[list(shift.held)] = 0
        follow *= 1 - np.exp(-0.5 * (near / (_HOLD * unit)) ** 2)
    # what only follows grows as if it stood on the core's edge
    extent = np.abs(points - middle).max(0)
    held = np.clip(arm, -extent, extent)
    step = held * shift.grow + turned + np.array(shift.move) * [way or 1, 1] * unit
    return np.asarray(step * follow[:, None])
