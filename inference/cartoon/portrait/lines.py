"""The lines that hold a face together: its jaw, and the few that years and smiles draw."""

import cv2
import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve
from inference.cartoon.portrait.drawing import Shape, line
from inference.cartoon.portrait.sitter import Sitter, read

_JAWS = (
    (152, 148, 176, 149, 150, 136, 172, 58, 132, 93),
    (152, 377, 400, 378, 379, 365, 397, 288, 361, 323),
)
"""From the chin up either side of the jaw, the picture's left one first."""

_FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
_UNDER_EYES = ((245, 233, 232, 231, 230), (465, 453, 452, 451, 450))
_FOREHEAD = (104, 69, 108, 151, 337, 299, 333)
_HAIR = 9.0  # a darker line is the edge of hair or a hat
_SEEN = 1.6  # how much darker than around it, L*, a fold must be


def draw(sitter: Sitter) -> list[Shape]:
    """Draw the jaw and the folds that the photo shows."""
    return [*jaw(sitter), *_folds(sitter)]


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
