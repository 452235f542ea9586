"""Photos that carry a number, which survives into their stickers: who got whose is read off."""

import functools
import io

from PIL import Image

BITS = 12
_CELL = 32  # pixels; 16 cells are the 512 of a sticker
_CHECK = 0b1011


def photo(number: int) -> bytes:
    """Draw a PNG, 512 x 32 RGBA, whose cells are the bits of ``number`` and a checksum."""
    image = Image.new("RGBA", (16 * _CELL, _CELL), "black")
    code = number << 4 | _checksum(number)
    for cell in range(16):
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
    if band.width != 16 * band.height:
        return None
    grey = band.convert("L").resize((16 * _CELL, _CELL))
    centres = [grey.getpixel((cell * _CELL + _CELL // 2, _CELL // 2)) for cell in range(16)]
    code = sum(1 << cell for cell, light in enumerate(centres) if int(light) > 127)  # type: ignore[arg-type]
    number = code >> 4
    return number if code & 0b1111 == _checksum(number) else None


def _checksum(number: int) -> int:
    return _CHECK ^ (number & 15) ^ (number >> 4 & 15) ^ (number >> 8)
