"""The part library, style by style: every drawable part with tags, licence, thumbnail and codes.

Variants that no table tags are never matched to anybody, but a wardrobe offers them. Codes are
kept for the slots that embedders compare (``embedders.KIND_OF_SLOT``).
"""

import hashlib
import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version as installed
from importlib.resources import files
from pathlib import Path

from PIL import Image as Pillow

from inference.avatars import styles, swatches
from inference.avatars.compose import render
from inference.avatars.styles import Style
from inference.emoji import crops
from inference.emoji.embedders import KIND_OF_SLOT, Embedder, part_code, plain
from inference.models import weights
from storage.contract.avatars import NONE, AvatarSpec
from storage.parts import Code, NewStyle, Part

SIDE = 112
"""Of a thumbnail, in pixels."""

_PACKAGES = ("dicebear-core", "dicebear-styles", "thorvg-python", "pillow")
_SOURCES = (
    "pictures/svg", "avatars/compose", "avatars/layered", "avatars/palette",
    "avatars/styles/__init__", "avatars/swatches", "emoji/crops", "emoji/embedders", "emoji/parts",
)  # fmt: skip
"""Modules that make a difference to what is kept."""


def build(name: str, embedders: Iterable[Embedder], supplied: Path | None = None) -> NewStyle:
    """Draw and encode all parts of a style.

    Args:
        name: of the style.
        embedders: whose codes the parts get.
        supplied: the file behind the embedder resnet50; codes of that name are versioned by it.

    Raises:
        KeyError: there is no such style.
    """
    style = styles.load(name)
    used = list(embedders) if name in crops.AVATARS else []
    versions = {embedder.name: code_version(embedder.name, supplied) for embedder in used}
    parts = []
    for slot, variants in offered(style).items():
        for variant in variants:
            known = style.slots[slot].variants.get(variant) if slot in style.slots else None
            codes = {
                embedder.name: Code(
                    versions[embedder.name],
                    part_code(embedder, name, slot, variant).astype("<f4").tobytes(),
                )
                for embedder in used
                if slot in KIND_OF_SLOT
            }
            tags = known.tags if known is not None else {}
            picture = thumbnail(style, slot, variant)
            parts.append(Part(slot, variant, tags, style.licence, picture, codes))
    colours = swatches.offered(style)
    position = styles.STYLES.index(name)
    return NewStyle(name, position, version(name), style.licence, colours, tuple(parts))


def offered(style: Style) -> Mapping[str, tuple[str, ...]]:
    """Slot -> variants: those that may be matched first; "none" before all where it may be empty.

    Parts that are drawn over another slot's shapes are offered by the name that fits every shape.
    """
    found = {}
    for slot in (*style.slots, *(one for one in style.components if one not in style.slots)):
        matched = tuple(style.slots[slot].variants) if slot in style.slots else (NONE,)
        drawn = style.components[slot] if slot not in style.over else frozenset()
        others = sorted(drawn.difference(matched))
        found[slot] = (*sorted(matched, key=NONE.__ne__), *others)
    return found


@cache
def version(name: str) -> str:
    """Changes when what a style's parts look like or what we say of them does: build it anew."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        digest.update(f"{package}={installed(package)};".encode())
    for source in _SOURCES:
        digest.update(files("inference").joinpath(f"{source}.py").read_bytes())
    here = files("inference.avatars")
    digest.update(here.joinpath("styles", f"{name}.toml").read_bytes())
    folder = here.joinpath("styles", name)
    if folder.is_dir():
        for layer in sorted(folder.iterdir(), key=lambda one: one.name):
            digest.update(layer.read_bytes())
    return digest.hexdigest()[:16]


def code_version(embedder: str, supplied: Path | None = None) -> str:
    """Changes with an embedder's weights.

    Raises:
        OSError: the supplied file cannot be read.
    """
    known = weights.table().get(f"emoji_{embedder}")
    if known is not None:
        return known.sha256[:16]
    if supplied is None:
        return "unknown"
    with supplied.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def thumbnail(style: Style, slot: str, variant: str) -> bytes:
    """Draw a part on a plain avatar, small parts from near by: PNG of ``SIDE`` px."""
    spec = _bare(style).changed({slot: variant})
    box = _NEAR.get(style.name, {}).get(slot)
    if box is None:
        picture = Pillow.fromarray(render(spec, SIDE))
    else:
        left, top, share = box
        whole = round(SIDE / share)
        x, y = round(left * whole), round(top * whole)
        picture = Pillow.fromarray(render(spec, whole)[y : y + SIDE, x : x + SIDE])
    buffer = io.BytesIO()
    few = picture.quantize(128, Pillow.Quantize.FASTOCTREE)  # drawings are flat
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _near(style: str) -> dict[str, crops.Box]:
    _, eyes, jaw = crops.AVATARS[style]
    between = (eyes[0], (eyes[1] + jaw[1]) / 2, eyes[2])
    return {"eyes": eyes, "eyebrows": eyes, "mouth": jaw, "nose": between, "details": between}


_NEAR: Mapping[str, Mapping[str, crops.Box]] = {
    "avataaars": _near("avataaars"),
    "big-ears": _near("big-ears"),
    "cat": dict.fromkeys(("eyes", "mouth"), (0.44, 0.13, 0.56)),
}


def _bare(style: Style) -> AvatarSpec:
    if style.definition is not None:
        return plain(style.name)[0]
    parts = {"body": "smooth", "mouth": "content", "eyes": "round"}
    return AvatarSpec(style.name, parts, {"fur": "#929090"})
