"""The sitter: everything that drawing one person needs, measured once, on the drawing's canvas."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon.portrait import hair_colour, regions
from inference.cartoon.portrait.curves import Curve, Plane
from inference.face import attributes, crown, freckles, topology
from inference.face.framing import bust
from inference.face.report import Colours, Hair, Lab, Portrait, Pose
from inference.pictures.images import to_lab

SIDE = 512
"""Units of the drawing."""

GRID = 256
"""Pixels a side at which masks and tones are measured."""

SCALE = SIDE / GRID

_ROOM = 14  # units left free above and beside a person that the photo does not cut
_LEAST = 40  # pixels of bare skin that tell its tone
_SHINY = (45.0, 65.0)  # lightness of skin, from all shine in its highlights to none
_CUT = 0.06  # of a side: a person that fills more of the photo's edge is cut there


@dataclass(frozen=True, slots=True)
class Sitter:
    """One person, placed on the canvas. All masks (GRID, GRID) float32 0..1.

    landmarks: (478, 2) units. lab: (GRID, GRID, 3) float32, the photo. person: body or hair.
    skin: all bare skin, also under thin hair. oval: the face's outline filled. clothes, headwear:
    what they cover. across, down: where a pixel lies on the head, see ``regions.head_frame``.
    light: -1 lit from the picture's left .. 1 from its right. freckles: (N, 2) units. perceived:
    attribute -> value -> probability, see ``inference.face.attributes``.
    """

    landmarks: Curve
    lab: NDArray[np.float32]
    person: Plane
    hair: Plane
    skin: Plane
    oval: Plane
    clothes: Plane
    headwear: Plane
    across: Plane
    down: Plane
    colours: Colours
    style: Hair
    pose: Pose
    blendshapes: NDArray[np.float32]
    perceived: Mapping[str, Mapping[str, float]]
    light: float
    freckles: Curve

    @property
    def unit(self) -> float:
        """The face's height, never less than its width tells: nodding heads look shorter."""
        wide = float(np.linalg.norm(self.landmarks[234] - self.landmarks[454]))
        return max(topology.face_height(self.landmarks), 1.15 * wide)

    @property
    def up(self) -> NDArray[np.float64]:
        """Where the forehead is, seen from the chin, as a unit vector."""
        away = self.landmarks[topology.FOREHEAD_MIDDLE] - self.landmarks[topology.CHIN]
        return np.asarray(away / np.linalg.norm(away), np.float64)

    @property
    def right(self) -> NDArray[np.float64]:
        """Perpendicular to ``up``, to the picture's right."""
        return np.array([-self.up[1], self.up[0]])

    def chance(self, attribute: str, *values: str) -> float:
        """Return how probable it is that an attribute has one of these values."""
        found = self.perceived[attribute]
        return sum(found.get(value, 0.0) for value in values)

    @property
    def masculine(self) -> float:
        """How surely the face reads as a man's, 0..1, for looks that draw men by other signs."""
        beard = self.chance("facial_hair", "beard", "goatee", "mustache")
        read = 1 - (1 - self.chance("male", "1")) * (1 - beard)
        return read * read * (3 - 2 * read)

    def points(self, *indices: int) -> Curve:
        """Landmarks by number, (N, 2)."""
        return self.landmarks[list(indices)]

    def filled(self, *polygons: tuple[int, ...]) -> NDArray[np.bool_]:
        """Fill rings of landmarks, (GRID, GRID)."""
        return topology.fill((GRID, GRID), self.landmarks / SCALE, *polygons)


