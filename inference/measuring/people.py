"""The people that are measured on, one at a time, and what annotators said of them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import FoundFace, PhotoReport, Portrait
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import images
from inference.pictures.images import Image

GROUPS = ("male", "age", "skin")
"""Columns of labels by which results are also told apart; all of them are perceptions."""

Labels = Mapping[str, str]
"""Column -> value, for one photo."""

Choose = Callable[[PhotoReport], FoundFace]


def only(report: PhotoReport) -> FoundFace:
    """Choose the only face that can be meant, if it is good enough for stickers."""
    return analysis.choose(report, None)


def largest(report: PhotoReport) -> FoundFace:
    """Choose the largest face, however good it is."""
    return report.faces[0]


def studied(image: Image, networks: Networks, choose: Choose = only) -> Portrait | None:
    """Study a face of a photo, None where no face can be used.

    Args:
        image: (H, W, 3) RGB uint8.
        networks: what finds faces.
        choose: says which face is meant.
    """
    try:
        report = run(analysis.find(image), networks)
        return run(analysis.study(image, report, choose(report)), networks)
    except PhotoError:
        return None


def portraits(
    photos: Iterable[tuple[str, bytes]], networks: Networks, choose: Choose = only
) -> Iterator[tuple[str, Portrait]]:
    """Study photos; those in which no face can be used are left out.

    Args:
        photos: name and file, as ``photos.named`` gives them.
        networks: what finds faces.
        choose: says which face of a photo is meant.
    """
    for name, data in photos:
        try:
            image = images.decode(data)
        except PhotoError:
            continue
        portrait = studied(image, networks, choose)
        if portrait is not None:
            yield name, portrait


def labels(path: Path | None) -> dict[str, Labels]:
    """Read what annotators said, by the photo's name.

    Args:
        path: a CSV with the column ``id``, a photo's name without its ending; None gives nothing.
    """
    if path is None:
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


def groups(row: Labels) -> tuple[str, ...]:
    """Name the groups that somebody belongs to, such as "skin 5"."""
    return tuple(f"{group} {row[group]}" for group in GROUPS if row.get(group))
