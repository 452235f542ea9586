"""What a drawn picture carries beside its pixels: the drawing as SVG, in a chunk of its PNG.

So it is sealed, kept and erased with the picture; what chats show is encoded from the pixels alone.
"""

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"Drawing\0\0"  # and that the text is deflated (PNG, Third Edition, 11.3.3.3)
_KIND = b"zTXt"
_END = b"IEND"


def with_drawing(png: bytes, svg: str) -> bytes:
    """Return a picture that carries a drawing.

    Args:
        png: a whole file.
        svg: the document, ASCII.
    """
    body = _KIND + _KEYWORD + zlib.compress(svg.encode("ascii"))
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end = png.rindex(_END) - 4
    return png[:end] + chunk + png[end:]


def drawing_in(png: bytes) -> bytes | None:
    """Return the SVG document that a picture carries, None where it has none."""
    if not png.startswith(_SIGNATURE):
        return None
    at = len(_SIGNATURE)
    while at + 12 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        body = png[at + 8 : at + 8 + length]
        if kind == _KIND and body.startswith(_KEYWORD):
            return zlib.decompress(body[len(_KEYWORD) :])
        at += 12 + length
    return None
