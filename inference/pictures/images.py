"""Pictures in and out: decoding what strangers send, encoding what they get back.

Everything inside is sRGB, HWC, uint8. Nothing but pixels survives decoding, so no metadata can
reach a result.
"""

import io
from collections.abc import Sequence
from typing import TypeVar, cast

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from inference.errors import PhotoError
from inference.pictures import colour_spaces
from storage.contract.failures import Failure
from storage.contract.photos import MAX_BYTES, MAX_PIXELS_OF, most_pixels

Image = NDArray[np.uint8]
Value = TypeVar("Value", np.uint8, np.float32)
"""HWC sRGB uint8; three channels are RGB, four are RGBA with straight alpha."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP")
MAX_SIDE = 1920

_MAX_ASPECT = 50  # a longer strip is no photo, and one side of it would shrink to nothing
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_END_OF_JPEG = b"\xff\xd9"
_ORIENTATION = 274  # EXIF
_SHRUNK = {
    1: cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION,
    2: cv2.IMREAD_REDUCED_COLOR_2 | cv2.IMREAD_IGNORE_ORIENTATION,
    4: cv2.IMREAD_REDUCED_COLOR_4 | cv2.IMREAD_IGNORE_ORIENTATION,
    8: cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION,
}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}

pillow_heif.register_heif_opener()
Pillow.MAX_IMAGE_PIXELS = max(MAX_PIXELS_OF.values())  # of all formats; each has its own below


def decode(data: bytes) -> Image:
    """Decode a JPEG, PNG, WEBP, HEIC, AVIF, GIF or BMP photo from an untrusted source.

    Of an animation the first frame is taken, transparency is laid over white, EXIF orientation
    is applied, and colours of any mode, ICC profile, gamma or code points become sRGB.

    Args:
        data: the file, at most 20 MB and ``most_pixels`` of its format (read from its header
            before decoding).

    Returns:
        (H, W, 3) RGB uint8 with max(H, W) <= 1920.

    Raises:
        PhotoError: NOT_AN_IMAGE, TOO_LARGE or BROKEN.
    """
    if len(data) > MAX_BYTES:
        raise PhotoError(Failure.TOO_LARGE, {"bytes": len(data)})
    if not _looks_like_an_image(data):
        raise PhotoError(Failure.NOT_AN_IMAGE)
    try:
        with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
            width, height = opened.size
            progressive = bool(opened.info.get("progressive"))
            if width * height > most_pixels(str(opened.format), progressive=progressive):
                raise PhotoError(Failure.TOO_LARGE, {"pixels": width * height})
            if max(width, height) > _MAX_ASPECT * min(width, height):
                raise PhotoError(Failure.BROKEN)
            if opened.format == "JPEG":  # decode at 1/2, 1/4 or 1/8 where that is still enough
                scale = min(1.0, MAX_SIDE / max(width, height))
                opened.draft(None, (round(width * scale), round(height * scale)))
                found = _straight(opened, data, round(width / opened.width))
                if found is not None:
                    return _within(found)
            opened.load()
            return _to_srgb(opened, _colour_space(opened, data))
    except PhotoError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise PhotoError(Failure.TOO_LARGE) from error
    except Exception as error:  # codecs raise nearly anything on hostile bytes
        raise PhotoError(Failure.BROKEN) from error


def encode_png(frames: Sequence[Image], frames_per_second: float = 0.0) -> bytes:
    """Encode one frame as PNG, several as an endless APNG.

    Args:
        frames: (H, W, 3) RGB or (H, W, 4) RGBA uint8, all of one shape.
        frames_per_second: how fast several frames play.
    """
    if len(frames) == 1:
        order = cv2.COLOR_RGB2BGR if frames[0].shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        # OpenCV's default is run-length coding: quicker than zlib's level 1 by half, 10% larger
        written, encoded = cv2.imencode(".png", cv2.cvtColor(frames[0], order))
        if not written:
            raise ValueError(f"cannot encode a frame of shape {frames[0].shape}")
        return encoded.tobytes()
    if frames_per_second <= 0:
        raise ValueError("several frames need a speed")
    buffer = io.BytesIO()
    first, *others = (Pillow.fromarray(frame) for frame in frames)
    first.save(
        buffer,
        format="PNG",
        save_all=True,
        append_images=others,
        duration=1000 / frames_per_second,
        loop=0,
        compress_level=1,
    )
    return buffer.getvalue()


def to_lab(image: Image) -> NDArray[np.float32]:
    """Convert sRGB to CIE L*a*b* (D65).

    Args:
        image: (H, W, 3) RGB uint8.

    Returns:
        (H, W, 3) float32, L 0..100, a and b about -100..100.
    """
    scaled = image.astype(np.float32) / 255
    return cast("NDArray[np.float32]", cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB))


def lab_of_pixels(image: Image, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Convert only some pixels to CIE L*a*b*, which for few is far less work than ``to_lab``.

    Args:
        image: (H, W, 3) RGB uint8.
        mask: (H, W) bool.

    Returns:
        (N, 3) float32, the very values that ``to_lab`` gives where the mask is true.
    """
    found = pixels_of(image, mask)
    return to_lab(found[None])[0] if len(found) else np.empty((0, 3), np.float32)


