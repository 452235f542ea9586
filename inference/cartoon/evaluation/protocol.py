"""How like their sitters drawings are, how true their colours, how free of the background.

Rows (``inference.measuring.statistics``), subject an engine, one way to draw (``depicting``):
``identify_top1``, whether the drawing's own person is the nearest of ten by the judge of identity,
see ``identified``; ``landmark_error``, how far landmarks found anew in the drawing lie from where
they were drawn, of the distance between the eyes, and ``found``, how often a face is found at all;
``yaw_error_deg``; ``tones``, how many colours cover nineteen twentieths of it; ``edge_width``, over
how many px of 512 its edges go from one tone to the other;
``eye_colour_accuracy``, whether the drawn irises have the name of the measured ones' colour; and
with labels ``hair_colour_accuracy``, ``skin_accuracy`` and ``sex_flip`` as the attribute
classifier, made for photos, reads the drawing; ``sex_flip_second`` by the judge of sliders, which
took no part in anything. With labels each is also told for groups of people, subject "ink, skin 5".
Subject ``photo``: the same of the photos. Subject of a baseline: the same of another tool's
results. Subject ``drawing``: ``background_leak``, the share of colours that change visibly with the
ground behind the person. Then those of ``domains``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from inference.cartoon.evaluation import domains
from inference.cartoon.evaluation.baselines import engine as results
from inference.cartoon.evaluation.depicting import COLOURLESS, ENGINES, Depicted, Engine
from inference.cartoon.evaluation.sex import SexJudge
from inference.cartoon.portrait import composing, curves, sitter
from inference.face import attributes, topology
from inference.face.landmarks import region_around, trace
from inference.face.pose import head_pose
from inference.face.report import Lab, Portrait
from inference.measuring import identity, people, photos
from inference.measuring.statistics import Row, estimate
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures.compositing import flattened
from inference.pictures.images import Image, to_lab

AMONG = 10
"""Faces that a drawing's own is picked from."""

_PRESENT = 0.5
_VISIBLE = 10.0  # Lab distance
_COVERED = 0.95
_BESIDE, _STEEP, _OPAQUE = 11, 4.0, 255  # px around an edge; L* a px; alpha away from outlines
_FEWEST = 3  # people of whom a group's number is told
_PUPIL, _GLINT = 14.0, 90.0  # lightness between which an iris has a colour
_BROWN, _HUED = 6.0, 3.0  # Lab b from which eyes are brown; a or b from which they have a hue
_GROUNDS = ((235, 235, 230), (30, 60, 140), (40, 130, 50))
_GROUND = (214, 214, 214)
_SEXES = {"0": "1", "1": "0"}


@dataclass
class Seen:
    """What was measured on one face: engine -> number; descriptors by engine, the photo's too.

    groups: of people that it belongs to.
    """

    name: str
    groups: tuple[str, ...] = ()
    numbers: dict[str, dict[str, float]] = field(default_factory=dict)
    descriptors: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def measure(
    faces: Path | None,
    networks: Networks,
    labels: Path | None = None,
    engines: Sequence[str] = tuple(ENGINES),
    work: Path | None = None,
    *,
    baselines: Mapping[str, Path] | None = None,
    kid: bool = False,
) -> list[Row]:
    """Return all rows for a folder of photos; those without one clear face are left out.

    faces: None for the selfies of openpeople. labels: a CSV of ``id`` (a photo's name), ``male``
    ``hair_colour``, ``skin`` and ``age``. engines: names of ``ENGINES``. work: where ``selfmoji
    train latent`` keeps the faces that its judge is fitted on. baselines: by name, folders of what
    other tools made of the photos, see ``baselines``. kid: whether to measure the
    distance to the domain of drawings, which needs the extra train.

    Raises:
        click.ClickException: no photo could be used, or a baseline has no picture of any.
    """
    known = people.labels(labels)
    judging = None if work is None else SexJudge(work)
    found_photos = photos.named(faces)
    sitters = list(people.portraits(found_photos, networks))
    if not sitters:
        raise click.ClickException("no photo with one clear face")
    compared = {engine: ENGINES[engine] for engine in engines} | {
        name: results(folder, dict(found_photos)) for name, folder in (baselines or {}).items()
    }
    trials = [
        tried(name, portrait, known.get(name, {}), compared, networks, judging)
        for name, portrait in track(sitters, "drawing", console=Console(stderr=True))
    ]
    portraits = [portrait for _, portrait in sitters]
    found = [*rows(trials, tuple(compared)), _leak_row(portraits, networks)]
    found += [*domains.found_again(portraits, networks), domains.fur(portraits, networks)]
    if kid:
        found += domains.distances(sitters, compared, networks)
    return found


