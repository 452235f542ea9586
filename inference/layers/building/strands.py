"""Hair drawn one by one: rooted where it is dense, combed along a field, lit by its depth.

Coordinates are px of a picture that shows a frontal face; what is given for the left half holds
for its mirror image too. Everything follows from a seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face.report import Lab
from inference.pictures.compositing import resize
from inference.pictures.images import from_lab

Floats = NDArray[np.float64]

_STEPS = 10  # segments of a hair
_ROOTED = 6  # of them have the root's colour and width, the others the tip's
_SUBPIXEL = 4  # bits
_FINE = 2  # hairs are drawn at this many times the size of the picture
_LIT_TIP = np.array([8.0, 0.5, 1.5])  # Lab: tips are dry and thin
_UNDER = 0.45  # share of hairs that lie below the others
_SHADE = 9.0  # L* by which those are darker
_LOCK = 2.5  # px: standard deviation of the patches that share a tone


@dataclass(frozen=True, slots=True)
class Tuft:
    """Hairs of one kind.

    area: (N, 2) px, a polygon of the left half within which they root. comb: (N, 4) x, y and the
    way hair grows there, left half. soft: px over which the area thins out. fade: px over which
    it does at its top. hairs: how many in both halves. length: px, of the uppermost and of the
    lowest. taper: by how much those farthest from the middle are shorter. wave: px from curl to
    curl, ``curl`` px wide. stray: radians by which hairs leave the field. clump: 0..1, how far
    they gather in tips. width: px. base: 0..1, how much their shade hides the skin between them.
    """

    area: Floats
    comb: Floats
    hairs: int
    length: tuple[float, float]
    soft: float = 2.5
    fade: float = 0.0
    taper: float = 0.0
    curl: float = 0.3
    wave: float = 9.0
    stray: float = 0.2
    clump: float = 0.3
    width: float = 0.3
    base: float = 0.5


@dataclass(frozen=True, slots=True)
class Groom:
    """How hair lies on a face of ``side`` px whose middle is at x = ``side`` / 2.

    light: (N, 5) x, y, width, height (standard deviations) and the L* by which hair there is
    lighter, left half. tone: of the hair. vary: how far hairs differ in L*.
    """

    side: int
    light: Floats
    tone: Lab
    vary: float = 9.0


def drawn(groom: Groom, tufts: Sequence[Tuft], scale: int, seed: int = 0) -> NDArray[np.uint8]:
    """Draw tufts, later ones over earlier ones.

    Args:
        groom: how hair lies.
        tufts: from the lowest to the uppermost.
        scale: px of the picture over px of the groom.
        seed: of all chance.

    Returns:
        (side * scale, side * scale, 4) RGBA uint8.
    """
    rng = np.random.default_rng(seed)
    size = groom.side * scale
    colour, total = np.zeros((size, size, 3)), np.zeros((size, size, 1))
    for tuft in tufts:
        layer, share = _layer(groom, tuft, scale, rng)
        colour = layer * share + colour * (1 - share)
        total = share + total * (1 - share)
    straight = colour / np.maximum(total, 1e-3)
    rgba = np.clip(np.dstack([straight, total * 255]), 0, 255)
    return np.asarray(np.rint(rgba), np.uint8)


def density(tuft: Tuft, side: int) -> NDArray[np.float32]:
    """Tell how thick hair grows, at twice the picture's size.

    Args:
        tuft: hairs of one kind.
        side: of the picture, px.

    Returns:
        (2 * side, 2 * side) float32 0..1.
    """
    mask = np.zeros((2 * side, 2 * side), np.uint8)
    for half in (tuft.area, np.array([side, 0]) + tuft.area * np.array([-1, 1])):
        cv2.fillPoly(mask, [np.rint(2 * half).astype(np.int32)], 255)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 2 * tuft.soft), np.float32) / 255
    below = np.arange(2 * side, dtype=np.float32)[:, None] / 2 - np.float32(tuft.area[:, 1].min())
    return np.asarray(soft * np.clip(below / max(tuft.fade, 1e-3), 0, 1), np.float32)


def _layer(groom: Groom, tuft: Tuft, scale: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One tuft: its colours, not multiplied by alpha, and its alpha."""
    thick = density(tuft, groom.side)
    paths = _paths(groom, tuft, thick, rng)
    light = _light(groom, paths, rng)
    order = np.argsort(rng.normal(0, 5, len(paths)) - paths[:, 0, 1])  # upper hair hangs over lower
    under = rng.random(len(paths)) < _UNDER
    light -= _SHADE * under
    order = np.concatenate([order[under[order]], order[~under[order]]])

    lab = np.tile(np.array(groom.tone, np.float32), (len(paths), 1))
    lab[:, 0] = light
    lab[:, 1:] += rng.normal(0, 1, (len(paths), 2)) * (0.6, 1.2)
    root = _bytes(lab)
    tip = _bytes(lab + _LIT_TIP)
    fine = scale * _FINE
    canvas = np.zeros((groom.side * fine, groom.side * fine, 4), np.uint8)
    places = np.rint(paths * fine * 2**_SUBPIXEL).astype(np.int32)
    wide = max(1, round(tuft.width * fine))
    for i in order:
        near, far = places[i, : _ROOTED + 1], places[i, _ROOTED:]
        cv2.polylines(canvas, [near], False, root[i], wide, cv2.LINE_AA, _SUBPIXEL)
        cv2.polylines(canvas, [far], False, tip[i], max(1, wide - 1), cv2.LINE_AA, _SUBPIXEL)
    size = groom.side * scale
    small = resize(canvas, (size, size), cv2.INTER_AREA).astype(np.float64)
    hair, share = small[..., :3], small[..., 3:] / 255

    grown = resize(thick, (size, size)).astype(np.float64)
    filled = cv2.GaussianBlur(share[..., 0], (0, 0), 1.2 * scale)
    back = tuft.base * np.maximum(grown, filled**1.5)[..., None]
    deep = np.array([[max(groom.tone[0] - 1.3 * _SHADE, 4.0), *groom.tone[1:]]], np.float32)
    total = share + back * (1 - share)
    colour = hair + np.array(_bytes(deep)[0][:3]) * back * (1 - share)
    return colour / np.maximum(total, 1e-3), total


