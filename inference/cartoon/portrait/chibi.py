"""The sitter as chibi: a large head on a small body in their own clothes."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Curve
from inference.cartoon.portrait.drawing import Shape, edge, fill, line
from inference.cartoon.portrait.sitter import SCALE, SIDE, Sitter

_HEAD = 345.0  # units that the head may take of the canvas's height
_WIDE = 470.0  # and of its width
_CHIN = 352.0  # where the chin stands, from the top


def headed(sitter: Sitter) -> Sitter:
    """Return the sitter without neck, hands and shoulders."""
    across, down = sitter.across, sitter.down
    chin = 1.0 - 0.35 * np.square(np.clip(np.abs(across) / 0.4, 0, 1))
    head = np.clip((chin - down) / 0.02, 0, 1) * (np.abs(across) < 0.62)
    face = np.maximum(sitter.oval, head)
    skin = sitter.skin * face
    nothing = np.zeros_like(sitter.clothes)
    hair = sitter.hair * np.clip((1.75 - down) / 0.1, 0, 1)
    return replace(
        sitter,
        skin=np.asarray(skin, np.float32),
        hair=np.asarray(hair, np.float32),
        clothes=nothing,
        person=np.asarray(np.maximum(np.maximum(skin, hair), sitter.headwear), np.float32),
    )


def placement(sitter: Sitter) -> tuple[float, NDArray[np.float64]]:
    """Scale and shift (2,) that bring the head to the top of the canvas."""
    covered = np.argwhere(sitter.person > 0.5) * SCALE
    (top, left), (_, right) = covered.min(axis=0), covered.max(axis=0)
    chin = float(sitter.landmarks[152, 1])
    scale = float(min(_HEAD / max(chin - top, 1), _WIDE / max(right - left, 1)))
    middle = float(sitter.landmarks[152, 0]) * 0.5 + (left + right) / 4
    return scale, np.array([SIDE / 2 - middle * scale, _CHIN - chin * scale])


def placed(shapes: list[Shape], scale: float, shift: NDArray[np.float64]) -> list[Shape]:
    """Scale and move the head's shapes."""
    moved = []
    for shape in shapes:
        rings = tuple(ring * scale + shift for ring in shape.rings)
        widths = None if shape.widths is None else shape.widths * scale
        swell = None if shape.swell is None else (shape.swell[0] * scale, shape.swell[1])
        moved.append(replace(shape, rings=rings, widths=widths, swell=swell))
    return moved


def body(unit: float, heavy: tuple[float, float], *, two_toned: bool) -> list[Shape]:
    """Draw a small body under the chin: shirt, arms, legs and shoes. unit: of the drawn head."""
    ink = 0.016 * unit
    neck = _mirrored([(0, 330), (20, 334), (22, 372)])
    shirt = _mirrored([(0, 356), (30, 358), (58, 372), (62, 430), (60, 452), (0, 456)])
    arm = np.array([(52, 368), (74, 384), (92, 428), (86, 440), (72, 436), (54, 402)], float)
    hand = curves.ellipse(np.array([85.0, 440.0]), np.array([13.0, 0]), np.array([0, 12.0]))
    leg = np.array([(2, 446), (58, 446), (52, 488), (10, 488)], float)
    shoe = np.array([(6, 484), (50, 484), (64, 500), (60, 510), (8, 510)], float)
    shapes: list[Shape] = []
    trousers = "clothes-1" if two_toned else "trousers"
    for side in (-1, 1):
        shapes += _piece(f"leg-{side}", trousers, "clothes-line", _placed(leg, side), ink, heavy)
        shapes += _piece(f"shoe-{side}", "shoes", "clothes-line", _placed(shoe, side), ink, heavy)
        shapes += _piece(f"hand-{side}", "skin", "skin-line", _placed(hand, side), ink, heavy)
        shapes += _piece(f"arm-{side}", "clothes-0", "clothes-line", _placed(arm, side), ink, heavy)
    shapes += _piece("neck", "skin-shadow", "skin-line", neck, ink, heavy)
    shapes += _piece("shirt", "clothes-0", "clothes-line", shirt, ink, heavy)
    collar = curves.ellipse(np.array([256.0, 358.0]), np.array([30.0, 0]), np.array([0, 13.0]))
    shapes += fill("collar", "skin-shadow", collar)
    fold = _placed(np.array([(50, 404), (54, 424), (52, 444)], float), 1)
    shapes += line("fold", "clothes-line", curves.through(fold, 4), ink * 0.7)
    shade = _mirrored([(0, 372), (34, 368), (60, 380), (61, 392), (30, 388), (0, 390)])
    shapes += fill("shirt-shadow", "cloth-shade", shade, part="shade", clip="shirt", opacity=0.28)
    return shapes


def _piece(
    name: str, role: str, line_role: str, ring: Curve, ink: float, heavy: tuple[float, float]
) -> list[Shape]:
    return [*edge(f"{name}-edge", line_role, (ring,), ink, heavy), *fill(name, role, ring)]


def _placed(points: NDArray[np.float64], side: int) -> Curve:
    """Mirror points given from the body's middle to one side, and round them off."""
    ring = points * (side, 1) + (SIDE / 2, 0)
    return curves.resampled(curves.through(ring, 4, closed=True), 5.0, closed=True)


def _mirrored(half: list[tuple[float, float]]) -> Curve:
    """Complete the right half of a ring, top to bottom, by its left one."""
    right = np.array(half, float)
    left = right[::-1] * (-1, 1)
    ring = np.vstack([right, left[np.abs(left[:, 0]) > 0]])
    ring[:, 0] += SIDE / 2
    return curves.resampled(curves.through(ring, 4, closed=True), 5.0, closed=True)
