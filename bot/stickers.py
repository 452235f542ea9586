"""Pictures as the platforms want them: each platform's limits as data, one encoder for all.

Pictures come as PNG, or APNG where they move, RGBA with straight alpha. Only pixels are encoded
anew, so metadata never survives.
"""

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageSequence

from bot.errors import StickerTooLarge

KIB = 1024


@dataclass(frozen=True, slots=True)
class Moving:
    """What a platform takes as a sticker that moves. ``seconds``: how long it may be."""

    format: str  # "WEBP" | "PNG" | "WEBM"
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
    "web": Limits(
        "WEBP", 512, square=False, most_bytes=4096 * KIB, moving=Moving("WEBP", 4096 * KIB, 30.0)
    ),
}

WEBP_QUALITIES = (90, 80, 65, 50, 30)
WEBP_METHOD = 0  # 13 ms for 512 x 512, 54 KB; 4 takes 29 ms for 45 KB (one core)
PNG_LEVEL = 2  # 15 ms for 320 x 320; 6 takes 37 ms to save a tenth
PNG_COLOURS = (0, 256, 96, 32)  # 0: all there are
APNG_QUALITIES = ((256, 30), (128, 15), (64, 10), (32, 6))  # colours, most frames a second
WEBM_QUALITIES = ((30, 30), (38, 30), (46, 30), (54, 30), (62, 12))  # CRF, most frames a second
WEBM_SPEED = {
    "deadline": "realtime",
    "cpu-used": "5",
}  # 20 ms a frame; "good" takes 75 for a third less
SUFFIXES = ((b"RIFF", "webp"), (b"\x89PNG", "png"), (b"\x1aE\xdf\xa3", "webm"))


@dataclass(frozen=True, slots=True)
class _Frames:
    images: tuple[Image.Image, ...]
    milliseconds: tuple[int, ...]


def for_telegram(png: bytes) -> bytes:
    """Return a WEBP of at most 512 KiB, its longer side 512 px.

    A picture that moves becomes a VP9 WEBM with alpha, at most 3 seconds and 256 KiB.

    Raises:
        StickerTooLarge: no encoding brings it there.
    """
    return encode(png, LIMITS["telegram"])


def for_discord(png: bytes) -> bytes:
    """Return a PNG or APNG of 320 x 320 px, at most 512 KiB.

    Raises:
        StickerTooLarge: no encoding brings it there.
    """
    return encode(png, LIMITS["discord"])


def for_web(png: bytes) -> bytes:
    """Return a WEBP, moving if the picture does.

    Raises:
        StickerTooLarge: no encoding brings it under 4 MiB.
    """
    return encode(png, LIMITS["web"])


def encode(png: bytes, limits: Limits) -> bytes:
    """Bring a picture into a platform's format, the best quality that its size allows.

    Raises:
        StickerTooLarge: even the poorest is.
    """
    frames = _fit(_read(png, limits.moving.seconds if limits.moving else 0.0), limits)
    wanted = limits.moving if limits.moving and len(frames.images) > 1 else limits
    size = 0
    for attempt in _ladder(frames, wanted.format):
        data = attempt()
        size = len(data)
        if size <= wanted.most_bytes:
            return data
    raise StickerTooLarge(f"{size} bytes at the least, {wanted.most_bytes} allowed")


def suffix(data: bytes) -> str:
    """Return what the name of a file that ``encode`` made ends in: "webp", "png" or "webm"."""
    return next(ending for start, ending in SUFFIXES if data.startswith(start))


