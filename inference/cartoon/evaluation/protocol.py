"""How like their sitters drawings are, how true their colours, how free of the background.

Rows (``inference.measuring.statistics``), subject a look: ``identify_top1``, whether the drawing's
own person is the nearest of ten by the judge of identity, see ``identified``;
``landmark_error``, how far landmarks found anew in the drawing lie from where they were drawn, of
the distance between the eyes, and ``found``, how often a face is found at all; ``yaw_error_deg``;
``tones``, how many colours cover nineteen twentieths of it; and with labels
``hair_colour_accuracy`` and ``sex_flip`` as the attribute classifier, made for photos, reads the
drawing. Subject ``photo``: the same of the photos. Subject ``drawing``: ``background_leak``, the
share of colours that change visibly with the ground behind the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from inference.cartoon.portrait import composing, curves, looks, sitter
from inference.cartoon.portrait.drawing import Drawing
from inference.cartoon.portrait.looks import LOOKS
from inference.face import attributes, topology
from inference.face.landmarks import region_around, trace
from inference.face.pose import head_pose
from inference.face.report import Portrait
from inference.measuring import identity, people, photos
from inference.measuring.statistics import Row, estimate
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import svg
from inference.pictures.compositing import flattened
from inference.pictures.images import Image

AMONG = 10
"""Faces that a drawing's own is picked from."""

_SIDE = 512
_PRESENT = 0.5
_VISIBLE = 10.0  # Lab distance
_COVERED = 0.95
_GROUNDS = ((235, 235, 230), (30, 60, 140), (40, 130, 50))
_GROUND = (214, 214, 214)
_SEXES = {"0": "1", "1": "0"}


@dataclass
class Seen:
    """What was measured on one face: look -> number; descriptors by look, the photo's too."""

    name: str
    numbers: dict[str, dict[str, float]] = field(default_factory=dict)
    descriptors: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def measure(
    faces: Path | None,
    networks: Networks,
    labels: Path | None = None,
    names: Sequence[str] = tuple(LOOKS),
) -> list[Row]:
    """Return all rows for a folder of photos; those without one clear face are left out.

    faces: None for the selfies of openpeople. labels: a CSV of ``id`` (a photo's name), ``male``
    and ``hair_colour``. names: the looks.

    Raises:
        click.ClickException: no photo could be used.
    """
    known = people.labels(labels)
    sitters = list(people.portraits(photos.named(faces), networks))
    if not sitters:
        raise click.ClickException("no photo with one clear face")
    trials = [
        tried(name, portrait, known.get(name, {}), names, networks)
        for name, portrait in track(sitters, "drawing", console=Console(stderr=True))
    ]
    leaks = _leak_row([portrait for _, portrait in sitters], networks)
    return [*rows(trials, names), leaks]


def tried(
    name: str,
    portrait: Portrait,
    label: Mapping[str, str],
    names: Sequence[str],
    networks: Networks,
) -> Seen:
    """Draw one person in every look, and look at the drawings anew."""
    seen = Seen(name)
    _look_at(seen, "photo", portrait, label, networks)
    person = sitter.sit(portrait)
    for look in names:
        drawing = composing.drawn(person, look)
        rgba = svg.raster(looks.svg(drawing, LOOKS[look]), _SIDE)
        where = _landmarks(person, look)
        _look_at(seen, look, pictured(portrait, rgba, where, _hair(drawing)), label, networks)
        seen.numbers[look]["tones"] = float(_tones(rgba))
    return seen


def pictured(
    portrait: Portrait, rgba: Image, landmarks: NDArray[np.float64], hair: NDArray[np.uint8]
) -> Portrait:
    """A drawing as if it were a portrait.

    landmarks: (478, 2) px where they were drawn. hair: (S, S), where hair was.
    """
    depth = portrait.report.landmarks[:, 2:] * (
        topology.face_height(landmarks) / topology.face_height(portrait.report.landmarks)
    )
    alpha = np.ascontiguousarray(rgba[..., 3])
    report = replace(portrait.report, landmarks=np.hstack([landmarks, depth]).astype(np.float32))
    return Portrait(flattened(rgba, _GROUND), alpha, np.minimum(hair, alpha), report)


def rows(trials: Sequence[Seen], names: Sequence[str]) -> list[Row]:
    """Everything that was measured, over all faces."""
    found: list[Row] = []
    for look in ("photo", *names):
        hits = identified(trials, look)
        if hits and look != "photo":
            found.append(estimate(look, "identify_top1", hits, "share"))
        kinds: dict[str, list[float]] = {}
        for trial in trials:
            for metric, value in trial.numbers[look].items():
                kinds.setdefault(metric, []).append(value)
        found += [estimate(look, metric, values, _unit(metric)) for metric, values in kinds.items()]
    return found


