"""Pairs to learn from: each labelled face as photo, drawing and cat, in own and other colours.

Written in shards, so that a training can begin while later ones are still being drawn.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from inference import wiring
from inference.cartoon import condition, twin
from inference.cartoon.portrait import composing, looks, palette, sitter
from inference.cartoon.portrait.options import Options
from inference.cartoon.training import cats
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import Lab
from inference.models.calls import Calls, run
from inference.pictures import images, svg
from inference.pictures.images import Image
from inference.training.faces import table

_SHARD = 200
_ORDER = 3  # seed of the order, so that every shard is a fair sample
_HAIR = (
    (16, 2, 4), (28, 8, 12), (42, 12, 20), (70, 6, 32), (40, 30, 30), (78, 0, 2), (48, -38, 24),
    (44, 6, -38), (62, 46, 0), (36, 34, -30),
)  # fmt: skip
_EYES = ((24, 8, 12), (36, 10, 20), (50, -14, 12), (52, -6, -22), (58, -4, -6), (42, 30, -24))


@dataclass(frozen=True, slots=True)
class Pair:
    """One face.

    photo: (S, S, 4) RGBA. drawings, cats: (2, S, S, 4). conditions: (2, 7) float32. mirrored:
    whether the cats look to the left.
    """

    photo: NDArray[np.uint8]
    drawings: NDArray[np.uint8]
    cats: NDArray[np.uint8]
    conditions: NDArray[np.float32]
    mirrored: bool


def pair(photo: Image, look: str, chance: np.random.Generator) -> Calls[Pair]:
    """Draw one photo twice.

    Raises:
        PhotoError: no face is found.
    """
    report = yield from analysis.find(photo)
    portrait = yield from analysis.study(photo, report, analysis.choices(report)[0])
    person = sitter.sit(portrait)
    own = composing.drawn(person, look)
    others = Options(hair=_one(_HAIR, chance), eyes=_one(_EYES, chance))
    dyed = {**own.palette, **palette.grown(person.colours, others)}
    drawings, pets, conditions = [], [], []
    for drawing in (own, replace(own, palette=dyed)):
        drawings.append(svg.raster(looks.svg(drawing, looks.LOOKS[look]), twin.SIDE))
        pets.append(cats.cat(person, drawing.palette))
        conditions.append(condition.of(drawing.palette, person.chance("glasses", "clear", "sun")))
    return Pair(
        twin.seen(person), np.stack(drawings), np.stack(pets), np.stack(conditions),
        twin.mirrored(person),
    )  # fmt: skip


def _one(choices: tuple[tuple[int, int, int], ...], chance: np.random.Generator) -> Lab:
    lightness, a, b = choices[chance.integers(len(choices))]
    return float(lightness), float(a), float(b)


def draw_all(data: Path, out: Path, look: str = "anime", most: int | None = None) -> None:
    """Draw every usable face of a data folder, or so many; shards that are there stay."""
    out.mkdir(parents=True, exist_ok=True)
    networks = wiring.networks()
    rows = [row for row in table(data / "faces" / "attributes.csv") if row["bad"] == "0"]
    split = {row["id"]: row["split"] for row in table(data / "faces" / "manifest.csv")}
    order = np.random.default_rng(_ORDER).permutation(len(rows))
    ids = [rows[index]["id"] for index in order][:most]
    for first in range(0, len(ids), _SHARD):
        path = out / f"pairs-{first:05d}.npz"
        if path.exists():
            continue
        found: list[tuple[str, Pair]] = []
        names = ids[first : first + _SHARD]
        for number, name in enumerate(track(names, f"faces from {first}")):
            chance = np.random.default_rng([first, number])
            picture = images.decode((data / "faces" / "images" / f"{name}.webp").read_bytes())
            try:
                found.append((name, run(pair(picture, look, chance), networks)))
            except PhotoError:
                continue
        part = path.with_suffix(".part.npz")
        np.savez(
            part,
            ids=[name for name, _ in found],
            photos=np.stack([one.photo for _, one in found]),
            drawings=np.stack([one.drawings for _, one in found]),
            cats=np.stack([one.cats for _, one in found]),
            conditions=np.stack([one.conditions for _, one in found]),
            mirrored=np.array([one.mirrored for _, one in found]),
            training=np.array([split[name] == "train" for name, _ in found]),
        )
        part.replace(path)
