"""Photos that carry a number, which survives into their stickers: who got whose is read off."""

import functools
import io

from PIL import Image

BITS = 28
_CELLS = 32  # the number's bits and four of a checksum
_CELL = 16  # pixels; all cells are the 512 of a sticker
_CHECK = 0b1011


def photo(number: int) -> bytes:
    """Draw a PNG, 512 x 16 RGBA, whose cells are the bits of ``number`` and a checksum."""
    image = Image.new("RGBA", (_CELLS * _CELL, _CELL), "black")
    code = number << 4 | _checksum(number)
    for cell in range(_CELLS):
        if code >> cell & 1:
            image.paste("white", (cell * _CELL, 0, (cell + 1) * _CELL, _CELL))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


@functools.cache  # a history is judged again and again
def read(sticker: bytes) -> int | None:
    """Return the number in a sticker made of such a photo; None for any other picture."""
    with Image.open(io.BytesIO(sticker)) as image:
        coloured = image.convert("RGBA")
    band = coloured.crop(coloured.getchannel("A").getbbox())  # in the middle of a square, perhaps
    if band.width != _CELLS * band.height:
        return None
    grey = band.convert("L").resize((_CELLS * _CELL, _CELL))
    centres = [grey.getpixel((cell * _CELL + _CELL // 2, _CELL // 2)) for cell in range(_CELLS)]
    code = sum(1 << cell for cell, light in enumerate(centres) if int(light) > 127)  # type: ignore[arg-type]
    number = code >> 4
    return number if code & 0b1111 == _checksum(number) else None


def _checksum(number: int) -> int:
    check = _CHECK
    while number:
        check ^= number & 15
        number >>= 4
    return check
