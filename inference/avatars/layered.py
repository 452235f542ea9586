"""Styles of painted layers: laid over each other, the fur in any colour."""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.avatars.pose import Pose, Shift
from inference.avatars.styles import Style, component_variant
from inference.pictures.compositing import resize
from storage.contract.avatars import NONE, AvatarSpec

SIDE = 512
MIDDLE = 160
"""The shading layer's gray that stands for the fur's own colour; darker is darker."""

_STILL: Pose = {}
_DARKEST = 46  # of 255: darker fur would swallow its own outlines


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer without the emptiness around it, and where its corner lies."""

    picture: Pillow.Image
    corner: tuple[int, int]


def draw(style: Style, spec: AvatarSpec, pose: Pose = _STILL) -> NDArray[np.uint8]:
    """Draw an avatar of painted layers, its parts shifted by a pose.

    Args:
        style: one of painted layers.
        spec: of that style.
        pose: shifts by slot.

    Returns:
        (512, 512, 4) RGBA uint8 with straight alpha.

    Raises:
        KeyError: the style has no such part.
    """
    picture = Pillow.new("RGBA", (SIDE, SIDE))
    for slot in style.components:
        variant = component_variant(style, slot, spec.parts)
        if variant == NONE:
            continue
        if slot == "body":
            picture = _body(style.name, variant, spec.colours["fur"]).copy()
        else:
            layer = _layer(style.name, f"{slot}-{variant}")
            if slot in pose:
                layer = _shifted(layer, pose[slot])
            picture.alpha_composite(layer.picture, layer.corner)
    return _seated(np.array(picture))


def _shifted(layer: _Layer, shift: Shift) -> _Layer:
    width, height = layer.picture.size
    left, top = layer.corner
    size = width, max(1, round(height * shift.high))
    corner = left, max(0, round(shift.about + (top - shift.about) * shift.high + shift.down))
    return _Layer(layer.picture.resize(size, Pillow.Resampling.BICUBIC), corner)


def resized(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Bring a square picture with straight alpha to another size.

    Args:
        picture: (S, S, 4) RGBA uint8.
        side: px of the result.
    """
    solid = np.asarray(Pillow.fromarray(picture).convert("RGBa"), np.uint8)
    way = cv2.INTER_AREA if side < len(picture) else cv2.INTER_LINEAR
    scaled = resize(solid, (side, side), way)
    return np.array(Pillow.frombuffer("RGBa", (side, side), scaled).convert("RGBA"))


@lru_cache(maxsize=8)  # a MiB each
def _body(style: str, variant: str, fur: str) -> Pillow.Image:
    """The body in a colour; not to be changed."""
    picture = Pillow.fromarray(_painted(_pixels(style, f"body-{variant}-shade"), fur))
    picture.alpha_composite(Pillow.fromarray(_pixels(style, f"body-{variant}-own")))
    return picture


def _seated(drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Round the lower end, which the painter let run out of the picture."""
    columns = np.flatnonzero(drawn[-_SEAT, :, 3] > 128)
    if columns.size:
        middle, half = (columns[0] + columns[-1]) / 2, (columns[-1] - columns[0] + 1) / 2
        x = np.abs(np.arange(drawn.shape[1]) - middle)
        for row in range(_SEAT):
            reach = half * (1 - ((row + 1) / _SEAT) ** 2) ** 0.7
            edge = np.clip(reach - x + 0.5, 0, 1)
            line = drawn[-_SEAT + row, :, 3]
            line[:] = np.rint(line * edge)
    return drawn


_SEAT = 22  # px of the rounding


def _painted(shade: NDArray[np.uint8], fur: str) -> NDArray[np.uint8]:
    """A shading layer in the colour of the fur."""
    paint = np.array([int(fur[i : i + 2], 16) for i in (1, 3, 5)], np.float32)
    paint += max(0.0, _DARKEST - float(paint.max()))
    share = shade[..., :1].astype(np.float32) / MIDDLE
    # light falls on fur of any colour: above the middle towards white, not beyond the colour
    colour = np.where(share <= 1, paint * share, paint + (255 - paint) * (share - 1) * 0.8)
    return np.dstack([np.clip(colour, 0, 255).astype(np.uint8), shade[..., 3]])


@cache
def _layer(style: str, name: str) -> _Layer:
    picture = Pillow.fromarray(_pixels(style, name))
    box = picture.getbbox() or (0, 0, SIDE, SIDE)
    return _Layer(picture.crop(box), box[:2])


def _pixels(style: str, name: str) -> NDArray[np.uint8]:
    data = files("inference.avatars").joinpath("styles", style, f"{name}.webp").read_bytes()
    with Pillow.open(BytesIO(data), formats=["WEBP"]) as picture:
        return np.array(picture.convert("RGBA"))
