"""The part library as rows: every drawable part with tags, licence, thumbnail and codes.

For hundreds of parts a linear search in numpy takes microseconds; from some ten thousand on the
codes would go into a vector index (pgvector beside PostgreSQL).
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version as installed
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference import weights
from inference.emoji import library
from inference.emoji.compose import render
from inference.emoji.embedders import Embedder, part_codes, plain
from inference.emoji.spec import NONE, AvatarSpec

THUMBNAIL = 96


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part.

    tags: JSON-able. thumbnail: PNG, the part on a plain avatar, 96 px. codes: embedder -> (D,)
    float32, for parts that are compared. version: see ``version``.
    """

    style: str
    slot: str
    variant: str
    tags: dict[str, list[str]]
    licence: str
    thumbnail: bytes
    codes: dict[str, NDArray[np.float32]]
    version: str


def rows(embedders: Iterable[Embedder]) -> Iterator[PartRow]:
    """Every part of every style."""
    judges = list(embedders)
    now = version(judges)
    for name in library.STYLES:
        style = library.load(name)
        codes = {
            judge.name: part_codes(judge, name) for judge in judges if style.definition is not None
        }
        for slot, data in style.slots.items():
            for variant, part in data.variants.items():
                if variant == NONE:
                    continue
                yield PartRow(
                    name,
                    slot,
                    variant,
                    {tag: list(values) for tag, values in part.tags.items()},
                    style.licence,
                    _thumbnail(name, slot, variant),
                    {
                        judge: found[slot][variant]
                        for judge, found in codes.items()
                        if slot in found
                    },
                    now,
                )


def version(embedders: Iterable[Embedder]) -> str:
    """Changes when a style's package, our tables or an embedder change: then build anew."""
    digest = hashlib.sha256()
    for package in ("dicebear-core", "dicebear-styles", "resvg-py"):
        digest.update(f"{package}={installed(package)};".encode())
    folder = files("inference.emoji").joinpath("styles")
    for name in library.STYLES:
        digest.update(folder.joinpath(f"{name}.toml").read_bytes())
    known = weights.table()
    for embedder in embedders:
        weight = known.get(f"emoji_{embedder.name}")
        digest.update(f"{embedder.name}={weight.sha256 if weight else 'supplied'};".encode())
    return digest.hexdigest()[:16]


def _thumbnail(style: str, slot: str, variant: str) -> bytes:
    spec = _bare(style).changed({slot: variant})
    buffer = io.BytesIO()
    Pillow.fromarray(render(spec, THUMBNAIL)).save(buffer, "PNG")
    return buffer.getvalue()


def _bare(style: str) -> AvatarSpec:
    if library.load(style).definition is not None:
        return plain(style)[0]
    parts = {"body": "smooth", "mouth": "content", "eyes": "round"}
    return AvatarSpec(style, parts, {"fur": "#929090"})


def to_json(row: PartRow) -> str:
    """One line of a catalogue, without the picture and the codes."""
    return json.dumps({
        "style": row.style, "slot": row.slot, "variant": row.variant, "tags": row.tags,
        "licence": row.licence, "version": row.version,
    })  # fmt: skip
