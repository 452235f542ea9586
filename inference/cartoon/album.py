"""Whose photo a drawing is of: one's own photos, the likest first.

A drawing is no photo: beside the embedding, which both share (``twin``), colours and geometry are
compared as far as drawings keep them, and what annotators would say of the face as they are read.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.cartoon import lookalike, twin
from inference.cartoon.portrait import sitter
from inference.face.report import Portrait
from inference.models.calls import Calls

_WEIGHTS = (1.0, 0.1, 0.1, 1.0)
"""Of embedding, geometry, colours and readings, found on drawings of training faces."""

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
    seen = twin.seen(person) if portrait.report.quality.drawn else None
    embedding = yield from twin.embedded(person, seen)
    known = lookalike.characters()
    numbers = (lookalike.measured(portrait) - known.middle) / known.spread
    shape, colours = np.split(np.clip(numbers, -_FAR, _FAR), [lookalike.SHAPE])
    parts = (
        embedding / np.float32(np.sqrt(2)),  # of length 1, others as long as they are many
        *(part / np.sqrt(len(part)) for part in (shape, colours, lookalike.read(portrait).likely)),
    )
    weighed = [np.sqrt(weight) * part for weight, part in zip(_WEIGHTS, parts, strict=True)]
    return np.concatenate(weighed).astype(np.float32)
