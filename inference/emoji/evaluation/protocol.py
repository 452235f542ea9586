"""How well avatars show people: every way of choosing parts, held against annotators.

Rows (``inference.measuring.statistics``): ``agreement_<attribute>``,
``agreement_top3_<attribute>`` (it is among the three best parts), ``agreement_share_<attribute>``
(of the annotators' own agreement), ``identify_top1`` and ``identify_top1_independent`` (see
``resemblance``), ``flips_per_second``, ``choice_entropy``. Subjects: ``default`` (what is served),
the embedders at hand, ``random``; and ``default, skin 5`` for every group of people that
annotators named.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb
from pathlib import Path

import numpy as np

from inference.avatars import styles, synthetic
from inference.emoji import crops
from inference.emoji.embedders import Autoencoder, CrossDomain, Embedder, ResNet50, nearest
from inference.emoji.evaluation import resemblance
from inference.emoji.evaluation.agreement import ANNOTATORS, ATTRIBUTES, Hits, agreements
from inference.emoji.evaluation.stillness import Watch, flips_per_second
from inference.emoji.match import ranked, spec_of
from inference.emoji.tracking import Tracker
from inference.emoji.traits import Traits, observe
from inference.face.alignment import align
from inference.face.report import Portrait
from inference.measuring import people
from inference.measuring.statistics import Row, estimate
from inference.models.calls import run
from inference.models.networks import Networks
from storage.contract.avatars import AvatarSpec

GROUPED = (
    *(f"agreement_{attribute}" for attribute in ATTRIBUTES),
    "identify_top1", "identify_top1_independent",
)  # fmt: skip
"""What is told of groups."""

AMONG = 10
"""How many people a drawing's person is looked for."""

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
    grouped: bool = False
    """Whether groups of people get rows of their own."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A studied face, and what annotators said of it where anybody did."""

    portrait: Portrait
    labels: Mapping[str, str]


def subjects(style: str, embedders: Iterable[Embedder]) -> list[Subject]:
    """What is served, every embedder, and chance."""
    slots = styles.load(style).slots
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
        Subject("default", style, default, tracked=True, grouped=True),
        *named,
        Subject("random", style, chance, coloured=False),
    ]


def measure(
    photos: Iterable[tuple[str, bytes]],
    networks: Networks,
    labels: Path | None = None,
    style: str = "avataaars",
    resnet50: Path | None = None,
) -> list[Row]:
    """Everything that ``selfmoji evaluate emoji`` prints.

    A style that isn't compared by codes leaves out all embedders.

    Args:
        photos: name and file.
        networks: what runs them.
        labels: see ``labelled``.
        style: by name.
        resnet50: an ONNX file for the embedder of that name; without it the embedder is left out.

    Raises:
        WeightsError: a network's file is missing or damaged.
    """
    judge = CrossDomain(networks)
    embedders: list[Embedder] = [judge, Autoencoder(networks)]
    if resnet50 is not None:
        embedders.append(ResNet50(resnet50))
    if style not in crops.AVATARS:
        embedders = []
    return evaluate(labelled(photos, labels, networks), subjects(style, embedders), judge, networks)


def evaluate(
    faces: Sequence[Labelled],
    chosen: Sequence[Subject],
    judge: Embedder | None,
    networks: Networks,
) -> list[Row]:
    """All rows of all subjects; attributes that nobody labelled give none.

    Args:
        faces: studied.
        chosen: ways of choosing parts.
        judge: of ``identify_top1``; without one, and in a style that isn't cut into crops, nobody
            is identified.
        networks: what runs embedders.
    """
    traits = [run(observe(face.portrait), networks) for face in faces]
    portraits = [face.portrait for face in faces]
    rows: list[Row] = []
    for subject in chosen:
        choices = [
            subject.choose(portrait, seen) for portrait, seen in zip(portraits, traits, strict=True)
        ]
        ranked_specs = [_specs(subject, choices, traits, rank) for rank in range(TOP)]
        specs = ranked_specs[0]
        scores = agreements(ranked_specs, [face.labels for face in faces])
        if subject.style in crops.AVATARS:
            if judge is not None:
                resembling = resemblance.by_codes(specs, portraits, judge)
                scores["identify_top1"] = identified(resembling)
            resembling = resemblance.by_measures(specs, portraits)
            scores["identify_top1_independent"] = identified(resembling)
        rows += _rows(subject.name, scores)
        if subject.grouped:
            for group, members in _groups(faces).items():
                for metric in GROUPED:
                    if metric in scores:
                        part = {metric: [scores[metric][at] for at in members]}
                        rows += _rows(f"{subject.name}, {group}", part)
        rows.append(_entropy(subject.name, specs))
        chance = np.random.default_rng(0)
        rates = [
            flips_per_second(portrait, _watch(subject, seen, networks), chance)
            for portrait, seen in list(zip(portraits, traits, strict=True))[:STILLS]
        ]
        rows.append(estimate(subject.name, "flips_per_second", rates, "1/s"))
    return rows


