"""Nose and mouth: a few lines, two tones of lips, teeth where they show."""

import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.drawing import Shape, fill, line
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology

_UPPER_SEAM = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
_LOWER_EDGE = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
_INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_WINGS = ((48, 64, 98), (278, 294, 327))
_NOSTRILS = ((98, 97, 2), (327, 326, 2))
_OPEN = 0.024  # of the face's height between the lips, from which the mouth shows its inside


def draw(sitter: Sitter) -> list[Shape]:
    """Draw nose and mouth as they are."""
    return [*_nose(sitter), *_mouth(sitter)]


def _nose(sitter: Sitter) -> list[Shape]:
    unit = sitter.unit
    yaw = sitter.pose.yaw
    shapes = []
    for side, wing, nostril in zip((-1, 1), _WINGS, _NOSTRILS, strict=True):
        hidden = yaw * side > 22  # the far wing lies behind the tip
        if not hidden:
            curve = curves.through(sitter.points(*wing), 5)
            shapes += line(f"nose-wing-{side}", "skin-line", curve, 0.013 * unit, part="feature")
        hole = curves.through(sitter.points(*nostril), 5)[:8]
        shapes += line(f"nostril-{side}", "skin-line", hole, 0.019 * unit, part="feature")
    tip = sitter.landmarks[4] + sitter.up * 0.015 * unit
    light = curves.ellipse(tip, sitter.right * 0.016 * unit, sitter.up * 0.022 * unit)
    shapes += fill("nose-light", "skin-light", light, part="light", opacity=0.8)
    if abs(yaw) > 12:  # the ridge stands against the far cheek
        ridge = curves.through(sitter.points(168, 6, 197, 195, 5), 4)
        side = np.sign(yaw)
        ridge = ridge + sitter.right * side * np.linspace(0.02, 0.035, len(ridge))[:, None] * unit
        shapes += line(
            "nose-ridge", "skin-line", ridge, 0.009 * unit, opacity=min(1, abs(yaw) / 30)
        )
    return shapes


def _mouth(sitter: Sitter) -> list[Shape]:
    unit = sitter.unit
    outer = curves.through(sitter.points(*topology.LIPS_OUTER), 3, closed=True)
    upper, lower = sitter.points(*_INNER_UPPER), sitter.points(*_INNER_LOWER)
    edge = sitter.points(*_LOWER_EDGE)
    low = np.vstack([curves.through(edge, 3), curves.through(lower, 3)[::-1]])
    shapes = [
        *fill("lips", "lips-dark", outer),
        *fill("lip-lower", "lips", low),
    ]
    gap = float(np.linalg.norm(sitter.landmarks[13] - sitter.landmarks[14]))
    shine = (edge[5] + lower[5]) / 2 + sitter.up * 0.004 * unit
    wide = float(np.linalg.norm(edge[3] - edge[7]))
    shapes += fill(
        "lip-light", "lips-light",
        curves.ellipse(shine, sitter.right * wide * 0.30, sitter.up * 0.011 * unit),
        part="light", opacity=0.7,
    )  # fmt: skip
    if gap > _OPEN * unit:
        shapes += _open(sitter, upper, lower, gap)
        top = curves.through(upper, 3)
        shapes += line("mouth-top", "mouth-line", top, 0.008 * unit, part="feature")
        shapes += line("mouth-low", "mouth-line", curves.through(lower, 3), 0.005 * unit)
    else:
        seam = curves.through(
            np.vstack([sitter.points(61), (upper + lower)[1:-1] / 2, sitter.points(291)]), 4
        )
        shapes += line(
            "mouth-line", "mouth-line", seam, 0.011 * unit, ends=(0.5, 0.5), part="feature"
        )
    for side, corner in ((-1, 61), (1, 291)):
        end = sitter.landmarks[corner]
        out = sitter.right * side
        mark = curves.bezier(
            end + sitter.up * 0.012 * unit + out * 0.006 * unit,
            end + out * 0.013 * unit,
            end - sitter.up * 0.012 * unit + out * 0.006 * unit, steps=8,
        )  # fmt: skip
        shapes += line(f"mouth-corner-{side}", "skin-line", mark, 0.006 * unit, opacity=0.7)
    below = sitter.landmarks[17] + 0.35 * (sitter.landmarks[152] - sitter.landmarks[17])
    span = sitter.right * wide * 0.38
    hollow = curves.bezier(below - span, below - sitter.up * 0.02 * unit, below + span, steps=12)
    shapes += line("lip-shadow", "skin-shadow", hollow, 0.020 * unit, part="shade")
    return shapes


def _open(sitter: Sitter, upper: curves.Curve, lower: curves.Curve, gap: float) -> list[Shape]:
    """The mouth's inside: teeth along the upper lip, the tongue at the bottom of a wide one."""
    inner = np.vstack([curves.through(upper, 3), curves.through(lower, 3)[::-1]])
    depth = min(1.0, 0.075 * sitter.unit / gap)  # teeth are no taller than that
    bared = upper + (lower - upper) * max(depth, 0.62 if gap < 0.09 * sitter.unit else 0.0)
    teeth = np.vstack([curves.through(upper, 3), curves.through(bared, 3)[::-1]])
    shapes = [
        *fill("mouth", "mouth", inner, part="feature"),
        *fill("teeth", "teeth", teeth, part="feature", clip="mouth"),
    ]
    if gap > 0.10 * sitter.unit:
        centre = lower[5] + sitter.up * gap * 0.05
        wide = 0.28 * float(np.linalg.norm(upper[0] - upper[-1]))
        ring = curves.ellipse(centre, sitter.right * wide, sitter.up * gap * 0.30)
        shapes += fill("tongue", "tongue", ring, clip="mouth")
    return shapes
