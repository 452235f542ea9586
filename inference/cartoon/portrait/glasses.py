"""The sitter's own glasses: the rim that fits the photo best, the bridge, the arms, a glint."""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve, Plane
from inference.cartoon.portrait.drawing import Shape, fill, line
from inference.cartoon.portrait.sitter import GRID, SCALE, Sitter, read
from inference.face import topology
from inference.face.report import Lab

_WORN = 0.5  # how probable glasses must be to be drawn
_DARK = 0.5  # likewise sunglasses

_TINTED = 24.0  # Lab distance to skin, lightness less than half, from which lenses are tinted

_WIDTHS = (0.34, 0.38, 0.42, 0.46, 0.51)
_HEIGHTS = (0.18, 0.22, 0.26, 0.31, 0.36)
_OUT = (0.02, 0.07, 0.12)
_DROPS = (-0.03, 0.02, 0.07, 0.12)
_CORNERS = (2.0, 2.8, 4.0)
"""Candidate lenses: half width and height, and how far outwards and below the eye, in distances
between the eyes; and how square the corners are."""

_SHADES = np.array([[0.46, 0.28, 0.05, 0.05, 3.0]])
"""Sunglasses that suit everybody."""

_APART = 0.44  # between the eyes, in face heights
_EYE = 0.47  # of that is an eye's own width

_ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)


@dataclass(frozen=True, slots=True)
class Worn:
    """Glasses found on a face. lenses: the picture's left one first. dark: sunglasses."""

    lenses: tuple[Curve, Curve]
    frame: Lab
    lens: Lab
    dark: bool
    weight: float


def find(sitter: Sitter, *, cool: bool = False) -> Worn | None:
    """Fit a pair of lenses to what the photo shows around the eyes.

    cool: put sunglasses on in any case.
    """
    if cool:
        left, right = (_lenses(sitter, side, _SHADES)[0] for side in (-1, 1))
        return Worn((left, right), (8.0, 0.0, -2.0), (14.0, 0.0, -4.0), dark=True, weight=0.024)
    dark = sitter.chance("glasses", "sun")
    if sitter.chance("glasses", "clear") + dark < _WORN:
        return None
    rim = _rim(sitter, dark=dark > _DARK)
    sizes = np.array(list(product(_WIDTHS, _HEIGHTS, _OUT, _DROPS, _CORNERS)))
    pairs = np.stack([_lenses(sitter, side, sizes) for side in (-1, 1)], axis=1)
    seen = read(rim, pairs.reshape(len(sizes), -1, 2))
    # a rim is seen all along, a brow or a shadow here and there; the outermost of equals is it
    score = np.sqrt(seen).mean(axis=1) * (1 + 1.6 * sizes[:, 0] * sizes[:, 1])
    best = pairs[int(score.argmax())]
    frame = _frame_colour(sitter, best, dark=dark > _DARK)
    inner = np.concatenate([_inside(sitter, lens) for lens in best])
    lens = np.median(inner, axis=0)
    apart = (lens - np.asarray(sitter.colours.skin)) * np.array([0.4, 1, 1])
    return Worn(
        (best[0], best[1]),
        frame,
        (float(lens[0]), float(lens[1]), float(lens[2])),
        dark > _DARK or float(np.linalg.norm(apart)) > _TINTED,
        0.022 if frame[0] < 45 else 0.015,
    )


def draw(sitter: Sitter, worn: Worn | None, size: float = 1.0) -> list[Shape]:
    """Draw the glasses over the face, below the hair that falls over them. size: of the lenses."""
    if worn is None:
        return []
    unit = sitter.unit
    shapes: list[Shape] = []
    width = worn.weight * unit
    lenses = [lens.mean(axis=0) + size * (lens - lens.mean(axis=0)) for lens in worn.lenses]
    for name, lens in zip(("left", "right"), lenses, strict=True):
        ring = curves.through(lens, 2, closed=True)
        shapes += fill(
            f"lens-{name}", "lens-dark" if worn.dark else "lens", ring,
            opacity=0.93 if worn.dark else 0.14,
        )  # fmt: skip
        shapes += _glint(sitter, lens, f"lens-{name}", dark=worn.dark)
        closed = np.vstack([ring, ring[:2]])
        shapes += [Shape(f"rim-{name}", "frame", "feature", (closed,), np.full(len(closed), width))]
    left, right = lenses
    inner_left = left[np.argmax(left @ sitter.right + 0.35 * (left @ sitter.up))]
    inner_right = right[np.argmin(right @ sitter.right - 0.35 * (right @ sitter.up))]
    arch = (inner_left + inner_right) / 2 + sitter.up * 0.02 * unit
    bridge = curves.bezier(inner_left, arch, inner_right, steps=10)
    shapes += line("bridge", "frame", bridge, width, ends=(0.9, 0.9), part="feature")
    for side, lens, temple in ((-1, left, 127), (1, right, 356)):
        if sitter.pose.yaw * side > 15:  # the far arm is behind the face
            continue
        hinge = lens[np.argmax((lens @ sitter.right) * side + 0.5 * (lens @ sitter.up))]
        end = sitter.landmarks[temple] + sitter.right * side * 0.02 * unit
        if (end - hinge) @ sitter.right * side < 0.02 * unit:
            continue
        arm = curves.bezier(hinge, (hinge + end) / 2 + sitter.up * 0.008 * unit, end, steps=8)
        shapes += line(f"arm-{side}", "frame", arm, width, ends=(0.9, 0.5), part="feature")
    return shapes


