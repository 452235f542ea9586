"""A hat on the person's own photo."""

from dataclasses import replace

import cv2
import numpy as np

from inference.face import topology
from inference.face.report import Portrait
from inference.layers import head_map
from inference.layers.pieces import Piece, turned
from inference.layers.placing import laid_over, lit
from inference.layers.planes import Plane

_SLOPE, _FALL = 0.5, 4.0  # how hair falls beside a hat: slope at its rim, and how it steepens


def put_on(portrait: Portrait, piece: Piece) -> Portrait:
    """Put a hat over the hair; hair that would stick out above its brim goes under it.

    Args:
        portrait: of any size.
        piece: of the kind "hat".
    """
    piece = turned(piece, portrait.report.pose.yaw)
    portrait, laid = head_map.place(portrait, piece)
    side = len(portrait.alpha)
    hat = laid.fetch(lit(piece, portrait.report.colours.skin, None), piece, side)
    return laid_over(_tucked_in(portrait, hat.share(side)), hat)


def _tucked_in(portrait: Portrait, hat: Plane) -> Portrait:
    """Clear what of the head lies above the hat's lower edge and is not under the hat.

    Beside the hat hair comes out from under it and falls, so the edge falls there too.
    """
    side = len(hat)
    solid = hat > 0.5
    columns = np.flatnonzero(solid.any(axis=0))
    if not columns.size:
        return portrait
    unit = topology.face_height(portrait.report.landmarks)
    across = np.arange(side)
    lowest = side - 1 - np.argmax(solid[::-1], axis=0)
    edge = np.interp(across, columns, lowest[columns])
    beside = np.clip(np.maximum(columns[0] - across, across - columns[-1]), 0, None)
    edge += _FALL * beside**2 / unit + _SLOPE * beside
    fade = (edge[None] - across[:, None]) / (0.05 * unit)
    face = topology.fill((side, side), portrait.report.landmarks, topology.FACE_OVAL)
    gone = np.clip(fade, 0, 1) * (1 - face)
    kept = cv2.GaussianBlur((1 - gone).astype(np.float32), (0, 0), 0.01 * unit)
    return replace(
        portrait,
        alpha=np.asarray(cv2.convertScaleAbs(portrait.alpha * kept), np.uint8),
        hair_mask=np.asarray(cv2.convertScaleAbs(portrait.hair_mask * kept), np.uint8),
    )
