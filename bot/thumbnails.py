"""Small copies of people's photos, to be shown beside their words."""

import io

from PIL import Image, ImageOps

SIDE = 360
"""Pixels of the longer side at most."""

METHOD = 2  # takes two thirds of the time of 4, and 3% more bytes

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP")


def thumbnail(photo: bytes) -> bytes | None:
    """Return a photo as a small WEBP, upright and without metadata; work for a thread.

    None for what cannot be decoded here: HEIC and films need decoders that only workers have.
    """
    try:
        with Image.open(io.BytesIO(photo), formats=_FORMATS) as opened:
            opened.draft("RGB", (SIDE, SIDE))
            small = ImageOps.exif_transpose(opened)
        small = small.convert("RGBA" if small.has_transparency_data else "RGB")
        small.thumbnail((SIDE, SIDE))
        plain = small
        if small.mode == "RGBA":
            plain = Image.new("RGB", small.size, "white")
            plain.paste(small, mask=small.getchannel("A"))
        buffer = io.BytesIO()
        plain.save(buffer, "WEBP", quality=80, method=METHOD)
    except Exception:  # codecs raise nearly anything on hostile bytes
        return None
    return buffer.getvalue()
