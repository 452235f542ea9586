"""How well avatars show people: every way of choosing parts, held against annotators.

Rows (``inference.measure``): ``agreement_<attribute>``, ``agreement_share_<attribute>`` (of the
annotators' own agreement), ``identify_top1``, ``flips_per_second``, ``choice_entropy``. Subjects:
``default`` (what is served), the embedders at hand, ``random``.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inference import images
from inference.emoji import crops, drawn, library, palette
from inference.emoji.alignment import align
from inference.emoji.embedders import Autoencoder, Embedder, ResNet50, crossdomain, nearest
from inference.emoji.match import dressed, ranked
from inference.emoji.spec import AvatarSpec
from inference.emoji.tracking import Tracker
from inference.emoji.traits import Traits, observe
from inference.errors import PhotoError
from inference.face import analysis
from inference.face.report import Portrait
from inference.measure import Row, estimate

ATTRIBUTES = (
    "hair_colour", "hair_length", "texture", "bangs", "receding", "facial_hair", "glasses",
    "headwear", "brows", "smile",
)  # fmt: skip
ANNOTATORS: Mapping[str, float] = {
    "hair_colour": 0.927, "hair_length": 0.899, "texture": 0.869, "bangs": 0.947,
    "receding": 0.959, "facial_hair": 0.956, "glasses": 0.998, "headwear": 1.0, "brows": 0.778,
    "smile": 0.920, "skin": 0.780,
}  # fmt: skip
"""How often two annotators agreed, on 437 faces labelled twice."""

RIVALS = 10
FRAMES, FRAMES_PER_SECOND = 15, 30
NOISE = 3.0  # of 255: a phone's sensor indoors

Chooser = Callable[[Portrait, Traits], dict[str, list[str]]]
"""A portrait and its traits to slot -> variants, the best first."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One way of choosing parts of a style."""

    name: str
    style: str
    choose: Chooser
    tracked: bool = False
    """Whether films go through a ``Tracker``, as they do when served."""
    coloured: bool = True
    """Whether colours are the person's; otherwise they are anybody's."""


@dataclass(frozen=True, slots=True)
class Person:
    """A studied face, and what annotators said of it where anybody did."""

    portrait: Portrait
    labels: Mapping[str, str]


def subjects(style: str, embedders: Iterable[Embedder]) -> list[Subject]:
    """What is served, every embedder, and chance."""
    slots = library.load(style).slots
    random = np.random.default_rng(0)

    def default(_: Portrait, traits: Traits) -> dict[str, list[str]]:
        return {name: ranked(slot, traits) for name, slot in slots.items()}

    def chance(_: Portrait, __: Traits) -> dict[str, list[str]]:
        return {
            name: [str(variant) for variant in random.permutation(list(slot.variants))]
            for name, slot in slots.items()
        }

    def by(embedder: Embedder) -> Chooser:
        return lambda portrait, _: nearest(embedder, align(portrait), style)

    named = [Subject(embedder.name, style, by(embedder)) for embedder in embedders]
    return [
        Subject("default", style, default, tracked=True),
        *named,
        Subject("random", style, chance, coloured=False),
    ]


def measure(
    photos: Iterable[tuple[str, bytes]],
    labels: Path | None = None,
    style: str = "avataaars",
    resnet50: Path | None = None,
) -> list[Row]:
    """Everything that ``selfmoji evaluate emoji`` prints.

    resnet50: an ONNX file for the embedder of that name; without it the embedder is left out.

    Raises:
        WeightsError: a network's file is missing or damaged.
    """
    judge = crossdomain()
    embedders: list[Embedder] = [judge, Autoencoder()]
    if resnet50 is not None:
        embedders.append(ResNet50(resnet50))
    return evaluate(people(photos, labels), subjects(style, embedders), judge)


def evaluate(
    people: Sequence[Person], chosen: Sequence[Subject], judge: Embedder | None
) -> list[Row]:
    """All rows of all subjects; attributes that nobody labelled give none.

    judge: tells whose avatar a drawing is; without one that isn't measured.
    """
    traits = [observe(person.portrait) for person in people]
    rows: list[Row] = []
    for subject in chosen:
        choices = [
            subject.choose(person.portrait, seen)
            for person, seen in zip(people, traits, strict=True)
        ]
        anybody = drawn.random_avatars(0, (subject.style,))
        specs = [
            dressed(subject.style, {slot: ranks[0] for slot, ranks in one.items()}, seen)
            if subject.coloured
            else next(anybody)
            for one, seen in zip(choices, traits, strict=True)
        ]
        rows += agreement_rows(subject.name, specs, [person.labels for person in people])
        rows.append(_entropy(subject.name, specs))
        if judge is not None:
            rows.append(_identified(subject.name, specs, people, judge))
        still = people[: min(len(people), 10)]
        rows.append(_flips(subject, [person.portrait for person in still]))
    return rows


def people(photos: Iterable[tuple[str, bytes]], labels: Path | None) -> list[Person]:
    """Study photos; those in which no face can be used are left out.

    photos: name and file. labels: a CSV with a column ``id``, the photos' names, and a column per
    attribute; then only labelled photos count, and where a ``manifest.csv`` lies beside it only
    those of its split ``val``.
    """
    known = _read(labels) if labels is not None else None
    if labels is not None and known is not None and labels.with_name("manifest.csv").exists():
        splits = _read(labels.with_name("manifest.csv"))
        known = {name: row for name, row in known.items() if splits[name]["split"] == "val"}
    found = []
    for name, data in photos:
        row = {} if known is None else known.get(name)
        if row is None or row.get("bad", "0") == "1":
            continue
        try:
            photo = images.decode(data)
            report = analysis.find(photo)
            portrait = analysis.study(photo, report, report.faces[0])
        except PhotoError:
            continue
        found.append(Person(portrait, row))
    return found