def tried(
    name: str,
    portrait: Portrait,
    label: Mapping[str, str],
    engines: Mapping[str, Engine],
    networks: Networks,
    judging: SexJudge | None = None,
) -> Seen:
    """Draw one person with every engine, and look at the drawings anew."""
    seen = Seen(name, people.groups(label))
    _look_at(seen, "photo", portrait, label, networks, judging)
    eyes = portrait.report.colours.iris
    seen.numbers["photo"]["eye_colour_accuracy"] = _same_eyes(portrait, eyes)
    for engine, depict in engines.items():
        drawn = depict(name, portrait, networks)
        if drawn is None:
            seen.numbers[engine] = {"found": 0.0}
            continue
        picture = pictured(portrait, drawn)
        _look_at(seen, engine, picture, label, networks, judging)
        numbers = seen.numbers[engine]
        numbers["tones"] = float(_tones(drawn.rgba))
        numbers["edge_width"] = edge_width(drawn.rgba)
        if engine not in COLOURLESS:
            numbers["eye_colour_accuracy"] = _same_eyes(picture, eyes)
    return seen


def pictured(portrait: Portrait, drawn: Depicted) -> Portrait:
    """A drawing as if it were a portrait."""
    landmarks, rgba = drawn.landmarks, drawn.rgba
    depth = portrait.report.landmarks[:, 2:] * (
        topology.face_height(landmarks) / topology.face_height(portrait.report.landmarks)
    )
    alpha = np.ascontiguousarray(rgba[..., 3])
    report = replace(portrait.report, landmarks=np.hstack([landmarks, depth]).astype(np.float32))
    return Portrait(flattened(rgba, _GROUND), alpha, np.minimum(drawn.hair, alpha), report)


def rows(trials: Sequence[Seen], names: Sequence[str]) -> list[Row]:
    """Everything that was measured, over all faces and over those of each group."""
    found: list[Row] = []
    groups = sorted({group for trial in trials for group in trial.groups})
    for engine in ("photo", *names):
        hits = {} if engine == "photo" else identified(trials, engine)
        for group in ("", *groups):
            subject = f"{engine}, {group}" if group else engine
            kinds: dict[str, list[float]] = {}
            for trial in trials:
                if group and group not in trial.groups:
                    continue
                numbers = dict(trial.numbers[engine])
                if trial.name in hits:
                    numbers["identify_top1"] = hits[trial.name]
                for metric, value in numbers.items():
                    kinds.setdefault(metric, []).append(value)
            found += [
                estimate(subject, metric, values, _unit(metric))
                for metric, values in kinds.items()
                if len(values) >= _FEWEST
            ]
    return found


