"""Pictures as the platforms want them: each platform's limits as data, one encoder for all.

Pictures come as PNG, RGBA with straight alpha, or where they move as WEBM with alpha (APNG in
results of earlier versions). Only pixels are encoded anew, so metadata never survives.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageSequence

from bot import films
from bot.errors import StickerTooLarge
from bot.films import Frames

KIB = 1024


@dataclass(frozen=True, slots=True)
class Moving:
    """What a platform takes as a sticker that moves. ``seconds``: how long it may be."""

    format: str  # "WEBP" | "PNG" | "APNG" (in true colour) | "WEBM" | "GIF" | "MP4"
    most_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes as a sticker.

    ``side``: pixels of the longer side, exactly. ``square``: whether both sides have that many.
    ``moving``: None where nothing may move.
    """

    format: str  # "WEBP" | "PNG"
    side: int
    square: bool
    most_bytes: int
    moving: Moving | None


LIMITS = {
    # https://core.telegram.org/stickers, static and video stickers
    "telegram": Limits(
        "WEBP", 512, square=False, most_bytes=512 * KIB, moving=Moving("WEBM", 256 * KIB, 3.0)
    ),
    # https://discord.com/developers/docs/resources/sticker; guild stickers are PNG or APNG
    "discord": Limits(
        "PNG", 320, square=True, most_bytes=512 * KIB, moving=Moving("PNG", 512 * KIB, 5.0)
    ),
    # emoji of an application there
    "discord emoji": Limits(
        "PNG", 128, square=True, most_bytes=256 * KIB, moving=Moving("GIF", 256 * KIB, 5.0)
    ),
    # of what hangs under a message there, only GIF moves
    "attachment": Limits(
        "PNG", 320, square=True, most_bytes=512 * KIB, moving=Moving("GIF", 6144 * KIB, 30.0)
    ),
    # the same place, custom emoji
    "telegram emoji": Limits(
        "WEBP", 100, square=True, most_bytes=512 * KIB, moving=Moving("WEBM", 256 * KIB, 3.0)
    ),
    "web": Limits(
        "WEBP", 512, square=False, most_bytes=4096 * KIB, moving=Moving("WEBP", 4096 * KIB, 30.0)
    ),
    # in small, many beside each other
    "thumbnail": Limits(
        "WEBP", 256, square=False, most_bytes=128 * KIB, moving=Moving("WEBP", 1024 * KIB, 3.0)
    ),
    # https://github.com/WhatsApp/stickers: 100 KB, 500 KB where they move, less what a mark takes
    "whatsapp": Limits(
        "WEBP", 512, square=True, most_bytes=99_000, moving=Moving("WEBP", 450_000, 10.0)
    ),
    # https://support.signal.org/hc/articles/360031836512: no palette where they move
    "signal": Limits(
        "PNG", 512, square=True, most_bytes=290_000, moving=Moving("APNG", 290_000, 3.0)
    ),
    # whole, for files
    "png": Limits(
        "PNG", 512, square=False, most_bytes=4096 * KIB, moving=Moving("PNG", 4096 * KIB, 30.0)
    ),
    # for films that go elsewhere; without alpha, so on white
    "film": Limits(
        "PNG", 512, square=False, most_bytes=4096 * KIB, moving=Moving("MP4", 4096 * KIB, 30.0)
    ),
}

