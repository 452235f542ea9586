"""A pack at a glance: its stickers side by side, each under its number."""

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.stickers import still

COLUMNS = 5
_CELL, _GAP, _INSET, _ROUND = 168, 12, 12, 22
_LARGE = 480  # the side of a sticker that is shown alone
_GROUND, _PAPER, _INK, _BADGE = "#f6f8fa", "#d8e2ec", "#ffffff", "#3a4553"
_SCALE = 2  # corners and digits are drawn so much larger, then made smooth


def sheet(pictures: Sequence[bytes], first: int = 1) -> bytes:
    """Draw stickers in rows of five, numbered on from ``first``.

    pictures: PNG or WEBM, one at least; a single one is drawn large. Returns a PNG, RGB.
    """
    cell = _LARGE if len(pictures) == 1 else _CELL
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    size = (columns * (cell + _GAP) + _GAP, rows * (cell + _GAP) + _GAP)
    drawn = Image.new("RGB", size, _GROUND)
    for at, picture in enumerate(pictures):
        corner = (
            _GAP + at % columns * (cell + _GAP),
            _GAP + at // columns * (cell + _GAP),
        )
        tile = _tile(still(picture), cell, str(first + at))
        drawn.paste(tile, corner, tile)
    file = io.BytesIO()
    drawn.save(file, "PNG", compress_level=3)
    return file.getvalue()


def _tile(sticker: Image.Image, side: int, number: str) -> Image.Image:
    """Return a sticker on a card with round corners, RGBA."""
    card = _card(side).copy()
    inner = side - 2 * _INSET
    scale = min(inner / sticker.width, inner / sticker.height)
    size = (max(1, round(sticker.width * scale)), max(1, round(sticker.height * scale)))
    fitted = sticker.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    card.alpha_composite(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
    card.alpha_composite(_badge(number), (8, 8))
    return card


@cache
def _card(side: int) -> Image.Image:
    return _rounded((side, side), _ROUND, _PAPER)


def _badge(number: str) -> Image.Image:
    """Return a number in white on a dark pill, RGBA."""
    width = round(_font().getlength(number)) // _SCALE + 18
    return _rounded((width, 24), 12, _BADGE, number)


def _rounded(size: tuple[int, int], radius: int, colour: str, number: str = "") -> Image.Image:
    large = Image.new("RGBA", (size[0] * _SCALE, size[1] * _SCALE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    draw.rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * _SCALE, fill=colour)
    if number:
        middle = (large.width / 2, large.height / 2)
        draw.text(middle, number, font=_font(), fill=_INK, anchor="mm")
    return large.resize(size, Image.Resampling.LANCZOS)


@cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(15 * _SCALE)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return font
