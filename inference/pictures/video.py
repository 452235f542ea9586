"""Films in and out: files that FFmpeg reads (by PyAV), or folders of pictures."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np

from inference.errors import FilmError, PhotoError
from inference.pictures import images
from inference.pictures.compositing import resize
from inference.pictures.images import Image
from storage.contract.photos import SUFFIXES

"""Files of a folder that are its frames, in the order of their names."""

CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
"""What a written film's suffix stands for."""

MAX_SIDE = 1280
FOLDER_FRAMES_PER_SECOND = 25.0

_OPTIONS = {
    "libx264": {"crf": "20", "preset": "veryfast"},
    "libvpx-vp9": {"crf": "32", "b:v": "0", "deadline": "realtime", "cpu-used": "6"},
}


@dataclass(frozen=True, slots=True)
class Film:
    """A film being read.

    frames: (H, W, 3) RGB uint8, upright, of at most 1280 px. count: how many there are about,
    None if that is unknown.
    """

    frames: Iterator[Image]
    frames_per_second: float
    count: int | None


@contextmanager
def read(path: Path, frames_per_second: float | None = None) -> Iterator[Film]:
    """Open a film, or a folder of frames, while in the block.

    Args:
        path: of the film.
        frames_per_second: of a film, leave out frames to have so many at most; of a folder, how
            fast it plays.

    Raises:
        FilmError: it is none, or has no frames; also while its frames are read.
    """
    if path.is_dir():
        yield _folder(path, frames_per_second or FOLDER_FRAMES_PER_SECOND)
        return
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError) as error:
        raise FilmError(f"{path} is no film that can be read") from error
    with container:
        if not container.streams.video:
            raise FilmError(f"{path} has no pictures")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        own = float(stream.average_rate or stream.base_rate or FOLDER_FRAMES_PER_SECOND)
        wanted = min(own, frames_per_second or own)
        count = round(stream.frames * wanted / own) or None
        yield Film(_decoded(path, container, wanted, own), wanted, count)


def write(path: Path, frames: Iterable[Image], frames_per_second: float) -> int:
    """Write a film as its suffix says; the file appears when it is whole.

    Args:
        path: of the film.
        frames: (H, W, 3) RGB uint8, all of one shape, both sides even.
        frames_per_second: how fast the frames play.

    Returns:
        How many there were.

    Raises:
        FilmError: the suffix is unknown, or the file cannot be written.
    """
    codec = CODECS.get(path.suffix.lower())
    if codec is None:
        raise FilmError(f"{path.name}: films are written as {', '.join(CODECS)}")
    rate = Fraction(frames_per_second).limit_denominator(1001)
    count = 0
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".selfmoji-") as folder:
            part = Path(folder) / path.name
            with av.open(str(part), "w") as container:
                added = container.add_stream(codec, rate=rate, options=_OPTIONS[codec])
                stream = cast("av.VideoStream", added)
                for count, frame in enumerate(frames, start=1):
                    if count == 1:
                        stream.height, stream.width = frame.shape[:2]
                        stream.pix_fmt = "yuv420p"
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
                container.mux(stream.encode())
            part.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise FilmError(f"{path} cannot be written: {error}") from error
    return count


def _folder(path: Path, frames_per_second: float) -> Film:
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise FilmError(f"{path} has no pictures")
    return Film((_still(file) for file in files), frames_per_second, len(files))


def _still(path: Path) -> Image:
    try:
        return _small(images.decode(path.read_bytes()))
    except PhotoError as error:
        raise FilmError(f"{path} is no picture that can be read") from error


def _decoded(
    path: Path, container: av.container.InputContainer, wanted: float, own: float
) -> Iterator[Image]:
    """Every frame, or evenly spaced ones."""
    taken = 0
    try:
        for number, frame in enumerate(container.decode(video=0)):
            if number * wanted / own < taken - 1e-6:
                continue
            taken += 1
            turned = np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90))
            yield _small(np.ascontiguousarray(turned, np.uint8))
    except av.FFmpegError as error:
        if not taken:
            raise FilmError(f"{path} is damaged") from error


def _small(image: Image) -> Image:
    height, width = image.shape[:2]
    scale = MAX_SIDE / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return resize(image, size, cv2.INTER_AREA)
