"""The lines that hold a face together: its jaw, and the few that years and smiles draw."""

import cv2
import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve
from inference.cartoon.portrait.drawing import Shape, line
from inference.cartoon.portrait.sitter import SCALE, Sitter, read
from inference.face import topology

_JAWS = (
    (152, 148, 176, 149, 150, 136, 172, 58, 132, 93),
    (152, 377, 400, 378, 379, 365, 397, 288, 361, 323),
)
"""From the chin up either side of the jaw, the picture's left one first."""

_FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
_UNDER_EYES = ((245, 233, 232, 231, 230), (465, 453, 452, 451, 450))
_FOREHEAD = (104, 69, 108, 151, 337, 299, 333)
_WRINKLES = (2.5, 6.0)  # how much darker than around it lined skin gets, from none to all lines
_HAIR = 9.0  # a darker line is the edge of hair or a hat
_COVERED, _LEAST = 0.2, 20  # of hair or cloth that hides skin; px of skin to judge by
_SEEN = 1.6  # how much darker than around it, L*, a fold must be


def draw(sitter: Sitter) -> list[Shape]:
    """Draw the jaw, the folds that the photo shows, and wrinkles where skin is lined."""
    return [*jaw(sitter), *_folds(sitter), *_wrinkles(sitter)]


def jaw(sitter: Sitter) -> list[Shape]:
    """Either side as far as it is an edge: a turned head shows its near cheek without one."""
    shapes = []
    yaw = sitter.pose.yaw
    for side, indices in zip((-1, 1), _JAWS, strict=True):
        near = max(0.0, -yaw * side)  # degrees by which this side faces the viewer
        count = int(np.clip(10 - near / 4.5, 4, 9))
        curve = curves.through(sitter.points(*indices[:count]), 4)
        shapes += line(
            f"jaw-{side}", "skin-line", curve, 0.013 * sitter.unit, ends=(0.8, 0.0), part="line"
        )
    return shapes


def _folds(sitter: Sitter) -> list[Shape]:
    unit = sitter.unit
    lines: list[tuple[str, Curve, float]] = []
    for side, fold in zip((-1, 1), _FOLDS, strict=True):
        if sitter.pose.yaw * side < 28:
            lines.append((f"fold-{side}", curves.through(sitter.points(*fold), 4), 1.0))
    for side, fold in zip((-1, 1), _UNDER_EYES, strict=True):
        lines.append((f"under-eye-{side}", curves.through(sitter.points(*fold), 3), 0.6))
    lines.append(("forehead", curves.through(sitter.points(*_FOREHEAD), 3), 0.7))
    shapes = []
    for name, curve, weight in lines:
        depth, exact = _valley(sitter, curve)
        strength = (depth - _SEEN) / 4
        if name.startswith(("forehead", "under")):
            strength = (depth - 2 * _SEEN) / 4 if depth < _HAIR else 0.0
        if strength <= 0.12:
            continue
        part = exact[int(0.08 * len(exact)) : int(0.9 * len(exact))]
        shapes += line(
            name, "skin-line", part, 0.010 * unit * weight * min(1.0, 0.5 + strength / 2),
            ends=(0.1, 0.0), opacity=float(np.clip(0.25 + 0.5 * strength, 0.2, 0.75)),
        )  # fmt: skip
    return shapes


def _wrinkles(sitter: Sitter) -> list[Shape]:
    """A few lines on forehead, temples and chin, the more the more lined the skin is.

    Each wrinkle of a photo would be too many: an illustrator says old with ten lines.
    """
    lined = _lined(sitter)
    if lined <= 0.0:
        return []
    unit, up = sitter.unit, sitter.up
    middle = curves.through(sitter.points(*_FOREHEAD), 4)
    found = [
        (f"forehead-{k}", middle[cut:-cut] + shift * unit * up, 0.8)
        for k, (shift, cut) in enumerate(((0.015, 3), (-0.035, 5), (0.062, 7)))
    ]
    for side, corner, mouth in ((-1, 33, 61), (1, 263, 291)):
        if sitter.pose.yaw * side > 20:
            continue
        out = sitter.right * side
        start, end = sitter.landmarks[corner], sitter.landmarks[mouth]
        for k, rise in enumerate((0.55, 0.05, -0.5)):
            away = out + rise * up
            first = start + (0.040 * out + 0.016 * rise * up) * unit
            foot = curves.bezier(
                first, first + 0.035 * unit * away - 0.006 * unit * up, first + 0.062 * unit * away
            )
            found.append((f"crow-{side}-{k}", foot, 0.65))
        corner_of_mouth = end + (0.022 * out - 0.012 * up) * unit
        drop = curves.bezier(
            corner_of_mouth,
            corner_of_mouth + (0.016 * out - 0.04 * up) * unit,
            corner_of_mouth + (0.010 * out - 0.095 * up) * unit,
        )
        found.append((f"chin-{side}", drop, 0.8))
    return [
        shape
        for name, curve, weight in found
        for shape in line(
            f"wrinkle-{name}", "skin-line", curve, 0.011 * unit * weight, ends=(0.1, 0.1),
            clip="skin", opacity=float(0.3 + 0.4 * lined),
        )
    ]  # fmt: skip


def _lined(sitter: Sitter) -> float:
    """How lined the skin is, 0..1, by its fine dark valleys on both forehead and cheeks."""
    unit = sitter.unit / SCALE
    light = sitter.lab[..., 0]
    fine, broad = (
        cv2.GaussianBlur(light, (0, 0), blur) for blur in (max(0.6, 0.008 * unit), 0.03 * unit)
    )
    depths = []
    for rings in (topology.CHEEKS, (topology.FOREHEAD,)):
        bare = sitter.filled(*rings) & (sitter.hair < _COVERED) & (sitter.headwear < _COVERED)
        if bare.sum() < _LEAST:
            return 0.0
        depths.append(float(np.quantile((broad - fine)[bare], 0.9)))
    low, high = _WRINKLES
    return float(np.clip((min(depths) - low) / (high - low), 0, 1))


def _valley(sitter: Sitter, curve: Curve) -> tuple[float, Curve]:
    """How dark a fold runs along a curve, and the curve moved to where it is darkest."""
    unit = sitter.unit
    aside = curves.normals(curve, closed=False)
    shifts = np.linspace(-0.03, 0.03, 7) * unit
    spots = curve[None] + shifts[:, None, None] * aside[None]
    soft = np.asarray(cv2.GaussianBlur(sitter.lab[..., 0], (0, 0), 1.0), np.float32)
    profile = np.median(read(soft, spots), axis=1)
    k = int(np.argmin(profile[1:-1])) + 1
    depth = float(min(profile[:k].max() if k else 0, profile[k + 1 :].max()) - profile[k])
    return depth, curve + shifts[k] * aside
