"""From traits to an avatar: in every slot the variant that most likely shows this person.

A variant's score is the logarithm of its prior, plus for each attribute its weight times the log
probability that the person has what the variant shows, minus the squared distance between its
expression and the person's. "None" is a variant like the others, so glasses, beards and hats are
worn when the classifiers of them, which are calibrated, believe in them.
"""

from collections.abc import Mapping

import numpy as np

from inference.avatars import palette, styles
from inference.avatars.styles import Slot, Variant
from inference.emoji.traits import Traits
from storage.contract.avatars import AvatarSpec

_KIN: Mapping[tuple[str, str], float] = {
    ("bald", "buzz"): 0.5, ("buzz", "short"): 0.4, ("short", "medium"): 0.3,
    ("medium", "long"): 0.5,
    ("straight", "wavy"): 0.4, ("wavy", "curly"): 0.6, ("curly", "coily"): 0.6,
    ("stubble", "goatee"): 0.2, ("stubble", "beard"): 0.3, ("goatee", "beard"): 0.4,
    ("goatee", "mustache"): 0.3, ("thin", "medium"): 0.4, ("medium", "bushy"): 0.4,
    ("square", "round"): 0.2, ("oval", "heart"): 0.4, ("oval", "long"): 0.3,
}  # fmt: skip
"""How well one value does for a person of another."""

_FLOOR = 0.02  # no classifier is ever surer than this
_EXPRESSION_SPREAD = 0.35  # the distance of measures at which an expression is a poor fit
_CLOTHES = (62.0, -4.0, -22.0)  # Lab, a friendly blue, where a photo shows none


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
    scores = {name: score(variant, slot, traits) for name, variant in slot.variants.items()}
    return sorted(scores, key=lambda name: -scores[name])


def score(variant: Variant, slot: Slot, traits: Traits) -> float:
    """How well a variant shows a person; only differences within a slot mean anything."""
    total = float(np.log(variant.prior))
    for attribute, weight in slot.weights.items():
        believed = traits.attributes[attribute]
        if attribute in variant.tags:
            likely = max(_suits(value, believed) for value in variant.tags[attribute])
            total += weight * float(np.log(max(likely, _FLOOR)))
        else:  # it says nothing of the attribute: neither better nor worse than a good guess
            total += weight * sum(p * float(np.log(max(p, _FLOOR))) for p in believed.values())
    measures = {name for other in slot.variants.values() for name in other.measures}
    away = sum(
        (variant.measures.get(name, 0.0) - traits.expression[name]) ** 2 for name in measures
    )
    return total - away / (2 * _EXPRESSION_SPREAD**2)


def _suits(value: str, believed: Mapping[str, float]) -> float:
    """Probability that a value, or one that it can stand for, is what the person has."""
    return believed.get(value, 0.0) + sum(
        likely * _KIN.get((value, other), _KIN.get((other, value), 0.0))
        for other, likely in believed.items()
    )


def colours(traits: Traits) -> dict[str, str]:
    """Paint by what it is for: skin, hair, facialHair, clothes, headwear, glasses."""
    seen, likely = traits.colours, traits.attributes
    tone = sum(float(step) * share for step, share in likely["skin"].items())
    hair = palette.hair(likely["hair_colour"], seen.get("hair"))
    beard = _beard(hair, likely["hair_colour"], traits)
    skin = palette.skin(tone, seen["skin"])
    return {
        "skin": skin,
        "hair": hair,
        "facialHair": beard,
        "fur": skin if _sum(likely["hair_colour"], "none", "hidden") > 0.4 else hair,
        "clothes": palette.cloth(seen.get("clothes", _CLOTHES), skin),
        "headwear": palette.cloth(seen.get("headwear", _CLOTHES), skin),
        "glasses": "#262e33",
    }


def _sum(names: Mapping[str, float], *which: str) -> float:
    return sum(names.get(name, 0.0) for name in which)


def _beard(hair: str, names: Mapping[str, float], traits: Traits) -> str:
    """A beard is as the hair, unless it is clearly gray, or there is no natural hair to go by."""
    measured = traits.colours.get("facial_hair")
    if measured is None:
        return hair
    skin = traits.colours["skin"]
    lighter = measured[0] > _GRAY_BEARD * skin[0]
    duller = float(np.hypot(*measured[1:])) < _DULL * float(np.hypot(*skin[1:]))
    pale = lighter and duller
    if pale and traits.attributes["facial_hair"].get("beard", 0.0) > 0.5:
        return palette.hair({"gray": 1.0}, measured)
    if _sum(names, "none", "hidden", "dyed") > 0.4:
        return palette.hair({"brown" if measured[0] > 18 else "black": 1.0}, measured)
    return hair


_GRAY_BEARD, _DULL = 0.62, 0.55  # lightness and chroma of a gray beard, as shares of the skin's
_NAMES = {"hat": "headwear", "accessories": "glasses"}
"""Colours that a style calls by another name."""


def _fixed_colours(style: str, paints: Mapping[str, str]) -> dict[str, str]:
    wanted = {name: _NAMES.get(name, name) for name in styles.load(style).colours}
    return {name: paints[own] for name, own in wanted.items() if own in paints}
