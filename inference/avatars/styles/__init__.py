"""The parts that avatars are composed of: DiceBear's styles, our tags, and what we drew onto them.

``styles/<style>.toml`` says what each variant looks like and adds drawings; the drawings become
part of the style's DiceBear definition, so that one renderer draws everything.
"""

import json
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dicebear import Style as Definition

from storage.contract.avatars import NONE
from storage.contract.kinds import EMOJI

STYLES = EMOJI.settings
COLOUR = "@"
"""In our drawings, "@hair" is the avatar's colour of that name; other colours are literal."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One part.

    tags: attribute -> the values it shows. measures: expression name -> 0..1 where it is not 0.
    prior: how often it would be chosen, other things being equal.
    """

    name: str
    tags: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, float]
    prior: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one part.

    weights: how much each attribute counts when choosing. outline: how much the hair's outline
    does; 0 where no hair is chosen.
    """

    style: str
    name: str
    variants: Mapping[str, Variant]
    weights: Mapping[str, float]
    outline: float


@dataclass(frozen=True, slots=True)
class Style:
    """A style whole.

    definition: for DiceBear's renderer, None for a style of painted layers. components: drawable
    variants by slot, in the order in which layers are laid. over: slots whose drawings take the
    shape of another slot's variant.
    """

    name: str
    licence: str
    slots: Mapping[str, Slot]
    definition: Definition | None
    components: Mapping[str, frozenset[str]]
    colours: frozenset[str]
    over: Mapping[str, str]


@cache
def load(name: str) -> Style:
    """Read a style of ``STYLES``; later calls return the same object.

    Raises:
        KeyError: there is no such style.
    """
    if name not in STYLES:
        raise KeyError(name)
    table = _table(name)
    if "layers" in table:
        return _layered(name, table)
    definition = json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8"))
    for component, variants in table.get("left_out", {}).items():
        for variant in variants:
            del definition["components"][component]["variants"][variant]
    for component, names in table.get("printed", {}).items():
        _print(definition, component, names["variant"], names["pictures"])
    over = _draw(definition, table.get("components", {}), table.get("drawn", {}))
    return Style(
        name=name,
        licence=table["licence"],
        slots=MappingProxyType(
            {slot: _slot(name, slot, data) for slot, data in table["slots"].items()}
        ),
        definition=Definition(definition),
        components=MappingProxyType(
            {
                component: frozenset(data["variants"])
                for component, data in definition["components"].items()
            }
        ),
        colours=frozenset(definition["colors"]),
        over=MappingProxyType(over),
    )


def _table(name: str) -> dict[str, Any]:
    """Read ``<style>.toml`` with what the tables in the style's own folder add to it."""
    here = files("inference.avatars").joinpath("styles")
    table = tomllib.loads(here.joinpath(f"{name}.toml").read_text("utf-8"))
    for more in table.get("more", ()):
        _merge(table, tomllib.loads(here.joinpath(name, more).read_text("utf-8")))
    return table


