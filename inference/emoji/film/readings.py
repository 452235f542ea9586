"""What a frame says of a face, part by part, beside what the chosen parts say of themselves.

``Served`` reads as the product does: attributes' probabilities, and a ``Tracker`` that keeps parts
from flickering. ``Embedded`` takes in every frame the parts whose codes are nearest, so that one
sees what an embedder alone is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inference.avatars import styles
from inference.avatars.styles import Slot
from inference.emoji import crops
from inference.emoji.embedders import (
    ATTRIBUTES,
    CODE,
    KIND_OF_SLOT,
    CrossDomain,
    Embedder,
    by_name,
    compared,
    part_codes,
    unit,
)
from inference.emoji.tracking import Tracker
from inference.emoji.traits import Traits, observe
from inference.face.alignment import align
from inference.face.report import Portrait
from inference.models.calls import run
from inference.models.networks import Networks
from storage.contract.avatars import AvatarSpec

Group = tuple[str, int]
"""What so many neighbouring numbers of a code are about."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One slot of an avatar at one frame.

    face, part: (D,) codes of the face and of the chosen variant. groups: what the numbers are
    about, in order, where that is known.
    """

    slot: str
    variant: str
    face: NDArray[np.float32]
    part: NDArray[np.float32]
    groups: tuple[Group, ...] = ()

    @property
    def kind(self) -> str:
        """In which crop the part shows, "" if in none."""
        return KIND_OF_SLOT.get(self.slot, "")

    @property
    def similarity(self) -> float:
        """Cosine of the two codes, 1 if both are nothing."""
        if not (self.face.any() or self.part.any()):
            return 1.0
        lengths = float(np.linalg.norm(self.face) * np.linalg.norm(self.part))
        return float(self.face @ self.part) / max(lengths, 1e-6)


@dataclass(frozen=True, slots=True)
class Reading:
    """One frame read: the avatar, and why each of its parts."""

    spec: AvatarSpec
    comparisons: tuple[Comparison, ...]


class Matcher(Protocol):
    """Chooses parts; feed it the portraits of one film in order."""

    name: str
    style: str

    def read(self, portrait: Portrait) -> Reading:
        """Choose the parts at this frame.

        Args:
            portrait: the face of this frame.
        """
        ...


class Served:
    """What people get."""

    name = "default"

    def __init__(self, style: str, networks: Networks) -> None:
        self.style = style
        self._networks = networks
        self._tracker = Tracker(style)

    def read(self, portrait: Portrait) -> Reading:
        """See ``Matcher``."""
        traits = run(observe(portrait), self._networks)
        spec = self._tracker.follow(traits)
        slots = styles.load(self.style).slots
        read = [_by_attributes(slot, spec.parts[name], traits) for name, slot in slots.items()]
        return Reading(spec, tuple(one for one in read if one.face.size))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A slot's drawn parts. counted: (D,) bool, which numbers of a code count.

    codes: (variants, counted), of unit length.
    """

    slot: str
    kind: int
    counted: NDArray[np.bool_]
    groups: tuple[Group, ...]
    variants: tuple[str, ...]
    codes: NDArray[np.float32]


class Embedded:
    """The parts nearest by an embedder's codes, frame by frame; colours as they are served."""

    def __init__(self, embedder: Embedder, style: str, networks: Networks) -> None:
        self.name = embedder.name
        self._networks = networks
        self.style = style
        self._embedder = embedder
        self._tracker = Tracker(style)
        self._slots = [
            _drawn(embedder, style, slot, codes)
            for slot, codes in part_codes(embedder, style).items()
        ]

    def read(self, portrait: Portrait) -> Reading:
        """See ``Matcher``."""
        codes = self._embedder.embed(crops.of_face(align(portrait), self._embedder.side)[None])[0]
        comparisons = []
        for drawn in self._slots:
            face = unit(codes[drawn.kind][drawn.counted])
            best = int((drawn.codes @ face).argmax())
            comparisons.append(
                Comparison(drawn.slot, drawn.variants[best], face, drawn.codes[best], drawn.groups)
            )
        served = self._tracker.follow(run(observe(portrait), self._networks))
        spec = served.changed({one.slot: one.variant for one in comparisons})
        return Reading(spec, tuple(comparisons))


def _drawn(
    embedder: Embedder, style: str, slot: str, variants: Mapping[str, NDArray[np.float32]]
) -> _Drawn:
    kind = crops.KINDS.index(KIND_OF_SLOT[slot])
    codes = np.stack(list(variants.values()))
    counted = compared(embedder, style, slot)
    if counted is None:
        counted = np.ones(codes.shape[1], np.bool_)
    groups: tuple[Group, ...] = ()
    if isinstance(embedder, CrossDomain):  # its attributes' codes lie side by side
        ends = len(ATTRIBUTES[kind]) * CODE
        counted = counted & (np.arange(len(counted)) < ends)
        groups = tuple(
            (name, CODE) for at, name in enumerate(ATTRIBUTES[kind]) if counted[at * CODE]
        )
    return _Drawn(slot, kind, counted, groups, tuple(variants), unit(codes[:, counted]))


def matcher(name: str, style: str, networks: Networks, resnet50: Path | None = None) -> Matcher:
    """Return a matcher by name.

    Args:
        name: "default", or an embedder's.
        style: by name.
        networks: what runs it.
        resnet50: the ONNX file that the embedder of that name needs.

    Raises:
        KeyError: there is no such matcher or style, or the style's parts are not compared by codes.
        WeightsError: a model file is missing or damaged.
    """
    styles.load(style)
    if name == "default":
        return Served(style, networks)
    if style not in crops.AVATARS:
        raise KeyError(style)
    return Embedded(by_name(name, networks, resnet50), style, networks)


def _by_attributes(slot: Slot, variant: str, traits: Traits) -> Comparison:
    """Probabilities of what the face shows, and what the part shows; then the expression."""
    chosen = slot.variants[variant]
    face: list[float] = []
    part: list[float] = []
    groups: list[Group] = []
    for attribute in slot.weights:
        believed = traits.attributes[attribute]
        face += believed.values()
        part += [float(value in chosen.tags.get(attribute, ())) for value in believed]
        groups.append((attribute, len(believed)))
    measures = sorted({name for other in slot.variants.values() for name in other.measures})
    face += [traits.expression[name] for name in measures]
    part += [chosen.measures.get(name, 0.0) for name in measures]
    groups += [(name, 1) for name in measures]
    return Comparison(
        slot.name, variant, np.array(face, np.float32), np.array(part, np.float32), tuple(groups)
    )
