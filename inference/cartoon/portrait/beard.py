"""Beards, moustaches and stubble, by how densely hair covers the skin there."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import curves, hair_colour
from inference.cartoon.portrait.curves import Plane
from inference.cartoon.portrait.drawing import Shape, edge, fill
from inference.cartoon.portrait.sitter import SCALE, Sitter, mirrored, read
from inference.face import topology
from inference.face.report import Lab

_REGION = (
    93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323,
    376, 411, 425, 391, 326, 2, 97, 165, 205, 187, 147,
)  # fmt: skip
"""The lower face up to the nose and the cheekbones."""

_SOLID, _THIN = 0.55, 0.24
"""Density from which hair is drawn as a shape of its own, and from which as a shade on skin."""

_CERTAIN = 0.5  # how probable a beard or a moustache must be to be drawn solid
_FRONTAL = 25.0  # degrees of yaw up to which both halves of a face are seen
_CHIN = 0.25  # of the face's height: where hanging hair of one half is also the other's
_SMOOTH = 0.35  # of a beard's roughness: as smooth as skin
_SHADE = 0.45  # for stubble
_SHAVED, _FAINT = 0.22, 0.03  # opacity of a shaved man's shade, and that below which it is nothing
_GRAYING = 0.4  # how probable a gray beard must be
_LIT, _FADED = 0.6, 0.4  # share of its pixels that are darker than gray hairs, and of colour left
_ALONE, _DROOP = 0.5, 0.03  # share that a moustache alone has, and how far it hangs, face heights
_BESIDE = 1.25  # of the mouth's width: further out it is cheeks, shaded or unshaved


def draw(sitter: Sitter, grown: Plane | None, heavy: tuple[float, float]) -> list[Shape]:
    """Draw what grows on lips, chin and jaw. grown: see ``density``."""
    if grown is None:
        return _shaved(sitter)
    unit = sitter.unit
    blur = 0.022 * unit / SCALE
    least = (0.07 * unit) ** 2
    thin = curves.outlines((grown > _THIN).astype(np.float32), SCALE, blur=blur, least=least)
    shapes = fill("stubble", "beard-thin", *thin, part="shade", opacity=0.42)
    chance = _chance(sitter)
    if chance > _CERTAIN:
        if sitter.chance("facial_hair", "mustache") > _ALONE * chance:
            grown = np.where(_moustached(sitter), grown, 0).astype(np.float32)
        rings = curves.outlines(
            (grown > _solid(chance)).astype(np.float32), SCALE, blur=blur, least=least, spacing=4.0
        )
        shapes += edge("beard-edge", "beard-line", rings, 0.010 * unit, heavy)
        shapes += fill("beard", "beard", *rings)
        if rings:
            locks = curves.outlines(
                _locks(sitter, grown), SCALE, blur=0.008 * unit / SCALE,
                least=(0.03 * unit) ** 2, spacing=4.0,
            )  # fmt: skip
            shapes += fill("beard-dark", "beard-dark", *locks, part="shade", clip="beard")
    return shapes


def _moustached(sitter: Sitter) -> NDArray[np.bool_]:
    """Where a moustache alone grows: to a little below the mouth's corners, and beside them."""
    corners = sitter.points(*topology.MOUTH_CORNERS)[None]
    below = float(read(sitter.down, corners).mean()) + _DROOP
    left, right = read(sitter.across, corners)[0].tolist()
    middle, half = (left + right) / 2, _BESIDE * abs(right - left) / 2
    return np.asarray((sitter.down < below) & (np.abs(sitter.across - middle) < half))


def _shaved(sitter: Sitter) -> list[Shape]:
    """Where a man shaves, a little darker: by it, not by lines, people tell a man's face."""
    strength = _SHAVED * sitter.masculine
    if strength < _FAINT:
        return []
    region = curves.through(sitter.points(*_REGION), 3, closed=True)
    lips = curves.through(sitter.points(*topology.LIPS_OUTER), 3, closed=True)
    return fill("shaved", "beard-thin", region, lips, part="shade", clip="skin", opacity=strength)


def _solid(chance: float) -> float:
    """The density that is drawn solid: the surer a beard is, the less."""
    return _SOLID - 0.22 * max(0.0, chance - 0.6) / 0.4


