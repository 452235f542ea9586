"""A caption on a sticker: outlined letters below or above, over its edge; still or moving."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import overload

import numpy as np
from PIL import Image as Pillow

from inference.pictures.compositing import over, resampling, resize
from inference.pictures.die_cut import SIDE
from inference.pictures.images import Image
from inference.pictures.lettering.lines import Block, fitted
from inference.pictures.lettering.shaping import Glyph, Line
from inference.pictures.svg import raster
from storage.contract.captions import Caption

_LARGEST = 92.0  # px of an em
_TALLEST = 168.0  # px of all lines
_INK, _PAPER, _SUN = "#22223b", "#ffffff", "#ffd43b"
_OUTLINE = 0.17  # ems: of the dark line around letters
_RIM = 9.0  # px: of the white around that
_OVERLAP = 0.5  # of the lines: how far they reach over the picture
_DEEPEST = 64.0  # px
_MARGIN = 3  # px
_OPAQUE = 0.97  # of the picture: one that has no edge but its frame's
_HEAD = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
_ROOT = re.compile(r'<svg [^>]*viewBox="0 0 (\d+) \1"[^>]*>')
_HEARTS = {
    "❤": "#ff4d6d", "♥": "#ff4d6d", "🩷": "#ff8fab", "🧡": "#ff922b", "💛": "#ffd43b",
    "💚": "#51cf66", "💙": "#4dabf7", "💜": "#9775fa", "🤎": "#8d5524", "🖤": "#22223b",
    "🤍": "#ffffff", "💕": "#ff4d6d", "💖": "#ff4d6d", "💗": "#ff4d6d", "💓": "#ff4d6d",
}  # fmt: skip
"""Signs whose colour is what they say."""


class Captioned(Sequence[Image]):
    """The frames of a film or a still with a caption on each, made when they are asked for."""

    def __init__(self, frames: Sequence[Image], caption: Caption) -> None:
        """Place the text.

        Args:
            frames: (H, W, 4) RGBA uint8 each, the longer side 512 px or whatever.
            caption: all of whose letters some font has.
        """
        self._frames = frames
        self._letters, height = _letters(caption.text)
        first = frames[0]
        fills = first.shape[0] == first.shape[1] and (first[..., 3] > 250).mean() > _OPAQUE
        overlap = height if fills else min(_OVERLAP * height, _DEEPEST)
        self._room = round(SIDE - height + overlap)
        self._above = caption.above

    def __len__(self) -> int:
        """How many frames."""
        return len(self._frames)

    @overload
    def __getitem__(self, at: int) -> Image: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Image]: ...

    def __getitem__(self, at: int | slice) -> Image | Sequence[Image]:
        """Return frames with the caption: (512, 512, 4) RGBA uint8."""
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        frame = self._frames[at]
        scale = min(self._room / frame.shape[0], SIDE / frame.shape[1])
        size = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
        solid = np.asarray(Pillow.fromarray(frame).convert("RGBa"), np.uint8)
        small = Pillow.frombuffer("RGBa", size, resize(solid, size, resampling(scale)))
        ground = np.zeros((SIDE, SIDE, 4), np.uint8)
        left = (SIDE - size[0]) // 2
        top = SIDE - size[1] if self._above else 0
        ground[top : top + size[1], left : left + size[0]] = np.asarray(small.convert("RGBA"))
        letters = self._letters
        if self._above:
            blank = int(np.flatnonzero(letters[..., 3].any(axis=1))[0])
            letters = np.roll(letters, _MARGIN - blank, axis=0)
        return over(letters, ground)


def captioned_drawing(document: str, caption: Caption) -> str:
    """Return a drawing with a caption, placed as on a square sticker; its letters are paths.

    Args:
        document: SVG that fills its square.
        caption: all of whose letters some font has.

    Raises:
        ValueError: it has another kind of root.
    """
    root = _ROOT.match(document)
    if root is None:
        raise ValueError("not a square SVG document")
    letters, height = _lettering(caption.text)
    room = SIDE - height + min(_OVERLAP * height, _DEEPEST)
    x, y = (SIDE - room) / 2, SIDE - room if caption.above else 0.0
    inside = document[root.end() : document.rindex("</svg>")]
    side = root[1]
    where = f"translate({x:.2f} {y:.2f}) scale({room / int(side):.6f})"
    clip = f'<clipPath id="square"><path d="M0 0H{side}V{side}H0Z"/></clipPath>'
    drawn = f'{clip}<g clip-path="url(#square)" transform="{where}">{inside}</g>'
    if caption.above:
        letters = f'<g transform="translate(0 {_MARGIN + height - SIDE:.2f})">{letters}</g>'
    return f"{_HEAD}{drawn}{letters}</svg>"


@lru_cache(maxsize=16)
def _letters(text: str) -> tuple[Image, float]:
    """Draw a text at the lower edge: (512, 512, 4), not to be changed; and px of its height."""
    letters, height = _lettering(text)
    pixels = raster(f"{_HEAD}{letters}</svg>", SIDE).copy()
    pixels.setflags(write=False)
    return pixels, height


def _lettering(text: str) -> tuple[str, float]:
    """Return a text at the lower edge of a square of 512 as SVG, and px of its height."""
    edge = _RIM + 5
    block = fitted(text, SIDE - 2 * edge - 8, _TALLEST, _LARGEST)
    around = _OUTLINE * block.size / 2 + _RIM
    top = SIDE - _MARGIN - around - block.height
    layers = dict.fromkeys(("rim", "ink", "fill"), "")
    for line, baseline in zip(block.lines, block.baselines, strict=True):
        for glyph in line.glyphs:
            for layer, drawn in _drawn(glyph, line, block, top + baseline).items():
                layers[layer] += drawn
    return "".join(layers.values()), block.height + 2 * around + _MARGIN


def _drawn(glyph: Glyph, line: Line, block: Block, baseline: float) -> dict[str, str]:
    """A glyph's parts as SVG, by the layer that they lie in."""
    scale = block.size / glyph.em
    x = SIDE / 2 + (glyph.x - line.width / 2) * block.size
    y = baseline + glyph.y * block.size
    where = f'transform="translate({x:.2f} {y:.2f}) scale({scale:.5f})"'
    shape = f'<path {where} d="{glyph.outline}"'
    dark = _OUTLINE * block.size / scale
    wide = dark + 2 * _RIM / scale

    def stroked(colour: str, width: float) -> str:
        return (
            f'{shape} fill="{colour}" stroke="{colour}" stroke-width="{width:.1f}" '
            'stroke-linejoin="round"/>'
        )

    if not glyph.picture:
        return {
            "rim": stroked(_PAPER, wide), "ink": stroked(_INK, dark),
            "fill": f'{shape} fill="{_PAPER}"/>',
        }  # fmt: skip
    colour = _HEARTS.get(glyph.picture)
    filled = "".join(
        f'<path {where} d="{contour}Z" fill="{colour or _SUN}"/>'
        for contour in glyph.outline.split("Z")
        if contour
    )
    return {
        "rim": stroked(_PAPER, wide - 0.4 * dark),
        "ink": stroked(_INK, 0.3 * dark) if colour else "",
        "fill": filled if colour else f'{filled}{shape} fill="{_INK}"/>',
    }