TOP = 3
STILLS = 10  # people who are filmed


def _specs(
    subject: Subject,
    choices: Sequence[Mapping[str, Sequence[str]]],
    traits: Sequence[Traits],
    rank: int,
) -> list[AvatarSpec]:
    """Everybody's avatar of the parts of a rank, 0 the best."""
    anybody = synthetic.random_avatars(rank, (subject.style,))
    return [
        spec_of(
            subject.style,
            {slot: variants[min(rank, len(variants) - 1)] for slot, variants in one.items()},
            seen,
        )
        if subject.coloured
        else next(anybody)
        for one, seen in zip(choices, traits, strict=True)
    ]


def _watch(subject: Subject, traits: Traits, networks: Networks) -> Watch:
    """How a subject follows a film; traits: of its first frame."""
    if subject.tracked:
        tracker = Tracker(subject.style)
        return lambda frame: tracker.follow(run(observe(frame), networks)).parts
    return lambda frame: {
        slot: variants[0] for slot, variants in subject.choose(frame, traits).items()
    }


def _groups(faces: Sequence[Labelled]) -> dict[str, list[int]]:
    """Who belongs to "male 0", "age y", "skin 5" ..."""
    members: dict[str, list[int]] = defaultdict(list)
    for name in people.GROUPS:
        for index in sorted(range(len(faces)), key=lambda at: faces[at].labels.get(name, "")):
            if value := faces[index].labels.get(name):
                members[f"{name} {value}"].append(index)
    return members


def _rows(subject: str, scores: Mapping[str, Hits]) -> list[Row]:
    rows = []
    for metric, hits in scores.items():
        counted = [hit for hit in hits if hit is not None]
        if not counted:
            continue
        row = estimate(subject, metric, counted, "share")
        rows.append(row)
        attribute = metric.removeprefix("agreement_")
        if attribute in ANNOTATORS and "," not in subject:
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


def labelled(
    photos: Iterable[tuple[str, bytes]], labels: Path | None, networks: Networks
) -> list[Labelled]:
    """Study photos; those in which no face can be used are left out.

    Args:
        photos: name and file.
        labels: a CSV with a column ``id``, the photos' names, and a column per attribute; then only
            labelled photos count, and where a ``manifest.csv`` lies beside it only those of its
            split ``val``.
        networks: what finds faces.
    """
    known = people.labels(labels)
    if labels is not None:
        manifest = labels.with_name("manifest.csv")
        splits = people.labels(manifest if manifest.exists() else None)
        photos = (photo for photo in photos if _counts(known.get(photo[0]), splits.get(photo[0])))
    return [
        Labelled(portrait, known.get(name, {}))
        for name, portrait in people.portraits(photos, networks, people.largest)
    ]


def _counts(row: people.Labels | None, origin: people.Labels | None) -> bool:
    """Whether a photo is labelled, not spoilt, and held back from training."""
    held_back = origin is None or origin["split"] == "val"
    return row is not None and row.get("bad", "0") != "1" and held_back


def _entropy(subject: str, specs: Sequence[AvatarSpec]) -> Row:
    """Bits by which the hair of different people differs: 0 if all get the same."""
    slot = next(name for name in ("top", "hair", "body") if name in specs[0].parts)
    counts = np.array(list(Counter(spec.parts[slot] for spec in specs).values()), float)
    share = counts / counts.sum()
    bits = float(-(share * np.log2(share)).sum())
    return Row(subject, "choice_entropy", bits, None, None, len(specs), "bit")


def identified(resembling: resemblance.Scores) -> Hits:
    """How likely everybody's photo is the best of ten for the drawing of them.

    The nine others are drawn by chance: of all the sets of them, the share in which nobody suits
    the drawing as well.

    Args:
        resembling: of everybody's drawing to everybody.
    """
    people = len(resembling)
    others = min(AMONG, people) - 1
    as_good = (resembling >= np.diag(resembling)[:, None]).sum(axis=1) - 1
    sets = comb(people - 1, others)
    return [comb(people - 1 - int(rivals), others) / sets for rivals in as_good]
