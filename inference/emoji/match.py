"""From traits to an avatar: in every slot the variant that most likely shows this person.

A variant's score is the logarithm of its prior, plus for each attribute its weight times the log
probability that the person has what the variant shows, minus the squared distance between its
expression and the person's, minus what the outlines of their hair differ by. "None" is a variant
like the others, so glasses, beards and hats are worn when the classifiers of them, which are
calibrated, believe in them.
"""

import math
from collections.abc import Collection, Mapping

import numpy as np

from inference.avatars import palette, styles
from inference.avatars.styles import Slot, Variant
from inference.emoji import outlines
from inference.emoji.traits import Traits
from inference.face import light
from inference.face.report import Lab
from storage.contract.avatars import AvatarSpec

_KIN: Mapping[tuple[str, str], float] = {
    ("bald", "buzz"): 0.5, ("buzz", "short"): 0.4, ("short", "medium"): 0.3,
    ("medium", "long"): 0.5,
    ("straight", "wavy"): 0.4, ("wavy", "curly"): 0.4, ("curly", "coily"): 0.6,
    ("stubble", "goatee"): 0.2, ("stubble", "beard"): 0.3, ("goatee", "beard"): 0.4,
    ("goatee", "mustache"): 0.3, ("thin", "medium"): 0.4, ("medium", "bushy"): 0.4,
    ("short", "full"): 0.3, ("full", "long"): 0.3, ("knit", "peaked"): 0.3,
    ("peaked", "brimmed"): 0.2, ("hat", "scarf"): 0.3,
    ("square", "round"): 0.2, ("oval", "heart"): 0.4, ("oval", "long"): 0.3,
}  # fmt: skip
"""How well one value does for a person of another."""

_OF_SOME = ("hat",)
"""Attributes of what only some variants have: being without it is neither likelier nor less so."""
_FLOOR = 0.02  # no classifier is ever surer than this
_EXPRESSION_SPREAD = 0.35  # the distance of measures at which an expression is a poor fit
_CLOTHES = (62.0, -1.0, -8.0)  # Lab, a neutral gray blue, where a photo shows none


def match(traits: Traits, style: str) -> tuple[AvatarSpec, dict[str, list[str]]]:
    """Compose the avatar of a style that looks most like the person.

    Returns:
        The avatar, and slot -> variants, the one that shows the person best first.

    Raises:
        KeyError: there is no such style.
    """
    best = {name: ranked(slot, traits) for name, slot in styles.load(style).slots.items()}
    return spec_of(style, {name: variants[0] for name, variants in best.items()}, traits), best


def spec_of(style: str, parts: Mapping[str, str], traits: Traits) -> AvatarSpec:
    """The chosen parts of a style in the person's colours."""
    return AvatarSpec(style, parts, _fixed_colours(style, colours(traits)))


def ranked(slot: Slot, traits: Traits) -> list[str]:
    """All variants of a slot, the best first."""
    found = scores(slot, traits)
    return sorted(found, key=lambda name: -found[name])


def scores(slot: Slot, traits: Traits) -> dict[str, float]:
    """How well each variant shows a person; only differences mean anything."""
    measures = sorted({name for one in slot.variants.values() for name in one.measures})
    return {name: _score(one, slot, traits, measures) for name, one in slot.variants.items()}


def _score(variant: Variant, slot: Slot, traits: Traits, measures: Collection[str]) -> float:
    """measures: of expression, those that any of the slot's variants shows."""
    total = math.log(variant.prior)
    for attribute, weight in slot.weights.items():
        believed = traits.attributes[attribute]
        if attribute in variant.tags:
            likely = max(_suits(value, believed) for value in variant.tags[attribute])
            total += weight * math.log(max(likely, _FLOOR))
        elif attribute in _OF_SOME:  # whatever it would be
            total += weight * math.log(max(believed.values()))
        else:  # it says nothing of the attribute: neither better nor worse than a good guess
            total += weight * sum(p * math.log(max(p, _FLOOR)) for p in believed.values())
    away = sum(
        (variant.measures.get(name, 0.0) - traits.expression[name]) ** 2 for name in measures
    )
    total -= away / (2 * _EXPRESSION_SPREAD**2)
    if slot.outline and traits.outline is not None:
        drawn = outlines.drawn(slot.style, slot.name, variant.name)
        total -= slot.outline * outlines.apart(drawn, traits.outline)
    return total


