"""Films in and out: decoding those that are kept, and each format that moves somewhere.

FFmpeg is loaded when a film comes; whoever shows only what stands still never pays for it.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageChops

if TYPE_CHECKING:
    import av

WEBM_OPTIONS = {"deadline": "realtime", "cpu-used": "5", "auto-alt-ref": "0", "b:v": "0"}
MP4_OPTIONS = {"crf": "20", "preset": "veryfast"}

_SPREAD = 20  # levels of brightness over which an ordered dither spreads
_SAMPLES = 6  # frames that a palette is chosen from
_SHOWS = 128  # alpha from which GIF, which knows no other, shows a pixel


@dataclass(frozen=True, slots=True)
class Frames:
    """A film: RGBA pictures of one size, and how long each is shown."""

    images: tuple[Image.Image, ...]
    milliseconds: tuple[int, ...]

    def within(self, seconds: float) -> "Frames":
        """Play a film faster that takes longer than so many seconds."""
        total = sum(self.milliseconds)
        if total <= 1000 * seconds:
            return self
        shorter = (max(10, math.floor(one * 1000 * seconds / total)) for one in self.milliseconds)
        return Frames(self.images, tuple(shorter))

    def thinned(self, rate: int) -> "Frames":
        """Drop frames until at most ``rate`` a second are left; the whole takes as long."""
        shortest = math.floor(1000 / rate)
        images: list[Image.Image] = []
        durations: list[int] = []
        for image, duration in zip(self.images, self.milliseconds, strict=True):
            if durations and durations[-1] < shortest:
                durations[-1] += duration
            else:
                images.append(image)
                durations.append(duration)
        return Frames(tuple(images), tuple(durations))


def read(webm: bytes, most: int | None = None) -> Frames:
    """Decode VP9 with its alpha, which FFmpeg's own decoder drops; the first ``most`` frames."""
    import av

    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(io.BytesIO(webm), "r", format="webm") as film:
        (stream,) = film.streams.video
        rate = stream.average_rate or Fraction(25)
        decoded = (
            _image(frame) for packet in film.demux(stream) for frame in decoder.decode(packet)
        )
        images = list(islice(decoded, most))
    return Frames(tuple(images), (round(1000 / rate),) * len(images))


def _image(frame: "av.VideoFrame") -> Image.Image:
    rgba = frame.reformat(format="rgba")
    (plane,) = rgba.planes
    size = rgba.width, rgba.height
    return Image.frombytes("RGBA", size, bytes(plane), "raw", "RGBA", plane.line_size)


def webm(frames: Frames, quality: int) -> bytes:
    """Encode as VP9 with alpha, which players take from ``alpha_mode`` and a second picture."""
    options = {**WEBM_OPTIONS, "crf": str(quality)}
    return _film(frames, "webm", "libvpx-vp9", "yuva420p", options)


def mp4(frames: Frames) -> bytes:
    """Encode as H.264 on white."""
    images = tuple(_on_white(image) for image in frames.images)
    return _film(
        Frames(images, frames.milliseconds), "mp4", "libx264", "yuv420p",
        MP4_OPTIONS,
    )  # fmt: skip


def _on_white(image: Image.Image) -> Image.Image:
    """Lay over white; both sides become even, which colours at half size want."""
    size = tuple(side + side % 2 for side in image.size)
    ground = Image.new("RGBA", cast("tuple[int, int]", size), "white")
    ground.alpha_composite(image)
    return ground


def _film(
    frames: Frames, container: str, codec: str, pixels: str, options: dict[str, str]
) -> bytes:
    import av
    import numpy as np

    file = io.BytesIO()
    rate = Fraction(1000 * len(frames.images), sum(frames.milliseconds)).limit_denominator(1001)
    with av.open(file, "w", format=container) as film:
        added = film.add_stream(codec, rate=rate, options=options)
        stream = cast("av.VideoStream", added)
        stream.width, stream.height = frames.images[0].size
        stream.pix_fmt = pixels
        now = 0
        for image, milliseconds in zip(frames.images, frames.milliseconds, strict=True):
            shown = av.VideoFrame.from_ndarray(np.asarray(image), format="rgba")
            shown = shown.reformat(format=pixels)
            shown.time_base, shown.pts = Fraction(1, 1000), now
            film.mux(stream.encode(shown))
            now += milliseconds
        film.mux(stream.encode(None))
    return file.getvalue()