def _read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def agreement_rows(
    subject: str, specs: Sequence[AvatarSpec], labels: Sequence[Mapping[str, str]]
) -> list[Row]:
    """Share of people whose avatar shows what the annotator saw, per attribute."""
    rows = []
    for attribute in ATTRIBUTES:
        hits = []
        for spec, seen in zip(specs, labels, strict=True):
            shown = drawn.tags_of(spec)
            if attribute in seen and attribute in shown:
                hits.append(float(_same(attribute, seen[attribute], shown[attribute], spec)))
        if hits:
            row = estimate(subject, f"agreement_{attribute}", hits, "share")
            rows.append(row)
            ceiling = ANNOTATORS[attribute]
            rows.append(
                replace(
                    row,
                    metric=f"agreement_share_{attribute}",
                    value=row.value / ceiling,
                    low=None if row.low is None else row.low / ceiling,
                    high=None if row.high is None else row.high / ceiling,
                )
            )
    return rows


def _same(attribute: str, seen: str, shown: tuple[str, ...], spec: AvatarSpec) -> bool:
    if attribute == "hair_colour" and seen == "dyed":  # any paint that no hair grows in
        return all(spec.colours["hair"] not in shades for shades in palette.HAIR.values())
    return seen in shown


def _entropy(subject: str, specs: Sequence[AvatarSpec]) -> Row:
    """Bits by which the hair of different people differs: 0 if all get the same."""
    slot = "top" if "top" in specs[0].parts else "hair"
    counts = np.array(list(Counter(spec.parts[slot] for spec in specs).values()), float)
    share = counts / counts.sum()
    bits = float(-(share * np.log2(share)).sum())
    return Row(subject, "choice_entropy", bits, None, None, len(specs), "bit")


def _identified(
    subject: str, specs: Sequence[AvatarSpec], people: Sequence[Person], judge: Embedder
) -> Row:
    """How often a drawn avatar is nearest to its own person's photo, among ten.

    Judged by the pictures alone: the encoder's codes of drawing and photos, and the colours of
    hair and skin as measured on the photos.
    """
    photos = judge.embed(
        np.stack([crops.of_face(align(person.portrait), judge.side) for person in people])
    )
    drawings = judge.embed(np.stack([crops.of_avatar(spec, judge.side) for spec in specs]))
    likeness = np.einsum("akd,pkd->ap", drawings, photos)
    paints = np.array([_paints(spec) for spec in specs])
    measured = np.array([_measured(person.portrait) for person in people])
    # light shifts all colours of a photo; what counts is where they lie among the others
    shown, seen = (np.argsort(np.argsort(x, axis=0), axis=0) / len(x) for x in (paints, measured))
    likeness -= np.abs(shown[:, None] - seen[None]).sum(axis=2) * _COLOUR_WEIGHT
    chance = np.random.default_rng(0)
    hits = []
    for index in range(len(specs)):
        others = [other for other in range(len(specs)) if other != index]
        rivals = chance.choice(others, min(RIVALS - 1, len(others)), replace=False)
        hits.append(float(likeness[index, index] > likeness[index, rivals].max(initial=-np.inf)))
    return estimate(subject, "identify_top1", hits, "share")


_COLOUR_WEIGHT = 0.5


def _paints(spec: AvatarSpec) -> tuple[float, ...]:
    """Lightness of skin, lightness and warmth of hair, as drawn."""
    skin, hair = (palette.lab_of(spec.colours[name]) for name in ("skin", "hair"))
    return skin[0], hair[0], hair[2]


def _measured(portrait: Portrait) -> tuple[float, ...]:
    colours = portrait.report.colours
    hair = colours.hair or colours.skin
    return colours.skin[0], hair[0], hair[2]


def _flips(subject: Subject, portraits: Sequence[Portrait]) -> Row:
    """Parts that change per second while a still face is filmed with sensor noise."""
    chance = np.random.default_rng(0)
    rates = []
    for portrait in portraits:
        before: dict[str, str] | None = None
        flips = 0
        tracker = Tracker(subject.style)
        for _ in range(FRAMES):
            frame = _noisy(portrait, chance)
            if subject.tracked:
                now = dict(tracker.follow(observe(frame)).parts)
            else:
                choices = subject.choose(frame, observe(frame))
                now = {slot: variants[0] for slot, variants in choices.items()}
            flips += 0 if before is None else sum(now[slot] != before[slot] for slot in now)
            before = now
        rates.append(flips / ((FRAMES - 1) / FRAMES_PER_SECOND))
    return estimate(subject.name, "flips_per_second", rates, "1/s")


def _noisy(portrait: Portrait, chance: np.random.Generator) -> Portrait:
    """The next frame: noise in every pixel, and what it does to the landmarks."""
    image = portrait.image + chance.normal(0, NOISE, portrait.image.shape)
    report = portrait.report
    scale = float(np.linalg.norm(report.landmarks[468, :2] - report.landmarks[473, :2]))
    shake = chance.normal(0, 0.004 * scale, report.landmarks.shape)
    shapes = report.blendshapes + chance.normal(0, 0.01, report.blendshapes.shape)
    return replace(
        portrait,
        image=np.clip(image, 0, 255).astype(np.uint8),
        report=replace(
            report,
            landmarks=(report.landmarks + shake).astype(np.float32),
            blendshapes=np.clip(shapes, 0, 1).astype(np.float32),
        ),
    )
