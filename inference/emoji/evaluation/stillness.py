"""How often parts change while nothing does: still faces, filmed with a phone's sensor noise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from inference.face import topology
from inference.face.report import Portrait

FRAMES, FRAMES_PER_SECOND = 15, 30
NOISE = 3.0  # of 255: a phone's sensor indoors

Watch = Callable[[Portrait], Mapping[str, str]]
"""A frame to slot -> variant; called with the frames of one film in order."""


def flips_per_second(portrait: Portrait, watch: Watch, chance: np.random.Generator) -> float:
    """Count parts that change per second of a film of one portrait.

    Args:
        portrait: what is filmed.
        watch: chooses the parts of each frame.
        chance: of the noise.
    """
    shown = [watch(noisy(portrait, chance)) for _ in range(FRAMES)]
    changed = sum(now[slot] != before[slot] for before, now in pairwise(shown) for slot in now)
    return changed / ((FRAMES - 1) / FRAMES_PER_SECOND)


def noisy(portrait: Portrait, chance: np.random.Generator) -> Portrait:
    """Make the next frame: noise in every pixel, and what it does to the landmarks.

    Args:
        portrait: what is filmed.
        chance: of the noise.
    """
    image = portrait.image + chance.normal(0, NOISE, portrait.image.shape)
    report = portrait.report
    left, right = (report.landmarks[iris, :2] for iris in topology.IRIS_CENTRES)
    scale = float(np.linalg.norm(left - right))
    shake = chance.normal(0, 0.004 * scale, report.landmarks.shape)
    shapes = report.blendshapes + chance.normal(0, 0.01, report.blendshapes.shape)
    return replace(
        portrait,
        image=np.clip(image, 0, 255).astype(np.uint8),
        report=replace(
            report,
            landmarks=(report.landmarks + shake).astype(np.float32),
            blendshapes=np.clip(shapes, 0, 1).astype(np.float32),
        ),
    )
