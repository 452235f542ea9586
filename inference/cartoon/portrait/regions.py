"""What of a person is skin, clothes or headwear: by colour, and by where on the body it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait.curves import Curve, Plane
from inference.face import topology
from inference.face.report import FaceReport

_CROPS = ("bald", "buzz", "short")
_DIM = 12.0  # added to colours before their ratios, so that black has none
_LEAST = 60  # pixels of cloth that tell its colour
_SAME = 12.0  # Lab distance, lightness counting a third, at which a colour is half that of a cloth
_WORN = 0.6  # how probable a hat or scarf must be where the hair's mask sees none
_NECK = 0.6  # face heights to the side of a face in profile where its neck is, measured on 101
_SHORT = 0.45  # how probable short hair must be for none to hang below the chin
_FOREHEAD = (-0.3, -0.05)  # how high it may go below a hat, and below one of the skin's colour
_TAN = 0.4  # how near the two must be for that
_VEILED, _LIFTED = 0.1, 0.035  # of an eye that hair covers; face heights around it left free
_SPREAD = 0.05  # least deviation of skin's log ratios within a face


@dataclass(frozen=True, slots=True)
class Regions:
    """Masks of one person, float32 0..1, and the head's frame, see ``head_frame``."""

    hair: Plane
    skin: Plane
    oval: Plane
    clothes: Plane
    headwear: Plane
    across: Plane
    down: Plane


def find(
    photo: NDArray[np.uint8],
    lab: NDArray[np.float32],
    landmarks: Curve,
    person: Plane,
    hair: Plane,
    report: FaceReport,
    perceived: Mapping[str, Mapping[str, float]],
) -> Regions:
    """Tell skin, clothes and headwear apart.

    photo: (S, S, 3) RGB. lab: the same in Lab. landmarks: (478, 2) px. person, hair: (S, S).
    """
    side = len(person)
    unit = topology.face_height(landmarks)
    oval = topology.fill((side, side), landmarks, topology.FACE_OVAL)
    across, down = head_frame(side, landmarks)
    hatted = perceived["headwear"]
    covered = hatted["hat"] + hatted["scarf"] > _WORN or (
        report.hair.covered and hatted["none"] < 0.9
    )

    neck = np.asarray(across + _NECK * np.sin(np.radians(report.pose.yaw)), np.float32)
    if sum(perceived["hair_length"].get(name, 0.0) for name in _CROPS) > _SHORT:
        hair = hair * np.clip((1.05 - down) / 0.1, 0, 1).astype(np.float32)  # but a shadow

    likely = _skin_evidence(photo, lab, landmarks, oval, hair)
    before = oval & (down > 0.18) & (np.abs(across) < 0.36)  # lower than a fringe
    hair = _off_the_eyes(hair * (1 - before * np.clip(2 * likely, 0, 1)), landmarks, unit)
    outside = _odds(across, neck, down, bald=report.hair.length in ("bald", "buzz") and not covered)
    if covered:
        highest = _FOREHEAD[int(_tanned(lab, person * (1 - hair), across, down, report))]
        outside[(down < 0.6) & (np.abs(across) > 0.48)] = -4
        outside[down < 0.05] = -4
        # a forehead ends where its colour does, at the earliest where the face is found to end
        forehead = (down < 0.15) & (down > highest) & (np.abs(across) < 0.42)
        outside[forehead & (down < 0.05)] = -0.4
    scarfed = hatted["scarf"] > 0.5
    if scarfed:  # its folds lie around the neck
        outside[(down > 0.95) & (outside > 0)] = 0.3
    # what is dark below the chin is in its shadow: its colour says little
    shaded = (
        (np.abs(neck) < 0.27)
        & (down > 0.9)
        & (down < 1.32)
        & (lab[..., 0] < report.colours.skin[0])
    )
    likely = np.where(shaded, np.maximum(likely, 0.4 * likely), likely)
    score = cv2.GaussianBlur(likely + outside, (0, 0), 0.012 * unit)
    bare = 1 / (1 + np.exp(-2 * score)) * person
    bare = np.asarray(bare * (1 - hair), np.float32)
    skin = np.maximum(bare, (oval & (hair < 0.5)).astype(np.float32))

    other = person * (1 - np.maximum(skin, hair))
    if covered:
        tone = np.asarray(report.colours.skin, np.float32)
        evident = np.maximum(skin, _near(lab, tone) * person * (1 - hair))
        skin = _with_forehead(skin, evident, forehead, unit)
        if not scarfed:  # ears stick out below a hat
            beside = (down > 0.25) & (down < 0.95) & (np.abs(across) > 0.4)
            ears = cv2.GaussianBlur(evident * beside * (np.abs(across) < 0.64), (0, 0), 1.5)
            skin = np.maximum(skin, np.asarray(np.clip(3 * ears - 1, 0, 1), np.float32))
        hair = hair * (1 - _strange(lab, hair, down, report))
        other = person * (1 - np.maximum(skin, hair))
        brim = np.where(np.abs(across) > 0.48, 0.66, 0.30)
        above = np.clip((brim - down) / 0.05, 0, 1)
        beside = np.clip((1.0 - down) / 0.1, 0, 1) * np.clip((np.abs(across) - 0.30) / 0.05, 0, 1)
        near = np.maximum(above, beside * np.clip((0.75 - np.abs(across)) / 0.1, 0, 1))
        headwear = other * near
        headwear[oval & (down > 0.3)] = 0
        other = other * (1 - near)
        if scarfed:
            alike = _alike(lab, headwear)
            hanging = np.maximum(other, hair * (np.maximum(down, 0) > 0.3)) * alike
            headwear = np.maximum(headwear, hanging)
            other, hair = other * (1 - alike), np.minimum(hair, 1 - hanging)
    else:
        headwear = np.zeros_like(person)
        # between hair and brow there is nothing but skin, and above it nothing but hair
        stray = other * np.clip((0.72 - down) / 0.05, 0, 1)
        grown = stray * (down < 0.1) * ~oval * (report.hair.length not in ("bald", "buzz"))
        hair = np.maximum(hair, grown * (hair.max() > 0.5))
        skin = np.maximum(skin, stray - grown)
        other = other - stray
    skin, other = _evened(skin, other, down, unit)
    return Regions(
        hair=np.asarray(hair, np.float32),
        skin=np.asarray(skin, np.float32),
        oval=oval.astype(np.float32),
        clothes=np.asarray(np.clip(other, 0, 1), np.float32),
        headwear=np.asarray(headwear, np.float32),
        across=across,
        down=down,
    )


