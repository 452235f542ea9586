"""Exact pairs for the network: any face, any movement, as the geometric engine makes it.

A pool is filled before training and goes on being renewed, so that no pair is seen too often.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression.engine import expressed
from inference.expression.mixes import NAMED, UNITS, movement
from inference.expression.placing import SIDE, WINDOW, changes
from inference.face import colours, hair
from inference.face.pose import head_pose
from inference.face.report import FaceReport, Quality
from inference.models.calls import run
from inference.models.networks import Networks
from inference.training.faces import Faces
from storage.contract.kinds import Setting

_OPAQUE = np.full((320, 320), 255, np.uint8)
_GOOD = Quality(64.0, 0.5, 60.0, 5.0, 1.0)  # nobody asks


@dataclass(frozen=True, slots=True)
class Pair:
    """One exact pair.

    photo, result: (SIDE, SIDE, 3) uint8 RGB. flow: (SIDE / 4, SIDE / 4, 2) float16 in shares of
    the side. change: (movements,) float32.
    """

    photo: NDArray[np.uint8]
    result: NDArray[np.uint8]
    flow: NDArray[np.float16]
    change: NDArray[np.float32]


Track = Callable[[range], Iterable[int]]
"""Goes through numbers, for a progress bar."""

Plane = TypeVar("Plane", NDArray[np.uint8], NDArray[np.float32])


def cropped(image: Plane, small: int = SIDE) -> Plane:
    """Return the network's window of a 320 px picture of the common crop, ``small`` px square."""
    left, top, side = WINDOW
    piece = image[top : top + side, left : left + side]
    return np.asarray(cv2.resize(piece, (small, small), interpolation=cv2.INTER_AREA), image.dtype)


class Pairs:
    """Makes pairs of some faces. chosen: numbers of faces."""

    def __init__(self, faces: Faces, chosen: NDArray[np.intp], networks: Networks) -> None:
        self._faces = faces
        self._chosen = chosen
        self._networks = networks

    def one(self, chance: np.random.Generator) -> Pair:
        """Draw a face and a movement."""
        return self.of(int(chance.choice(self._chosen)), _drawn(chance))

    def of(self, index: int, settings: Iterable[Setting]) -> Pair:
        """Make the pair of one face and some settings."""
        asked = movement(settings)
        image = self._faces.images[index]
        report = self._report(index)
        done = expressed(image, _OPAQUE, report, asked)
        flow = np.zeros((*image.shape[:2], 2), np.float32)
        if done.flow is not None:
            left, top, right, bottom = done.flow.box
            flow[top:bottom, left:right] = done.flow.offset
        _, _, side = WINDOW
        return Pair(
            cropped(image),
            cropped(done.image),
            (cropped(flow, SIDE // 4) / side).astype(np.float16),
            run(changes(report, asked, done.moved), self._networks),
        )

    def _report(self, index: int) -> FaceReport:
        faces = self._faces
        image, points = faces.images[index], faces.landmarks[index]
        found = colours.colours(image, points, faces.hair[index])
        return FaceReport(
            points, faces.blendshapes[index], head_pose(points), _GOOD, found,
            hair.describe(image, points, faces.persons[index], faces.hair[index], found.skin),
        )  # fmt: skip


def _drawn(chance: np.random.Generator) -> Iterator[Setting]:
    """Yield one to three settings, named ones as often as single movements."""
    for _ in range(int(chance.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))):
        names = list(NAMED) if chance.random() < 0.5 else [*NAMED, *UNITS]
        amount = float(chance.uniform(-0.4, 1.0))
        yield Setting(str(chance.choice(names)), amount)


def first(pairs: Pairs, count: int, kept: Path, track: Track) -> list[Pair]:
    """Return so many pairs; kept in a file (.npz), for they take a while."""
    if not kept.exists():
        chance = np.random.default_rng(0)
        made = [pairs.one(chance) for _ in track(range(count))]
        columns = [np.stack(column) for column in zip(*map(astuple, made), strict=True)]
        part = kept.with_suffix(".part.npz")
        np.savez(part, *columns)
        part.replace(kept)
    with np.load(kept) as columns:
        return [Pair(*row) for row in zip(*(columns[name] for name in columns), strict=True)]