def _rim(sitter: Sitter, *, dark: bool) -> Plane:
    """Where a rim may run: thin dark lines, or around dark glasses any edge; 0..1."""
    light = sitter.lab[..., 0]
    fine = 0.009 * sitter.unit / SCALE
    soft = cv2.GaussianBlur(light, (0, 0), fine)
    if dark:
        slopes = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
        edges = cv2.magnitude(*slopes)
    else:
        edges = np.maximum(cv2.GaussianBlur(light, (0, 0), 4 * fine) - soft, 0)
    own = sitter.filled(*topology.EYES, *topology.BROWS).astype(np.uint8)
    reach = max(1, round(0.024 * sitter.unit / SCALE))
    near = cv2.dilate(own, np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    rim = np.asarray(edges, np.float32)
    rim[near] *= 0.15  # brows and lashes are no rim
    around = sitter.oval > 0.5
    return np.asarray(np.clip(rim / (np.quantile(rim[around], 0.95) + 1e-3), 0, 1), np.float32)


def _lenses(sitter: Sitter, side: int, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Superellipses around one eye, as narrow as the eye itself where the head is turned.

    sizes: (K, 5) as listed above. Returns (K, 40, 2).
    """
    outer, inner = sitter.points(*((33, 133) if side < 0 else (263, 362)))
    span = float(np.linalg.norm(outer - inner)) / _EYE
    apart = _APART * sitter.unit
    width, height, out, drop, corner = (column[:, None, None] for column in sizes.T)
    cos, sin = np.cos(_ANGLES)[None, :, None], np.sin(_ANGLES)[None, :, None]
    x = np.sign(cos) * np.abs(cos) ** (2 / corner) * width * span + out * span
    y = np.sign(sin) * np.abs(sin) ** (2 / corner) * height * apart - drop * apart
    middle = (outer + inner) / 2
    return np.asarray(middle + x * sitter.right * side + y * sitter.up, np.float64)


def _frame_colour(sitter: Sitter, lenses: NDArray[np.float64], *, dark: bool) -> Lab:
    """The darker third along the rim."""
    pixels = read(sitter.lab, lenses).reshape(-1, 3)
    limit = np.quantile(pixels[:, 0], 0.25)
    tone = np.median(pixels[pixels[:, 0] <= limit], axis=0)
    return (float(tone[0]) * (0.6 if dark else 0.8), float(tone[1]) * 0.8, float(tone[2]) * 0.8)


def _inside(sitter: Sitter, lens: Curve) -> NDArray[np.float32]:
    mask = curves.polygon((lens.mean(axis=0) + 0.7 * (lens - lens.mean(axis=0)),), GRID, SCALE)
    return np.asarray(sitter.lab[mask > 0.5], np.float32)


def _glint(sitter: Sitter, lens: Curve, clip: str, *, dark: bool) -> list[Shape]:
    """Two slanting bars of light across the lens."""
    centre = lens.mean(axis=0)
    tall = float(np.ptp(lens @ sitter.up))
    slant = sitter.up * 0.9 + sitter.right * 0.45
    shapes = []
    for k, (shift, wide) in enumerate(((-0.10, 0.16), (0.12, 0.06))):
        a = centre + sitter.right * (shift - 0.18) * tall
        bar = np.array([a - slant * tall, a + slant * tall])
        side = sitter.right * wide * tall / 2
        ring = np.vstack([bar - side, (bar + side)[::-1]])
        shapes += fill(
            f"{clip}-glint-{k}", "glint", curves.resampled(ring, tall / 3, closed=True),
            part="light", clip=clip, opacity=0.30 if dark else 0.26,
        )  # fmt: skip
    return shapes
