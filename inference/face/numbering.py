"""A photo with its faces numbered, for the question which one is meant."""

from collections.abc import Sequence

import cv2
import numpy as np

from inference.face.report import FoundFace
from inference.pictures.compositing import shrink
from inference.pictures.images import Image, encode_png

MAX_SIDE = 1024


def number_faces(image: Image, faces: Sequence[FoundFace]) -> bytes:
    """Draw 1, 2, 3 ... on the faces in their order.

    Args:
        image: (H, W, 3) RGB uint8, in whose pixels the faces are given.
        faces: in the order of their numbers.

    Returns:
        A PNG of at most 1024 px.
    """
    height, width = image.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = shrink(image, size)
    for number, face in enumerate(faces, start=1):
        low, high = face.landmarks[:, :2].min(axis=0), face.landmarks[:, :2].max(axis=0)
        reach = float((high - low).max()) * scale
        radius = float(np.clip(reach * 0.22, 11, 44))
        # on the forehead's upper edge: hides least of the face and cannot be taken for another's
        x = float(np.clip((low[0] + high[0]) / 2 * scale, radius, size[0] - radius))
        y = float(np.clip(low[1] * scale, radius, size[1] - radius))
        _badge(canvas, str(number), (x, y), radius)
    return encode_png((canvas,))


def _badge(canvas: Image, text: str, centre: tuple[float, float], radius: float) -> None:
    """A white number on a dark disc with a white rim, readable on any ground."""
    at = round(centre[0]), round(centre[1])
    cv2.circle(canvas, at, round(radius), (255, 255, 255), cv2.FILLED, cv2.LINE_AA)
    cv2.circle(canvas, at, round(radius * 0.88), (30, 30, 40), cv2.FILLED, cv2.LINE_AA)
    thickness = max(1, round(radius / 8))
    font = cv2.FONT_HERSHEY_SIMPLEX
    height = radius * (1.0 if len(text) == 1 else 0.8)
    size = cv2.getFontScaleFromHeight(font, max(1, round(height)), thickness)
    (width, tall), _ = cv2.getTextSize(text, font, size, thickness)
    corner = round(centre[0] - width / 2), round(centre[1] + tall / 2)
    cv2.putText(canvas, text, corner, font, size, (255, 255, 255), thickness, cv2.LINE_AA)
