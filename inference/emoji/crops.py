"""The parts of a face that are compared with the parts of a drawing: head, eyes, jaw.

Photo and avatar are cut alike, relative to the eyes, and put on the same gray, so that what
differs is how they are drawn and nothing else.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.avatars.compose import render
from inference.face.alignment import Aligned
from inference.pictures.compositing import flattened, resize
from storage.contract.avatars import AvatarSpec

KINDS = ("head", "eyes", "jaw")
SIDE = 64
_GRAY = (128, 128, 128)

Box = tuple[float, float, float]
"""Left, top, side, as shares of the picture."""

PHOTO: tuple[Box, ...] = ((0.0, 0.0, 1.0), (0.266, 0.234, 0.469), (0.266, 0.469, 0.469))
AVATARS: dict[str, tuple[Box, ...]] = {
    "avataaars": ((0.043, 0.0, 0.914), (0.286, 0.161, 0.428), (0.286, 0.375, 0.428)),
    "big-ears": ((0.0, 0.0, 1.0), (0.295, 0.43, 0.416), (0.295, 0.584, 0.416)),
}
_SHOWN = AVATARS | {"cat": ((0.2, 0.0, 0.78), (0.525, 0.21, 0.45), (0.58, 0.38, 0.4))}
"""A cat's can be looked at, but are not compared with people's."""


def of_face(face: Aligned, side: int = SIDE, room: float = 1.0) -> NDArray[np.uint8]:
    """Cut an aligned face into the crops of ``KINDS``.

    Args:
        face: in the common crop.
        side: of a crop, px.
        room: how many times as much of the picture as usual to take, for shifting it later.

    Returns:
        (3, side, side, 3) RGB uint8 in the order of ``KINDS``.
    """
    person = np.dstack([face.image, face.alpha])
    return _cut(flattened(person, _GRAY), PHOTO, side, room)


def of_avatar(spec: AvatarSpec, side: int = SIDE, room: float = 1.0) -> NDArray[np.uint8]:
    """Cut a drawn avatar like a face.

    Args:
        spec: of any style.
        side: of a crop, px.
        room: see ``of_face``.

    Returns:
        (3, side, side, 3) RGB uint8 in the order of ``KINDS``.
    """
    return _cut(flattened(render(spec, 192), _GRAY), _SHOWN[spec.style], side, room)


def _cut(
    picture: NDArray[np.uint8], boxes: tuple[Box, ...], side: int, room: float
) -> NDArray[np.uint8]:
    size = picture.shape[0]
    edge = size // 4
    padded = cv2.copyMakeBorder(picture, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=_GRAY)
    crops = np.empty((len(boxes), side, side, 3), np.uint8)
    for index, (left, top, share) in enumerate(boxes):
        width = round(share * size * room)
        x = edge + round((left + share / 2) * size - width / 2)
        y = edge + round((top + share / 2) * size - width / 2)
        part = np.ascontiguousarray(padded[y : y + width, x : x + width], np.uint8)
        method = cv2.INTER_AREA if width > side else cv2.INTER_LINEAR
        crops[index] = resize(part, (side, side), method)
    return crops
