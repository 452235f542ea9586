"""From moments to a film: each state of the face is made once, heads move on their necks."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import engine, eyewear
from inference.expression.mixes import Movement
from inference.expression.timeline import Head
from inference.face import topology
from inference.face.framing import bust
from inference.face.report import FaceReport, Portrait
from inference.pictures.bending import Bend, Neck
from inference.pictures.compositing import resampling, resize
from inference.pictures.die_cut import Cutter
from inference.pictures.images import Image

_FULL = 490  # px of a sticker that its content fills
_ROOM = 0.94  # of the square that is left to a figure that moves
_SAME = 0.0015  # of a silhouette's area: what differs less is cut out alike

Shot = tuple[Movement, Head]
"""What the face does in one frame, and how the head is held."""


class Film(Sequence[Image]):
    """A die-cut film of a face; frames are made when asked for, in their order best."""

    def __init__(self, portrait: Portrait, shots: Sequence[Shot]) -> None:
        """Prepare what all frames share.

        Args:
            portrait: of the face.
            shots: one for each frame.
        """
        self._shots = shots
        self._image, self._alpha, self._hair, self._report = reduced(
            portrait, _FULL, bust(portrait.report.landmarks)
        )
        self._interiors = self._all_interiors(shots)
        movements = [movement for movement, _ in shots]
        turned = [max(movements, key=lambda one: abs(one.turn) + abs(one.nod))] if shots else []
        peaks = [self._posed(movement) for movement in (*self._peaks.values(), *turned)]
        self._cutter = Cutter(np.maximum.reduce([self._alpha, *(peak[..., 3] for peak in peaks)]))
        self._neck, self._unit = self._anchors()
        self._stickers: dict[object, Image] = {}

    def __len__(self) -> int:
        return len(self._shots)

    def __getitem__(self, number: int) -> Image:  # type: ignore[override]
        movement, head = self._shots[number]
        key = _key(movement)
        if key not in self._stickers:
            self._stickers[key] = self._cutter.cut(self._posed(movement))
        bend = Bend(head.across * self._unit, head.up * self._unit, float(np.deg2rad(head.lean)))
        return self._neck.bent(self._stickers[key], bend, _ROOM)

    def _all_interiors(self, shots: Sequence[Shot]) -> Mapping[str, engine.Interior]:
        """Choose for each kind of mouth the one that suits it where it is open the most."""
        glasses = eyewear.worn(self._image, self._report.landmarks, self._report.colours.skin)
        self._peaks: dict[str, Movement] = {}
        found: dict[str, engine.Interior] = {}
        for movement in {_key(movement): movement for movement, _ in shots}.values():
            if movement.inside is None:
                continue
            moved = engine.move(self._report, movement, glasses)
            made = engine.interior(self._image, moved, self._report, movement.inside)
            if movement.inside not in found or made.most > found[movement.inside].most:
                found[movement.inside] = made
                self._peaks[movement.inside] = movement
        return found

    def _posed(self, movement: Movement) -> Image:
        between = None if movement.inside is None else self._interiors[movement.inside]
        image, alpha = engine.performed(
            self._image, self._alpha, self._report, movement, between, self._hair
        )
        apart = int(cv2.absdiff(alpha, self._alpha).sum())
        if apart < _SAME * int(self._alpha.sum()):
            alpha = self._alpha
        return np.asarray(cv2.merge([image, alpha]), np.uint8)

    def _anchors(self) -> tuple[Neck, float]:
        points = self._cutter.placed(self._report.landmarks[:, :2])
        unit = topology.face_height(points)
        x, chin = points[topology.CHIN]
        bottom = float(self._alpha.shape[0])
        still = min(chin + 0.75 * unit, float(self._cutter.placed(np.array([[0.0, bottom]]))[0, 1]))
        return Neck(x, chin + 0.25 * unit, chin - 0.1 * unit, max(still, chin + 0.2 * unit)), unit


def reduced(
    portrait: Portrait, full: int, box: tuple[slice, slice]
) -> tuple[Image, NDArray[np.uint8], NDArray[np.uint8], FaceReport]:
    """Cut a portrait down to a part of it: image, alpha, the hair's mask, and what is known.

    Args:
        portrait: of the face.
        full: px, how wide and high it may be.
        box: its rows and columns.
    """
    report, (rows, columns) = portrait.report, box
    image, alpha, hair = (
        plane[rows, columns] for plane in (portrait.foreground, portrait.alpha, portrait.hair_mask)
    )
    scale = min(1.0, full / max(alpha.shape))
    size = (round(alpha.shape[1] * scale), round(alpha.shape[0] * scale))
    method = resampling(scale)
    factor = np.array([size[0] / alpha.shape[1], size[1] / alpha.shape[0], scale], np.float32)
    landmarks = (report.landmarks - (columns.start, rows.start, 0)) * factor
    smaller = replace(report, landmarks=landmarks.astype(np.float32))
    image, alpha, hair = (resize(plane, size, method) for plane in (image, alpha, hair))
    return image, alpha, hair, smaller


def _key(movement: Movement) -> tuple[object, ...]:
    """Return what two movements share that show the same face."""
    weights = tuple(sorted((name, round(one, 3)) for name, one in movement.weights.items()))
    others = (getattr(movement, one.name) for one in fields(movement) if one.name != "weights")
    return weights, *others
