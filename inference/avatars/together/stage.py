"""A square on which scenes are built up: figures with a white rim, shapes between them, arms."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.avatars.together.figures import Figure
from inference.pictures.compositing import over, warp
from inference.pictures.svg import raster

Image = NDArray[np.uint8]
Point = tuple[float, float]

SIDE = 640
"""px, and units of shapes."""

_HAND = (
    "M-17 30C-30 18-31 2-27-10C-25-17-15-17-14-9L-15-40C-15-49-3-49-2-41"
    "C-2-51 11-51 11-41L11-36C12-45 23-44 23-35L23-24C25-31 34-29 33-21L32 8C31 24 24 32 12 34z"
)
"""An open hand from its palm, fingers up, about (0, 0)."""

_FIST = (
    "M-26-16C-22-25-8-26-4-20C1-27 14-26 16-19C22-24 33-19 31-10L30 12C28 24 14 28-2 26"
    "C-20 25-29 14-28 0z"
)
"""A hand that holds on, fingers down and to the right, about (0, 0)."""


class Stage:
    """What has been laid over each other so far."""

    def __init__(self) -> None:
        self.picture: Image = np.zeros((SIDE, SIDE, 4), np.uint8)

    def shapes(self, svg: str) -> None:
        """Lay SVG elements over everything."""
        document = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{svg}</svg>'
        )
        self.picture = over(raster(document, SIDE), self.picture)

    def figure(self, figure: Figure, x: float, y: float, lean: float = 0.0) -> None:
        """Lay a figure over everything, its eyes at a point, leaning by degrees clockwise."""
        rim = max(2.0, 0.05 * figure.unit)
        picture = rimmed(figure.picture, rim)
        grown = (len(picture) - len(figure.picture)) // 2
        eyes = figure.eyes[0] + grown, figure.eyes[1] + grown
        neck = eyes[0], eyes[1] + (figure.chin + 1.2) * figure.unit
        matrix = cv2.getRotationMatrix2D(neck, -lean, 1.0)
        matrix += np.array([[0, 0, x - eyes[0]], [0, 0, y - eyes[1]]])
        solid = np.asarray(Pillow.fromarray(picture).convert("RGBa"), np.uint8)
        moved = Pillow.frombuffer("RGBa", (SIDE, SIDE), warp(solid, matrix, (SIDE, SIDE)))
        self.picture = over(np.array(moved.convert("RGBA")), self.picture)

    def cut_below(self, y: float) -> None:
        """Cut everything off at a height."""
        self.picture[round(y) :] = 0


def rimmed(picture: Image, width: float) -> Image:
    """Put a white rim around a figure, which makes it larger by that on all sides.

    Args:
        picture: (H, W, 4) RGBA uint8.
        width: px.
    """
    room = int(width) + 2
    grown = cv2.copyMakeBorder(
        picture, room, room, room, room, cv2.BORDER_CONSTANT, value=(255, 255, 255, 0)
    )
    outside = (grown[..., 3] < 128).astype(np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_5)
    rim = np.full_like(grown, 255)
    rim[..., 3] = np.clip(255 * (width + 0.5 - away), 0, 255)
    return over(np.asarray(grown, np.uint8), np.asarray(rim, np.uint8))


def arm(figure: Figure, way: str, hand: str) -> str:
    """An arm along a path and a hand (``palm`` or ``fist``), as SVG, white around like figures."""
    return sleeve(figure, way, rim=8, colour="#ffffff") + hand + sleeve(figure, way)


def sleeve(figure: Figure, way: str, rim: float = 0.0, colour: str = "") -> str:
    """The arm alone, in somebody's own colour unless given."""
    return (
        f'<path d="{way}" fill="none" stroke-linecap="round" stroke="{colour or figure.sleeve}" '
        f'stroke-width="{0.62 * figure.unit + rim}"/>'
    )


def palm(figure: Figure, x: float, y: float, turn: float, *, mirrored: bool = False) -> str:
    """An open hand at a point, fingers up unless turned by degrees."""
    return _hand(_HAND, figure, (x, y), turn, mirrored=mirrored)


def fist(figure: Figure, x: float, y: float, turn: float, *, mirrored: bool = False) -> str:
    """A hand that holds on at a point."""
    return _hand(_FIST, figure, (x, y), turn, mirrored=mirrored)


def _hand(shape: str, figure: Figure, at: Point, turn: float, *, mirrored: bool) -> str:
    scale = figure.unit / 80
    across = -scale if mirrored else scale
    where = f"translate({at[0]:.1f} {at[1]:.1f}) rotate({turn:.1f}) scale({across:.3f} {scale:.3f})"
    return (
        f'<path transform="{where}" d="{shape}" fill="{figure.skin}" stroke="#ffffff" '
        f'stroke-width="8" stroke-linejoin="round"/>'
        f'<path transform="{where}" d="{shape}" fill="{figure.skin}"/>'
    )


def placed(shape: str, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> str:
    """SVG elements brought to a point, scaled and turned by degrees."""
    where = f"translate({x:.1f} {y:.1f}) rotate({turn:.1f}) scale({scale:.3f})"
    return f'<g transform="{where}">{shape}</g>'


def rays(x: float, y: float, inner: float, outer: float, count: int, colour: str) -> str:
    """Lines that burst upwards from a point."""
    lines = []
    for number in range(count):
        angle = math.pi * (0.12 + 0.76 * number / (count - 1))
        across, up = -math.cos(angle), -math.sin(angle)
        lines.append(
            f"M{x + inner * across:.1f} {y + inner * up:.1f}"
            f"L{x + outer * across:.1f} {y + outer * up:.1f}"
        )
    way = "".join(lines)
    line = 'fill="none" stroke-linecap="round"'
    return (
        f'<path d="{way}" {line} stroke="#ffffff" stroke-width="22"/>'
        f'<path d="{way}" {line} stroke="{colour}" stroke-width="12"/>'
    )