def head_frame(side: int, landmarks: Curve) -> tuple[Plane, Plane]:
    """Where each pixel lies on the head: across from its middle, down from the forehead's top.

    In face heights; the chin is at 1. landmarks: (478, 2) px.
    """
    top, chin = landmarks[topology.FOREHEAD_MIDDLE], landmarks[topology.CHIN]
    axis = chin - top
    axis = axis / (axis @ axis)
    sides = landmarks[list(topology.FACE_SIDES)].mean(axis=0)
    middle = (top + chin) / 2 * 0.5 + sides * 0.5
    x, y = np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5)
    down = (x - top[0]) * axis[0] + (y - top[1]) * axis[1]
    across = (x - middle[0]) * axis[1] - (y - middle[1]) * axis[0]
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _off_the_eyes(hair: Plane, landmarks: Curve, unit: float) -> Plane:
    """Lift a fringe that covers both eyes: its shade is taken for hair, and nobody walks so."""
    eyes = [topology.fill(hair.shape, landmarks, ring) for ring in topology.EYES]
    if min(float(hair[eye].mean()) if eye.any() else 0.0 for eye in eyes) < _VEILED:
        return np.asarray(hair, np.float32)
    size = 2 * max(1, round(_LIFTED * unit)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    free = cv2.dilate((eyes[0] | eyes[1]).astype(np.float32), disc)
    return np.asarray(hair * (1 - cv2.GaussianBlur(free, (0, 0), 1.0)), np.float32)


def _skin_evidence(
    photo: NDArray[np.uint8],
    lab: NDArray[np.float32],
    landmarks: Curve,
    oval: NDArray[np.bool_],
    hair: Plane,
) -> Plane:
    """How much a pixel looks like this face's skin: about 1 for it, far below 0 for other things.

    Ratios of colours stay the same in shadow; lightness has its say where it leaves the face's.
    """
    shape = oval.shape
    soft = cv2.GaussianBlur(photo, (0, 0), 1.2).astype(np.float32) + np.float32(_DIM)
    logs = np.log(soft)
    ratios = np.dstack([logs[..., 0] - logs[..., 1], logs[..., 2] - logs[..., 1]])
    features = topology.fill(shape, landmarks, *topology.EYES, *topology.BROWS, topology.LIPS_OUTER)
    cheeks = topology.fill(shape, landmarks, *topology.CHEEKS, topology.FOREHEAD) & (hair < 0.2)
    known = cheeks if cheeks.sum() > 40 else oval & ~features
    middle = np.median(ratios[known], axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(ratios[known] - middle), axis=0), _SPREAD)
    apart = np.square((ratios - middle) / (2.0 * spread)).sum(axis=2)
    light = lab[..., 0]
    low, high = np.percentile(light[known], (10, 95))
    beyond = np.maximum(np.maximum(low - 26 - light, light - high - 4), 0) / 8
    return np.asarray(1.2 - np.minimum(apart + beyond**2, 6.0), np.float32)