KEPT_SIDE = 512  # of the films that are kept, which are as Telegram takes them
WEBP_QUALITIES = (90, 80, 65, 50, 30)
MOVING_WEBP_QUALITIES = (
    (75, 60), (60, 60), (45, 60), (30, 60), (30, 15), (20, 10), (8, 8), (2, 5),
)  # fmt: skip
"""The quality, of which 90 takes twice the bytes of 75, and most frames a second."""
WEBP_METHOD = 0  # 13 ms for 512 x 512, 54 KB; 4 takes 29 ms for 45 KB (one core)
PNG_LEVEL = 2  # 15 ms for 320 x 320; 6 takes 37 ms to save a tenth
PNG_COLOURS = (0, 256, 96, 32)  # 0: all there are
APNG_QUALITIES = ((256, 30), (128, 15), (64, 10), (32, 6))  # colours, most frames a second
TRUE_APNG_QUALITIES = (
    (256, 20, 1), (96, 15, 1), (48, 12, 1), (32, 10, 1), (32, 10, 2), (24, 8, 2), (16, 6, 2),
    (12, 5, 3), (8, 4, 4),
)  # fmt: skip
"""Colours, most frames a second, and how many pixels in a row are one."""
GIF_QUALITIES = ((255, 30), (255, 13), (127, 13), (63, 8))  # the same; one more shows nothing
WEBM_QUALITIES = ((30, 30), (38, 30), (46, 30), (54, 30), (62, 12))  # CRF, most frames a second
_FILM = b"\x1aE\xdf\xa3"
SUFFIXES = (
    (b"RIFF", "webp"), (b"\x89PNG", "png"), (_FILM, "webm"), (b"GIF8", "gif"), (b"\0\0\0", "mp4"),
    (b"<svg", "svg"), (b"PK", "zip"),
)  # fmt: skip


def for_telegram(png: bytes) -> bytes:
    """Return a WEBP of at most 512 KiB, its longer side 512 px.

    A picture that moves becomes a VP9 WEBM with alpha, at most 3 seconds and 256 KiB.

    Raises:
        StickerTooLarge: no encoding brings it there.
    """
    return encode(png, LIMITS["telegram"])


def for_custom_emoji(png: bytes) -> bytes:
    """Return a WEBP of 100 x 100 px, or a VP9 WEBM of that size where the picture moves.

    Raises:
        StickerTooLarge: no encoding is small enough.
    """
    return encode(png, LIMITS["telegram emoji"])


def for_discord(png: bytes) -> bytes:
    """Return a PNG or APNG of 320 x 320 px, at most 512 KiB.

    Raises:
        StickerTooLarge: no encoding brings it there.
    """
    return encode(png, LIMITS["discord"])


def for_attachment(png: bytes) -> bytes:
    """Return what Discord shows under a message: a PNG of 320 x 320 px, or a GIF that moves.

    Raises:
        StickerTooLarge: no encoding is small enough.
    """
    return encode(png, LIMITS["attachment"])


def for_web(png: bytes) -> bytes:
    """Return a WEBP, moving if the picture does.

    Raises:
        StickerTooLarge: no encoding brings it under 4 MiB.
    """
    return encode(png, LIMITS["web"])


def for_film(png: bytes) -> bytes:
    """Return an MP4 on white of what moves, a PNG of what does not.

    Raises:
        StickerTooLarge: no encoding is small enough.
    """
    return encode(png, LIMITS["film"])


def plain(picture: bytes) -> bytes:
    """Return a PNG as it is, and what moves as a WEBP, which any viewer plays.

    Raises:
        StickerTooLarge: no encoding is small enough.
    """
    return for_web(picture) if moves(picture) else picture


def moves(picture: bytes) -> bool:
    """Tell whether a picture that is to be encoded is a film."""
    return picture.startswith(_FILM)


def still(picture: bytes) -> Image.Image:
    """Return a picture's pixels, RGBA; of one that moves, its first frame's.

    picture: PNG, or WEBM.
    """
    if moves(picture):
        return films.read(picture, most=1).images[0]
    return _read(picture, 0.0).images[0]


def encode(png: bytes, limits: Limits) -> bytes:
    """Bring a picture into a platform's format, the best quality that its size allows.

    Raises:
        StickerTooLarge: even the poorest is.
    """
    moving = limits.moving
    as_kept = moving is not None and moving.format == "WEBM" and limits.side == KEPT_SIDE
    if moves(png) and moving and as_kept and len(png) <= moving.most_bytes:
        return png
    frames = _fit(_read(png, moving.seconds if moving else 0.0), limits)
    wanted = moving if moving and len(frames.images) > 1 else limits
    size = 0
    for attempt in _ladder(frames, wanted.format):
        data = attempt()
        size = len(data)
        if size <= wanted.most_bytes:
            return data
    raise StickerTooLarge(f"{size} bytes at the least, {wanted.most_bytes} allowed")


