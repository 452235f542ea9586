"""Random avatars with known tags: the drawn half of what the encoder learns from."""

from collections.abc import Iterator, Mapping

import numpy as np

from inference.avatars import palette, styles
from inference.avatars.styles import Style
from storage.contract.avatars import NONE, AvatarSpec

Tags = dict[str, tuple[str, ...]]
"""Attribute -> the values that a drawing may stand for."""


HUMAN = ("avataaars", "big-ears")
"""Styles of people; a cat teaches nothing about faces."""


def random_avatars(seed: int, names: tuple[str, ...] = HUMAN) -> Iterator[AvatarSpec]:
    """Endless avatars of natural colours, every listed part equally often."""
    chance = np.random.default_rng(seed)
    while True:
        style = styles.load(str(chance.choice(names)))
        parts = {
            name: str(chance.choice(list(slot.variants))) for name, slot in style.slots.items()
        }
        # half of the people wear neither hat nor glasses nor beard
        for slot in ("facialHair", "accessories", "glasses", "headwear"):
            if slot in parts and chance.random() < 0.5:
                parts[slot] = NONE
        yield AvatarSpec(style.name, parts, _colours(style, chance))


def _colours(style: Style, chance: np.random.Generator) -> dict[str, str]:
    names = list(palette.HAIR)
    shades = palette.HAIR[names[int(chance.integers(len(names)))]]
    hair = str(chance.choice(shades))
    tone = float(chance.uniform(1, 6))
    lab = chance.uniform((25, -45, -50), (90, 55, 60)).astype(np.float32)
    any_colour = palette.hex_of(lab)
    skin = palette.skin(tone, (60.0, float(chance.uniform(5, 20)), float(chance.uniform(8, 28))))
    paints = {
        "skin": skin, "hair": hair, "fur": hair, "facialHair": hair, "hat": any_colour,
        "headwear": any_colour, "clothes": any_colour, "accessories": "#262e33",
        "glasses": "#262e33",
    }  # fmt: skip
    return {name: paint for name, paint in paints.items() if name in style.colours}


def tags_of(spec: AvatarSpec) -> Tags:
    """What an avatar shows, by attribute; attributes of which it says nothing are left out."""
    found: Tags = {}
    for name, slot in styles.load(spec.style).slots.items():
        variant = slot.variants.get(spec.parts.get(name, NONE))
        if variant is None:
            continue
        for attribute, values in variant.tags.items():
            known = found.get(attribute)
            # two parts may speak of one thing: the hat slot and the hair below it
            found[attribute] = values if known is None or len(values) < len(known) else known
        if name == "mouth":
            found["smile"] = (_smile(variant.measures),)
    shade = spec.colours.get("hair", spec.colours.get("fur", ""))
    bald = spec.parts.get("hair", spec.parts.get("top")) == NONE
    found["hair_colour"] = tuple(
        name for name, shades in palette.HAIR.items() if shade in shades and not bald
    ) or ("none",)
    if found.get("headwear", ("none",)) != ("none",):
        for hidden in ("hair_colour", "hair_length", "texture", "bangs", "receding"):
            found.pop(hidden, None)
    return found


def _smile(measures: Mapping[str, float]) -> str:
    """The annotators' word for a drawn mouth: "0" none, "1" closed, "2" teeth, "3" open."""
    if measures.get("open", 0.0) >= 0.6:
        return "3"
    if measures.get("smile", 0.0) >= 0.4:
        return "2" if measures.get("teeth", 0.0) >= 0.5 else "1"
    return "0"
