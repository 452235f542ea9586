"""From a sitter to a drawing: what is drawn, and in which order it is laid."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import (
    anime,
    beard,
    brows,
    chibi,
    clothes,
    eyes,
    glasses,
    hair,
    lines,
    nose_mouth,
    palette,
    proportions,
    skin,
)  # fmt: skip
from inference.cartoon.portrait import sitter as sitters
from inference.cartoon.portrait.curves import Curve, Plane
from inference.cartoon.portrait.drawing import Drawing, Shape
from inference.cartoon.portrait.options import AS_IT_IS, Options
from inference.cartoon.portrait.sitter import Sitter
from inference.face.report import Lab

_POINTED = {"anime": (0.14, 0.04), "chibi": (0.10, 0.13)}
"""How much narrower and shorter the lower face gets, by look, if it reads as a woman's."""

_BROAD = {"anime": (-0.03, 0.0), "chibi": (0.0, 0.12)}
"""If it reads as a man's."""

_COOL = "cool"
"""The mood that wears sunglasses."""


def compose(sitter: Sitter, wishes: Options = AS_IT_IS) -> Drawing:
    """Draw the sitter as they are."""
    heavy = _heavy(sitter)
    body = clothes.cloth(sitter, sitter.clothes)
    head = clothes.cloth(sitter, sitter.headwear)
    worn = glasses.find(sitter, cool=wishes.mood == _COOL)
    grown = beard.density(sitter)
    shapes: list[Shape] = [
        *clothes.draw(sitter, body, "clothes", heavy, _above(sitter)),
        *clothes.shadow(sitter, body, "clothes"),
        *skin.draw(sitter, heavy),
        *lines.draw(sitter),
        *beard.draw(sitter, grown, heavy),
        *nose_mouth.draw(sitter),
        *eyes.draw(sitter),
        *brows.draw(sitter),
        *glasses.draw(sitter, worn),
        *hair.draw(sitter, heavy, hair.Manner()),
        *clothes.draw(sitter, head, "headwear", heavy, sitter.hair),
    ]
    return Drawing(tuple(shapes), _colours(sitter, body, head, worn, grown, wishes), sitter.unit)


def compose_anime(sitter: Sitter, wishes: Options = AS_IT_IS) -> Drawing:
    """Draw the sitter as anime: other proportions, cel shading, hair with a band of shine."""
    sitter, worn = _pointed(sitter, "anime", wishes)
    heavy = _heavy(sitter)
    body = clothes.cloth(sitter, sitter.clothes)
    head = clothes.cloth(sitter, sitter.headwear)
    grown = beard.density(sitter)
    shapes: list[Shape] = [
        *clothes.draw(sitter, body, "clothes", heavy, _above(sitter)),
        *clothes.shadow(sitter, body, "clothes"),
        *_anime_head(sitter, head, worn, grown, heavy, 1.0),
    ]
    return Drawing(tuple(shapes), _colours(sitter, body, head, worn, grown, wishes), sitter.unit)


def compose_chibi(sitter: Sitter, wishes: Options = AS_IT_IS) -> Drawing:
    """Draw the sitter as chibi: the anime head, rounder and larger, on a small body."""
    body = clothes.cloth(sitter, sitter.clothes)
    sitter, worn = _pointed(chibi.headed(sitter), "chibi", wishes)
    head = clothes.cloth(sitter, sitter.headwear)
    heavy = _heavy(sitter)
    grown = beard.density(sitter)
    face = _anime_head(sitter, head, worn, grown, heavy, 1.22)
    scale, shift = chibi.placement(sitter)
    drawn = chibi.placed(face, scale, shift)
    unit = sitter.unit * scale
    behind = [shape for shape in drawn if shape.name in ("hair-edge", "hair")]
    shapes = [
        *(replace(shape, name=f"back-{shape.name}") for shape in behind),
        *chibi.body(unit, heavy, two_toned=len(body.tones) > 1),
        *drawn,
    ]
    colours = _colours(sitter, body, head, worn, grown, wishes)
    return Drawing(tuple(shapes), colours, unit)


def _pointed(sitter: Sitter, look: str, wishes: Options) -> tuple[Sitter, glasses.Worn | None]:
    """Bend the face to a point, and the glasses on it."""
    worn = glasses.find(sitter, cool=wishes.mood == _COOL)
    bend = _bend(sitter, look)
    if worn is not None:
        left, right = (lens + sitters.read(bend, lens) for lens in worn.lenses)
        worn = replace(worn, lenses=(left, right))
    return sitters.bent(sitter, bend), worn


def _bend(sitter: Sitter, look: str) -> NDArray[np.float32]:
    """How a look bends the face, see ``proportions.pointed``."""
    point, broad = np.array(_POINTED[look]), np.array(_BROAD[look])
    chin, shorter = (point + sitter.masculine * (broad - point)).tolist()
    return proportions.pointed(sitter, chin, shorter)


def _anime_head(
    sitter: Sitter,
    head: clothes.Cloth,
    worn: glasses.Worn | None,
    grown: Plane | None,
    heavy: tuple[float, float],
    size: float,
) -> list[Shape]:
    return [
        *skin.draw(sitter, heavy, 0.99 * sitter.masculine),
        *lines.jaw(sitter),
        *anime.blush(sitter),
        *beard.draw(sitter, grown, heavy),
        *anime.features(sitter, size),
        *glasses.draw(sitter, worn, 1.18 * size),
        *hair.draw(sitter, heavy, hair.Manner(dark=0.26, own=0.5, fine=0.006, band=True)),
        *clothes.draw(sitter, head, "headwear", heavy, sitter.hair),
    ]


def _heavy(sitter: Sitter) -> tuple[float, float]:
    """Ink gathers away from the light."""
    return (0.6 if sitter.light <= 0 else -0.6, 0.8)


def _above(sitter: Sitter) -> Plane:
    """What lies over the clothes."""
    return np.maximum(np.maximum(sitter.skin, sitter.hair), sitter.headwear)


def _colours(
    sitter: Sitter,
    body: clothes.Cloth,
    head: clothes.Cloth,
    worn: glasses.Worn | None,
    grown: Plane | None,
    wishes: Options,
) -> dict[str, Lab]:
    found = palette.mix(sitter, body.tones, head.tones, wishes)
    found |= beard.colours(sitter, grown, found["skin"])
    if worn is not None:
        light, a, b = worn.lens
        found |= {
            "frame": worn.frame,
            "lens": (92.0, -2.0, -4.0),
            "lens-dark": (min(light, 26.0), a * 0.6, b * 0.6),
        }
    return found


PROPORTIONS: dict[str, Callable[[Sitter, Options], Drawing]] = {
    "anime": compose_anime,
    "chibi": compose_chibi,
}
"""Looks that are drawn in other proportions than the sitter's own."""


def bent_landmarks(sitter: Sitter, look: str) -> Curve:
    """Where a look draws the landmarks, (478, 2) units."""
    if look not in _POINTED:
        return sitter.landmarks
    bent = sitters.bent(chibi.headed(sitter) if look == "chibi" else sitter, _bend(sitter, look))
    if look != "chibi":
        return bent.landmarks
    scale, shift = chibi.placement(bent)
    return bent.landmarks * scale + shift


def drawn(sitter: Sitter, look: str, options: Options = AS_IT_IS) -> Drawing:
    """Draw the sitter in the proportions of a look."""
    return PROPORTIONS.get(look, compose)(sitter, options)
