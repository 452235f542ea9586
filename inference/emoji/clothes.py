"""What is worn: the clothes' colour and kind."""

import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab, Portrait
from inference.pictures.images import lab_of_pixels

_ENOUGH = 60  # pixels that a colour is measured on at least
_COLLAR = 0.12  # face heights below the chin, where a photo shows no more than a collar
_LIKE_SKIN = 12.0  # Lab distance, lightness halved


def clothing(portrait: Portrait) -> tuple[Lab | None, dict[str, float]]:
    """Measure the clothes' colour, if any show, and whether they look like a suit.

    A suit is dark at the sides with a bright shirt in the middle.

    Args:
        portrait: a studied face.

    Returns:
        Lab, and "plain", "suit" and "open" -> probability.
    """
    below, beside = _grid(portrait, topology.CHIN)
    body = (portrait.alpha > 220) & (portrait.hair_mask < 40)
    sides = lab_of_pixels(portrait.image, body & (beside > 0.3) & (below > 0.35))
    plain = {"plain": 1.0, "suit": 0.0, "open": 0.0}
    if len(sides) < _ENOUGH:
        sides = lab_of_pixels(portrait.image, body & (beside > 0.3) & (below > _COLLAR))
        sides = sides[~_like_skin(sides, portrait.report.colours.skin)]
        return (_typical(sides) if len(sides) >= _ENOUGH else None), plain
    front = lab_of_pixels(portrait.image, body & (beside < 0.22) & (below > 0.28) & (below < 0.9))
    cloth = np.median(sides, axis=0)
    bright = float((front[:, 0] > cloth[0] + 25).mean()) if len(front) >= _ENOUGH else 0.0
    chroma = float(np.hypot(cloth[1], cloth[2]))
    suit = _ramp(bright, 0.2, 0.5) * _ramp(52 - cloth[0], 0, 20) * _ramp(24 - chroma, 0, 8)
    return _typical(sides), plain | {"plain": 1 - suit, "suit": suit}


def _grid(portrait: Portrait, origin: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far below a landmark and beside it pixels are, (H, 1) and (1, W), in face heights."""
    points = portrait.report.landmarks
    unit = topology.face_height(points)
    x, y = points[origin, :2]
    rows, columns = np.ogrid[: portrait.alpha.shape[0], : portrait.alpha.shape[1]]
    below, beside = (rows - y) / unit, np.abs(columns - x) / unit
    return below.astype(np.float32), beside.astype(np.float32)


def _like_skin(pixels: NDArray[np.float32], skin: Lab) -> NDArray[np.bool_]:
    """Which of some pixels, (N, 3) in Lab, are like the face's skin."""
    apart = (pixels - np.array(skin, np.float32)) * np.array([0.5, 1, 1], np.float32)
    return np.asarray(np.linalg.norm(apart, axis=1) < _LIKE_SKIN, np.bool_)


def _typical(pixels: NDArray[np.float32]) -> Lab:
    """The commonest colour: of stripes and checks one of them, not the mud between."""
    bins = np.round(pixels / (12, 10, 10)).astype(np.int32)
    bins -= bins.min(axis=0)
    _, second, third = (bins.max(axis=0) + 1).tolist()
    which = (bins[:, 0] * second + bins[:, 1]) * third + bins[:, 2]
    commonest = pixels[which == np.bincount(which).argmax()]
    lightness, a, b = (float(value) for value in np.median(commonest, axis=0))
    return lightness, a, b


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))
