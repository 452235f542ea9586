"""Who looks like whom: photos and drawings in one index.

A vector is the network's embedding, which photos and drawings share, beside the face's geometry,
turned to the front, its colours, and what people would say first: woman or man, hair, beard and
glasses, as the attribute classifiers read them. Made-up characters lie in the same index, drawn
from synthetic people, and the nearest ones to a selfie are its lookalikes (``resembling``).
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.cartoon import twin
from inference.cartoon.portrait import sitter
from inference.face import pose, topology
from inference.face.report import Portrait
from inference.models.calls import Calls
from inference.pictures.images import Image as Pixels

Vector = NDArray[np.float32]
"""(V,) float32: embedding, geometry, colours and readings."""

TABLE = Path(__file__).with_name("characters.npz")

_OUTLINE = (
    10, 152, 234, 454, 172, 397, 132, 361, 54, 284, 70, 300, 105, 334, 168, 6, 1, 2, 48, 278,
    33, 133, 159, 145, 263, 362, 386, 374,
)  # fmt: skip
"""Landmarks that tell faces apart and move little with expressions."""

SHAPE = 2 * len(_OUTLINE)
"""How many of the numbers of ``measured`` are geometry; colours follow."""

_READ = {
    "sex": 2.0,
    "hair_length": 0.8, "texture": 0.4, "facial_hair": 3.0, "glasses": 1.0,
    "hair_colour": 0.6, "skin": 1.5, "receding": 0.2, "bangs": 0.2, "chubby": 0.3,
}  # fmt: skip
"""Attributes, and how much each weighs beside geometry or colours."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Probabilities of words. attributes: of which each is a word, R. likely: (R,) float32."""

    attributes: tuple[str, ...]
    likely: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Characters:
    """All made-up characters.

    vectors: (N, V) float32. middle, spread: (M,) float32, of what is ``measured``. pictures: WEBP
    files with alpha, of their drawings.
    """

    vectors: NDArray[np.float32]
    middle: NDArray[np.float32]
    spread: NDArray[np.float32]
    pictures: tuple[bytes, ...]

    def nearest(self, vector: Vector, count: int) -> list[int]:
        """The characters that look most like a vector, the nearest first."""
        away = np.linalg.norm(self.vectors - vector, axis=1)
        return [int(index) for index in np.argsort(away, kind="stable")[:count]]

    def picture(self, index: int) -> Pixels:
        """A character's drawing, (S, S, 4) RGBA."""
        with Pillow.open(BytesIO(self.pictures[index]), formats=["WEBP"]) as picture:
            return np.array(picture.convert("RGBA"))


@cache
def characters() -> Characters:
    """Read the characters that are shipped."""
    with np.load(TABLE, allow_pickle=False) as table:
        ends = np.cumsum(table["sizes"])
        data = table["pictures"].tobytes()
        middle, spread = table["middle"], table["spread"]
        attributes = tuple(table["attributes"].tolist())
        vectors = [
            weighed(embedding, Readings(attributes, said), numbers, middle, spread)
            for embedding, said, numbers in zip(
                *(table[name].astype(np.float32) for name in ("embeddings", "readings", "numbers")),
                strict=True,
            )
        ]
        return Characters(
            np.stack(vectors), middle, spread,
            tuple(data[end - size : end] for end, size in zip(ends, table["sizes"], strict=True)),
        )  # fmt: skip


def measured(portrait: Portrait) -> NDArray[np.float32]:
    """Geometry and colours as they are, (M,) float32."""
    report = portrait.report
    front = report.landmarks @ pose.axes(report.pose).T
    left, right = (front[list(ring), :2].mean(axis=0) for ring in topology.EYES)
    apart = float(np.linalg.norm(right - left))
    shape = (front[list(_OUTLINE), :2] - (left + right) / 2) / apart
    colours = portrait.once(sitter.sit).colours
    labs = (colours.hair or colours.brows, colours.skin, colours.iris, colours.brows, colours.lips)
    return np.concatenate([shape.ravel(), np.ravel(labs)]).astype(np.float32)


def read(portrait: Portrait) -> Readings:
    """Tell what people would say first."""
    person = portrait.once(sitter.sit)
    said = {**person.perceived, "sex": {"man": person.masculine, "woman": 1 - person.masculine}}
    pairs = [(name, likely) for name in _READ for likely in said[name].values()]
    return Readings(
        tuple(name for name, _ in pairs), np.array([likely for _, likely in pairs], np.float32)
    )


def weighed(
    embedding: NDArray[np.float32],
    readings: Readings,
    numbers: NDArray[np.float32],
    middle: NDArray[np.float32],
    spread: NDArray[np.float32],
) -> Vector:
    """Join all; geometry and colours, standardised, weigh as much as an embedding."""
    standard = (numbers - middle) / spread
    shape, colours = np.split(standard, [SHAPE])
    parts = (
        embedding / np.sqrt(2),
        shape / np.sqrt(len(shape)),
        colours / np.sqrt(len(colours)),
        readings.likely * np.sqrt([_READ[name] for name in readings.attributes]),
    )
    return np.concatenate(parts).astype(np.float32)


def describe(portrait: Portrait) -> Calls[Vector]:
    """Where somebody lies in the index."""
    embedding = yield from twin.embedded(portrait.once(sitter.sit))
    known = characters()
    return weighed(embedding, read(portrait), measured(portrait), known.middle, known.spread)
