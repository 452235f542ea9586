"""Clothes and headwear in two or three flat tones of their own."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.drawing import Shape, edge, fill
from inference.cartoon.portrait.sitter import GRID, SCALE, Sitter
from inference.face.report import Lab

_TONES = 3
_ALIKE = 14.0  # Lab distance, lightness halved, below which two tones are one
_MINOR = 0.05  # of the cloth: less of a tone is left out
_SAMPLES = 3000


@dataclass(frozen=True, slots=True)
class Cloth:
    """A piece of cloth: its mask, its tones, the main one first, and where each of them is."""

    mask: Plane
    tones: tuple[Lab, ...]
    places: tuple[Plane, ...]


def cloth(sitter: Sitter, mask: Plane) -> Cloth:
    """Find the flat tones of what a mask covers."""
    inside = mask > 0.6
    if inside.sum() < 60:
        return Cloth(mask, (), ())
    smooth = np.asarray(cv2.GaussianBlur(sitter.lab, (0, 0), 2.5), np.float32)
    weighed = smooth * np.array([0.5, 1.2, 1.2], np.float32)
    pixels = weighed[inside]
    few = np.ascontiguousarray(pixels[:: max(1, len(pixels) // _SAMPLES)])
    centres = _centres(few)
    away = np.stack([np.square(weighed - centre).sum(axis=2) for centre in centres])
    nearest = away.argmin(axis=0)
    tones, places = [], []
    sizes = [int(((nearest == k) & inside).sum()) for k in range(len(centres))]
    for k in sorted(range(len(centres)), key=lambda k: -sizes[k]):
        place = (nearest == k) & inside
        if sizes[k] < _MINOR * inside.sum():
            continue
        tone = np.median(smooth[place], axis=0)
        tones.append((float(tone[0]), float(tone[1]), float(tone[2])))
        places.append(place.astype(np.float32))
    return Cloth(mask, tuple(tones), tuple(places))


def draw(
    sitter: Sitter, worn: Cloth, name: str, heavy: tuple[float, float], under: Plane
) -> list[Shape]:
    """Draw a piece of cloth. under: what lies above it and may be filled below, (GRID, GRID)."""
    if not worn.tones:
        return []
    unit = sitter.unit
    blur = 0.018 * unit / SCALE
    least = (0.08 * unit) ** 2
    whole = np.maximum(worn.mask, np.minimum(_grown(worn.mask, 0.06 * unit), under))
    rings = curves.outlines(whole, SCALE, blur=blur, least=least)
    if not rings:
        return []
    shapes = [
        *edge(f"{name}-edge", f"{name}-line", rings, 0.016 * unit, heavy),
        *fill(name, f"{name}-0", *rings),
    ]
    for k, place in list(enumerate(worn.places))[1:]:
        patch = curves.outlines(place, SCALE, blur=0.045 * unit / SCALE, least=least * 1.5)
        shapes += fill(f"{name}-{k}", f"{name}-{k}", *patch, clip=name)
    return shapes


def shadow(sitter: Sitter, worn: Cloth, name: str) -> list[Shape]:
    """The shadow of chin and hair on the shoulders, and of the folds of one side."""
    if not worn.tones:
        return []
    unit = sitter.unit
    caster = np.maximum(np.maximum(sitter.hair, sitter.skin), sitter.headwear)
    by = -sitter.up * 0.055 * unit / SCALE
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    cast = cv2.warpAffine(caster, matrix, (GRID, GRID)) * worn.mask
    rings = curves.outlines(
        np.asarray(cast, np.float32), SCALE, blur=0.02 * unit / SCALE, least=(0.06 * unit) ** 2
    )
    return fill(f"{name}-shadow", "cloth-shade", *rings, part="shade", clip=name, opacity=0.28)


def _centres(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """As many tones as are really different, at most ``_TONES``. pixels: (N, 3)."""
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.5)
    for count in range(min(_TONES, len(pixels)), 1, -1):
        cv2.setRNGSeed(0)
        _, _, found = cv2.kmeans(
            pixels, count, np.empty((0, 1), np.int32), stop, 1, cv2.KMEANS_PP_CENTERS
        )
        centres = np.asarray(found, np.float32)
        apart = np.linalg.norm(centres[:, None] - centres, axis=2)
        if apart[~np.eye(count, dtype=np.bool_)].min() > _ALIKE:
            return centres
    return np.asarray(pixels.mean(axis=0, keepdims=True), np.float32)


def _grown(mask: Plane, reach: float) -> Plane:
    size = 2 * max(1, round(reach / SCALE)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask, disc), np.float32)
