"""One avatar in many moods: other mouths, eyes and brows, and something drawn over them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.avatars import overlays, styles
from inference.avatars.compose import render
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import MOODS, MOVING_MOODS

_THICK = "Natural"  # how Avataaars calls the thick drawing of a brow


@dataclass(frozen=True, slots=True)
class Mood:
    """What a mood changes.

    emoji: the character it stands for in a sticker set. parts: style -> slot -> variant. overlays:
    names of drawings on top. face: the expression of a person in this mood, by the names of
    ``storage.contract.kinds.EXPRESSION``.
    """

    name: str
    emoji: str
    parts: Mapping[str, Mapping[str, str]]
    overlays: tuple[str, ...]
    face: Mapping[str, float]


@cache
def load() -> Mapping[str, Mood]:
    """All moods by name, in the order of the contract."""
    entries = table()["moods"]
    return MappingProxyType(
        {
            name: Mood(
                name,
                entries[name]["emoji"],
                {style: entries[name].get(style, {}) for style in styles.STYLES},
                tuple(entries[name].get("overlays", ())),
                entries[name].get("face", {}),
            )
            for name in (*MOODS, *MOVING_MOODS)
        }
    )


def in_mood(spec: AvatarSpec, mood: Mood) -> AvatarSpec:
    """The avatar with the mood's parts; hair, clothes, beard stay."""
    return put_on(spec, mood.parts[spec.style])


def put_on(spec: AvatarSpec, parts: Mapping[str, str]) -> AvatarSpec:
    """The avatar with the parts of another face. Brows keep their thickness."""
    parts = dict(parts)
    brows = parts.get("eyebrows", "")
    if brows.endswith(_THICK) and not spec.parts.get("eyebrows", _THICK).endswith(_THICK):
        parts["eyebrows"] = brows.removesuffix(_THICK)
    return spec.changed(parts)


def draw(spec: AvatarSpec, mood: Mood, size: int = 512) -> NDArray[np.uint8]:
    """Draw the avatar in a mood.

    Args:
        spec: of any style.
        mood: of ``load``.
        size: px, of a side.

    Returns:
        (size, size, 4) RGBA uint8, read-only.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    drawn = overlays.still(table(), mood.overlays, overlays.face_of(table(), spec))
    return render(in_mood(spec, mood), size, drawn)


@cache
def table() -> Mapping[str, Any]:
    """``moods.toml`` as it stands."""
    return tomllib.loads(files("inference.avatars").joinpath("moods.toml").read_text("utf-8"))
