"""One face from frame to frame: looked for where it was, and found anew where it is lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.face import blendshapes
from inference.face.detect import detect
from inference.face.landmarks import Region, region_around, region_of, trace
from inference.face.pose import head_pose
from inference.face.report import Pose
from inference.models.calls import Calls
from inference.pictures.images import Image

PRESENT = 0.5
"""Least probability of a face in the region where it was."""


@dataclass(frozen=True, slots=True)
class TrackedFace:
    """The largest face of a frame; see ``inference.face.report.FoundFace``."""

    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    pose: Pose


def follow(image: Image, before: TrackedFace | None = None) -> Calls[TrackedFace | None]:
    """Find the face of a frame.

    Args:
        image: (H, W, 3) RGB uint8; the face fills an eighth of it at least.
        before: the face in the frame before, if there was one.

    Returns:
        The face, None if there is none.
    """
    landmarks = None
    if before is not None:
        landmarks = yield from _traced(image, region_around(before.landmarks))
    if landmarks is None:
        found = yield from detect(image, 0)
        if not found:
            return None
        largest = max(found, key=lambda one: one.box[2] * one.box[3])
        landmarks = yield from _traced(image, region_of(largest))
        if landmarks is None:
            return None
        landmarks = yield from _traced(image, region_around(landmarks))
        if landmarks is None:
            return None
    scores = yield from blendshapes.measure(landmarks)
    return TrackedFace(landmarks, scores, head_pose(landmarks))


def _traced(image: Image, region: Region) -> Calls[NDArray[np.float32] | None]:
    landmarks, probability = yield from trace(image, region)
    return landmarks if probability >= PRESENT else None
