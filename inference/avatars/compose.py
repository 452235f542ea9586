"""From a spec to a picture: SVG by DiceBear, pixels by ThorVG, kept for the next time."""

import re

import numpy as np
from dicebear import Avatar
from numpy.typing import NDArray

from inference.avatars import layered, styles
from inference.pictures.caching import bounded
from inference.pictures.compositing import over
from inference.pictures.svg import raster
from storage.contract.avatars import NONE, AvatarSpec

# every document is clipped to its canvas, which is its view box anyway
_CANVAS_CLIP = re.compile(r'<g clip-path="url\(#clip-[0-9a-f]+\)">')
# light on glasses is screened: laid over, that is white fading out
_SCREENED = re.compile(r' style="mix-blend-mode:screen"')
_FADING = re.compile(r'(<stop offset="[.\d]+") stop-opacity="[.\d]+"/>')


def svg(spec: AvatarSpec, overlay: str = "") -> str:
    """Draw an avatar as an SVG document of the style's own size, on nothing.

    Args:
        spec: of a style that is drawn.
        overlay: SVG elements in the style's coordinates, drawn last.

    Raises:
        KeyError: the style is unknown or has no such part, or is one of painted layers.
    """
    style = styles.load(spec.style)
    if style.definition is None:
        raise KeyError(f"{style.name} is painted, not drawn")
    options: dict[str, object] = {"idRandomization": False}
    for component in style.components:
        variant = styles.component_variant(style, component, spec.parts)
        options[f"{component}Probability"] = 0 if variant == NONE else 100
        if variant != NONE:
            options[f"{component}Variant"] = variant
    for name, colour in spec.colours.items():
        if name in style.colours:
            options[f"{name}Color"] = [colour]
    document = Avatar(style.definition, options).to_string()
    document = _CANVAS_CLIP.sub("<g>", document, count=1)
    if _SCREENED.search(document):
        document = _SCREENED.sub("", document)
        document = _FADING.sub(r'\1 stop-color="white" stop-opacity="0"/>', document)
    return document.removesuffix("</svg>") + overlay + "</svg>"


@bounded(32 << 20)
def render(spec: AvatarSpec, size: int = 512, overlay: str = "") -> NDArray[np.uint8]:
    """Draw an avatar; the latest drawings are kept.

    Args:
        spec: of any style.
        size: px, of a side.
        overlay: see ``svg``.

    Returns:
        (size, size, 4) RGBA uint8 with straight alpha, read-only.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    style = styles.load(spec.style)
    if style.definition is None:
        pixels = layered.draw(style, spec)
        if overlay:
            box = f"0 0 {layered.SIDE} {layered.SIDE}"
            drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{overlay}</svg>'
            pixels = over(raster(drawn, layered.SIDE), pixels)
        if size != layered.SIDE:
            pixels = layered.resized(pixels, size)
    else:
        pixels = raster(svg(spec, overlay), size)
    return pixels
