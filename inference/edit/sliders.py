"""What the settings that change a face itself mean on the sliders of ``inference.latent``.

A setting is one end of a slider or a mix of several: "older" moves CelebA's ``Young`` down. Other
pieces (hair, beards, glasses, hats) are laid over afterwards, by ``inference.layers``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from storage.contract.kinds import EDIT, Setting

SLIDERS: Mapping[str, Mapping[str, float]] = {
    "age:older": {"Young": -1.0},
    "age:younger": {"Young": 1.0},
    "sex:feminine": {"Male": -1.0},
    "sex:masculine": {"Male": 1.0},
    "weight:chubby": {"Chubby": 1.0},
    "weight:slim": {"Chubby": -0.8, "Slim_Face": 0.4},
    "skin:tan": {"Pale_Skin": -0.8},
    "skin:pale": {"Pale_Skin": 0.8},
    "complexion:smooth": {"Smooth_Skin": 1.0, "Bags_Under_Eyes": -0.5},
    "complexion:tired": {"Bags_Under_Eyes": 1.0},
    "makeup:full": {"Heavy_Makeup": 1.0, "Wearing_Lipstick": 0.4, "Rosy_Cheeks": 0.4},
    "makeup:lipstick": {"Wearing_Lipstick": 1.0},
    "makeup:blush": {"Rosy_Cheeks": 1.0},
    "makeup:eye-shadow": {"Eye_Shadow": 1.0},
    "makeup:liner": {"Eyeliner": 1.0},
    "makeup:lashes": {"Lashes": 1.0},
    "complexion:freckles": {"Freckles": 1.0},
    "eyes:blue-eyes": {"Blue_Eyes": 1.0},
    "eyes:green-eyes": {"Green_Eyes": 1.0},
    "eyes:brown-eyes": {"Brown_Eyes": 1.0},
    "eyes:gray-eyes": {"Gray_Eyes": 1.0},
    "paint:cat-paint": {"Cat_Paint": 1.0},
    "paint:skull": {"Skull_Paint": 1.0},
    **{
        f"paint:{flag}": {f"Flag_{flag}": 1.0}
        for flag in (
            "rainbow",
            "france",
            "italy",
            "ireland",
            "germany",
            "netherlands",
            "ukraine",
            "poland",
            "japan",
        )
    },
    "eyes:big-eyes": {"Big_Eyes": 1.0},
    "eyes:narrow-eyes": {"Narrow_Eyes": 1.0},
    "eyes:cat-eyes": {"Upturned_Eyes": 1.0},
    "eyes:bright-eyes": {"Bright_Eyes": 1.0},
    "brows:bushy-brows": {"Bushy_Eyebrows": 1.0},
    "brows:thin-brows": {"Bushy_Eyebrows": -0.8},
    "brows:dark-brows": {"Dark_Eyebrows": 1.0},
    "brows:arched-brows": {"Arched_Eyebrows": 1.0},
    "nose:big-nose": {"Big_Nose": 1.0},
    "nose:small-nose": {"Big_Nose": -1.0},
    "nose:wide-nose": {"Wide_Nose": 1.0},
    "nose:narrow-nose": {"Wide_Nose": -1.0},
    "nose:long-nose": {"Long_Nose": 1.0},
    "lips:full-lips": {"Big_Lips": 1.0},
    "lips:thin-lips": {"Big_Lips": -1.0},
    "mouth:wide-mouth": {"Wide_Mouth": 1.0},
    "mouth:small-mouth": {"Wide_Mouth": -1.0},
    "teeth:white-teeth": {"White_Teeth": 1.0},
    "face:round-face": {"Round_Face": 1.0},
    "face:narrow-face": {"Slim_Face": 1.0},
    "cheeks:high-cheekbones": {"High_Cheekbones": 1.0},
    "jaw:wide-jaw": {"Wide_Jaw": 1.0},
    "jaw:narrow-jaw": {"Wide_Jaw": -1.0},
    "chin:long-chin": {"Long_Chin": 1.0},
    "chin:short-chin": {"Long_Chin": -1.0},
    "chin:pointed-chin": {"Pointed_Chin": 1.0},
    "forehead:high-forehead": {"High_Forehead": 1.0},
    "forehead:low-forehead": {"High_Forehead": -1.0},
}
"""Setting -> slider -> how far it moves at strength 1."""


def changes(settings: Iterable[Setting]) -> Mapping[str, float]:
    """Return slider -> amount, as ``inference.latent.editing`` takes them; others are left out.

    Less than nothing of a setting is its opposite, where it has one.
    """
    moved: defaultdict[str, float] = defaultdict(float)
    for setting in settings:
        name, amount = setting.name, setting.amount
        opposite = EDIT.opposite_of(name)
        if amount < 0 and opposite:
            name, amount = opposite, -amount
        for slider, step in SLIDERS.get(name, {}).items():
            moved[slider] += step * amount
    return moved


def locked(settings: Iterable[Setting]) -> frozenset[str]:
    """Return the sliders of settings that are to be kept as they are."""
    kept = (SLIDERS.get(setting.name, {}) for setting in settings if setting.kept)
    return frozenset(slider for steps in kept for slider in steps)
