"""Natural colours: what skin and hair may be painted with, and the one nearest to a photo."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face.report import Lab

SKIN = ("#fbdfcb", "#f0c5a4", "#dca57c", "#b97f55", "#8e5b3c", "#5c3b2b")
"""From the lightest to the darkest, the steps that annotators of skin tone use."""

_HAIR: Mapping[str, tuple[str, ...]] = {
    "black": ("#1d1817", "#2b2321"),
    "brown": ("#3d2a21", "#5a3b29", "#7b5437"),
    "blond": ("#b08647", "#d3ac62", "#ecd394"),
    "red": ("#86361a", "#b85527", "#d98045"),
    "gray": ("#6d6b6d", "#929090", "#b4b2b0"),
    "white": ("#d3d0cc", "#e9e6e2"),
}
_STEPS: Mapping[str, tuple[float, ...]] = {
    "black": (8.0, 13.0),
    "brown": (12.0, 18.0, 23.0, 30.0),
    "blond": (34.0, 41.0, 48.0, 56.0),
    "red": (19.0, 25.0, 31.0, 38.0),
    "gray": (31.0, 38.0, 45.0, 52.0),
    "white": (53.0, 60.0),
}
"""L* at which hair of that name passes to its next shade, by quantiles of 1,800 photos. In
photos hair is far darker than people remember it, so shades are never compared by colour."""

_UNDERTONE = 0.3  # how much of the photo's own redness and yellowness the skin keeps
_LIGHT, _SHADE = 0.35, 12.0  # how much of its own lightness, and the most that light explains
_DRAWN = (90.5, 82.3, 71.9, 60.0, 51.0, 40.0)
"""L* in which each tone is drawn: the light ones as in ``SKIN``, the dark ones hardly darker than
photos show them, so that the eye tells them apart from each other and from their hair."""
_PHOTOGRAPHED = (76.0, 74.0, 70.0, 60.0, 54.0, 43.0)
"""L* of faces read as each tone, medians of 572."""


def _finer(shades: tuple[str, ...]) -> tuple[str, ...]:
    """Shades with the ones between them."""
    labs = [lab_of(shade) for shade in shades]
    between = (
        hex_of(np.mean([one, other], axis=0).astype(np.float32)) for one, other in pairwise(labs)
    )
    return tuple(shade for pair in zip_longest(shades, between) for shade in pair if shade)


def lab_of(colour: str) -> Lab:
    """Convert a colour to Lab.

    Args:
        colour: "#rrggbb".
    """
    rgb = np.array([[[int(colour[i : i + 2], 16) for i in (1, 3, 5)]]], np.float32) / 255
    lightness, a, b = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0]
    return float(lightness), float(a), float(b)


def hex_of(lab: Lab | NDArray[np.float32]) -> str:
    """Convert a colour from Lab to the nearest "#rrggbb".

    Args:
        lab: L 0..100.
    """
    rgb = cv2.cvtColor(np.array([[lab]], np.float32), cv2.COLOR_LAB2RGB)[0, 0]
    red, green, blue = np.clip(np.rint(rgb * 255), 0, 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


HAIR: Mapping[str, tuple[str, ...]] = {name: _finer(shades) for name, shades in _HAIR.items()}
"""Shades by the names that people give to hair colours, each from dark to light."""


def skin(tone: float, measured: Lab) -> str:
    """Paint for skin: as a tone is drawn, and a little as the photo has it.

    Args:
        tone: 1 (lightest) to 6 (darkest), taken in half steps so that the same face keeps its
            colour.
        measured: of the photo.
    """
    at = round(tone * 2) / 2
    lab = np.array(step(at))
    beyond = np.clip(measured[0] - _between(_PHOTOGRAPHED, at), -_SHADE, _SHADE)
    lab[0] = _between(_DRAWN, at) + np.round(_LIGHT * beyond / 1.5) * 1.5
    hue = np.clip(np.array(measured[1:]) - lab[1:], -9, 9)
    lab[1:] += np.round(_UNDERTONE * hue / 1.5) * 1.5
    return hex_of(lab.astype(np.float32))


def step(tone: float) -> Lab:
    """Find the skin between two of ``SKIN``.

    Args:
        tone: 1 (lightest) to 6 (darkest).
    """
    lightness, a, b = (_between(one, tone) for one in zip(*map(lab_of, SKIN), strict=True))
    return lightness, a, b


def _between(steps: Sequence[float], tone: float) -> float:
    return float(np.interp(tone, np.arange(1, len(steps) + 1), steps))


def hair(names: Mapping[str, float], measured: Lab | None) -> str:
    """Paint for hair.

    Args:
        names: probability of each name, dyed among them, which takes the photo's own colour,
            livelier.
        measured: of the photo, None when there is nothing to measure.
    """
    dyed = names.get("dyed", 0.0)
    if measured is not None and (
        dyed > max(names.get(name, 0.0) for name in HAIR)
        or (dyed > _HINT and _grows_on_nobody(measured))
    ):
        return _dyed(measured)
    name = max(HAIR, key=lambda one: names.get(one, 0.0))
    shades = HAIR[name]
    if measured is None:
        return shades[len(shades) // 2]
    return shades[sum(measured[0] > step for step in _STEPS[name])]


_HINT = 0.04  # the least probability of dye for its colour to be believed


def _grows_on_nobody(measured: Lab) -> bool:
    """Whether a colour is far from all hair that grows: green, blue, pink, bright yellow."""
    _, a, b = measured
    return a < -6 or b < -9 or (a > 24 and b < 10) or b > 42


def _dyed(measured: Lab) -> str:
    """The photo's own colour, as lively as dye is in daylight."""
    lightness, a, b = measured
    chroma = max(float(np.hypot(a, b)), 1.0)
    livelier = float(np.clip(1.6 * chroma, 24.0, 60.0)) / chroma
    return hex_of((float(np.clip(lightness + 8, 34, 78)), livelier * a, livelier * b))


def cloth(measured: Lab, skin: str) -> str:
    """Paint for clothes and hats: the photo's own colour, not quite as dark or dull.

    Args:
        measured: Lab of the photo.
        skin: its paint, from which the cloth stays apart, so that nobody looks undressed.
    """
    lightness, a, b = measured
    lab = np.array([np.clip(lightness, 22, 92), 1.2 * a, 1.2 * b])
    away = lab - lab_of(skin)
    if np.hypot(*away[1:]) < 14 and abs(away[0]) < 24:
        lab[0] += 24 if lab[0] < 45 else -24
        lab[1:] *= 0.4
    return hex_of(lab.astype(np.float32))