def colours(sitter: Sitter, grown: Plane | None, skin: Lab) -> dict[str, Lab]:
    """The beard's own colour: the darker half of what is dense, or the brows'."""
    own = np.asarray(sitter.colours.brows, np.float32)
    if grown is not None and (grown > _SOLID).sum() > 60:
        own = np.median(sitter.lab[grown > _SOLID], axis=0)
    gray = sitter.chance("hair_colour", "gray", "white") * _chance(sitter)
    if grown is not None and gray > _GRAYING and (grown > _THIN).sum() > 60:
        hairs = sitter.lab[grown > _THIN]  # what lies between white hairs is skin and shade
        lit = np.median(hairs[hairs[:, 0] > np.quantile(hairs[:, 0], _LIT)], axis=0)
        own = own + min(1.0, 1.5 * gray) * (lit * (1, _FADED, _FADED) - own)
    light, a, b = hair_colour.warm((float(own[0]), float(own[1]), float(own[2])))
    light = max(min(light, skin[0] + 25), 12.0)
    tone: Lab = (light, a, b)
    return {
        "beard": tone,
        "beard-dark": (light * 0.68, a, b * 0.9),
        "beard-line": (light * 0.45, a * 0.7, b * 0.6),
        "beard-thin": (
            0.5 * light + 0.5 * skin[0] * 0.75,
            0.25 * a + 0.65 * skin[1],  # skin shows through, and the mix is no gray
            0.25 * b + 0.65 * skin[2],
        ),
    }


def _chance(sitter: Sitter) -> float:
    """How probable it is that more than stubble grows."""
    return sitter.chance("facial_hair", "beard", "goatee", "mustache")


def density(sitter: Sitter) -> Plane | None:
    """How densely hair covers the lower face, 0..1 (GRID, GRID), None where none grows.

    Where the skin looks unlike the rest of it, and only what both halves of the face agree on:
    shadows lie on one, beards grow on both.
    """
    chance = _chance(sitter)
    some = chance + sitter.chance("facial_hair", "stubble")
    if some * sitter.chance("male", "1") < _SHADE and chance < 0.8:
        return None
    unit = sitter.unit / SCALE
    lab = sitter.lab
    across, down = sitter.across, sitter.down
    lips = cv2.dilate(sitter.filled(topology.LIPS_OUTER).astype(np.uint8), np.ones((3, 3))) > 0
    skin = np.asarray(sitter.colours.skin, np.float32)
    apart = (lab - skin) * np.array([0.75, 0.9, 0.5], np.float32)
    # darker, or grayer: red lips and red shadow are not hair
    unlike = np.maximum(-apart, 0).sum(axis=2)
    rough = np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 0.02 * unit))
    evidence = cv2.GaussianBlur(unlike + 0.8 * rough, (0, 0), 0.02 * unit)
    grown = np.asarray(np.clip((evidence - 7 + 5 * chance) / 16, 0, 1), np.float32)
    region = sitter.filled(_REGION)
    if abs(sitter.pose.yaw) < _FRONTAL:
        other = cv2.dilate(mirrored(grown, sitter), np.ones((9, 9)))
        grown = np.minimum(grown, other + 0.15)
    core = region & (grown > 0.7) & ~lips & (down > 0.75)
    if sitter.chance("facial_hair", "beard") > 0.4 and core.sum() > 80:
        # below the jaw a beard goes on as long as it looks like itself, and as rough: a neck in
        # the shade has its colour too
        own = np.median(lab[core], axis=0)
        spread = max(6.0, float(lab[core][:, 0].std()))
        like = np.exp(
            -np.square((lab - own) / np.array([1.6 * spread, 5, 6], np.float32)).sum(axis=2)
        )
        coarse = cv2.GaussianBlur(rough, (0, 0), 0.03 * unit)
        like *= np.clip((coarse / max(float(np.median(coarse[core])), 0.1) - _SMOOTH) / 0.3, 0, 1)
        if abs(sitter.pose.yaw) < _FRONTAL:
            other = mirrored(like.astype(np.float32), sitter)
            like = np.where(np.abs(across) < _CHIN, np.maximum(like, other), like)
        below = (down > 0.8) & (down < 1.6) & (np.abs(across) < 0.45) & ~region
        below &= sitter.person > 0.5
        hanging = cv2.GaussianBlur(like.astype(np.float32), (0, 0), 0.02 * unit)
        hole = np.ones((round(0.05 * unit) | 1,) * 2)
        grown = np.where(below, cv2.morphologyEx(hanging, cv2.MORPH_CLOSE, hole), grown)
        region |= below & _reached(grown > _THIN, core)
    return np.asarray(grown * (region & ~lips), np.float32)


def _reached(mask: NDArray[np.bool_], start: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts of a mask that hang together with a start."""
    _, parts = cv2.connectedComponents((mask | start).astype(np.uint8))
    return np.isin(parts, np.unique(parts[start]))


def _locks(sitter: Sitter, grown: Plane) -> Plane:
    light = sitter.lab[..., 0]
    unit = sitter.unit / SCALE
    detail = cv2.GaussianBlur(light, (0, 0), 0.010 * unit) - cv2.GaussianBlur(
        light, (0, 0), 0.05 * unit
    )
    inside = grown > _SOLID
    spread = float(detail[inside].std()) + 0.3 if inside.any() else 1.0
    return np.asarray(np.clip(0.5 - 4 * (detail / spread + 0.6), 0, 1) * inside, np.float32)
