"""Stickers that move, as they are kept: VP9 with alpha in WEBM, within Telegram's limits.

Every other format of a platform is made of it, so one small file stands for all of them.
"""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction

import av

from inference.pictures.images import Image

MOST_BYTES = 256 * 1024
"""https://core.telegram.org/stickers"""

_RUNGS = ((28, 0.85), (38, 0.7), (48, 0.5), (58, 0.3), (63, 0.1))  # CRF, share of the bytes
_OPTIONS = {
    "deadline": "realtime",  # 7 ms a frame of 512 px; "good" takes 36 for a quarter less
    "cpu-used": "7",
    "row-mt": "1",
    "tile-columns": "1",
    "auto-alt-ref": "0",  # which alpha does not know
}
_THREADS = 2

Told = Callable[[float], None]
"""Is told what share of the work is done, 0..1."""


def encode(frames: Sequence[Image], frames_per_second: float, told: Told | None = None) -> bytes:
    """Encode a film, as well as its bytes allow.

    Args:
        frames: (H, W, 4) RGBA uint8, straight alpha, both sides even; each is asked for in turn,
            and once more only if the first try came out too large.
        frames_per_second: how fast they play.
        told: is told how far it is.

    Returns:
        A WEBM file of at most ``MOST_BYTES``, or the poorest there is.
    """
    bits = 8 * MOST_BYTES * frames_per_second / len(frames)
    data = b""
    for number, (quality, share) in enumerate(_RUNGS):
        options = {**_OPTIONS, "crf": str(quality), "b:v": str(round(share * bits))}
        data = _encoded(frames, frames_per_second, options, told if number == 0 else None)
        if len(data) <= MOST_BYTES:
            break
    return data


def _encoded(
    frames: Sequence[Image], frames_per_second: float, options: dict[str, str], told: Told | None
) -> bytes:
    file = io.BytesIO()
    rate = Fraction(frames_per_second).limit_denominator(1001)
    with av.open(file, "w", format="webm") as film:
        stream = film.add_stream("libvpx-vp9", rate=rate, options=options)
        stream.codec_context.thread_count = _THREADS
        for number, frame in enumerate(frames):
            if number == 0:
                stream.height, stream.width = frame.shape[:2]
                stream.pix_fmt = "yuva420p"
            shown = av.VideoFrame.from_ndarray(frame, format="rgba").reformat(format="yuva420p")
            shown.time_base, shown.pts = 1 / rate, number
            film.mux(stream.encode(shown))
            if told is not None:
                told((number + 1) / len(frames))
        film.mux(stream.encode(None))
    return file.getvalue()
