"""What a photo says of hair colour: the hair's shades and textures, beside those around it.

Brown hair in dim light is as dark as black hair in the sun; gray hair is as light as blond. So the
hair is described next to skin, brows, the face's highlights and the background, and not by one
colour but by how its pixels lie in lightness and chroma.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.alignment import SIZE, Aligned

LENGTH = 151
"""Numbers of ``describe``."""

_PIXELS = 4000  # of hair, at most: more tell nothing new
_LEAST = 20  # fewer tell nothing at all
_LIGHTNESS = (0, 6, 12, 18, 24, 30, 38, 46, 55, 65, 80, 200)  # of 100 for the face's highlights
_CHROMA = (-1, 3, 6, 10, 15, 20, 28, 200)
_FIVE, _THREE = (10, 25, 50, 75, 90), (25, 50, 75)


def describe(
    lab: NDArray[np.float32],
    face: Aligned,
    inside: NDArray[np.bool_],
    cheeks: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Describe hair next to skin, brows, highlights and background.

    Args:
        lab: (320, 320, 3) float32, the face's image in Lab.
        face: in the common crop.
        inside: (320, 320) bool, inside the face's own outline.
        cheeks: (320, 320) bool, bare skin.

    Returns:
        (LENGTH,) float32.
    """
    rows, columns = np.ogrid[:SIZE, :SIZE]
    hair = (face.hair_mask > 200) & ~inside
    above = hair & (rows < face.landmarks[topology.FOREHEAD_MIDDLE, 1])
    beside = hair & ~above
    brows = lab[topology.fill((SIZE, SIZE), face.landmarks, *topology.BROWS)]
    skin = np.asarray(np.median(lab[cheeks], axis=0) if cheeks.any() else np.zeros(3), np.float64)
    highlight = float(np.percentile(lab[..., 0][inside], 95)) if inside.any() else 100.0
    everything = np.median(lab[::4, ::4].reshape(-1, 3), axis=0)
    ground = lab[::2, ::2][face.alpha[::2, ::2] < 30]
    strands, textures = _some(hair, lab, _texture(lab))
    return np.concatenate([
        _quantiles(strands, _FIVE),
        _quantiles(_some(above, lab)[0], _THREE),
        _quantiles(_some(beside & (columns < SIZE // 2), lab)[0], _THREE),
        _quantiles(_some(beside & (columns >= SIZE // 2), lab)[0], _THREE),
        _quantiles(brows, (10, 30, 50)),
        skin, [highlight], everything,
        np.median(ground, axis=0) if len(ground) >= _LEAST else everything,
        _spread(strands, highlight),
        _relations(strands, textures, skin, highlight, int(hair.sum())),
    ]).astype(np.float32)  # fmt: skip


def _some(mask: NDArray[np.bool_], *planes: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Values of planes at a mask's pixels, evenly thinned."""
    at = np.flatnonzero(mask)
    at = at[:: max(1, len(at) // _PIXELS)]
    return [plane.reshape(SIZE * SIZE, -1)[at] for plane in planes]


def _quantiles(pixels: NDArray[np.float32], percents: tuple[int, ...]) -> NDArray[np.float64]:
    if len(pixels) < _LEAST:
        return np.zeros(3 * len(percents))
    return np.asarray(np.percentile(pixels, percents, axis=0).ravel())


def _spread(strands: NDArray[np.float32], highlight: float) -> NDArray[np.float64]:
    """How the hair's pixels lie in lightness, relative to the face's, and chroma."""
    bins = (np.array(_LIGHTNESS), np.array(_CHROMA))
    if len(strands) < _LEAST:
        return np.zeros((len(_LIGHTNESS) - 1) * (len(_CHROMA) - 1))
    lightness = strands[:, 0] / max(highlight, 20.0) * 100
    counts, _, _ = np.histogram2d(lightness, np.hypot(strands[:, 1], strands[:, 2]), bins)
    return np.asarray(np.sqrt(counts / len(strands)).ravel())


def _relations(
    strands: NDArray[np.float32],
    textures: NDArray[np.float32],
    skin: NDArray[np.float64],
    highlight: float,
    area: int,
) -> NDArray[np.float64]:
    """Hue of the lighter strands, contrasts within the hair, and against skin and highlights."""
    if len(strands) < _LEAST:
        return np.zeros(13)
    dark, middle, light = np.percentile(strands[:, 0], (5, 50, 95))
    lighter = strands[strands[:, 0] >= np.percentile(strands[:, 0], 70)]
    hue = np.arctan2(lighter[:, 2].mean(), lighter[:, 1].mean())
    chroma = np.hypot(lighter[:, 1], lighter[:, 2]).mean()
    return np.array([
        hue, np.cos(hue), np.sin(hue),
        textures.mean(), np.percentile(textures, 90),
        strands[:, 0].std(), strands[:, 2].std(),
        area / 5000, light - dark,
        chroma / (np.hypot(*skin[1:]) + 3),
        middle / max(skin[0], 5.0), light / max(skin[0], 5.0), middle / highlight,
    ])  # fmt: skip


def _texture(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each pixel's lightness differs from that of its surroundings."""
    lightness = lab[..., 0]
    return np.asarray(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 2)), np.float32)