def _suits(value: str, believed: Mapping[str, float]) -> float:
    """Probability that a value, or one that it can stand for, is what the person has."""
    return believed.get(value, 0.0) + sum(
        likely * _KIN.get((value, other), _KIN.get((other, value), 0.0))
        for other, likely in believed.items()
    )


def colours(traits: Traits) -> dict[str, str]:
    """Paint by what it is for: skin, hair, facialHair, clothes, headwear, glasses."""
    seen, likely = traits.colours, traits.attributes
    white = seen
    if not light.is_gray(*seen.values()):
        white = {name: light.balanced(one, seen["skin"]) for name, one in seen.items()}
    tone = sum(float(step) * share for step, share in likely["skin"].items())
    names = _hair_names(likely["hair_colour"], seen)
    hair = palette.hair(names, white.get("hair"))
    skin = palette.skin(tone, white["skin"])
    return {
        "skin": skin,
        "hair": hair,
        "facialHair": _beard(hair, names, white, likely["facial_hair"].get("beard", 0.0)),
        "fur": skin if _sum(names, "none", "hidden") > 0.4 else hair,
        "clothes": palette.cloth(white.get("clothes", _CLOTHES), skin),
        "headwear": palette.cloth(white.get("headwear", _CLOTHES), skin),
        "glasses": "#262e33",
    }


def _hair_names(names: Mapping[str, float], seen: Mapping[str, Lab]) -> Mapping[str, float]:
    """Names of hair colours as believed, less what the light alone made of them.

    In a gray photograph no hair is gray for being without colour, and in coloured light none is
    dyed for being blue.
    """
    hair, skin = seen.get("hair"), seen["skin"]
    if hair is None:
        return names
    if light.is_gray(hair, skin):
        share = hair[0] / max(skin[0], 1.0)
        found = next(name for name, most in _GRAY_PHOTO.items() if share <= most)
        return {found: 1.0}
    if float(np.hypot(*light.cast(skin))) > _CAST:
        return {name: one * (_DOUBT if name == "dyed" else 1.0) for name, one in names.items()}
    return names


def _sum(names: Mapping[str, float], *which: str) -> float:
    return sum(names.get(name, 0.0) for name in which)


def _beard(
    hair: str, names: Mapping[str, float], colours: Mapping[str, Lab], bearded: float
) -> str:
    """A beard has its own shade of the hair's colour, unless it is gray, or no hair tells it.

    bearded: probability of a full beard; of lesser ones gray is hard to tell from skin.
    """
    measured, skin = colours.get("facial_hair"), colours["skin"]
    if measured is None:
        return hair
    share = measured[0] / max(skin[0], 1.0)
    duller = light.is_gray(skin, measured) or (
        float(np.hypot(*measured[1:])) < _DULL * float(np.hypot(*skin[1:]))
    )
    graying = max(_sum(names, "none", "hidden", "gray", "white"), bearded) > 0.4
    if duller and graying and share > _GRAY_BEARD:
        return palette.hair({"white" if share > _WHITE_BEARD else "gray": 1.0}, measured)
    grown = {name: names.get(name, 0.0) for name in ("black", "brown", "blond", "red")}
    if share > _NOT_BLACK:
        grown["black"] = 0.0
    if sum(grown.values()) < 0.5:
        return palette.hair({"brown" if share > _BLACK_BEARD else "black": 1.0}, measured)
    return palette.hair(grown, measured)


_GRAY_PHOTO = {"black": 0.4, "brown": 0.75, "blond": 1.0, "white": float("inf")}
"""How light hair is at most, relative to skin, to pass for a colour in a gray photograph."""
_CAST = 7.0  # a and b: coloured light
_DOUBT = 0.15  # of dye in coloured light
_GRAY_BEARD, _WHITE_BEARD, _DULL = 0.62, 0.92, 0.55
"""Lightness of a gray and of a white beard, and its chroma, as shares of the skin's."""
_BLACK_BEARD, _NOT_BLACK = 0.38, 0.6
"""Lightness of brown beards, and of any that cannot be black, likewise."""
_NAMES = {"hat": "headwear", "accessories": "glasses"}
"""Colours that a style calls by another name."""


def _fixed_colours(style: str, paints: Mapping[str, str]) -> dict[str, str]:
    wanted = {name: _NAMES.get(name, name) for name in styles.load(style).colours}
    return {name: paints[own] for name, own in wanted.items() if own in paints}
