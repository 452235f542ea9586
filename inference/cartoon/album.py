"""Whose photo a drawing is of: one's own photos, the likest first.

A drawing is no photo: beside the embedding, which both share (``twin``), colours and geometry are
compared as far as drawings keep them, and what annotators would say of the face as they are read.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon import lookalike, twin
from inference.cartoon.portrait import sitter
from inference.cartoon.portrait.sitter import Sitter
from inference.face import topology
from inference.face.report import Portrait
from inference.models.calls import Calls
from inference.pictures.images import from_lab

_WEIGHTS = (1.0, 0.3, 0.3, 1.0)
"""Of embedding, geometry, colours and readings, found on drawings of training faces."""

_EYES = (64.0, 56.0), 26.0
"""Where their middle is laid, and how far apart they are, px of what the network sees."""

_FAR = 3.0  # deviations: what differs more is misread


def ranked(drawing: Portrait, photos: Sequence[Portrait]) -> Calls[list[int]]:
    """Order photos by how much they look like a drawing.

    Args:
        drawing: studied as any photo is.
        photos: faces, one at least.

    Returns:
        Indices of ``photos``, the likest first.
    """
    asked = yield from described(drawing)
    away = []
    for photo in photos:
        found = yield from described(photo)
        away.append(float(np.square(found - asked).sum()))
    return [int(index) for index in np.argsort(away, kind="stable")]


def described(portrait: Portrait) -> Calls[NDArray[np.float32]]:
    """Describe a face, photographed or drawn, (V,); likeness is Euclidean distance."""
    person = portrait.once(sitter.sit)
    domain = "drawing" if portrait.report.quality.drawn else "photo"
    embedding = yield from twin.embedded(person, _aligned(person), domain)
    known = lookalike.characters()
    numbers = (lookalike.measured(portrait) - known.middle) / known.spread
    shape, colours = np.split(np.clip(numbers, -_FAR, _FAR), [lookalike.SHAPE])
    parts = (
        embedding / np.float32(np.sqrt(2)),  # of length 1, others as long as they are many
        *(part / np.sqrt(len(part)) for part in (shape, colours, lookalike.read(portrait).likely)),
    )
    weighed = [np.sqrt(weight) * part for weight, part in zip(_WEIGHTS, parts, strict=True)]
    return np.concatenate(weighed).astype(np.float32)


def _aligned(person: Sitter) -> NDArray[np.uint8]:
    """Lay a person with their eyes where everybody's are, (128, 128, 4) RGBA.

    What a picture shows below and beside the face differs from photo to drawing, and so would the
    face's place.
    """
    rgba = np.dstack([from_lab(person.lab), np.rint(person.person * 255)]).astype(np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    left, right = (person.points(*ring).mean(axis=0) / sitter.SCALE - 0.5 for ring in topology.EYES)
    (x, y), apart = _EYES
    across, down = right - left
    middle = (left + right) / 2
    turn, scale = np.degrees(np.arctan2(down, across)), apart / np.hypot(across, down)
    way = cv2.getRotationMatrix2D(tuple(middle.tolist()), float(turn), float(scale))
    way[:, 2] += np.array([x, y]) - middle
    laid = cv2.warpAffine(rgba, way, (twin.SIDE, twin.SIDE), flags=cv2.INTER_AREA)
    straight = laid[..., :3] * 255 / np.maximum(laid[..., 3:], 1)
    return np.rint(np.dstack([np.clip(straight, 0, 255), laid[..., 3]])).astype(np.uint8)
