"""A look at a photo before it is kept: is it one, how large is it, does it decode.

It is decoded as small as a thumbnail may be, so that the thumbnail needs no decoding.
"""

import io

from PIL import Image, ImageFile, UnidentifiedImageError

from bot.thumbnails import SIDE
from storage.contract.failures import Failure
from storage.contract.photos import MAX_PIXELS_OF, is_footage, most_pixels

_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP")
_WHOLE = 12_000_000  # pixels up to which what cannot be decoded small is decoded whole
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")

Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS_OF.values())  # of all formats; each has its own below


def look(data: bytes) -> Failure | Image.Image | None:
    """Tell what is wrong with a photo as far as a glance tells; work for a thread.

    A JPEG is decoded in small, others whole if they are small, else checked for damage. HEIC and
    films, which need decoders that only workers have, are known by their heads.

    Returns:
        What is wrong, or what was decoded, if anything was.
    """
    if is_footage(data) and not data.startswith(b"GIF"):
        return None
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as photo:
            return _look_into(photo)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Failure.TOO_LARGE
    except UnidentifiedImageError:
        return Failure.NOT_AN_IMAGE
    except Exception:  # codecs raise nearly anything on hostile bytes
        return Failure.BROKEN


def _look_into(photo: ImageFile.ImageFile) -> Failure | Image.Image | None:
    width, height = photo.size
    progressive = bool(photo.info.get("progressive"))
    if width * height > most_pixels(str(photo.format), progressive=progressive):
        return Failure.TOO_LARGE
    if photo.format == "JPEG":
        photo.draft("RGB", (SIDE, SIDE))
    elif width * height > _WHOLE:
        if photo.format == "PNG":
            photo.verify()
        return None
    photo.load()
    return photo
