"""A face's own modelling: what is darker and lighter than the skin around it, whatever the light.

Eye sockets, the walls of the nose, folds and cheekbones tell people apart as much as outlines do.
What is broad is the light's doing and taken away; of a face seen from the front both halves are
averaged, for light falls on one of them and bones are on both.
"""

import cv2
import numpy as np

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.drawing import Part, Shape, fill
from inference.cartoon.portrait.sitter import SCALE, Sitter, mirrored
from inference.face import topology

_FRONTAL = 25.0  # degrees of yaw up to which both halves of a face are seen
_FINE, _BROAD = 0.015, 0.09  # face heights: pores below, light above
_TRACED, _LEAST = 0.014, 0.035  # face heights: smoothing of outlines, side of the least shape
_DARK, _LIGHT = (3.0, 7.0), (2.5, 6.0)  # L* apart from the skin around it
_EDGE = 3.0  # L* over which a shape ends
_SHADE, _SHINE = 0.5, 0.45  # opacity of a level
_COVERED, _RIM = 0.3, 0.03  # of hair or cloth; face heights
_FADING = 0.05  # face heights over which it ends beside the features

_MIDDLE = (
    104, 69, 108, 151, 337, 299, 333, 340, 346, 352, 411, 427, 434, 364, 394, 395, 400, 152, 176,
    170, 169, 135, 214, 207, 187, 123, 117, 111,
)  # fmt: skip
"""Lower forehead, cheekbones, chin: what lies around them is marked by light and hair."""


def draw(sitter: Sitter, strength: float) -> list[Shape]:
    """Draw it in tones of skin, 0..1 strong."""
    unit = sitter.unit / SCALE
    depth, bare = measured(sitter), _bare(sitter)
    shapes: list[Shape] = []
    kinds: tuple[tuple[Part, str, Plane, tuple[float, ...], float], ...] = (
        ("shade", "skin-relief", -depth, _DARK, _SHADE),
        ("light", "skin-light", depth, _LIGHT, _SHINE),
    )
    for part, role, plane, levels, opacity in kinds:
        for step, level in enumerate(levels):
            mask = np.asarray(np.clip(0.5 + (plane - level) / _EDGE, 0, 1) * bare, np.float32)
            rings = curves.outlines(
                mask, SCALE, blur=_TRACED * unit, least=(_LEAST * sitter.unit) ** 2, spacing=4.0
            )
            shapes += fill(
                f"relief-{part}-{step}", role, *rings,
                part=part, clip="skin", opacity=opacity * strength,
            )  # fmt: skip
    return shapes


def measured(sitter: Sitter) -> Plane:
    """How much lighter each point is than the skin around it, (GRID, GRID) L*; fades outwards."""
    unit = sitter.unit / SCALE
    light = sitter.lab[..., 0]
    weights = np.asarray((sitter.oval > 0.5) * _uncovered(sitter), np.float32)
    around = _blurred(light * weights, _BROAD * unit) / (_blurred(weights, _BROAD * unit) + 1e-3)
    depth: Plane = np.asarray(_blurred(light, max(0.5, _FINE * unit)) - around, np.float32)
    if abs(sitter.pose.yaw) < _FRONTAL:
        depth = np.asarray((depth + mirrored(depth, sitter)) / 2, np.float32)
    middle = _blurred(sitter.filled(_MIDDLE).astype(np.float32), _FADING * unit)
    return np.asarray(depth * middle, np.float32)


def _bare(sitter: Sitter) -> Plane:
    """Skin that has no feature of its own."""
    rim = round(2 * _RIM * sitter.unit / SCALE) | 1
    inner = cv2.erode(sitter.oval, np.ones((rim, rim)))
    drawn = sitter.filled(*topology.EYES, topology.LIPS_OUTER).astype(np.uint8)
    features = (cv2.dilate(drawn, np.ones((3, 3))) > 0) | sitter.filled(*topology.BROWS)
    return np.asarray(inner * _uncovered(sitter) * ~features, np.float32)


def _uncovered(sitter: Sitter) -> Plane:
    return np.asarray((sitter.hair < _COVERED) & (sitter.headwear < _COVERED), np.float32)


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
