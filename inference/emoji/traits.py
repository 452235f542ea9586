"""What an avatar should show of a person: words with probabilities, an expression, colours."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.emoji import crops
from inference.emoji.embedders import probabilities
from inference.face import topology
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
    loose, whether hair falls beside the jaw, and tied, whether it is put up.
    expression: measure -> 0..1, see ``expression``. colours: Lab by what they are of: skin,
    always; hair, facial_hair, clothes and headwear where there is any.
    """

    attributes: Probabilities
    expression: Mapping[str, float]
    colours: Mapping[str, Lab]


def observe(portrait: Portrait) -> Calls[Traits]:
    """Find a person's traits; kept with the portrait.

    Args:
        portrait: a studied face.

    Raises:
        WeightsError: a model's file is missing or damaged.
    """
    seen = yield from portrait.once_called(_seen)
    return portrait.once(_observe, seen)


def _seen(portrait: Portrait) -> Calls[Probabilities]:
    return (yield from probabilities(crops.of_face(align(portrait), crops.SIDE)))


def _observe(portrait: Portrait, seen: Probabilities) -> Traits:
    face = align(portrait)
    attributes = pooled(classify(portrait), seen)
    loose = _ramp(beside_jaw(face), 0.08, 0.4)
    attributes["loose"] = {"1": loose, "0": 1 - loose}
    knot = knotted(portrait)
    tied = knot + (1 - knot) * _TIED_UNSEEN * attributes["male"].get("0", 0.0)
    attributes["tied"] = {"1": tied, "0": 1 - tied}
    colours, attributes["clothes"] = _clothing(portrait)
    colours["skin"] = portrait.report.colours.skin
    if portrait.report.colours.hair is not None:
        colours["hair"] = portrait.report.colours.hair
    colours |= _beard_and_hat(portrait)
    if "headwear" in colours:
        sure = covered(portrait, colours["headwear"])
        attributes["headwear"] = _rather_worn(attributes["headwear"], sure)
        # without hair to see, men and women are harder to tell apart
        male = attributes["male"]
        attributes["male"] = {name: p * (1 - sure / 2) + sure / 4 for name, p in male.items()}
    shown = expression(
        dict(zip(NAMES, portrait.report.blendshapes.tolist(), strict=True)), attributes["smile"]
    )
    return Traits(attributes, shown, colours)


def pooled(classified: Probabilities, encoded: Probabilities) -> dict[str, dict[str, float]]:
    """Two opinions as one: the weighted product of their probabilities.

    The weights agreed well with the annotators of faces kept back from both (``Faces.tuning``).
    What the encoder has no opinion of stays as it was classified.
    """
    found = {attribute: dict(values) for attribute, values in classified.items()}
    for attribute, values in encoded.items():
        product = {
            value: max(likely, 1e-6) ** _CLASSIFIED * max(values[value], 1e-6) ** _ENCODED
            for value, likely in classified[attribute].items()
        }
        total = sum(product.values())
        found[attribute] = {value: one / total for value, one in product.items()}
    return found


_CLASSIFIED, _ENCODED = 0.6, 0.6  # trust in either


def expression(shapes: Mapping[str, float], smile: Mapping[str, float]) -> dict[str, float]:
    """Measures that faces and drawings share, each 0..1; left and right are the picture's.

    Args:
        shapes: blendshapes by name.
        smile: probabilities of "0" none, "1" closed lips, "2" teeth, "3" open mouth.
    """

    def both(name: str) -> float:
        return (shapes[f"{name}Left"] + shapes[f"{name}Right"]) / 2

    smiling = both("mouthSmile")
    shut_right = _ramp(shapes["eyeBlinkLeft"], 0.42, 0.68)
    shut_left = _ramp(shapes["eyeBlinkRight"], 0.42, 0.68)
    # a smile narrows the eyes without shutting them, unless one alone is shut
    if min(shut_left, shut_right) > 0 and smiling > 0.4:
        shut_left, shut_right = (_ramp(value, 0.5, 1.0) for value in (shut_left, shut_right))
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


_TIED_UNSEEN = 0.3  # how likely a woman's hair is tied where no knot shows


def knotted(portrait: Portrait) -> float:
    """Tell whether a knot sits on the head: hair that stands high and narrow.

    Args:
        portrait: a studied face.

    Returns:
        How sure that is, 0..1.
    """
    points = portrait.report.landmarks
    forehead = int(points[topology.FOREHEAD_MIDDLE, 1])
    width = float(np.ptp(points[list(topology.FACE_OVAL), 0]))
    unit = topology.face_height(points)
    across = (portrait.hair_mask[: max(forehead, 1)] > 128).sum(axis=1) / max(width, 1.0)
    rows = np.flatnonzero(across > 0.08)
    if not len(rows):
        return 0.0
    height = (forehead - rows[0]) / unit
    near_top = across[min(len(across) - 1, int(rows[0] + 0.2 * unit))]
    return _ramp(height, 0.45, 0.55) * _ramp(-float(near_top), -0.85, -0.7)


def _ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def _clothing(portrait: Portrait) -> tuple[dict[str, Lab], dict[str, float]]:
    """The clothes' colour, if any show, and whether they look like a suit.

    A suit is dark at the sides with a bright shirt in the middle.
    """
    points = portrait.report.landmarks
    unit = topology.face_height(points)
    middle, chin = points[topology.CHIN, 0], points[topology.CHIN, 1]
    rows, columns = np.indices(portrait.alpha.shape, np.float32)
    below = (rows - chin) / unit
    beside = np.abs(columns - middle) / unit
    body = (portrait.alpha > 220) & (portrait.hair_mask < 40) & (below > 0.28)
    sides = lab_of_pixels(portrait.image, body & (beside > 0.3) & (below > 0.35))
    front = lab_of_pixels(portrait.image, body & (beside < 0.22) & (below < 0.9))
    if len(sides) < _ENOUGH:
        return {}, {"plain": 1.0, "suit": 0.0, "open": 0.0}
    cloth = np.median(sides, axis=0)
    bright = float((front[:, 0] > cloth[0] + 25).mean()) if len(front) >= _ENOUGH else 0.0
    chroma = float(np.hypot(cloth[1], cloth[2]))
    suit = _ramp(bright, 0.2, 0.5) * _ramp(52 - cloth[0], 0, 20) * _ramp(24 - chroma, 0, 8)
    return {"clothes": _lab(cloth)}, {"plain": 1 - suit, "suit": suit, "open": 0.0}


def _beard_and_hat(portrait: Portrait) -> dict[str, Lab]:
    """The darker part of the chin's colour, and the colour above the forehead that is no hair."""
    points = portrait.report.landmarks
    found = {}
    goatee = topology.fill(portrait.alpha.shape, points, topology.GOATEE)
    chin = lab_of_pixels(portrait.image, goatee)
    if len(chin) >= _ENOUGH:
        dark = chin[chin[:, 0] <= np.percentile(chin[:, 0], 35)]
        found["facial_hair"] = _lab(np.median(dark, axis=0))
    hat = lab_of_pixels(portrait.image, _above(portrait) & (portrait.hair_mask < 60))
    if len(hat) >= _ENOUGH:
        found["headwear"] = _lab(np.median(hat, axis=0))
    return found


def _above(portrait: Portrait) -> NDArray[np.bool_]:
    """What there is of the person above the forehead."""
    points = portrait.report.landmarks
    unit = topology.face_height(points)
    top, middle = points[topology.FOREHEAD_MIDDLE, 1], points[topology.FOREHEAD_MIDDLE, 0]
    rows, columns = np.indices(portrait.alpha.shape, np.float32)
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
