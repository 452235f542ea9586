"""A face that is moved frame by frame as it goes: small, quick, with a mouth that does not flicker.

What shows between parted lips is laid out once for each kind of mouth. A mouth keeps its kind until
it shuts, but for one that opens much further than it began to.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import engine, eyewear
from inference.expression.film import reduced
from inference.expression.mixes import Movement, movement, width
from inference.face import topology
from inference.face.framing import bust
from inference.face.report import Portrait
from inference.pictures.die_cut import Cutter
from inference.pictures.images import Image
from storage.contract.kinds import Setting

SIDE = 256
"""Pixels of a frame."""

_WIDE, _DEEP = 1.1, 0.5  # half width about the face's middle and depth below the chin, face heights
_FULL = 245  # px of it that the face's picture fills
_WIDEST: dict[str, tuple[Setting, ...]] = {
    "teeth": (Setting("AU25", 0.9), Setting("AU10", 0.4)),
    "round": (Setting("AU26", 0.9),),
    "laugh": (Setting("AU12", 0.8), Setting("AU26", 0.7)),
}
"""Kinds of mouths that units open, and what opens them far."""


class Puppet:
    """A portrait that does what it is told, a frame at a time."""

    def __init__(self, portrait: Portrait) -> None:
        """Prepare what all frames share.

        Args:
            portrait: of the face.
        """
        self._image, self._alpha, self._hair, self._report = reduced(
            portrait, _FULL, _head(portrait.report.landmarks)
        )
        self._cutter = Cutter(self._alpha)
        self._glasses = eyewear.worn(self._image, self._report.landmarks, self._report.colours.skin)
        self._interiors: dict[str, engine.Interior] = {}
        self._inside: str | None = None

    def frame(self, settings: tuple[Setting, ...]) -> Image:
        """Return the die-cut face (SIDE, SIDE, 4) RGBA as settings of ``/expression`` move it."""
        asked = movement(settings)
        self._inside = self._kept(asked.inside)
        asked = replace(asked, inside=self._inside)
        between = None if self._inside is None else self._interior(self._inside)
        image, alpha = engine.performed(
            self._image, self._alpha, self._report, asked, between, self._hair
        )
        sticker = self._cutter.cut(np.asarray(cv2.merge([image, alpha]), np.uint8))
        return np.asarray(cv2.resize(sticker, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)

    def _kept(self, wanted: str | None) -> str | None:
        if wanted is None or self._inside is None:
            return wanted
        return max(wanted, self._inside, key=width)

    def _interior(self, kind: str) -> engine.Interior:
        if kind not in self._interiors:
            asked: Movement = replace(movement(_WIDEST[kind]), inside=kind)
            moved = engine.move(self._report, asked, self._glasses)
            self._interiors[kind] = engine.interior(self._image, moved, self._report, kind)
        return self._interiors[kind]


def _head(landmarks: NDArray[np.float32]) -> tuple[slice, slice]:
    """Choose rows and columns closer around a head than a sticker's are: a face that is seen."""
    unit = topology.face_height(landmarks)
    middle = float(landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], 0].mean())
    rows, columns = bust(landmarks)
    bottom = round(float(landmarks[topology.CHIN, 1]) + _DEEP * unit)
    left, right = round(middle - _WIDE * unit), round(middle + _WIDE * unit)
    return slice(rows.start, bottom), slice(max(columns.start, left), min(columns.stop, right))