def _evened(skin: Plane, clothes: Plane, down: Plane, unit: float) -> tuple[Plane, Plane]:
    """Smooth the border of skin and clothes: collars are cut, not torn."""
    soft_skin, soft_clothes = (
        cv2.GaussianBlur(mask, (0, 0), 0.035 * unit) for mask in (skin, clothes)
    )
    total = skin + clothes
    share = np.clip(0.5 + 4 * (soft_skin - soft_clothes), 0, 1)
    below = np.clip((down - 0.95) / 0.1, 0, 1)
    skin = skin + below * (share * total - skin)
    return np.asarray(skin, np.float32), np.asarray(np.maximum(total - skin, 0), np.float32)


def _odds(across: Plane, neck: Plane, down: Plane, *, bald: bool) -> Plane:
    """Prior log odds of bare skin by place on the body. neck: across from the neck's middle."""
    odds = np.full(across.shape, -0.7, np.float32)
    wide, aside = np.abs(across), np.abs(neck)
    below = (down > 0.9) & (down < 1.4)
    odds[below & (aside < 0.36)] = 1.0
    odds[below & (aside < 0.26)] = 2.0
    odds[below & (aside < 0.30) & (down < 1.18)] = 3.6
    ears = (down > 0.28) & (down < 0.9) & (wide < 0.52)
    odds[ears] = 1.6
    if bald:
        odds[(down < 0.4) & (down > -0.5) & (wide < 0.5)] = 2.5
    odds[(down > 1.4) & (wide > 0.5)] = -1.0
    return odds


def _tanned(
    lab: NDArray[np.float32], other: Plane, across: Plane, down: Plane, report: FaceReport
) -> bool:
    """Whether what is worn on a head has the colour of its skin. other: no hair, (S, S)."""
    crown = (down < -0.35) | ((down < 0.2) & (np.abs(across) > 0.55))
    worn = lab[crown & (other > 0.6)]
    if len(worn) < _LEAST:
        return False
    tone = np.asarray(report.colours.skin, np.float32)
    return float(_near(np.median(worn, axis=0)[None, None], tone).item()) > _TAN


def _with_forehead(skin: Plane, evident: Plane, zone: NDArray[np.bool_], unit: float) -> Plane:
    """Fill the shine of a forehead: what lies below evident skin is skin, down to the face.

    zone: where a forehead may be, (S, S).
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(0.04 * unit)) + 1,) * 2)
    seen = cv2.morphologyEx(((evident > 0.5) & zone).astype(np.uint8), cv2.MORPH_OPEN, disc)
    wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.2 * unit) + 1,) * 2)
    seen = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, wide)
    filled = np.maximum.accumulate(seen, axis=0).astype(np.float32) * zone
    return np.asarray(np.where(zone, filled, skin), np.float32)


def _alike(lab: NDArray[np.float32], cloth: Plane) -> Plane:
    """How much each pixel has the colours of a piece of cloth, in its light or its shadow."""
    worn = cloth > 0.6
    if worn.sum() < _LEAST:
        return np.zeros_like(cloth)
    near = cv2.GaussianBlur(_near(lab, np.median(lab[worn], axis=0)), (0, 0), 2.0)
    return np.asarray(np.clip(2 * near - 0.4, 0, 1), np.float32)


def _near(lab: NDArray[np.float32], tone: NDArray[np.float32]) -> Plane:
    """How near each pixel's colour is to a tone, 0..1; lightness counts a third."""
    apart = (lab - tone) * np.array([0.35, 1, 1], np.float32) / np.float32(_SAME)
    return np.asarray(np.exp2(-np.square(apart).sum(axis=2)), np.float32)


def _strange(lab: NDArray[np.float32], hair: Plane, down: Plane, report: FaceReport) -> Plane:
    """Hats taken for hair: what of the hair above the brows is unlike the brows and the rest."""
    below = (hair > 0.6) & (down > 0.3)
    if below.sum() > 60:
        own = np.median(lab[below], axis=0)
    else:
        own = np.asarray(report.colours.brows, np.float32)
    apart = np.linalg.norm((lab - own) * np.array([0.5, 1, 1], np.float32), axis=2)
    alien = np.clip((cv2.GaussianBlur(apart, (0, 0), 2.0) - 9) / 6, 0, 1)
    return np.asarray(alien * (down < 0.2), np.float32)