def _merge(table: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and key in table:
            _merge(table[key], value)
        else:
            table[key] = value


def _layered(name: str, table: Mapping[str, Any]) -> Style:
    return Style(
        name=name,
        licence=table["licence"],
        slots=MappingProxyType(
            {slot: _slot(name, slot, data) for slot, data in table["slots"].items()}
        ),
        definition=None,
        components=MappingProxyType(
            {slot: frozenset(layers) for slot, layers in table["layers"].items()}
        ),
        colours=frozenset(table["colours"]),
        over=MappingProxyType({}),
    )


def _slots(style: str, table: Mapping[str, Any]) -> Mapping[str, Slot]:
    return MappingProxyType(
        {slot: _slot(style, slot, data) for slot, data in table["slots"].items()}
    )


def _slot(style: str, name: str, data: Mapping[str, Any]) -> Slot:
    variants = {}
    for variant, traits in data["variants"].items():
        tags, measures = {}, {}
        for key, value in traits.items():
            if isinstance(value, str):
                tags[key] = (value,)
            elif isinstance(value, list):
                tags[key] = tuple(value)
            elif key != "prior":
                measures[key] = float(value)
        variants[variant] = Variant(variant, tags, measures, float(traits.get("prior", 1.0)))
    weights = MappingProxyType(data.get("weights", {}))
    return Slot(style, name, MappingProxyType(variants), weights, float(data.get("outline", 0)))


def _draw(
    definition: dict[str, Any], components: Mapping[str, Any], drawn: Mapping[str, Any]
) -> dict[str, str]:
    """Add our components and drawings to a DiceBear definition, in place.

    Returns which slot's shapes each component follows ("facialHair" -> "head").
    """
    for name, data in components.items():
        definition["components"][name] = {
            "width": data["width"], "height": data["height"], "variants": {},
        }  # fmt: skip
        definition["colors"].setdefault(name, {"values": ["#262e33"]})
        element: dict[str, Any] = {"type": "component", "name": name}
        if "transform" in data:
            element["attributes"] = {"transform": data["transform"]}
        elements = definition["canvas"]["elements"]
        names = [other.get("name") for other in elements]
        elements.insert(names.index(data["before"]) if "before" in data else len(names), element)
    over = {}
    for component, drawings in drawn.items():
        variants = definition["components"][component]["variants"]
        for name, drawing in drawings.items():
            if "over" in drawing:
                over[component] = drawing["over"]
                shapes = definition["components"][drawing["over"]]["variants"]
                for shape, data in shapes.items():
                    elements = _laid_over(data["elements"], drawing, component, name)
                    variants[name + shape] = {"elements": elements}
            elif "like" in drawing:
                variants[name] = {"elements": [_grouped(variants[drawing["like"]], drawing)]}
            else:
                variants[name] = {"elements": [_path(path) for path in drawing["paths"]]}
    return over


def _print(definition: dict[str, Any], component: str, variant: str, pictures: str) -> None:
    """Make a part that holds another one a part of its own with each of them, in place."""
    variants = definition["components"][component]["variants"]
    elements = variants.pop(variant)["elements"]
    for name, picture in definition["components"].pop(pictures)["variants"].items():
        printed = [
            {"type": "element", "name": "g", "attributes": element["attributes"],
             "children": deepcopy(picture["elements"])}
            if element.get("name") == pictures else deepcopy(element)
            for element in elements
        ]  # fmt: skip
        variants[variant + name[0].upper() + name[1:]] = {"elements": printed}


def _path(path: Mapping[str, str]) -> dict[str, Any]:
    attributes: dict[str, Any] = {"d": path["d"], "fill": _paint(path.get("fill", "none"))}
    if "stroke" in path:
        attributes |= {
            "stroke": _paint(path["stroke"]), "stroke-width": path["width"],
            "stroke-linecap": "round", "stroke-linejoin": "round",
        }  # fmt: skip
    if "rule" in path:
        attributes["fill-rule"] = path["rule"]
    if "opacity" in path:
        attributes["opacity"] = path["opacity"]
    return {"type": "element", "name": "path", "attributes": attributes}


def _paint(value: str) -> str | dict[str, str]:
    if value.startswith(COLOUR):
        return {"type": "color", "name": value.removeprefix(COLOUR)}
    return value


def _grouped(variant: Mapping[str, Any], drawing: Mapping[str, str]) -> dict[str, Any]:
    attributes = {key: drawing[key] for key in ("opacity", "transform") if key in drawing}
    children = deepcopy(variant["elements"])
    return {"type": "element", "name": "g", "attributes": attributes, "children": children}


def _laid_over(
    elements: list[dict[str, Any]], drawing: Mapping[str, str], colour: str, name: str
) -> list[dict[str, Any]]:
    """The skin of another slot's variant in our colour, within the drawing's region."""
    clip = f"clip-{colour}-{name}"
    region = {"d": drawing["region"], "clip-rule": "evenodd", "fill-rule": "evenodd"}
    path = {"type": "element", "name": "path", "attributes": region}
    clipping = {
        "type": "element", "name": "clipPath", "attributes": {"id": clip}, "children": [path],
    }  # fmt: skip
    children = deepcopy(elements)
    for child in children:
        if isinstance(child["attributes"].get("fill"), dict):
            child["attributes"]["fill"] = _paint(COLOUR + colour)
    attributes = {"clip-path": f"url(#{clip})", "opacity": drawing.get("opacity", "1")}
    return [
        {"type": "element", "name": "defs", "children": [clipping]},
        {"type": "element", "name": "g", "attributes": attributes, "children": children},
    ]


def component_variant(style: Style, slot: str, parts: Mapping[str, str]) -> str:
    """The name under which the renderer knows a slot's chosen variant; NONE for none.

    Raises:
        KeyError: the style has no such part.
    """
    variant = parts.get(slot, NONE)
    if slot in style.over and variant not in style.components[slot] and variant != NONE:
        variant += parts[style.over[slot]]
    if variant in style.components[slot] or variant == NONE:
        return variant
    raise KeyError(f"{style.name} has no {slot} {variant!r}")
