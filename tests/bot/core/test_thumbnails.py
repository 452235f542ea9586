"""Photos of people's own beside their words, as long as they are kept and no longer."""

import io

import pytest
from PIL import Image

from bot.thumbnails import SIDE, thumbnail


def picture(form: str, size: tuple[int, int] = (1200, 800), **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "tan").save(buffer, form, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_becomes_small_and_bare(form: str) -> None:
    """At most 360 pixels, a WEBP, nothing but pixels in it."""
    small = thumbnail(picture(form))
    assert small is not None
    with Image.open(io.BytesIO(small)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (SIDE, 240))
        assert not opened.getexif()


def test_a_turned_photo_stands_upright() -> None:
    """EXIF orientation is applied."""
    exif = Image.Exif()
    exif[0x0112] = 6
    small = thumbnail(picture("JPEG", exif=exif.tobytes()))
    assert small is not None
    with Image.open(io.BytesIO(small)) as opened:
        assert opened.size == (240, SIDE)


def test_what_is_no_picture_has_none() -> None:
    """Damaged files and such that only workers can read are shown by a sign."""
    assert thumbnail(b"\xff\xd8\xff nothing") is None
    assert thumbnail(b"\0\0\0\x18ftypheic" + b"\0" * 60) is None