def identified(trials: Sequence[Seen], look: str) -> list[float]:
    """Whether each drawing is nearest to its own person's photo among ten, by cosine.

    What all drawings have in common, and all photos, is taken away first: the judge knows photos
    alone, and to it drawings resemble each other more than anybody.
    """
    known = [t for t in trials if look in t.descriptors and "photo" in t.descriptors]
    if len(known) < 2:
        return []
    photos_of, drawings_of = (
        _centred(np.stack([one.descriptors[subject] for one in known]))
        for subject in ("photo", look)
    )
    hits = []
    for index in range(len(known)):
        start = max(0, min(index // AMONG * AMONG, len(known) - AMONG))
        group = np.arange(start, min(start + AMONG, len(known)))
        nearest = group[int(np.argmax(photos_of[group] @ drawings_of[index]))]
        hits.append(float(nearest == index))
    return hits


def _centred(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = vectors - vectors.mean(axis=0)
    return np.asarray(apart / (np.linalg.norm(apart, axis=1, keepdims=True) + 1e-9))


def background_leak(portrait: Portrait, networks: Networks) -> float | None:
    """The share of a drawing's colours that change visibly with the ground behind the person.

    The whole analysis is done anew on each ground. None where a face was lost.
    """
    palettes = []
    person = np.dstack([portrait.foreground, portrait.alpha])
    for ground in _GROUNDS:
        other = people.studied(flattened(person, ground), networks)
        if other is None:
            return None
        palettes.append(composing.compose(sitter.sit(other)).palette)
    roles = [role for role in palettes[0] if all(role in palette for palette in palettes)]
    changed = [
        max(
            float(np.linalg.norm(np.subtract(palettes[0][role], other[role])))
            for other in palettes[1:]
        )
        > _VISIBLE
        for role in roles
    ]
    return float(np.mean(changed))


def _look_at(
    seen: Seen, subject: str, picture: Portrait, label: Mapping[str, str], networks: Networks
) -> None:
    """Find landmarks anew, read attributes, describe who it is."""
    drawn = picture.report.landmarks
    found, presence = run(trace(picture.image, region_around(drawn)), networks)
    numbers = {"found": float(presence >= _PRESENT)}
    if presence >= _PRESENT and subject != "photo":
        apart = np.linalg.norm(found[:, :2] - drawn[:, :2], axis=1).mean()
        left, right = (drawn[list(eye), :2].mean(axis=0) for eye in topology.EYES)
        numbers["landmark_error"] = float(apart / np.linalg.norm(right - left))
        numbers["yaw_error_deg"] = abs(head_pose(found).yaw - picture.report.pose.yaw)
    if label:
        read = attributes.classify(picture)
        sex = max(read["male"], key=lambda value: read["male"][value])
        if label.get("male") in _SEXES:
            numbers["sex_flip"] = float(sex != label["male"])
        hair = max(read["hair_colour"], key=lambda value: read["hair_colour"][value])
        if label.get("hair_colour") in read["hair_colour"]:
            numbers["hair_colour_accuracy"] = float(hair == label["hair_colour"])
    seen.numbers[subject] = numbers
    descriptor = identity.describe(picture)
    if descriptor is not None:
        seen.descriptors[subject] = descriptor


def _hair(drawing: Drawing) -> NDArray[np.uint8]:
    """Where hair was drawn, (S, S) 0..255."""
    shape = drawing.named("hair")
    if shape is None:
        return np.zeros((_SIDE, _SIDE), np.uint8)
    mask = curves.polygon(shape.rings, _SIDE, sitter.SIDE / _SIDE)
    return np.rint(255 * mask).astype(np.uint8)


def _landmarks(person: sitter.Sitter, look: str) -> NDArray[np.float64]:
    """Where a look draws the landmarks, px of the picture."""
    return composing.bent_landmarks(person, look) * (_SIDE / sitter.SIDE)


def _tones(rgba: Image) -> int:
    """How many colours, to a sixteenth, cover nearly all of what is drawn."""
    coarse = rgba[rgba[..., 3] == 255][:, :3] // 16
    _, counts = np.unique(coarse.astype(np.int64) @ (256, 16, 1), return_counts=True)
    covered = np.cumsum(np.sort(counts)[::-1]) / counts.sum()
    return int(np.searchsorted(covered, _COVERED)) + 1


def _leak_row(portraits: Sequence[Portrait], networks: Networks) -> Row:
    found = [background_leak(portrait, networks) for portrait in portraits]
    leaks = [leak for leak in found if leak is not None]
    return estimate("drawing", "background_leak", leaks, "share")


def _unit(metric: str) -> str:
    return {"yaw_error_deg": "degrees", "tones": "colours", "landmark_error": "eye distances"}.get(
        metric, "share"
    )
