"""From a line of text to placed outlines: order of both directions, fonts, shapes.

Directions are Unicode's bidirectional algorithm (UAX #9), shapes HarfBuzz's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import uharfbuzz as hb
from bidi import algorithm as bidirectional

from inference.pictures.lettering.fonts import EMOJI, Face, chain, clusters, face_for


@dataclass(frozen=True, slots=True)
class Glyph:
    """An outline (SVG path) in ems of ``em`` units, its origin at ``x``, ``y`` ems.

    ``picture``: the sign that it draws, if that is one rather than a letter.
    """

    outline: str
    em: int
    x: float
    y: float
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. width: ems. top, bottom: how far ink reaches above and below the baseline, ems."""

    glyphs: tuple[Glyph, ...]
    width: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Letters of one font and direction."""

    text: str
    face: Face
    level: int


def missing(text: str) -> tuple[int, ...]:
    """Return the places of the letters in a text that no font can draw."""
    faces = chain(text)
    found: list[int] = []
    at = 0
    for cluster in clusters(text):
        if not cluster.isspace() and face_for(cluster, faces) is None:
            found += range(at, at + len(cluster))
        at += len(cluster)
    return tuple(found)


def shaped(text: str, base: int) -> Line:
    """Shape a line.

    Args:
        text: all of whose letters some font has (``missing``).
        base: the direction of what it is a line of: 0 from the left, 1 from the right.
    """
    glyphs: list[Glyph] = []
    x, top, bottom = 0.0, 0.0, 0.0
    for run in _visual(list(_runs(text, base))):
        face, buffer = run.face, hb.Buffer()
        buffer.add_str(run.text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if run.level % 2 else "ltr"
        if face.language:
            buffer.language = face.language
        hb.shape(face.font, buffer)
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            extents = face.font.get_glyph_extents(info.codepoint)
            up = place.y_offset / face.em
            if extents is not None and extents.height:
                top = max(top, extents.y_bearing / face.em + up)
                bottom = max(bottom, -(extents.y_bearing + extents.height) / face.em - up)
            outline = face.outline(info.codepoint)
            if outline:
                across = x + place.x_offset / face.em
                sign = run.text[info.cluster] if face.name == EMOJI else ""
                glyphs.append(Glyph(outline, face.em, across, -up, sign))
            x += place.x_advance / face.em
    return Line(tuple(glyphs), x, top, bottom)


def base_direction(text: str) -> int:
    """Return a text's direction by its first letter that has one: 0 from the left, 1 right."""
    return int(bidirectional.get_base_level(text))


def _runs(text: str, base: int) -> Iterator[_Run]:
    faces = chain(text)
    levels = _levels(text, base)
    pieces: list[tuple[str, Face, int]] = []
    at = 0
    for cluster in clusters(text):
        face = face_for(cluster, faces)
        if cluster.isspace() and pieces and pieces[-1][1].name != EMOJI:
            face = pieces[-1][1]
        pieces.append((cluster, face or faces[0], levels[at]))
        at += len(cluster)
    for (face, level), same in groupby(pieces, key=lambda piece: piece[1:]):
        yield _Run("".join(piece[0] for piece in same), face, level)


def _levels(text: str, base: int) -> list[int]:
    """Return the embedding level of every letter."""
    storage = bidirectional.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    bidirectional.get_embedding_levels(text, storage)
    for letter, kept in zip(range(len(text)), storage["chars"], strict=True):
        kept["at"] = letter
    bidirectional.explicit_embed_and_overrides(storage)
    bidirectional.resolve_weak_types(storage)
    bidirectional.resolve_neutral_types(storage, False)
    bidirectional.resolve_implicit_levels(storage, False)
    levels = [base] * len(text)
    for kept in storage["chars"]:  # formatting characters are gone
        levels[kept["at"]] = kept["level"]
    return levels


def _visual(runs: Sequence[_Run]) -> list[_Run]:
    """Bring runs into the order in which they stand, from the left (UAX #9, L2)."""
    ordered = list(runs)
    levels = [run.level for run in ordered]
    for level in range(max(levels, default=0), 0, -1):
        at = 0
        while at < len(ordered):
            end = at
            while end < len(ordered) and ordered[end].level >= level:
                end += 1
            ordered[at:end] = reversed(ordered[at:end])
            at = max(end, at + 1)
    return ordered
