"""What an avatar should show of a person: words with probabilities, an expression, colours."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.emoji import beards, clothes, crops, outlines
from inference.emoji.embedders import probabilities
from inference.emoji.knots import knotted, narrowed
from inference.face import crown, topology
from inference.face.alignment import Aligned, align
from inference.face.attributes import Probabilities, classify
from inference.face.blendshapes import NAMES
from inference.face.report import Lab, Portrait
from inference.models.calls import Calls
from inference.pictures.images import lab_of_pixels

_ENOUGH = 60  # pixels that a colour is measured on at least


@dataclass(frozen=True, slots=True)
class Traits:
    """One person as the matcher sees them.

    attributes: attribute -> value -> probability: ``attributes``', clothes ("plain", "suit"),
    loose, whether hair falls beside the jaw, and tied, whether it is put up; and how whatever
    there is looks: hat ("knit", "peaked", "brimmed", "wrap", "veil"), beard ("short", "full",
    "long") and lips ("full", "thin").
    expression: measure -> 0..1, see ``expression``. colours: Lab by what they are of: skin,
    always; hair, facial_hair, clothes and headwear where there is any. outline: of the hair.
    """

    attributes: Probabilities
    expression: Mapping[str, float]
    colours: Mapping[str, Lab]
    outline: outlines.Outline | None = None


def observe(portrait: Portrait) -> Calls[Traits]:
    """Find a person's traits; kept with the portrait.

    Of a head that the photo cuts, those of the head as it goes on.

    Args:
        portrait: a studied face.

    Raises:
        WeightsError: a model's file is missing or damaged.
    """
    whole = crown.closed(portrait)
    seen = yield from whole.once_called(_seen)
    return whole.once(_observe, seen, portrait)


def _seen(portrait: Portrait) -> Calls[Probabilities]:
    return (yield from probabilities(crops.of_face(align(portrait), crops.SIDE)))


def _observe(portrait: Portrait, seen: Probabilities, photographed: Portrait) -> Traits:
    """photographed: as the photo has it, another where its head is cut."""
    face = align(portrait)
    attributes = pooled(classify(portrait), seen)
    attributes |= {name: weighed(attributes[name], more) for name, more in _RATHER.items()}
    loose = _ramp(beside_jaw(face), 0.08, 0.4)
    attributes["loose"] = {"1": loose, "0": 1 - loose}
    cut = photographed is not portrait
    knot = max(knotted(photographed), narrowed(portrait) if cut else 0.0)
    flat = _ramp(-portrait.report.hair.volume, *_FLAT)
    grown = sum(attributes["hair_length"].get(name, 0.0) for name in ("medium", "long"))
    if cut:  # then it is not seen whether it is: a crop is as likely
        grown = max(grown, 0.5)
    tied = knot + (1 - knot) * attributes["male"].get("0", 0.0) * (1 - loose) * flat * grown
    attributes["tied"] = {"1": tied, "0": 1 - tied}
    cloth, attributes["clothes"] = clothes.clothing(portrait)
    hairs = beards.colour(portrait)
    attributes["beard"] = dict(beards.length(portrait, hairs))
    attributes["lips"] = full_lips(portrait.report.landmarks)
    measured = {
        "skin": portrait.report.colours.skin,
        "hair": portrait.report.colours.hair,
        "facial_hair": hairs,
        "clothes": cloth,
        "headwear": _worn_above(portrait),
    }
    colours = {name: one for name, one in measured.items() if one is not None}
    attributes.setdefault("hat", {"knit": 1.0})  # where none was there to learn from
    if "headwear" in colours:
        sure = covered(portrait, colours["headwear"])
        attributes["headwear"] = _rather_worn(attributes["headwear"], sure)
        # without hair to see, men and women are harder to tell apart
        male = attributes["male"]
        attributes["male"] = {name: p * (1 - sure / 2) + sure / 4 for name, p in male.items()}
    shown = expression(
        dict(zip(NAMES, portrait.report.blendshapes.tolist(), strict=True)), attributes["smile"]
    )
    return Traits(attributes, shown, colours, outlines.seen(face))


def pooled(classified: Probabilities, encoded: Probabilities) -> dict[str, dict[str, float]]:
    """Two opinions as one: the weighted product of their probabilities.

    The weights agreed well with the annotators of faces kept back from both (``Faces.tuning``).
    Headwear, and what the encoder has no opinion of, stay as they were classified.
    """
    found = {attribute: dict(values) for attribute, values in classified.items()}
    for attribute, values in encoded.items():
        if attribute == _BY_ONE:
            continue
        product = {
            value: max(likely, 1e-6) ** _CLASSIFIED * max(values[value], 1e-6) ** _ENCODED
            for value, likely in classified[attribute].items()
        }
        total = sum(product.values())
        found[attribute] = {value: one / total for value, one in product.items()}
    return found


_CLASSIFIED, _ENCODED = 0.6, 0.6  # trust in either
_BY_ONE = "headwear"
"""What the encoder has no say in: of 24 covered heads never seen it knows 10, the regression 21."""


def weighed(believed: Mapping[str, float], factors: Mapping[str, float]) -> dict[str, float]:
    """Believe in some values more than their readers do.

    Args:
        believed: value -> probability.
        factors: value -> times as much as read, 1 if not named.
    """
    raised = {name: likely * factors.get(name, 1.0) for name, likely in believed.items()}
    total = sum(raised.values())
    return {name: likely / total for name, likely in raised.items()}


_RATHER: Mapping[str, Mapping[str, float]] = {
    "texture": {"wavy": 2.2, "curly": 4.1, "coily": 4.1},
    "hair_colour": {"red": 3.0},
    "headwear": {"hat": 2.0, "scarf": 2.0},
    "glasses": {"sun": 1.5},
}
"""Readers know mostly straight, uncovered hair and clear glasses; curls drawn straight, red hair
drawn brown, hats taken off and eyes behind dark glasses are what people mind. Of texture it is the
rarity among the faces learned from, to the power of 0.7; of red hair, beside brown, of 0.45."""


def expression(shapes: Mapping[str, float], smile: Mapping[str, float]) -> dict[str, float]:
    """Measures that faces and drawings share, each 0..1; left and right are the picture's.

    Args:
        shapes: blendshapes by name.
        smile: probabilities of "0" none, "1" closed lips, "2" teeth, "3" open mouth.
    """

    def both(name: str) -> float:
        return (shapes[f"{name}Left"] + shapes[f"{name}Right"]) / 2

    smiling = both("mouthSmile")
    # smiles, shadows and turned heads narrow both eyes unevenly: a wink differs by more
    wink = _ramp(abs(shapes["eyeBlinkLeft"] - shapes["eyeBlinkRight"]), *_WINK)
    least = 0.55 if smiling > 0.4 else 0.42
    together = _ramp(both("eyeBlink"), least, least + 0.26)
    shut_right, shut_left = (
        together + wink * (_ramp(shapes[name], 0.42, 0.68) - together)
        for name in ("eyeBlinkLeft", "eyeBlinkRight")
    )
    teeth = smile.get("2", 0.0) + 0.6 * smile.get("3", 0.0)
    return {
        "smile": max(
            _ramp(smiling, 0.1, 0.75),
            0.7 * smile.get("1", 0.0) + 0.9 * smile.get("2", 0.0),
        ),
        "teeth": max(teeth, _ramp(both("mouthUpperUp"), 0.15, 0.5)),
        "open": max(_ramp(shapes["jawOpen"], 0.08, 0.6), 0.8 * smile.get("3", 0.0)),
        "frown": _ramp(both("mouthFrown"), 0.15, 0.6) * (1 - _ramp(smiling, 0.1, 0.5)),
        "pucker": _ramp(shapes["mouthPucker"], 0.92, 1.0) * (1 - teeth),
        "smirk_left": _ramp(shapes["mouthSmileRight"] - shapes["mouthSmileLeft"], 0.25, 0.6),
        "smirk_right": _ramp(shapes["mouthSmileLeft"] - shapes["mouthSmileRight"], 0.25, 0.6),
        "shut_left": shut_left,
        "shut_right": shut_right,
        "squint": _ramp(smiling, 0.4, 0.9) * min(shut_left, shut_right),
        "narrow": _ramp(both("eyeSquint"), 0.75, 1.0) * (1 - _ramp(smiling, 0.2, 0.5)),
        "wide": _ramp(both("eyeWide"), 0.15, 0.6),
        "raised": _ramp(max(both("browOuterUp"), shapes["browInnerUp"]), 0.45, 0.95),
        "lowered": _ramp(both("browDown"), 0.6, 1.0) * (1 - _ramp(smiling, 0.2, 0.5)),
        "worried": _ramp(shapes["browInnerUp"] - both("browOuterUp"), 0.35, 0.8)
        * _ramp(both("mouthFrown"), 0.05, 0.3),
    }


_WINK = (0.27, 0.4)
"""One eye's blink beyond the other's; 0.26 or less on 99.9% of 3,654 faces."""


def beside_jaw(face: Aligned) -> float:
    """Measure the hair beside the jaw, on the side with more of it.

    Near 0 for short and tied hair, near 1 for hair worn loose.

    Args:
        face: in the common crop.

    Returns:
        A share: near 0 for short and tied hair, near 1 for hair worn loose.
    """
    left, right = (face.landmarks[i, :2] for i in topology.JAW_CORNERS)
    rows = slice(int(min(left[1], right[1])) - 8, int(max(left[1], right[1])) + 22)
    beside = (
        face.hair_mask[rows, max(0, int(left[0]) - 40) : max(0, int(left[0]) - 2)],
        face.hair_mask[rows, int(right[0]) + 2 : int(right[0]) + 40],
    )
    return max(float((strip > 128).mean()) if strip.size else 0.0 for strip in beside)


_FLAT = (-1.4, -1.25)
"""Width of hair over the face's, negative, at which a woman's hair that is read as long, and is not
seen beside the jaw, is put up."""


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def full_lips(landmarks: NDArray[np.float32]) -> dict[str, float]:
    """Tell how full lips are: their height, without what is between them, by the mouth's width.

    Args:
        landmarks: (478, 2 or 3) px.

    Returns:
        "full" and "thin" -> probability.
    """
    upper, lower = topology.LIPS_MIDDLE

    def apart(one: int, other: int) -> float:
        return float(np.linalg.norm(landmarks[one, :2] - landmarks[other, :2]))

    height = apart(topology.LIPS_TOP, upper) + apart(lower, topology.LIPS_BOTTOM)
    full = _ramp(height / max(apart(*topology.MOUTH_CORNERS), 1.0), *_FULL_LIPS)
    return {"full": full, "thin": 1 - full}


_FULL_LIPS = (0.3, 0.42)  # median of closed mouths 0.28, the fullest twentieth 0.44


def _worn_above(portrait: Portrait) -> Lab | None:
    """The colour above the forehead, of what is no hair if there is any such thing."""
    above = _above(portrait)
    for place in (above & (portrait.hair_mask < 60), above):
        hat = lab_of_pixels(portrait.image, place)
        if len(hat) >= _ENOUGH:
            return _lab(np.median(hat, axis=0))
    return None


def _above(portrait: Portrait) -> NDArray[np.bool_]:
    """What there is of the person above the forehead."""
    points = portrait.report.landmarks
    unit = topology.face_height(points)
    top, middle = points[topology.FOREHEAD_MIDDLE, 1], points[topology.FOREHEAD_MIDDLE, 0]
    rows, columns = np.ogrid[: portrait.alpha.shape[0], : portrait.alpha.shape[1]]
    near = (rows < top - 0.05 * unit) & (np.abs(columns - middle) < 0.35 * unit)
    return np.asarray(near & (portrait.alpha > 220), np.bool_)


def covered(portrait: Portrait, colour: Lab) -> float:
    """Tell whether what shows above the forehead is cloth: no hair, and unlike skin.

    Of 475 training photos it was sure of 9 of 26 hats and scarves, and never wrong.

    Args:
        portrait: a studied face.
        colour: of what shows there.

    Returns:
        How sure that is, 0..1.
    """
    above = _above(portrait)
    bare = float((portrait.hair_mask[above] < 60).mean()) if above.any() else 0.0
    skin = portrait.report.colours.skin
    hue = float(np.hypot(colour[1] - skin[1], colour[2] - skin[2]))
    unlike = max(_ramp(hue, 16, 24), _ramp(abs(colour[0] - skin[0]), 25, 35))
    return _ramp(bare, 0.5, 0.7) * unlike


def _rather_worn(headwear: Mapping[str, float], sure: float) -> dict[str, float]:
    """Take chance from wearing nothing and share it among hat and scarf as they were believed."""
    worn = 1 - headwear["none"]
    grown = (worn + sure * headwear["none"]) / max(worn, 1e-6)
    return {
        name: likely * (1 - sure) if name == "none" else likely * grown
        for name, likely in headwear.items()
    }


def _lab(values: NDArray[np.float32]) -> Lab:
    lightness, a, b = (float(value) for value in values)
    return lightness, a, b
