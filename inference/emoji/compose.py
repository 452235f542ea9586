"""From a spec to a picture: SVG by DiceBear, pixels by resvg, kept for the next time."""

import io
import re
from functools import lru_cache

import numpy as np
import resvg_py
from dicebear import Avatar
from numpy.typing import NDArray
from PIL import Image as PillowImage

from inference.emoji import layered, library
from inference.emoji.spec import NONE, AvatarSpec

# every document is clipped to its canvas, which is its view box anyway, at half the drawing's cost
_CANVAS_CLIP = re.compile(r'<g clip-path="url\(#clip-[0-9a-f]+\)">')


def svg(spec: AvatarSpec, overlay: str = "") -> str:
    """Draw an avatar as an SVG document of the style's own size, on nothing.

    overlay: SVG elements in the style's coordinates, drawn last.

    Raises:
        KeyError: the style is unknown or has no such part, or is one of painted layers.
    """
    style = library.load(spec.style)
    if style.definition is None:
        raise KeyError(f"{style.name} is painted, not drawn")
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
    style = library.load(spec.style)
    if style.definition is None:
        painted = PillowImage.fromarray(layered.draw(style, spec))
        if overlay:
            document = f'<svg {_NAMESPACE} viewBox="0 0 {layered.SIDE} {layered.SIDE}">'
            painted.alpha_composite(_rastered(f"{document}{overlay}</svg>", layered.SIDE))
        picture = painted.resize((size, size), PillowImage.Resampling.LANCZOS)
    else:
        picture = _rastered(svg(spec, overlay), size)
    pixels = np.array(picture)
    pixels.setflags(write=False)
    return pixels


def _rastered(document: str, size: int) -> PillowImage.Image:
    data = resvg_py.svg_to_bytes(
        svg_string=document, width=size, height=size, skip_system_fonts=True
    )
    with PillowImage.open(io.BytesIO(bytes(data)), formats=["PNG"]) as picture:
        return picture.convert("RGBA")


_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
