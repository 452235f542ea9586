"""From a spec to a picture: SVG by DiceBear, pixels by resvg, kept for the next time."""

import io
import re
from functools import lru_cache

import numpy as np
import resvg_py
from dicebear import Avatar
from numpy.typing import NDArray
from PIL import Image as PillowImage

from inference.emoji import library
from inference.emoji.spec import NONE, AvatarSpec

# every document is clipped to its canvas, which is its view box anyway, at half the drawing's cost
_CANVAS_CLIP = re.compile(r'<g clip-path="url\(#clip-[0-9a-f]+\)">')


def svg(spec: AvatarSpec, overlay: str = "") -> str:
    """Draw an avatar as an SVG document of the style's own size, on nothing.

    overlay: SVG elements in the style's coordinates, drawn last.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    style = library.load(spec.style)
    options: dict[str, object] = {"idRandomization": False}
    for component in style.components:
        variant = library.component_variant(style, component, spec.parts)
        options[f"{component}Probability"] = 0 if variant == NONE else 100
        if variant != NONE:
            options[f"{component}Variant"] = variant
    for name, colour in spec.colours.items():
        if name in style.colours:
            options[f"{name}Color"] = [colour]
    document = _CANVAS_CLIP.sub("<g>", Avatar(style.definition, options).to_string(), count=1)
    return document.removesuffix("</svg>") + overlay + "</svg>"


@lru_cache(maxsize=256)
def render(spec: AvatarSpec, size: int = 512, overlay: str = "") -> NDArray[np.uint8]:
    """Draw an avatar as (size, size, 4) uint8 RGBA with straight alpha; read-only. See ``svg``.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    data = resvg_py.svg_to_bytes(
        svg_string=svg(spec, overlay), width=size, height=size, skip_system_fonts=True
    )
    with PillowImage.open(io.BytesIO(bytes(data)), formats=["PNG"]) as picture:
        pixels = np.array(picture.convert("RGBA"))
    pixels.setflags(write=False)
    return pixels
