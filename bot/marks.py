"""What an exported file says of itself: how it was made, as IPTC's digital source type in XMP.

https://cv.iptc.org/newscodes/digitalsourcetype/ and ISO 16684-1. Pixels are not touched; whoever
encodes them anew loses the mark.
"""

import struct
import zlib
from collections.abc import Callable

Mark = Callable[[bytes, str], bytes]
"""Returns a file that says how it was made, by the kind of the job that made its picture."""

_SCHEME = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_ALGORITHM = "algorithmicMedia"  # drawn by rules
_TRAINED = "trainedAlgorithmicMedia"  # made by a trained model
_COMPOSITE = "compositeWithTrainedAlgorithmicMedia"  # a photo, changed by one
_SOURCES = {
    "emoji": _ALGORITHM, "mood": _ALGORITHM, "together": _ALGORITHM, "random": _TRAINED,
}  # fmt: skip
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Selfmoji" '
    'Iptc4xmpExt:DigitalSourceType="{source}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
_PNG, _CHUNK = b"\x89PNG\r\n\x1a\n", b"XML:com.adobe.xmp"
_HAS_XMP, _HAS_ALPHA = 0x04, 0x10  # flags of a WEBP's VP8X chunk


def source_of(kind: str) -> str:
    """Return the digital source type of what a kind of job makes, as its whole address."""
    return _SCHEME + _SOURCES.get(kind, _COMPOSITE)


def marked(data: bytes, kind: str) -> bytes:
    """Return a PNG, an APNG or a WEBP that says how it was made; other files as they are.

    Args:
        data: the whole file, without a mark.
        kind: of the job that made the picture.
    """
    packet = _XMP.format(source=source_of(kind)).encode()
    if data.startswith(_PNG):
        return _in_png(data, packet)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _in_webp(data, packet)
    return data


def mark_in(data: bytes) -> str:
    """Return the digital source type that a file tells, empty where it tells none."""
    key = b'Iptc4xmpExt:DigitalSourceType="'
    at = data.find(key)
    if at < 0:
        return ""
    return data[at + len(key) : data.index(b'"', at + len(key))].decode()


def _in_png(data: bytes, packet: bytes) -> bytes:
    """Put the packet into an iTXt chunk behind the header (PNG, Third Edition, 11.3.3.4)."""
    body = b"iTXt" + _CHUNK + b"\0\0\0\0\0" + packet
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    after = len(_PNG) + 25  # signature and IHDR
    return data[:after] + chunk + data[after:]


def _in_webp(data: bytes, packet: bytes) -> bytes:
    """Put the packet into an "XMP " chunk at the end (WebP container, extended file format)."""
    chunks = data[12:]
    if chunks[:4] == b"VP8X":
        flags = chunks[8] | _HAS_XMP
        chunks = chunks[:8] + bytes([flags]) + chunks[9:]
    else:
        chunks = _extended(chunks) + chunks
    padded = packet + b"\0" * (len(packet) % 2)
    chunks += b"XMP " + struct.pack("<I", len(packet)) + padded
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def _extended(chunks: bytes) -> bytes:
    """Return the header that a simple WEBP lacks: its size and whether it has alpha."""
    if chunks[:4] == b"VP8L":
        bits = struct.unpack_from("<I", chunks, 9)[0]
        width, height, alpha = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", chunks, 14))
        alpha = 0
    flags = _HAS_XMP | (_HAS_ALPHA if alpha else 0)
    sizes: bytes = int(width - 1).to_bytes(3, "little") + int(height - 1).to_bytes(3, "little")
    return b"VP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + sizes
