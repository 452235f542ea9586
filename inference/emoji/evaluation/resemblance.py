"""Whose avatar is this? Two judges hold a drawing against photos.

``by_codes`` compares the cross-domain encoder's codes; as the encoder has a say in choosing parts,
it flatters. ``by_measures`` has no part in choosing and learns nothing: it compares the outline of
the hair and the beard's darkness, as measured in the photo and in the drawing's own pixels. Both
compare the colours of skin and hair.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.avatars import palette, styles
from inference.emoji import crops
from inference.emoji.embedders import Embedder
from inference.face import topology
from inference.face.alignment import align
from inference.face.report import Portrait
from inference.pictures.compositing import resize
from inference.pictures.images import lab_of_pixels
from storage.contract.avatars import AvatarSpec

Scores = NDArray[np.float32]
"""(avatars, people): how well a drawing suits a person; comparable along a row."""

_OUTLINE = 20  # px: side at which outlines of hair are compared
_HEAD = crops.KINDS.index("head")


@dataclass(frozen=True, slots=True)
class Line:
    """What is drawn, from what is measured: ``offset + slope * measured``, about ``spread`` off.

    Fitted on the training split.
    """

    slope: float
    offset: float
    spread: float


SCALARS = ("skin_lightness", "hair_lightness", "hair_warmth", "beard")
LINES = (
    Line(0.568, 35.8, 10.1), Line(1.149, 5.7, 9.5), Line(1.027, 4.8, 8.2), Line(0.158, 0.0, 0.081),
)  # fmt: skip
"""Of each of SCALARS."""
CODES, CODES_SCALARS = 51.0, (0.7, 0.8, 0.4, 0.2)
MEASURES, MEASURES_SCALARS = 13.0, (0.8, 0.9, 0.6, 2.2)
"""What cosine or outline and each of SCALARS weigh: those that told best whose avatars those of
other people, of the training split, were."""


def by_codes(specs: Sequence[AvatarSpec], portraits: Sequence[Portrait], judge: Embedder) -> Scores:
    """Score by the codes of drawings and photos, and colours.

    Args:
        specs: A avatars.
        portraits: of P people.
        judge: whose codes.

    Returns:
        (A, P) float32.
    """
    photos = judge.embed(np.stack([crops.of_face(align(one), judge.side) for one in portraits]))
    drawings = judge.embed(np.stack([crops.of_avatar(spec, judge.side) for spec in specs]))
    cosine = np.einsum("akd,pkd->ap", drawings, photos)
    return np.asarray(
        CODES * cosine + scalars(specs, portraits) @ np.array(CODES_SCALARS), np.float32
    )


def by_measures(specs: Sequence[AvatarSpec], portraits: Sequence[Portrait]) -> Scores:
    """Score by outline, beard and colours.

    Args:
        specs: A avatars.
        portraits: of P people.

    Returns:
        (A, P) float32.
    """
    return np.asarray(
        MEASURES * outlines(specs, portraits)
        + scalars(specs, portraits) @ np.array(MEASURES_SCALARS),
        np.float32,
    )


def outlines(specs: Sequence[AvatarSpec], portraits: Sequence[Portrait]) -> NDArray[np.float32]:
    """Compare where hair is drawn with where it is seen.

    Args:
        specs: A avatars.
        portraits: of P people.

    Returns:
        (A, P) float32: minus the share of the picture where hair is drawn and none is seen, or
        reverse.
    """
    size = (_OUTLINE, _OUTLINE)
    drawn = np.stack([_shrunk(painted(spec, "hair", crops.KINDS[_HEAD]), size) for spec in specs])
    seen = np.stack(
        [_shrunk((align(one).hair_mask / 255).astype(np.float32), size) for one in portraits]
    )
    return np.asarray(-np.abs(drawn[:, None] - seen[None]).mean(axis=2), np.float32)


def scalars(specs: Sequence[AvatarSpec], portraits: Sequence[Portrait]) -> NDArray[np.float32]:
    """Find the log likelihoods of what is drawn, given what is measured.

    Where one of the two has no hair to compare the likelihood of its colours is 1.

    Args:
        specs: A avatars.
        portraits: of P people.

    Returns:
        (A, P, len(SCALARS)) float32.
    """
    drawn = np.array([shown(spec) for spec in specs])
    seen = np.array([measured(one) for one in portraits])
    slope, offset, spread = (
        np.array([getattr(line, name) for line in LINES]) for name in ("slope", "offset", "spread")
    )
    away = (drawn[:, None] - (offset + slope * seen[None])) / spread
    return np.asarray(np.nan_to_num(-0.5 * np.minimum(away**2, 9.0)), np.float32)


def shown(spec: AvatarSpec) -> tuple[float, ...]:
    """SCALARS of a drawing; NaN for the colours of hair that isn't drawn."""
    lightness, hair, warmth = palette.lab_of(spec.colours["skin"])[0], np.nan, np.nan
    if painted(spec, "hair", "head").mean() > _SOME:
        hair, _, warmth = palette.lab_of(spec.colours["hair"])
    return lightness, hair, warmth, float(painted(spec, "facialHair", "jaw").mean())


def measured(portrait: Portrait) -> tuple[float, ...]:
    """Measure SCALARS of a photo; NaN for the colours of hair that isn't there.

    Args:
        portrait: a studied face.
    """
    colours = portrait.report.colours
    hair = colours.hair or (np.nan, np.nan, np.nan)
    goatee = topology.fill(portrait.alpha.shape, portrait.report.landmarks, topology.GOATEE)
    chin = lab_of_pixels(portrait.image, goatee)
    dark = 1 - float(np.median(chin[:, 0])) / max(colours.skin[0], 1.0) if len(chin) else 0.0
    return colours.skin[0], hair[0], hair[2], dark


_SOME = 0.01  # of the head's crop: less hair than that has no colour


def painted(spec: AvatarSpec, colour: str, kind: str) -> NDArray[np.float32]:
    """Find which pixels of a crop have an avatar's colour of some name.

    Args:
        spec: of any style.
        colour: its name.
        kind: of the crop.

    Returns:
        (64, 64) float32 0..1.
    """
    if colour not in styles.load(spec.style).colours:
        return np.zeros((crops.SIDE, crops.SIDE), np.float32)
    which = crops.KINDS.index(kind)
    one, other = (
        crops.of_avatar(spec.changed(colours={colour: paint}))[which].astype(np.float32)
        for paint in ("#00ff00", "#ff00ff")
    )
    return np.asarray(np.abs(one - other).max(axis=2) / 255, np.float32)


def _shrunk(mask: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return resize(mask, size, cv2.INTER_AREA).ravel()
