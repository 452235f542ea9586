"""The colours that a wardrobe offers, by what they are for; a person's own may be others."""

from collections.abc import Mapping

from inference.avatars import palette
from inference.avatars.styles import Style

DYES = ("#b8336a", "#e78fb3", "#7a4fa3", "#3f6fb5", "#2f9c95", "#5d8a3a")
"""Hair that grows on nobody: magenta, pink, violet, blue, teal, green."""

CLOTH = (
    "#f4f1ea", "#b9bec7", "#6b7c93", "#2f3640", "#3d5a80", "#5fa8d3",
    "#2a9d8f", "#7fb069", "#f2c14e", "#e07a5f", "#b23a48", "#8e6c8a",
)  # fmt: skip
"""White, grays, blues, greens, warm colours and a violet."""

FRAMES = ("#262e33", "#6b4a2f", "#a98453", "#8a8f98", "#3d5a80", "#2f7d6d", "#b23a48", "#e9e6e2")
"""Glasses: black, horn, gold, silver, and some in colour."""


def _skin() -> tuple[str, ...]:
    """The steps of skin and the tones between them, without anybody's undertone."""
    halves = (number / 2 for number in range(2, 2 * len(palette.SKIN) + 1))
    return tuple(palette.hex_of(palette.step(tone)) for tone in halves)


def _hair() -> tuple[str, ...]:
    return (*(shade for shades in palette.HAIR.values() for shade in shades[::2]), *DYES)


def offered(style: Style) -> Mapping[str, tuple[str, ...]]:
    """Colour name of the style -> "#rrggbb" choices, natural ones first, in order."""
    hair = _hair()
    paints = {
        "skin": _skin(), "hair": hair, "facialHair": hair, "fur": hair, "clothes": CLOTH,
        "hat": CLOTH, "headwear": CLOTH, "accessories": FRAMES, "glasses": FRAMES,
    }  # fmt: skip
    return {name: choices for name, choices in paints.items() if name in style.colours}
