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

from inference.emoji import library
from inference.emoji.compose import render
from inference.emoji.spec import AvatarSpec

NAMES = (
    "happy", "laugh", "love", "wink", "cool", "sad", "cry", "angry", "surprised", "sleepy",
    "thinking", "thumbs", "kiss", "silly", "party", "dizzy",
)  # fmt: skip

_THICK = "Natural"  # how Avataaars calls the thick drawing of a brow


@dataclass(frozen=True, slots=True)
class Mood:
    """What a mood changes.

    emoji: the character it stands for in a sticker set. parts: style -> slot -> variant. overlays:
    names of drawings on top.
    """

    name: str
    emoji: str
    parts: Mapping[str, Mapping[str, str]]
    overlays: tuple[str, ...]


@cache
def load() -> Mapping[str, Mood]:
    """All moods by name, in the order of NAMES."""
    table = _table()["moods"]
    return MappingProxyType(
        {
            name: Mood(
                name,
                table[name]["emoji"],
                {style: table[name].get(style, {}) for style in library.STYLES},
                tuple(table[name].get("overlays", ())),
            )
            for name in NAMES
        }
    )


def in_mood(spec: AvatarSpec, mood: Mood) -> AvatarSpec:
    """The avatar with the mood's parts; hair, clothes, beard stay. Brows keep their thickness."""
    parts = dict(mood.parts[spec.style])
    brows = parts.get("eyebrows", "")
    if brows.endswith(_THICK) and not spec.parts.get("eyebrows", _THICK).endswith(_THICK):
        parts["eyebrows"] = brows.removesuffix(_THICK)
    return spec.changed(parts)


def draw(spec: AvatarSpec, mood: Mood, size: int = 512) -> NDArray[np.uint8]:
    """Draw the avatar in a mood: (size, size, 4) uint8 RGBA, read-only.

    Raises:
        KeyError: the style is unknown or has no such part.
    """
    overlay = "".join(_overlay(name, spec) for name in mood.overlays)
    return render(in_mood(spec, mood), size, overlay)


def _overlay(name: str, spec: AvatarSpec) -> str:
    """One overlay as SVG in the style's own coordinates."""
    table = _table()
    frame = table["frames"][spec.style]
    x, y, apart = frame["eyes"]
    scale = frame["unit"] / 100
    # what hangs from the eyes moves along with them
    stretch = apart / (_EYES * scale) if name in _FROM_EYES else 1.0
    skin = spec.colours.get("skin") or spec.colours["fur"]
    shapes = "".join(_shape(path, skin) for path in table["overlays"][name])
    placed = f"translate({x} {y}) scale({scale * stretch:.4f} {scale:.4f})"
    return f'<g transform="{placed}">{shapes}</g>'


_EYES = 43.0  # half the distance of the eyes for which overlays are drawn
_FROM_EYES = {"tear", "streams", "joy"}


def _shape(path: Mapping[str, str], skin: str) -> str:
    fill = path.get("fill", "none")
    attributes = {"d": path["d"], "fill": skin if fill == "skin" else fill}
    if "stroke" in path:
        attributes |= {
            "stroke": path["stroke"], "stroke-width": path["width"],
            "stroke-linecap": "round", "stroke-linejoin": "round",
        }  # fmt: skip
    if "faint" in path:
        attributes["stroke-opacity"] = path["faint"]
    if "opacity" in path:
        attributes["opacity"] = path["opacity"]
    return "<path " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + "/>"


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("inference.emoji").joinpath("moods.toml").read_text("utf-8"))
