"""Films and GIFs that strangers send: a few frames to choose a photo from, or all in small."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import av
import cv2
import numpy as np

from inference.errors import PhotoError
from inference.pictures.compositing import resize
from inference.pictures.images import MAX_SIDE, Image
from storage.contract.failures import Failure
from storage.contract.photos import MAX_BYTES, MAX_PIXELS

CANDIDATES = 8
SECONDS = 12.0
"""Of longer films the beginning alone is looked through frame by frame, the rest by key frames."""

FOLLOWED = 15.0
"""Frames a second of a film that is followed frame by frame."""

_FOLLOWED_SIDE = 480  # px, its longer side
_MOST_DECODED = 400  # frames, whatever a film says of itself
_SHARPNESS_SIDE = 480  # px, at which sharpness is compared

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Footage:
    """A film in small: (H, W, 3) RGB uint8 each, upright, and how fast they play."""

    frames: tuple[Image, ...]
    frames_per_second: float


def moving(data: bytes) -> Footage:
    """Return the frames of a film's first ``SECONDS``, ``FOLLOWED`` a second.

    Args:
        data: the file, at most 20 MB; frames of at most 40 megapixels.

    Returns:
        One frame at least, max(H, W) <= 480.

    Raises:
        PhotoError: TOO_LARGE, or BROKEN where there is no frame.
    """
    frames = _opened(data, lambda film: [_upright(one, _FOLLOWED_SIDE) for one in _paced(film)])
    return Footage(tuple(frames), FOLLOWED)


def candidates(data: bytes) -> list[Image]:
    """Return frames spread over a film, in their order.

    Args:
        data: the file, at most 20 MB; frames of at most 40 megapixels.

    Returns:
        At most eight (H, W, 3) RGB uint8, upright, max(H, W) <= 1920.

    Raises:
        PhotoError: TOO_LARGE, or BROKEN where there is no frame.
    """
    return _opened(data, lambda film: [_upright(frame) for frame in _spread(film)])


def _opened(data: bytes, look: Callable[[av.container.InputContainer], list[Found]]) -> list[Found]:
    """Open a film and look into it; raises PhotoError, also where nothing is found."""
    if len(data) > MAX_BYTES:
        raise PhotoError(Failure.TOO_LARGE, {"bytes": len(data)})
    try:
        with av.open(io.BytesIO(data), "r") as film:
            if not film.streams.video:
                raise PhotoError(Failure.NOT_AN_IMAGE)
            stream = film.streams.video[0]
            stream.thread_type = "AUTO"
            if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
                raise PhotoError(Failure.TOO_LARGE)
            found = look(film)
    except PhotoError:
        raise
    except Exception as error:  # codecs raise nearly anything on hostile bytes
        raise PhotoError(Failure.BROKEN) from error
    if not found:
        raise PhotoError(Failure.BROKEN)
    return found


def sharpness(image: Image) -> float:
    """Return how much fine detail an image has, 0 for none; comparable within one film."""
    scale = min(1.0, _SHARPNESS_SIDE / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    grey = cv2.cvtColor(resize(image, size, cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def _spread(film: av.container.InputContainer) -> list[av.VideoFrame]:
    stream = film.streams.video[0]
    seconds = 0.0 if film.duration is None else film.duration / av.time_base
    if seconds > SECONDS:
        stream.codec_context.skip_frame = "NONKEY"
    kept: list[av.VideoFrame] = []
    step = 1
    for number, frame in enumerate(_decoded(film)):
        if number % step == 0:
            kept.append(frame)
        if len(kept) > 2 * CANDIDATES:  # twice as far apart from here on
            kept, step = kept[::2], 2 * step
    chosen = np.linspace(0, len(kept) - 1, min(CANDIDATES, len(kept))).round().astype(int)
    return [kept[at] for at in dict.fromkeys(chosen.tolist())]


def _paced(film: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    """Yield the frame that is on at each tick; what plays slower is seen more than once."""
    begun: float | None = None
    shown: av.VideoFrame | None = None
    tick = 0
    for frame in _decoded(film):
        begun = (frame.time or 0.0) if begun is None else begun
        now = (frame.time or 0.0) - begun
        while shown is not None and tick / FOLLOWED < min(now, SECONDS):
            yield shown
            tick += 1
        if now >= SECONDS:
            return
        shown = frame
    if shown is not None:
        yield shown


def _decoded(film: av.container.InputContainer) -> Iterator[av.VideoFrame]:
    """Return the frames that can be decoded; what is damaged ends them."""
    try:
        for number, frame in enumerate(film.decode(video=0)):
            if number >= _MOST_DECODED:
                return
            yield frame
    except av.FFmpegError:
        return


def _upright(frame: av.VideoFrame, side: int = MAX_SIDE) -> Image:
    scale = min(1.0, side / max(frame.width, frame.height))
    width, height = (max(1, round(side * scale)) for side in (frame.width, frame.height))
    pixels = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)), np.uint8)
