"""Sliders that colour a region: make-up and retouch, lit by the face's own light."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Portrait
from inference.pictures.images import from_lab, to_lab

Image = NDArray[np.uint8]
Plane = NDArray[np.float32]

_UNDER_EYES = (
    (226, 31, 228, 229, 230, 231, 232, 233, 128, 121, 120, 119, 118, 117, 111),
    (446, 261, 448, 449, 450, 451, 452, 453, 357, 350, 349, 348, 347, 346, 340),
)
_LIDS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 190, 56, 28, 27, 29, 30, 247, 130),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 414, 286, 258, 257, 259, 260, 467, 359),
)
_APPLES = (
    (116, 117, 118, 100, 36, 205, 187, 147, 123),
    (345, 346, 347, 329, 266, 425, 411, 376, 352),
)


@dataclass(frozen=True, slots=True)
class Region:
    """Where a colour goes and how it changes.

    inside, outside: polygons that are filled, then cut out. soft: of the edge, in face heights.
    shift: of L*, a*, b* at 1; that of L* scales with the pixel's own lightness.
    """

    inside: tuple[tuple[int, ...], ...]
    shift: tuple[float, float, float]
    outside: tuple[tuple[int, ...], ...] = ()
    soft: float = 0.01


SMOOTH, TEETH, FRECKLES = "Smooth_Skin", "White_Teeth", "Freckles"

REGIONS: dict[str, Region] = {
    "Wearing_Lipstick": Region(
        (topology.LIPS_OUTER,), (-7.0, 24.0, 5.0), (topology.LIPS_INNER,), soft=0.006
    ),
    "Rosy_Cheeks": Region(_APPLES, (-1.5, 11.0, 3.0), soft=0.06),
    "Bags_Under_Eyes": Region(_UNDER_EYES, (-8.0, 2.0, -3.0), topology.EYES, soft=0.02),
    "Eye_Shadow": Region(_LIDS, (-12.0, 5.0, -6.0), topology.EYES, soft=0.018),
    "Dark_Eyebrows": Region(topology.BROWS, (-13.0, 0.0, -3.0), soft=0.012),
    "Bright_Eyes": Region(topology.EYES, (9.0, -1.0, -2.0), soft=0.008),
    TEETH: Region((topology.LIPS_INNER,), (7.0, -3.0, -12.0), soft=0.006),
}
"""Names of sliders; negative values do the opposite."""

IRISES: dict[str, tuple[float, float, float]] = {
    "Blue_Eyes": (14.0, -4.0, -22.0), "Green_Eyes": (10.0, -14.0, 12.0),
    "Brown_Eyes": (-4.0, 12.0, 22.0), "Gray_Eyes": (14.0, -1.0, -4.0),
}  # fmt: skip
"""Colours of the iris: what is added to its L*, and the a* and b* it takes on."""

NAMES = frozenset([*REGIONS, *IRISES, SMOOTH, FRECKLES])

_NOSE = (168, 114, 129, 98, 2, 327, 358, 343)
_FRECKLES, _FRECKLE = 1500, (-13.0, 5.0, 7.0)  # how many; L*, a*, b* of one
_SMOOTHING = 0.02  # face heights: wrinkles and spots are smaller, the shape of a face is larger
_PORES = 0.006  # face heights: finer than this stays
_USUAL, _YELLOW = 60.0, 12.0  # L* of skin in good light, b* of teeth that can be whitened
_STRENGTH = 0.75  # of detail taken away or added
_EDGE = 9.0  # L* a wrinkle may differ by; what differs more is a feature


def bare_skin(light: Plane, usual: float, unit: float) -> Plane:
    """0..1: where it is light enough for skin, so no beard, lash or nostril.

    light: (H, W) L*. usual: L* of the skin. unit: px of a face's height.
    """
    soft = cv2.GaussianBlur(light, (0, 0), 0.012 * unit)
    return np.asarray(np.clip(soft / max(usual, 1) * 4 - 2, 0, 1), np.float32)


def paint(picture: Image, portrait: Portrait, changes: Mapping[str, float]) -> Image:
    """Colour regions and smooth or sharpen skin.

    Args:
        picture: (S, S, 3) uint8 RGB, the portrait's, maybe changed already.
        portrait: says where the face is.
        changes: slider -> amount; names that are none of ``REGIONS`` and ``SMOOTH`` don't count.
    """
    asked = {name: changes[name] for name in REGIONS if changes.get(name)}
    irises = {name: changes[name] for name in IRISES if changes.get(name)}
    smooth, freckles = changes.get(SMOOTH, 0.0), changes.get(FRECKLES, 0.0)
    if not (asked or irises or smooth or freckles):
        return picture
    face = _Face.of(portrait)
    seen = np.ascontiguousarray(picture[face.box])
    lab = to_lab(seen)
    changed = lab.copy()
    if smooth:
        skin = face.skin() * bare_skin(lab[..., 0], portrait.report.colours.skin[0], face.unit)
        changed[..., 0] -= smooth * _STRENGTH * face.detail(lab[..., 0]) * skin
    if freckles:
        usual = portrait.report.colours.skin[0]
        share = face.freckles() * bare_skin(lab[..., 0], usual, face.unit) * freckles
        for channel, shift in enumerate(_FRECKLE):
            changed[..., channel] += share * shift * (lab[..., 0] / _USUAL if not channel else 1)
    for name, amount in irises.items():
        _colour_irises(changed, face, IRISES[name], amount)
    for name, amount in asked.items():
        region = REGIONS[name]
        share = face.mask(region) * amount
        light = lab[..., 0] / _USUAL
        if name == TEETH:
            share *= np.clip(light - 0.4, 0, 0.5) * 2 * np.clip(lab[..., 2] / _YELLOW, 0, 1)
        for channel, shift in enumerate(region.shift):
            changed[..., channel] += share * shift * (light if channel == 0 else 1.0)
    share = np.abs(changed - lab).max(2) > 1e-3
    result = picture.copy()
    cv2.copyTo(from_lab(changed), share.astype(np.uint8), result[face.box])
    return result


def _colour_irises(
    lab: Plane, face: "_Face", colour: tuple[float, float, float], amount: float
) -> None:
    """Dye both irises in place, their rim, rays and reflections kept."""
    lighter, a, b = colour
    for iris, eye in zip(topology.IRISES, topology.EYES, strict=True):
        share = face.iris(iris, eye) * np.float32(amount)
        light = lab[..., 0]
        # what is bright is a reflection, what is black the pupil
        share = share * np.clip((92 - light) / 30, 0, 1) * np.clip((light - 4) / 10, 0, 1)
        lab[..., 0] += share * lighter * np.clip(light / 30, 0.4, 1)
        for channel, value in ((1, a), (2, b)):
            lab[..., channel] += share * (value - lab[..., channel]) * 0.8


@dataclass(frozen=True, slots=True)
class _Face:
    """The part of a portrait that holds the face.

    box: of the portrait. landmarks: (478, 2) px in the box. alpha: of the person without hair.
    """

    box: tuple[slice, slice]
    landmarks: NDArray[np.float32]
    alpha: Plane
    unit: float

    @staticmethod
    def of(portrait: Portrait) -> "_Face":
        points = portrait.report.landmarks[:, :2]
        unit = topology.face_height(points)
        low = np.maximum(np.floor(points.min(0) - 0.1 * unit).astype(int), 0)
        high = np.ceil(points.max(0) + 0.1 * unit).astype(int)
        box = np.s_[low[1] : high[1], low[0] : high[0]]
        alpha = cv2.subtract(portrait.alpha[box], portrait.hair_mask[box])
        return _Face(
            box, points - low.astype(np.float32), np.asarray(alpha / 255, np.float32), unit
        )

    def mask(self, region: Region) -> Plane:
        """0..1 over the box."""
        return self._filled(region.inside, region.outside, region.soft) * self.alpha

    def skin(self) -> Plane:
        """0..1: the face without eyes, brows and lips."""
        features = (*topology.EYES, *topology.BROWS, topology.LIPS_OUTER)
        return self._filled((topology.FACE_OVAL,), features, 0.02) * self.alpha

    def iris(self, iris: tuple[int, ...], eye: tuple[int, ...]) -> Plane:
        """0..1 over the box: an iris as far as the lids show it, without its pupil's middle."""
        centre = self.landmarks[iris[0]]
        radius = float(np.linalg.norm(self.landmarks[list(iris[1:])] - centre, axis=1).mean())
        mask = np.zeros(self.alpha.shape, np.float32)
        at = (round(float(centre[0]) * 16), round(float(centre[1]) * 16))
        cv2.circle(mask, at, round(radius * 0.97 * 16), 1.0, -1, cv2.LINE_AA, 4)
        cv2.circle(mask, at, round(radius * 0.36 * 16), 0.25, -1, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.4, 0.08 * radius))
        return np.asarray(soft * self._filled((eye,), (), 0.002), np.float32)

    def freckles(self) -> Plane:
        """0..1 over the box: the same dots on everybody's nose and cheeks."""
        chance = np.random.default_rng(7)
        low, high = self.landmarks.min(0), self.landmarks.max(0)
        dots = np.zeros(self.alpha.shape, np.float32)
        for x, y, size, strength in chance.random((_FRECKLES, 4)):
            at = low + (high - low) * np.array([x, y])
            radius = self.unit * (0.002 + 0.0045 * size * size)
            middle = (round(float(at[0]) * 16), round(float(at[1]) * 16))
            one = 0.35 + 0.65 * strength
            cv2.circle(dots, middle, max(8, round(radius * 16)), one, -1, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(dots, (0, 0), max(0.4, 0.0018 * self.unit))
        where = self._filled((*_APPLES, _NOSE), (*topology.EYES, topology.LIPS_OUTER), 0.045)
        return np.asarray(soft * where * self.alpha, np.float32)

    def detail(self, light: Plane) -> Plane:
        """What of the lightness is wrinkle or spot rather than shape, pore or feature."""
        coarse = cv2.GaussianBlur(light, (0, 0), _SMOOTHING * self.unit)
        fine = cv2.GaussianBlur(light, (0, 0), max(0.5, _PORES * self.unit))
        apart = fine - coarse
        return np.asarray(apart * np.exp(-0.5 * (apart / _EDGE) ** 2), np.float32)

    def _filled(
        self, inside: tuple[tuple[int, ...], ...], outside: tuple[tuple[int, ...], ...], soft: float
    ) -> Plane:
        mask = np.zeros(self.alpha.shape, np.float32)
        for polygons, value in ((inside, 1.0), (outside, 0.0)):
            for polygon in polygons:
                points = np.rint(self.landmarks[list(polygon)] * 16).astype(np.int32)
                cv2.fillPoly(mask, [points], value, cv2.LINE_AA, 4)
        return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.5, soft * self.unit)), np.float32)
