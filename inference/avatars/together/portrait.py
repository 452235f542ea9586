"""A family portrait: two to thirty avatars on one picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.avatars.together.arranging import Place, arrange
from inference.avatars.together.figures import figure
from inference.avatars.together.stage import rimmed
from inference.pictures.compositing import over
from storage.contract.avatars import AvatarSpec

Image = NDArray[np.uint8]

SIDE = 768
"""px of the longer side, about; a die-cut makes it smaller."""

_MEASURED = 40.0  # px of half a head while places are sought
_RIM = 0.05  # of half a head: the white around everybody
_LARGEST = 110.0  # px of half a head


def portrait(specs: Sequence[AvatarSpec]) -> Image:
    """Draw a family portrait, everybody with their own face.

    Args:
        specs: at least one, of any styles.

    Returns:
        (H, W, 4) RGBA uint8 with straight alpha.

    Raises:
        KeyError: a style is unknown or has no such part.
    """
    measured = [figure(spec, _MEASURED) for spec in specs]
    arranged = arrange(measured)
    unit = min(_LARGEST, SIDE / max(arranged.width, arranged.height))
    by_measure = dict(zip(map(id, measured), specs, strict=True))
    edge = round(unit)
    canvas = np.zeros(
        (round(arranged.height * unit) + 2 * edge, round(arranged.width * unit) + 2 * edge, 4),
        np.uint8,
    )
    for place in arranged.places:
        _stand(canvas, by_measure[id(place.figure)], place, unit, edge)
    return canvas[: edge + round(arranged.height * unit)]


def _stand(canvas: Image, spec: AvatarSpec, place: Place, unit: float, edge: int) -> None:
    """Lay a figure with its rim over what is there."""
    drawn = figure(spec, unit).lengthened(place.longer)
    picture = rimmed(drawn.picture, max(1.0, _RIM * unit))
    grown = (len(picture) - len(drawn.picture)) // 2
    left = edge + round(place.x * unit - drawn.eyes[0]) - grown
    top = edge + round(place.y * unit - drawn.eyes[1]) - grown
    inside = picture[max(0, -top) : len(canvas) - top, max(0, -left) : canvas.shape[1] - left]
    top, left = max(0, top), max(0, left)
    there = canvas[top : top + len(inside), left : left + inside.shape[1]]
    there[:] = over(inside, there)
