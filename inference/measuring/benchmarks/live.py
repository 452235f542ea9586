"""How many frames a second a camera drives a photo with, from a frame's JPEG to its answer's PNG.

The frames come one after the other, as one browser sends them; the time that the browser and the
way there and back take is not in it.
"""

import io
import time
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from PIL import Image as Pillow

from inference.expression import engine
from inference.expression.reenacting import LEARNING, Reenactment
from inference.face import analysis
from inference.face.report import Portrait
from inference.measuring.statistics import Row, estimate, timings
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from storage.contract.kinds import Setting

STEPS = 6
"""Frames from calm to a full expression."""

_PLAYED: tuple[tuple[tuple[str, float], ...], ...] = (
    (("grin", 1.0),),
    (("surprised", 1.0),),
    (("wink", 1.0), ("smile", 0.5)),
    (("AU26", 0.7), ("AU51", 0.8)),
)
_WIDTH = 320  # px of a frame, as the page sends it
_CAMERA = 1 / 15  # seconds between two frames, as far as the filter is told


def measure(photos: Sequence[bytes], networks: Networks) -> list[Row]:
    """Drive each photo by its own face in a round of expressions; return times and rate.

    Args:
        photos: files with one clear face each.
        networks: the real ones.
    """
    wall: list[float] = []
    cores: list[float] = []
    for photo in photos:
        portrait = run(analysis.portrait(images.decode(photo), 0), networks)
        frames = list(_frames(portrait))
        acting = Reenactment(portrait)
        for number, frame in enumerate(frames):
            begun, used = time.perf_counter(), time.process_time()
            shown = run(acting.move(images.decode(frame), _CAMERA), networks)
            images.encode_png((shown.image,))
            if number > LEARNING:
                wall.append(time.perf_counter() - begun)
                cores.append(time.process_time() - used)
    return [
        *timings("live", wall),
        estimate("live", "processor_ms", [1000 * one for one in cores], "ms"),
        estimate("live", "frames_per_second", wall, "1/s", lambda x: float(1 / np.mean(x))),
    ]


def _frames(portrait: Portrait) -> Iterator[bytes]:
    """Return what a camera sees of a face: calm, then each expression coming and going, JPEG."""
    ways = [*range(STEPS + 1), *range(STEPS, -1, -1)]
    acts = [
        tuple(Setting(name, amount * way / STEPS) for name, amount in act)
        for act in _PLAYED
        for way in ways
    ]
    for settings in ((),) * (LEARNING + 1) + tuple(acts):
        moved, _ = engine.express(portrait.image, portrait.alpha, portrait.report, settings)
        frame = cv2.resize(moved, (_WIDTH, _WIDTH), interpolation=cv2.INTER_AREA)
        file = io.BytesIO()
        Pillow.fromarray(frame).save(file, "JPEG", quality=80)
        yield file.getvalue()
