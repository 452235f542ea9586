"""Whether a mouth is seen: lips behind a hand, a mask or a cup must not be drawn upon them.

Lips differ in colour from the skin about them, and where they meet or part runs a dark line from
corner to corner. Of 900 faces none lacked both; where fingers, cloth or a cup are, the traced lips
are like what is about them, and a gap between fingers runs across them aslant.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.pictures.images import to_lab

_UNLIKE = 5.0  # Lab distance of lips from what is about them; lightness counts half
_LINE = 4.0  # L* of lips over the line between them
_ALIKE = 2.0  # Lab distance within which a line aslant is none of a mouth
_ASLANT = 0.09  # slope of such a line to the mouth's own
_ABOUT = (1.12, 1.45)  # the ring about the lips, in their own size
_ACROSS = (-0.12, 0.12)  # where the line is looked for, over the mouth's width
_LEAST = 12  # px of lips: fewer say nothing

_HALF = len(topology.LIPS_INNER) // 2


def seen(image: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> bool:
    """Tell whether a mouth is seen.

    Args:
        image: (H, W, 3) RGB uint8.
        landmarks: (478, 2 or 3) px.
    """
    points = np.asarray(landmarks[:, :2], np.float64)
    outline = points[list(topology.LIPS_OUTER)]
    reach = 1.7 * float(np.ptp(outline, axis=0).max()) / 2 + 2
    middle = outline.mean(axis=0)
    low = np.maximum(np.floor(middle - reach), 0).astype(int)
    high = np.maximum(np.ceil(middle + reach).astype(int), low + 1)
    part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    if not part.size:
        return True
    lab, points, outline = to_lab(part), points - low, outline - low
    inner = points[list(topology.LIPS_INNER)]
    open_ = cv2.dilate(_filled(lab, inner).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    lips = lab[_filled(lab, outline) & ~open_]
    inside, outside = (_filled(lab, _grown(outline, size)) for size in _ABOUT)
    about = lab[outside & ~inside]
    if min(len(lips), len(about)) < _LEAST:
        return True
    own = np.median(lips, axis=0)
    unlike = float(np.linalg.norm((own - np.median(about, axis=0)) * (0.5, 1.0, 1.0)))
    line, slope = _line(lab[..., 0], inner)
    if unlike < _ALIKE and abs(slope) > _ASLANT:
        return False
    return unlike > _UNLIKE or float(own[0]) - line > _LINE


def _filled(lab: NDArray[np.float32], ring: NDArray[np.float64]) -> NDArray[np.bool_]:
    return topology.fill((lab.shape[0], lab.shape[1]), ring, tuple(range(len(ring))))


def _grown(ring: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    middle = ring.mean(axis=0)
    return np.asarray(middle + size * (ring - middle))


def _line(light: NDArray[np.float32], ring: NDArray[np.float64]) -> tuple[float, float]:
    """Follow the darkest line between lips, ring (N, 2) px from corner to corner and back.

    Returns:
        Its L*, the median of its columns, and its slope to the line from corner to corner.
    """
    along = ring[_HALF] - ring[0]
    down = np.array([-along[1], along[0]])
    middles = (ring[1:_HALF] + ring[:_HALF:-1]) / 2
    heights = np.linspace(*_ACROSS, 13)
    at = (middles[:, None] + heights[None, :, None] * down).astype(np.float32)
    found = cv2.remap(
        light, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    places = (middles - ring[0]) @ along / max(float(along @ along), 1e-6)
    slope, _ = np.polyfit(places, heights[found.argmin(axis=1)], 1)
    return float(np.median(found.min(axis=1))), float(slope)