def apng(frames: Frames, colours: int) -> bytes:
    """Encode with one palette for all frames: they are reduced as one tall picture."""
    width, height = frames.images[0].size
    tall = Image.new("RGBA", (width, height * len(frames.images)))
    for number, image in enumerate(frames.images):
        dithered = _dithered(image.convert("RGB"))
        dithered.putalpha(image.getchannel("A"))
        tall.paste(dithered, (0, number * height))
    reduced = tall.quantize(colours, method=Image.Quantize.FASTOCTREE)  # which keeps alpha
    images = (
        reduced.crop((0, number * height, width, (number + 1) * height))
        for number in range(len(frames.images))
    )
    return _animated(images, frames, "PNG", blend=0)


def true_apng(frames: Frames, colours: int, shrunk: int) -> bytes:
    """Encode without a palette, of few colours nonetheless, which deflate likes.

    Args:
        frames: the film.
        colours: how many there are in all of it.
        shrunk: how many pixels in a row are one: 1 for all.
    """
    width, height = frames.images[0].size
    small = (max(1, width // shrunk), max(1, height // shrunk))
    tall = Image.new("RGBA", (small[0], small[1] * len(frames.images)))
    for number, image in enumerate(frames.images):
        tall.paste(image.resize(small, Image.Resampling.BOX), (0, number * small[1]))
    reduced = tall.quantize(colours, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    images = (
        reduced.crop((0, number * small[1], small[0], (number + 1) * small[1])).resize(
            (width, height), Image.Resampling.NEAREST
        )
        for number in range(len(frames.images))
    )
    return _animated(images, frames, "PNG", blend=0)


def gif(frames: Frames, colours: int) -> bytes:
    """Encode with one palette for all frames; pixels are shown or not, edges lie on white."""
    flat = [_on_white(image).convert("RGB") for image in frames.images]
    width, height = flat[0].size
    chosen = flat[:: max(1, len(flat) // _SAMPLES)]
    tall = Image.new("RGB", (width, height * len(chosen)))
    for number, image in enumerate(chosen):
        tall.paste(image, (0, number * height))
    palette = tall.quantize(colours, method=Image.Quantize.MEDIANCUT)
    images = []
    for image, original in zip(flat, frames.images, strict=True):
        reduced = _dithered(image).quantize(palette=palette, dither=Image.Dither.NONE)
        gone = original.getchannel("A").point(lambda alpha: 255 if alpha < _SHOWS else 0)
        reduced.paste(colours, mask=gone.crop((0, 0, *reduced.size)))
        images.append(reduced)
    return _animated(iter(images), frames, "GIF", transparency=colours, disposal=2)


def _animated(images: Iterator[Image.Image], frames: Frames, format_: str, **options: int) -> bytes:
    file = io.BytesIO()
    first = next(images)
    first.save(
        file,
        format_,
        save_all=True,
        append_images=list(images),
        duration=list(frames.milliseconds),
        loop=0,
        **options,
    )
    return file.getvalue()


def _dithered(image: Image.Image) -> Image.Image:
    """Spread colours by an ordered pattern, which stands still where a film does."""
    pattern = _pattern(image.size)
    return ImageChops.add(image, pattern, offset=-_SPREAD // 2)


@cache
def _pattern(size: tuple[int, int]) -> Image.Image:
    """Bayer's matrix of 8 x 8, tiled, in levels of 0 to ``_SPREAD``.

    B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures", 1973.
    """
    order = [[0]]
    while len(order) < 8:
        four = [[4 * one for one in row] for row in order]
        order = [[*row, *(one + 2 for one in row)] for row in four] + [
            [*(one + 3 for one in row), *(one + 1 for one in row)] for row in four
        ]
    tile = Image.new("L", (8, 8))
    tile.putdata([one * _SPREAD // 64 for row in order for one in row])
    whole = Image.new("L", size)
    for top in range(0, size[1], 8):
        for left in range(0, size[0], 8):
            whole.paste(tile, (left, top))
    return Image.merge("RGB", (whole,) * 3)