def _paths(
    groom: Groom, tuft: Tuft, thick: NDArray[np.float32], rng: np.random.Generator
) -> Floats:
    """(N, steps + 1, 2) px: the course of every hair."""
    chance = thick.astype(np.float64).ravel()
    cells = rng.choice(chance.size, tuft.hairs, p=chance / chance.sum())
    rows, columns = np.divmod(cells, thick.shape[1])
    roots = (np.stack([columns, rows], axis=1) + rng.random((tuft.hairs, 2))) / 2
    strength = thick[rows, columns].astype(np.float64)
    top, bottom = tuft.area[:, 1].min(), tuft.area[:, 1].max()
    middle = groom.side / 2
    fall = np.clip((roots[:, 1] - top) / (bottom - top), 0, 1) ** 2
    aside = np.abs(roots[:, 0] - middle) / np.abs(tuft.area[:, 0] - middle).max()
    length = tuft.length[0] + (tuft.length[1] - tuft.length[0]) * fall
    length *= (1 - tuft.taper * np.clip(aside, 0, 1)) * np.exp(rng.normal(0, 0.25, len(roots)))
    length *= 0.4 + 0.6 * strength

    turn = rng.normal(0, tuft.stray, len(roots))
    cos, sin = np.cos(turn), np.sin(turn)
    course = [roots]
    for _ in range(_STEPS):
        x, y = _way(course[-1], tuft.comb, middle).T
        way = np.stack([x * cos - y * sin, x * sin + y * cos], axis=1)
        course.append(course[-1] + way * (length / _STEPS)[:, None])
    paths = np.stack(course, axis=1)
    along = np.linspace(0, 1, _STEPS + 1)
    if tuft.clump > 0:
        heads = rng.choice(len(roots), max(6, len(roots) // 30), replace=False)
        apart = ((roots[:, None] - roots[None, heads]) ** 2).sum(axis=2)
        head = heads[apart.argmin(axis=1)]
        lead = (paths[head] - roots[head][:, None]) * (length / length[head])[:, None, None]
        lead += (0.35 * roots + 0.65 * roots[head])[:, None]
        pull = tuft.clump * rng.uniform(0.3, 1, len(roots))[:, None] * along**1.3
        paths += (lead - paths) * pull[..., None]
    if tuft.curl > 0:
        ahead = np.gradient(paths, axis=1)
        ahead /= np.linalg.norm(ahead, axis=2, keepdims=True) + 1e-6
        phase = rng.uniform(0, 2 * np.pi, len(roots))[:, None]
        turns = phase + 2 * np.pi * length[:, None] * along / tuft.wave
        swing = tuft.curl * np.minimum(1, length[:, None] / 8) * (np.sin(turns) - np.sin(phase))
        beside = np.stack([-ahead[..., 1], ahead[..., 0]], axis=2)
        paths += beside * (swing * np.sqrt(along))[..., None]
    return paths


def _way(points: Floats, comb: Floats, middle: float) -> Floats:
    """(N, 2) the unit vector along which hair grows at each point."""
    mirrored = points[:, 0] > middle
    across = np.where(mirrored, 2 * middle - points[:, 0], points[:, 0])
    apart = (across[:, None] - comb[:, 0]) ** 2 + (points[:, 1:] - comb[:, 1]) ** 2
    weights = (apart + 4) ** -1.5
    way = weights @ comb[:, 2:]
    way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-9
    way[mirrored, 0] *= -1
    return np.asarray(way)


def _light(groom: Groom, paths: Floats, rng: np.random.Generator) -> Floats:
    """(N,) L* of each hair."""
    across = groom.side / 2 - np.abs(paths[:, _STEPS // 2, 0] - groom.side / 2)
    down = paths[:, _STEPS // 2, 1]
    light = groom.tone[0] + rng.normal(0, groom.vary, len(paths))
    for x, y, width, height, amount in groom.light:
        light += amount * np.exp(-0.5 * (((across - x) / width) ** 2 + ((down - y) / height) ** 2))
    noise = cv2.GaussianBlur(rng.standard_normal((groom.side, groom.side)), (0, 0), _LOCK)
    rows, columns = np.clip(np.rint(paths[:, 0, ::-1]), 0, groom.side - 1).astype(int).T
    return np.asarray(light + groom.vary * 0.8 * noise[rows, columns] / noise.std())


def _bytes(lab: NDArray[np.floating]) -> list[tuple[int, int, int, int]]:
    """Lab (N, 3) to RGBA of full alpha."""
    clipped = np.clip(lab, (3, -80, -80), (97, 80, 80)).astype(np.float32)
    return [(int(r), int(g), int(b), 255) for r, g, b in from_lab(clipped[None])[0]]