def sit(portrait: Portrait) -> Sitter:
    """Place a portrait's person on the canvas, as large as fits, and find what they wear."""
    portrait = crown.closed(portrait)
    perceived, report = attributes.classify(portrait), portrait.report
    rows, columns = bust(report.landmarks)
    left, top, width, height = cv2.boundingRect(
        (portrait.alpha[rows, columns] > 64).astype(np.uint8)
    )
    left += columns.start
    box = np.s_[top : top + height, left : left + width]
    alpha = portrait.alpha[box] > 128
    room = _ROOM / SCALE
    spare = [0.0 if side.mean() > _CUT else room for side in (alpha[0], alpha[:, 0], alpha[:, -1])]
    free = GRID - spare[1] - spare[2], GRID - spare[0]
    scale = min(free[0] / width, free[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    x = round(spare[1] + (free[0] - size[0]) / 2)
    y = GRID - size[1]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR

    def placed(plane: NDArray[np.uint8], border: int) -> NDArray[np.uint8]:
        small = cv2.resize(plane[box], size, interpolation=method)
        edges = y, 0, x, GRID - size[0] - x
        return np.asarray(cv2.copyMakeBorder(small, *edges, border), np.uint8)

    landmarks = (report.landmarks[:, :2].astype(np.float64) - (left, top)) * scale + (x, y)
    photo = placed(portrait.foreground, cv2.BORDER_REPLICATE)
    person, hair = (
        placed(mask, cv2.BORDER_CONSTANT).astype(np.float32) / np.float32(255)
        for mask in (portrait.alpha, portrait.hair_mask)
    )
    deep = sum(perceived["skin"].get(tone, 0.0) for tone in ("5", "6"))
    lab = to_lab(photo)
    found = regions.find(photo, lab, landmarks, person, hair, report, perceived)
    return Sitter(
        landmarks=landmarks * SCALE,
        lab=lab,
        person=person,
        hair=found.hair,
        skin=found.skin,
        oval=found.oval,
        clothes=found.clothes,
        headwear=found.headwear,
        across=found.across,
        down=found.down,
        colours=replace(
            report.colours,
            skin=_skin(lab, landmarks, hair, report.colours.skin, deep),
            hair=hair_colour.own(report.colours, perceived),
            hair_second=hair_colour.second(report.colours, perceived),
        ),
        style=report.hair,
        pose=report.pose,
        blendshapes=report.blendshapes,
        perceived=perceived,
        light=_light(lab, landmarks),
        freckles=((freckles.find(portrait, perceived) - (left, top)) * scale + (x, y)) * SCALE,
    )


def bent(sitter: Sitter, offset: NDArray[np.float32]) -> Sitter:
    """Return the sitter with other proportions.

    offset: (GRID, GRID, 2) float32, where each point of the canvas moves, units.
    """
    spots = ticks()
    back = offset
    for _ in range(2):  # what lands here came from where its own offset points
        back = read(offset, spots - back)
    spots = spots - back

    def moved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return read(plane, spots)

    spotted = np.vstack([sitter.landmarks, sitter.freckles])
    landmarks, freckled = np.split(spotted + read(offset, spotted), [len(sitter.landmarks)])
    across, down = regions.head_frame(GRID, landmarks / SCALE)
    return replace(
        sitter,
        landmarks=landmarks,
        freckles=freckled,
        lab=moved(sitter.lab),
        person=moved(sitter.person),
        hair=moved(sitter.hair),
        skin=moved(sitter.skin),
        oval=moved(sitter.oval),
        clothes=moved(sitter.clothes),
        headwear=moved(sitter.headwear),
        across=across,
        down=down,
    )


@cache
def ticks() -> NDArray[np.float32]:
    """Where the grid's pixels are on the canvas, (GRID, GRID, 2) units."""
    found = (np.indices((GRID, GRID), np.float32)[::-1].transpose(1, 2, 0) + 0.5) * SCALE
    found = np.ascontiguousarray(found, np.float32)
    found.setflags(write=False)
    return found


def read(plane: NDArray[np.float32], spots: NDArray[np.floating]) -> NDArray[np.float32]:
    """Read a plane of the grid, (GRID, GRID) or (GRID, GRID, C), at points of the canvas.

    spots: (..., 2) units. Returns (...) or (..., C).
    """
    shape = spots.shape[:-1]
    at = (spots.reshape(shape[0], -1, 2) / SCALE - 0.5).astype(np.float32)
    x, y = (np.ascontiguousarray(at[..., axis]) for axis in (0, 1))
    edge = cv2.BORDER_REPLICATE
    found = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=edge)
    return np.asarray(found, np.float32).reshape(*shape, *plane.shape[2:])


def mirrored(plane: Plane, sitter: Sitter) -> Plane:
    """The plane reflected about the face's middle line."""
    top, chin = sitter.landmarks[168] / SCALE - 0.5, sitter.landmarks[152] / SCALE - 0.5
    along = (chin - top) / np.linalg.norm(chin - top)
    turn = 2 * np.outer(along, along) - np.eye(2)
    matrix = np.column_stack([turn, top - turn @ top])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, matrix, (GRID, GRID), flags=flags), np.float32)


def _skin(
    lab: NDArray[np.float32], landmarks: Curve, hair: Plane, measured: Lab, deep: float
) -> Lab:
    """The skin's tone without its shine, which has no colour: never lighter than measured.

    On pale skin, though, what has more colour is what lies in shadow. deep: how probable it is
    that the skin is dark.
    """
    bare = topology.fill((GRID, GRID), landmarks, *topology.CHEEKS, topology.FOREHEAD)
    pixels = lab[bare & (hair < 0.2)]
    if len(pixels) < _LEAST:
        return measured
    chroma = np.hypot(pixels[:, 1], pixels[:, 2])
    lightness, a, b = np.median(pixels[chroma >= np.median(chroma)], axis=0).tolist()
    darkest, palest = _SHINY
    pale = (1 - deep) * float(np.clip((measured[0] - darkest) / (palest - darkest), 0, 1))
    return min(lightness + pale * (measured[0] - lightness), measured[0]), a, b


def _light(lab: NDArray[np.float32], landmarks: Curve) -> float:
    """Which side the light comes from, by the two cheeks."""
    left, right = (
        float(np.median(lab[topology.fill((GRID, GRID), landmarks, cheek)][:, 0]))
        for cheek in topology.CHEEKS
    )
    return float(np.clip((right - left) / 12, -1, 1))