def suffix(data: bytes) -> str:
    """Return what the name of a file that we made ends in, such as "webp", by its first bytes."""
    if data[30:39] == b"title.txt":  # what the zip of a pack for WhatsApp begins with
        return "wastickers"
    return next((ending for start, ending in SUFFIXES if data.startswith(start)), "png")


def _read(data: bytes, seconds: float) -> Frames:
    """Decode; what stands still on the platform is the first frame alone."""
    if moves(data):
        frames = films.read(data, most=1) if seconds == 0 else films.read(data)
    else:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if seconds == 0 or getattr(picture, "n_frames", 1) == 1:
                picture.load()
                return Frames((_plain(picture),), (0,))
            images, durations = [], []
            for frame in ImageSequence.Iterator(picture):
                images.append(_plain(frame))
                durations.append(max(10, round(frame.info.get("duration", 40))))
            frames = Frames(tuple(images), tuple(durations))
    if seconds == 0:
        return Frames(frames.images[:1], (0,))
    return frames.within(seconds)


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone as RGBA, without what else the file carried."""
    converted = picture.convert("RGBA")
    converted.info = {}
    return converted


def _fit(frames: Frames, limits: Limits) -> Frames:
    width, height = frames.images[0].size
    scale = limits.side / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    images = frames.images
    if size != (width, height):
        images = tuple(_resize(image, size) for image in images)
    if limits.square and size[0] != size[1]:
        images = tuple(_centre(image, limits.side) for image in images)
    return Frames(images, frames.milliseconds)


def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize with premultiplied alpha, so that what is transparent lends no colour to edges."""
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def _centre(image: Image.Image, side: int) -> Image.Image:
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _ladder(frames: Frames, format_: str) -> Iterator[Callable[[], bytes]]:
    """Yield encoders, the best quality first."""
    match format_:
        case "WEBP":
            if len(frames.images) > 1:
                for quality, rate in MOVING_WEBP_QUALITIES:
                    yield partial(_webp, frames.thinned(rate), quality)
                return
            for quality in WEBP_QUALITIES:
                yield partial(_webp, frames, quality)
        case "WEBM":
            for quality, rate in WEBM_QUALITIES:
                yield partial(films.webm, frames.thinned(rate), quality)
        case "MP4":
            yield partial(films.mp4, frames)
        case "APNG":
            for colours, rate, shrunk in TRUE_APNG_QUALITIES:
                yield partial(films.true_apng, frames.thinned(rate), colours, shrunk)
        case "GIF":
            for colours, rate in GIF_QUALITIES:
                yield partial(films.gif, frames.thinned(rate), colours)
        case _ if len(frames.images) > 1:
            for colours, rate in APNG_QUALITIES:
                yield partial(films.apng, frames.thinned(rate), colours)
        case _:
            for colours in PNG_COLOURS:
                yield partial(_png, frames.images[0], colours)


def _webp(frames: Frames, quality: int) -> bytes:
    first, *others = frames.images
    alpha = 100 if quality == WEBP_QUALITIES[0] else quality
    file = io.BytesIO()
    if others:
        first.save(
            file,
            "WEBP",
            save_all=True,
            append_images=others,
            duration=list(frames.milliseconds),
            loop=0,
            quality=quality,
            alpha_quality=alpha,
            method=WEBP_METHOD,
        )
    else:
        first.save(file, "WEBP", quality=quality, alpha_quality=alpha, method=WEBP_METHOD)
    return file.getvalue()


def _png(image: Image.Image, colours: int) -> bytes:
    file = io.BytesIO()
    if colours:
        image = image.quantize(colours, method=Image.Quantize.FASTOCTREE)  # which keeps alpha
    image.save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue()
