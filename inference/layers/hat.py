"""A hat on the person's own photo."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions
from inference.face.report import Portrait
from inference.layers.library import Piece, turned
from inference.layers.placing import fetch, laid_over, lit
from inference.layers.thin_plate import backward_map


def put_on(portrait: Portrait, piece: Piece) -> Portrait:
    """Put a hat over the hair; hair that would stick out above its brim goes under it."""
    landmarks = portrait.report.landmarks
    piece = turned(piece, portrait.report.pose.yaw)
    positions = backward_map(
        landmarks[list(regions.FACE_OVAL), :2], piece.points, portrait.image.shape[0]
    )
    hat = fetch(lit(piece, portrait.report.colours.skin, None), positions)
    return laid_over(_tucked_in(portrait, hat[..., 3]), hat)


def _tucked_in(portrait: Portrait, hat: NDArray[np.uint8]) -> Portrait:
    """Clear what of the head lies above the hat's lower edge and is not under the hat."""
    side = len(hat)
    solid = hat > 128
    columns = np.flatnonzero(solid.any(axis=0))
    if not columns.size:
        return portrait
    lowest = side - 1 - np.argmax(solid[::-1], axis=0)
    edge = np.interp(np.arange(side), columns, lowest[columns])
    unit = regions.face_height(portrait.report.landmarks)
    fade = (edge[None] - np.arange(side)[:, None]) / (0.05 * unit)
    face = regions.fill((side, side), portrait.report.landmarks, regions.FACE_OVAL)
    gone = np.clip(fade, 0, 1) * (1 - face)
    kept = cv2.GaussianBlur((1 - gone).astype(np.float32), (0, 0), 0.01 * unit)
    return replace(
        portrait,
        alpha=np.rint(portrait.alpha * kept).astype(np.uint8),
        hair_mask=np.rint(portrait.hair_mask * kept).astype(np.uint8),
    )