def identified(trials: Sequence[Seen], look: str) -> dict[str, float]:
    """By name, whether each drawing is nearest to its own person's photo among ten, by cosine.

    What all drawings have in common, and all photos, is taken away first: the judge knows photos
    alone, and to it drawings resemble each other more than anybody. Nobody recognises those who
    were not drawn.
    """
    known = [t for t in trials if look in t.descriptors and "photo" in t.descriptors]
    if len(known) < 2:  # without a judge, nobody has any
        return {}
    photos_of, drawings_of = (
        _centred(np.stack([one.descriptors[subject] for one in known]))
        for subject in ("photo", look)
    )
    hits = {t.name: 0.0 for t in trials if look in t.numbers and look not in t.descriptors}
    for index, one in enumerate(known):
        start = max(0, min(index // AMONG * AMONG, len(known) - AMONG))
        group = np.arange(start, min(start + AMONG, len(known)))
        nearest = group[int(np.argmax(photos_of[group] @ drawings_of[index]))]
        hits[one.name] = float(nearest == index)
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
    seen: Seen,
    subject: str,
    picture: Portrait,
    label: Mapping[str, str],
    networks: Networks,
    judging: SexJudge | None,
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
            if judging is not None:
                numbers["sex_flip_second"] = float(judging.read(picture) != label["male"])
        for metric, column in (("hair_colour_accuracy", "hair_colour"), ("skin_accuracy", "skin")):
            likeliest = max(read[column], key=lambda value: read[column][value])
            if label.get(column) in read[column]:
                numbers[metric] = float(likeliest == label[column])
    seen.numbers[subject] = numbers
    descriptor = identity.describe(picture)
    if descriptor is not None:
        seen.descriptors[subject] = descriptor


def _same_eyes(picture: Portrait, measured: Lab) -> float:
    """Whether the irises of a picture have the name of a measured colour."""
    side = len(picture.image)
    landmarks = picture.report.landmarks[:, :2]
    rings = [landmarks[list(iris[1:])] for iris in topology.IRISES]
    mask = curves.polygon(tuple(np.asarray(ring, np.float64) for ring in rings), side, 1.0) > 0.5
    pixels = to_lab(picture.image)[mask]
    coloured = pixels[(pixels[:, 0] > _PUPIL) & (pixels[:, 0] < _GLINT)]
    if not len(coloured):
        return 0.0
    return float(_eye_colour(np.median(coloured, axis=0)) == _eye_colour(np.array(measured)))


def _eye_colour(lab: NDArray[np.floating]) -> str:
    """The name of an iris's colour, by its hue and how much of one there is."""
    _, a, b = lab.tolist()
    if b > _BROWN:
        return "brown"
    return "blue" if b < -_HUED else "green" if a < -_HUED else "gray"


def _tones(rgba: Image) -> int:
    """How many colours, to a sixteenth, cover nearly all of what is drawn."""
    coarse = rgba[rgba[..., 3] == 255][:, :3] // 16
    _, counts = np.unique(coarse.astype(np.int64) @ (256, 16, 1), return_counts=True)
    covered = np.cumsum(np.sort(counts)[::-1]) / counts.sum()
    return int(np.searchsorted(covered, _COVERED)) + 1


def edge_width(rgba: Image) -> float:
    """How wide edges are, px: the lightness between their sides over their steepest slope.

    rgba: (S, S, 4). What is drawn has edges of a pixel or two, what is painted or photographed
    wider ones. Returns the median, 0 where there are no edges.
    """
    light = np.ascontiguousarray(to_lab(flattened(rgba, _GROUND))[..., 0])
    dx, dy = (cv2.Sobel(light, cv2.CV_32F, *order, scale=0.125) for order in ((1, 0), (0, 1)))
    slope = cv2.magnitude(dx, dy)
    around = np.ones((_BESIDE, _BESIDE))
    ridge = (slope > _STEEP) & (slope == cv2.dilate(slope, np.ones((3, 3))))
    ridge &= cv2.erode(rgba[..., 3], around) == _OPAQUE
    if not ridge.any():
        return 0.0
    contrast = cv2.dilate(light, around) - cv2.erode(light, around)
    return float(np.median(contrast[ridge] / slope[ridge]))


def _leak_row(portraits: Sequence[Portrait], networks: Networks) -> Row:
    found = [background_leak(portrait, networks) for portrait in portraits]
    leaks = [leak for leak in found if leak is not None]
    return estimate("drawing", "background_leak", leaks, "share")


def _unit(metric: str) -> str:
    return {
        "yaw_error_deg": "degrees", "tones": "colours", "landmark_error": "eye distances",
        "edge_width": "px",
    }.get(metric, "share")  # fmt: skip
