"""Pictures that carry their drawing."""

import io
import zlib

import pytest
from PIL import Image

from storage.contract.drawings import drawing_in, with_drawing

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGBA", (9, 7), "teal").save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_carries_its_drawing() -> None:
    """The pixels stay what they were, and the file is one that others read."""
    carrying = with_drawing(png(), SVG)
    assert drawing_in(carrying) == SVG.encode()
    with Image.open(io.BytesIO(carrying)) as picture, Image.open(io.BytesIO(png())) as before:
        assert picture.tobytes() == before.tobytes()
        assert picture.text == {"Drawing": SVG}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", png(), png()[:30], b"\x89PNG\r\n\x1a\n" + b"\xff" * 9]
)
def test_what_carries_none_has_none(data: bytes) -> None:
    """Other pictures, other files, and broken ones."""
    assert drawing_in(data) is None


def test_a_damaged_drawing_is_an_error() -> None:
    """It is ours: nobody else writes it, so nothing is made of a part."""
    carrying = bytearray(with_drawing(png(), SVG))
    carrying[carrying.index(b"Drawing") + 12] ^= 0xFF
    with pytest.raises(zlib.error):
        drawing_in(bytes(carrying))
