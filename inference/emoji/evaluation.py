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
from inference.emoji import drawn, library, palette
from inference.emoji.alignment import align
from inference.emoji.embedders import Embedder, nearest
from inference.emoji.match import colours, match, ranked
from inference.emoji.spec import AvatarSpec
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
    return [Subject("default", style, default), *named, Subject("random", style, chance)]


def evaluate(people: Sequence[Person], chosen: Sequence[Subject]) -> list[Row]:
    """All rows of all subjects; attributes that nobody labelled give none."""
    traits = [observe(person.portrait) for person in people]
    rows: list[Row] = []
    for subject in chosen:
        choices = [
            subject.choose(person.portrait, seen)
            for person, seen in zip(people, traits, strict=True)
        ]
        specs = [_spec(subject, one, seen) for one, seen in zip(choices, traits, strict=True)]
        rows += agreement_rows(subject.name, specs, [person.labels for person in people])
        rows.append(_entropy(subject.name, specs))
        rows.append(_identified(subject.name, specs, traits))
        still = people[: min(len(people), 10)]
        rows.append(_flips(subject, [person.portrait for person in still]))
    return rows


def people(folder: Path, labels: Path | None) -> list[Person]:
    """Study all photos of a folder; those in which no face can be used are left out.

    labels: a CSV with a column ``id``, the photos' names without suffix, and a column per
    attribute; then only labelled photos count, of a ``manifest.csv`` beside it only those of the
    split ``val``.
    """
    known = _read(labels) if labels is not None else {}
    manifest = labels.with_name("manifest.csv") if labels is not None else None
    if manifest is not None and manifest.exists():
        held = {name for name, row in _read(manifest).items() if row.get("split") == "val"}
        known = {name: row for name, row in known.items() if name in held}
    found = []
    for path in sorted(folder.rglob("*")):
        if labels is not None and known.get(path.stem, {"bad": "1"}).get("bad", "0") == "1":
            continue
        try:
            photo = images.decode(path.read_bytes())
            report = analysis.find(photo)
            portrait = analysis.study(photo, report, report.faces[0])
        except (PhotoError, IsADirectoryError):
            continue
        found.append(Person(portrait, known.get(path.stem, {})))
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


def _spec(subject: Subject, choices: Mapping[str, list[str]], traits: Traits) -> AvatarSpec:
    """The avatar of the first choices; what a subject doesn't choose is as served."""
    served = match(traits, subject.style)
    return served.changed({slot: variants[0] for slot, variants in choices.items()})


def _entropy(subject: str, specs: Sequence[AvatarSpec]) -> Row:
    """Bits by which the hair of different people differs: 0 if all get the same."""
    slot = "top" if "top" in specs[0].parts else "hair"
    counts = np.array(list(Counter(spec.parts[slot] for spec in specs).values()), float)
    share = counts / counts.sum()
    bits = float(-(share * np.log2(share)).sum())
    return Row(subject, "choice_entropy", bits, None, None, len(specs), "bit")


def _identified(subject: str, specs: Sequence[AvatarSpec], traits: Sequence[Traits]) -> Row:
    """How often an avatar fits its own person best among ten."""
    fits = np.array([[fit(spec, seen) for seen in traits] for spec in specs])
    chance = np.random.default_rng(0)
    hits = []
    for index in range(len(specs)):
        others = [other for other in range(len(specs)) if other != index]
        rivals = chance.choice(others, min(RIVALS - 1, len(others)), replace=False)
        hits.append(float(fits[index, index] > fits[index, rivals].max(initial=-np.inf)))
    return estimate(subject, "identify_top1", hits, "share")


def fit(spec: AvatarSpec, traits: Traits) -> float:
    """How well a finished avatar, its colours included, fits a person."""
    total = 0.0
    for attribute, values in drawn.tags_of(spec).items():
        believed = traits.perceived.get(attribute)
        if believed is not None and attribute != "hair_colour":
            likely = sum(believed.get(value, 0.0) for value in values)
            total += float(np.log(max(likely, 0.02)))
    paints = colours(traits)
    for name in ("skin", "hair"):
        away = np.subtract(palette.lab_of(spec.colours[name]), palette.lab_of(paints[name]))
        total -= float(np.linalg.norm(away)) / 12
    return total


def _flips(subject: Subject, portraits: Sequence[Portrait]) -> Row:
    """Parts that change per second while a still face is filmed with sensor noise."""
    chance = np.random.default_rng(0)
    rates = []
    for portrait in portraits:
        before: dict[str, str] | None = None
        flips = 0
        for _ in range(FRAMES):
            frame = _noisy(portrait, chance)
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