def pixels_of(image: NDArray[Value], mask: NDArray[np.bool_]) -> NDArray[Value]:
    """Take (N, 3) of an image where a mask (H, W) is true, in a fifth of ``image[mask]``'s time."""
    return image.reshape(-1, 3).take(np.flatnonzero(mask), axis=0)


def from_lab(lab: NDArray[np.float32]) -> Image:
    """Convert CIE L*a*b* (D65) to sRGB, clipped to its gamut.

    Args:
        lab: (H, W, 3) float32, L 0..100.

    Returns:
        (H, W, 3) RGB uint8.
    """
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.clip(np.rint(rgb * 255), 0, 255).astype(np.uint8)


def _looks_like_an_image(data: bytes) -> bool:
    """Whether the first bytes are those of one of our formats, so that the rest may be broken."""
    return (
        data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
        or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS | _AVIF_BRANDS)
        or (data[:2] == b"BM" and data[6:10] == bytes(4))
    )


def _colour_space(opened: Pillow.Image, data: bytes) -> colour_spaces.ColourSpace | None:
    """What a file tells of its colours in numbers; a profile in a HEIF file comes first."""
    if opened.format == "PNG":
        return colour_spaces.of_png(data)
    if opened.format == "HEIF" and not opened.info.get("icc_profile"):
        return colour_spaces.of_nclx(opened.info.get("nclx_profile") or {})
    return None


def _straight(opened: Pillow.Image, data: bytes, shrink: int) -> Image | None:
    """Decode what most photos are, a whole upright JPEG in sRGB, without Pillow's own copies.

    Both use the same library and so find the same pixels, OpenCV in two thirds of the time. None
    for any other photo, and for one that it does not know what to make of.

    shrink: by which the photo is decoded, 1, 2, 4 or 8.
    """
    plain = opened.mode == "RGB" and _foreign(opened.info.get("icc_profile")) is None
    plain = plain and shrink in _SHRUNK
    if not plain or not data.endswith(_END_OF_JPEG) or opened.getexif().get(_ORIENTATION, 1) != 1:
        return None
    found = cv2.imdecode(np.frombuffer(data, np.uint8), _SHRUNK[shrink])
    if found is None or found.shape != (opened.height, opened.width, 3):
        return None
    return np.asarray(cv2.cvtColor(found, cv2.COLOR_BGR2RGB, dst=found), np.uint8)


def _to_srgb(opened: Pillow.Image, space: colour_spaces.ColourSpace | None) -> Image:
    """Bring a loaded picture of any mode to upright RGB of at most MAX_SIDE, pixels only."""
    source = None if space and space.known else _foreign(opened.info.get("icc_profile"))
    ImageOps.exif_transpose(opened, in_place=True)
    picture = opened
    if picture.mode.startswith(("I", "F")):  # 16-bit grey
        grey = np.asarray(picture, dtype=np.float32)
        picture = Pillow.fromarray(np.clip(grey / 257, 0, 255).round().astype(np.uint8))
    elif picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode == "LAB":
        picture, source = picture.convert("RGB"), None

    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        ground = Pillow.new("RGBA", picture.size, "white")
        picture = Pillow.alpha_composite(ground, picture).convert("RGB")
    elif picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("RGB")

    scale = MAX_SIDE / max(picture.size)
    if scale < 1 and picture.mode == "RGB" and source is None:
        pixels = _within(np.asarray(picture))  # and not to Pillow and back again
    else:
        if scale < 1 and picture.mode == "CMYK":
            picture = picture.resize(
                _size(*picture.size, scale), Pillow.Resampling.BOX, reducing_gap=2.0
            )
        elif scale < 1:
            picture = Pillow.fromarray(_within(np.asarray(picture)))
        if source is not None:
            picture = _converted(picture, source)
        pixels = np.array(picture if picture.mode == "RGB" else picture.convert("RGB"))
    return colour_spaces.to_srgb(pixels, space) if space else pixels


def _within(whole: Image) -> Image:
    """Bring a picture to MAX_SIDE if it is larger: OpenCV does in a third of Pillow's time."""
    height, width = whole.shape[:2]
    scale = MAX_SIDE / max(width, height)
    if scale >= 1:
        return whole
    # between four neighbours nothing is left out down to a half
    method = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    smaller = cv2.resize(whole, _size(width, height, scale), interpolation=method)
    return np.asarray(smaller, np.uint8)


def _size(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _foreign(profile: bytes | None) -> ImageCms.ImageCmsProfile | None:
    """Read an embedded ICC profile, unless it is sRGB's, or none that can be read."""
    if not profile:
        return None
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return None if "sRGB" in ImageCms.getProfileDescription(found) else found
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _converted(picture: Pillow.Image, source: ImageCms.ImageCmsProfile) -> Pillow.Image:
    """Convert from a profile to sRGB; one that does not fit the picture is ignored."""
    try:
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return picture if converted is None else converted
