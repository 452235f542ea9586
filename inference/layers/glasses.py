"""Drawn glasses on the person's own photo.

Each is an SVG of 320 px drawn for a frontal face whose landmarks are ``_FRONTAL``: the mean of the
frontal faces of the training data, eyes 64 px apart.
"""

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.face import topology
from inference.face.report import Portrait
from inference.layers.pieces import ROOT
from inference.pictures.caching import bounded
from inference.pictures.compositing import warp
from inference.pictures.svg import raster

FOLDER = ROOT / "glasses"

_FRONTAL = {
    33: (115.6, 153.1), 133: (142.9, 155.1), 362: (177.1, 155.1), 263: (204.4, 153.1),
    168: (160.0, 151.0), 6: (160.0, 158.9), 127: (89.6, 156.4), 356: (230.4, 156.4),
    105: (117.4, 130.5), 334: (202.6, 130.5), 50: (110.9, 186.1), 280: (209.1, 186.1),
}  # fmt: skip
_FINE = 3  # the drawing is rendered at this many times 320 px
_SHADE = 0.3  # darkest the frame's shadow on the face gets


@cache
def names() -> tuple[str, ...]:
    """Return the names of all glasses."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg")))


def put_on(portrait: Portrait, name: str) -> Portrait:
    """Put glasses on, under the hair that falls over them.

    Args:
        portrait: of any size.
        name: of the glasses.

    Raises:
        UnknownSetting: there are no such glasses.
    """
    landmarks, side = portrait.report.landmarks, portrait.image.shape[0]
    target = landmarks[list(_FRONTAL), :2].astype(np.float32)
    source = np.array(list(_FRONTAL.values()), np.float32) * _FINE
    ones = np.ones((len(source), 1), np.float32)
    turn = np.linalg.lstsq(np.hstack([source, ones]), target, rcond=None)[0].T
    drawn = warp(_drawing(name), turn, (side, side), cv2.INTER_AREA)
    share = drawn[..., 3].astype(np.float32) / 255
    share *= 1 - portrait.hair_mask.astype(np.float32) / 255
    share *= portrait.alpha.astype(np.float32) / 255

    unit = topology.face_height(landmarks)
    drop = np.roll(share, round(0.02 * unit), axis=0)
    shade = _SHADE * cv2.GaussianBlur(drop, (0, 0), 0.02 * unit) * (1 - share)
    image = portrait.image * (1 - shade[..., None])
    straight = drawn[..., :3] * (255 / np.maximum(drawn[..., 3:], 1).astype(np.float32))
    image += (straight - image) * share[..., None]
    return replace(portrait, image=np.clip(np.rint(image), 0, 255).astype(np.uint8))


@bounded(16 << 20)
def _drawing(name: str) -> NDArray[np.uint8]:
    """Return (960, 960, 4) RGBA uint8, premultiplied."""
    if name not in names():
        raise UnknownSetting(f"glasses:{name}")
    side = 320 * _FINE
    rgba = raster((FOLDER / f"{name}.svg").read_text("utf-8"), side)
    share = rgba[..., 3:].astype(np.float32) / 255
    return np.dstack([np.rint(rgba[..., :3] * share).astype(np.uint8), rgba[..., 3]])
