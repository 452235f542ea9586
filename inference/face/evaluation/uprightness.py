"""Whether photos stand upright whose border cuts the face, however they lie.

Rows (``inference.measuring.statistics``), the subject is where and how much of the face is cut off,
then groups of people: ``askew``, the share of upright photos that are turned; ``righted``, the
share of photos lying on a side or upside down that are turned upright; ``faceless``, the share in
which nobody is found (in neither of the others).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from inference.errors import PhotoError
from inference.face import analysis
from inference.measuring import people, photos
from inference.measuring.statistics import Row, estimate
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from inference.pictures.images import Image

SHARES = (0.3, 0.45)
"""Of the face's width or height, as far as it is in the photo, cut off."""

Outcome = tuple[str, int, int | None]
"""Subject, how often the photo was turned by a quarter, and how often too much; None: no face."""


def measure(faces: Path | None, networks: Networks, labels: Path | None = None) -> list[Row]:
    """Cut the face of every upright photo at each border, and lay it in each of four ways.

    Args:
        faces: a folder of photos; None for openpeople's.
        networks: what finds faces.
        labels: a CSV for ``people.labels`` with any of ``people.GROUPS``.

    Raises:
        click.ClickException: no photo has one clear face.
    """
    known = people.labels(labels)
    outcomes: list[Outcome] = []
    for name, data in track(photos.named(faces), "cut", console=Console(stderr=True)):
        groups = people.groups(known.get(name, {}))
        for place, turns, wrong in _outcomes(data, networks):
            outcomes += [(subject, turns, wrong) for subject in (place, place.split()[1], *groups)]
    if not outcomes:
        raise click.ClickException("no photo with one clear face")
    return list(rows(outcomes))


def rows(outcomes: Iterable[Outcome]) -> Iterator[Row]:
    """Return what ``measure`` prints."""
    grouped: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for subject, turns, wrong in outcomes:
        grouped[subject].append((turns, wrong))
    for subject, tried in sorted(grouped.items()):
        askew = [float(wrong != 0) for turns, wrong in tried if not turns and wrong is not None]
        righted = [float(wrong == 0) for turns, wrong in tried if turns and wrong is not None]
        faceless = [float(wrong is None) for _, wrong in tried]
        named = {"askew": askew, "righted": righted, "faceless": faceless}
        for metric, samples in named.items():
            if samples:
                yield estimate(subject, metric, samples, "share")


def cut(photo: Image, landmarks: NDArray[np.float32], border: str, share: float) -> Image:
    """Cut a photo so that one of its borders takes a share of a face.

    Args:
        photo: (H, W, 3) RGB uint8.
        landmarks: (478, 2 or 3) px of it, upright.
        border: left, right, top or bottom.
        share: 0..1 of the face's extent within the photo.
    """
    size = photo.shape[1], photo.shape[0]
    low = np.clip(landmarks[:, :2].min(axis=0), 0, size)
    high = np.clip(landmarks[:, :2].max(axis=0), 0, size)
    left, top = (low + share * (high - low)).astype(int).tolist()
    right, bottom = (high - share * (high - low)).astype(int).tolist()
    part = {
        "left": photo[:, left:], "right": photo[:, :right],
        "top": photo[top:], "bottom": photo[:bottom],
    }[border]  # fmt: skip
    return np.ascontiguousarray(part)


def _outcomes(data: bytes, networks: Networks) -> Iterator[Outcome]:
    try:
        photo = images.decode(data)
        face = people.only(run(analysis.find(photo), networks))
    except PhotoError:
        return
    for border in ("left", "right", "top", "bottom"):
        for share in SHARES:
            part = cut(photo, face.landmarks, border, share)
            for turns in range(4):
                lying = np.ascontiguousarray(np.rot90(part, turns))
                try:
                    found = run(analysis.find(lying), networks)
                except PhotoError:
                    yield f"{border} {share:.0%}", turns, None
                    continue
                yield f"{border} {share:.0%}", turns, (found.quarter_turns + turns) % 4
