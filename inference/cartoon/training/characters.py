"""The made-up characters of ``lookalike``, drawn from synthetic people.

``python -m inference.cartoon.training.characters DATA`` writes ``characters.npz`` anew: a few of
each perceived sex, skin tone and age, none of whom was kept back for measuring.
"""

import sys
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from rich.progress import track

from inference import wiring
from inference.cartoon import lookalike, twin
from inference.cartoon.portrait import composing, looks, sitter
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import Portrait
from inference.models.calls import Calls, run
from inference.pictures import images, svg
from inference.pictures.images import Image
from inference.training.faces import table

_SYNTHETIC = ("sfhq_t2i", "faker")
_LOOK = "anime"
_EACH = 5  # of a sex, tone and age
_SIDE, _QUALITY = 320, 62
_ORDER = 5
_SHARED = ("male", "skin", "age")
_PLAIN = {"bad": "0", "headwear": "none"}
_LEFT_OUT = frozenset(
    """
    sfhq_t2i-b51659628c sfhq_t2i-4b5e7bd7cc sfhq_t2i-b5c25512c3 faker-be229a4c04
    sfhq_t2i-8ac0ac3ae2 sfhq_t2i-aa02a35c88 sfhq_t2i-3ca643ad32 sfhq_t2i-055d3a5c05
    sfhq_t2i-78a51d629f sfhq_t2i-bf92fe2749 sfhq_t2i-bf88b1527b sfhq_t2i-ec6835f431
    sfhq_t2i-d5399bb5d1 sfhq_t2i-6575659cfc sfhq_t2i-b0d95d9295 sfhq_t2i-1ef2704210
    sfhq_t2i-c808a14510 sfhq_t2i-0c2f779d67 sfhq_t2i-0d064987af sfhq_t2i-6879c16892
    sfhq_t2i-116af9c77b sfhq_t2i-cff1ffb907 sfhq_t2i-6eb04f338a sfhq_t2i-3d9c2b1ed3
    sfhq_t2i-69cdcc5f5b sfhq_t2i-34232f0952 faker-0bb9869975 sfhq_t2i-9717e57ed8
    sfhq_t2i-989a5a2303 sfhq_t2i-15c84e0b23 sfhq_t2i-363f0d6414 sfhq_t2i-7e8fc086f7
    sfhq_t2i-ffbfd87fc7 sfhq_t2i-f313d6682a sfhq_t2i-53049e95e0 sfhq_t2i-de9157a153
    sfhq_t2i-e4b0c89167 sfhq_t2i-10c135a37b sfhq_t2i-0c2db2d4c4 sfhq_t2i-4ec71b2a25
    sfhq_t2i-fbde7110ad sfhq_t2i-708ac7c60b sfhq_t2i-3935ae9f19
    """.split()  # noqa: SIM905 -- a list would take a line for each
)
"""Looked at and thrown out: turned heads; hands, hoods and flowers drawn as something else."""


def chosen(data: Path) -> list[str]:
    """Names of faces, a few of each group."""
    rows = {row["id"]: row for row in table(data / "faces" / "manifest.csv")}
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in table(data / "faces" / "attributes.csv"):
        about = rows[row["id"]]
        if (
            about["source"] in _SYNTHETIC
            and about["split"] == "train"
            and all(row[name] == value for name, value in _PLAIN.items())
        ):
            groups[tuple(row[name] for name in _SHARED)].append(row["id"])
    chance = np.random.default_rng(_ORDER)
    return [
        name
        for key in sorted(groups)
        for name in chance.permutation(sorted(groups[key]))[:_EACH].tolist()
        if name not in _LEFT_OUT
    ]


def write(data: Path, path: Path) -> None:
    """Draw them, and write where they lie in the index."""
    networks = wiring.networks()
    names, embeddings, readings, numbers, pictures = [], [], [], [], []
    for name in track(chosen(data), "characters"):
        picture = images.decode((data / "faces" / "images" / f"{name}.webp").read_bytes())
        try:
            portrait = run(_studied(picture), networks)
        except PhotoError:
            continue
        person = portrait.once(sitter.sit)
        document = looks.svg(composing.drawn(person, _LOOK), looks.LOOKS[_LOOK])
        names.append(name)
        pictures.append(_webp(svg.raster(document, _SIDE)))
        drawn = svg.raster(document, twin.SIDE)
        embeddings.append(run(twin.embedded(person, drawn, "drawing"), networks))
        readings.append(lookalike.read(portrait))
        numbers.append(lookalike.measured(portrait))
    found = np.stack(numbers)
    middle, spread = found.mean(axis=0), found.std(axis=0) + np.float32(1e-6)
    np.savez(
        path,
        names=names,
        embeddings=np.stack(embeddings).astype(np.float16),
        attributes=readings[0].attributes,
        readings=np.stack([one.likely for one in readings]).astype(np.float16),
        numbers=found.astype(np.float16),
        middle=middle,
        spread=spread,
        sizes=[len(one) for one in pictures],
        pictures=np.frombuffer(b"".join(pictures), np.uint8),
    )


def _studied(photo: Image) -> Calls[Portrait]:
    report = yield from analysis.find(photo)
    return (yield from analysis.study(photo, report, analysis.choose(report, None)))


def _webp(rgba: NDArray[np.uint8]) -> bytes:
    written = BytesIO()
    picture = Pillow.fromarray(rgba)
    picture.save(written, "WEBP", quality=_QUALITY, alpha_quality=70, method=6)
    return written.getvalue()


if __name__ == "__main__":
    write(Path(sys.argv[1]), lookalike.TABLE)