def _read(png: bytes, seconds: float) -> _Frames:
    """Decode; what stands still on the platform is the first frame alone."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        if seconds == 0 or getattr(picture, "n_frames", 1) == 1:
            picture.load()
            return _Frames((_plain(picture),), (0,))
        images, durations = [], []
        for frame in ImageSequence.Iterator(picture):
            images.append(_plain(frame))
            durations.append(max(10, round(frame.info.get("duration", 40))))
        total = sum(durations)
        if total > 1000 * seconds:
            durations = [max(10, math.floor(one * 1000 * seconds / total)) for one in durations]
        return _Frames(tuple(images), tuple(durations))


def _plain(picture: Image.Image) -> Image.Image:
    """Return the pixels alone as RGBA, without what else the file carried."""
    converted = picture.convert("RGBA")
    return Image.frombytes("RGBA", converted.size, converted.tobytes())


def _fit(frames: _Frames, limits: Limits) -> _Frames:
    width, height = frames.images[0].size
    scale = limits.side / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    images = frames.images
    if size != (width, height):
        images = tuple(_resize(image, size) for image in images)
    if limits.square and size[0] != size[1]:
        images = tuple(_centre(image, limits.side) for image in images)
    return _Frames(images, frames.milliseconds)


def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize with premultiplied alpha, so that what is transparent lends no colour to edges."""
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def _centre(image: Image.Image, side: int) -> Image.Image:
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _ladder(frames: _Frames, format_: str) -> Iterator[Callable[[], bytes]]:
    """Yield encoders, the best quality first."""
    if format_ == "WEBP":
        for quality in WEBP_QUALITIES:
            yield partial(_webp, frames, quality)
    elif format_ == "WEBM":
        for quality, rate in WEBM_QUALITIES:
            yield partial(_webm, _thinned(frames, rate), quality)
    elif len(frames.images) == 1:
        for colours in PNG_COLOURS:
            yield partial(_png, frames.images[0], colours)
    else:
        for colours, rate in APNG_QUALITIES:
            yield partial(_apng, _thinned(frames, rate), colours)


def _webp(frames: _Frames, quality: int) -> bytes:
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


def _webm(frames: _Frames, quality: int) -> bytes:
    """Encode as VP9 with alpha, which players take from ``alpha_mode`` and a second picture."""
    from fractions import Fraction

    import av  # nobody pays for FFmpeg before something moves
    import numpy as np

    file = io.BytesIO()
    rate = Fraction(1000 * len(frames.images), sum(frames.milliseconds)).limit_denominator(1001)
    with av.open(file, "w", format="webm") as film:
        stream = film.add_stream("libvpx-vp9", rate=rate, options={
            **WEBM_SPEED, "crf": str(quality), "b:v": "0", "auto-alt-ref": "0",
        })  # fmt: skip
        stream.width, stream.height = frames.images[0].size
        stream.pix_fmt = "yuva420p"
        now = 0
        for image, milliseconds in zip(frames.images, frames.milliseconds, strict=True):
            frame = av.VideoFrame.from_ndarray(np.asarray(image), format="rgba")
            frame = frame.reformat(format="yuva420p")
            frame.time_base, frame.pts = Fraction(1, 1000), now
            film.mux(stream.encode(frame))
            now += milliseconds
        film.mux(stream.encode(None))
    return file.getvalue()


def _png(image: Image.Image, colours: int) -> bytes:
    file = io.BytesIO()
    _reduced(image, colours).save(file, "PNG", compress_level=PNG_LEVEL)
    return file.getvalue()


def _apng(frames: _Frames, colours: int) -> bytes:
    """Encode with one palette for all frames: they are reduced as one tall picture."""
    width, height = frames.images[0].size
    tall = Image.new("RGBA", (width, height * len(frames.images)))
    for number, image in enumerate(frames.images):
        tall.paste(image, (0, number * height))
    reduced = _reduced(tall, colours)
    first, *others = (
        reduced.crop((0, number * height, width, (number + 1) * height))
        for number in range(len(frames.images))
    )
    file = io.BytesIO()
    first.save(
        file,
        "PNG",
        save_all=True,
        append_images=others,
        duration=list(frames.milliseconds),
        loop=0,
        blend=0,
    )
    return file.getvalue()


def _reduced(image: Image.Image, colours: int) -> Image.Image:
    if not colours:
        return image
    return image.quantize(colours, method=Image.Quantize.FASTOCTREE)  # the one that keeps alpha


def _thinned(frames: _Frames, rate: int) -> _Frames:
    """Drop frames until at most ``rate`` a second are left; the whole takes as long as before."""
    shortest = math.floor(1000 / rate)
    images: list[Image.Image] = []
    durations: list[int] = []
    for image, duration in zip(frames.images, frames.milliseconds, strict=True):
        if durations and durations[-1] < shortest:
            durations[-1] += duration
        else:
            images.append(image)
            durations.append(duration)
    return _Frames(tuple(images), tuple(durations))
