"""How well expressions do what was asked, and nothing else.

Rows (``inference.measuring.statistics``), the subject is the engine: ``spearman_<AU>`` and
``slope_<AU>`` of what a judge sees against seven requested intensities, ``leakage`` into other
movements, ``identity`` and ``identity_drop`` (cosine of face descriptors), ``psnr_outside_db``,
``zero_edit`` (the input comes back bit for bit), and with a judge of feelings
``emotion_hit_<name>``. Groups of people are subjects of their own: ``geometric, skin 5``. Subject
``real``: how often that judge reads the feelings of real photos.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from inference import wiring
from inference.errors import WeightsMissing
from inference.expression import mouth
from inference.expression.evaluation import signals
from inference.expression.evaluation.emotions import WANTED, EmotionClassifier, sample_faces
from inference.expression.mixes import MIXES, NAMED, movement
from inference.expression.serving import DEFAULT, ENGINES, Engine
from inference.face import topology
from inference.face.blendshapes import NAMES, measure
from inference.face.landmarks import region_around, trace
from inference.face.report import Portrait
from inference.face.resizing import resized
from inference.measuring import identity, people, photos, statistics
from inference.measuring.statistics import Row, estimate
from inference.models.calls import run
from inference.models.networks import Networks
from storage.contract.kinds import Setting

INTENSITIES = tuple(np.linspace(0, 1, 7).round(4).tolist())
AMOUNT = 0.8  # of a named expression, for identity, outside and feelings
_SMILES = 0.4  # score from which a face smiles already
_FACE = 240.0  # px: height of the face that is worked on
_OUTSIDE = 1.4  # multiple of the face's outline beyond which nothing may change
_LIPS = ("mouthSmile", "mouthUpperUp", "mouthLowerDown", "jawOpen")
_SHARED = {  # movements that come with a unit on every face or contradict it, so they are no leak
    "AU1": ("browDown",), "AU2": ("browDown",), "AU4": ("browOuterUp", "browInnerUp"),
    "AU5": ("eyeSquint", "eyeBlink"), "AU6": ("mouthSmile",),
    "AU9": ("browDown", "eyeSquint", "mouthUpperUp"),
    "AU10": ("noseSneer", "mouthSmile"), "AU43": ("eyeSquint", "eyeLookDown"),
    "AU26": ("mouthLowerDown",), "AU25": ("jawOpen",),
    "AU15": _LIPS, "AU17": (*_LIPS, "mouthShrugUpper"), "AU18": _LIPS, "AU23": _LIPS, "AU24": _LIPS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What was measured on one face; by unit or expression where it is many numbers."""

    groups: tuple[str, ...] = ()
    spearman: Mapping[str, float] = field(default_factory=dict)
    slope: Mapping[str, float] = field(default_factory=dict)
    leakage: Mapping[str, float] = field(default_factory=dict)
    identity: Mapping[str, float] = field(default_factory=dict)
    outside: Mapping[str, float] = field(default_factory=dict)
    zero: Mapping[str, float] = field(default_factory=dict)
    hits: Mapping[str, float] = field(default_factory=dict)


def evaluate(
    faces: Path | None,
    networks: Networks,
    labels: Path | None = None,
    intensities: Sequence[float] = INTENSITIES,
    units: Sequence[str] = signals.UNITS,
    engines: Sequence[str] = (DEFAULT,),
) -> list[Row]:
    """Return all rows for a folder of photos; those without one clear face are left out.

    Args:
        faces: a folder of photos; None for the sober faces of openpeople's sheets.
        networks: what finds faces.
        labels: a CSV for ``people.labels`` with any of ``people.GROUPS``.
        intensities: rising from 0.
        units: of ``signals.UNITS``.
        engines: of ``ENGINES``; each is a subject.

    Raises:
        click.ClickException: no photo could be used.
    """
    classifier = _judge()
    real = [] if faces is not None else list(sample_faces(networks))
    shown = _sober(real)
    if faces is not None:
        shown = list(people.portraits(photos.named(faces), networks))
    known = people.labels(labels)
    if not shown:
        raise click.ClickException("no photo with one clear face")
    found = []
    for engine in engines:
        trials = [
            tried(
                portrait, (*people.groups(known.get(name, {})), _mouth(portrait)), networks,
                classifier, intensities, units, ENGINES[engine],
            )
            for name, portrait in track(shown, engine, console=Console(stderr=True))
        ]  # fmt: skip
        found += rows(trials, engine)
    if classifier is not None:
        found += _of_real(real, classifier)
    return found


def _mouth(portrait: Portrait) -> str:
    """Name the group that a face belongs to by what its mouth does already."""
    scores = dict(zip(NAMES, portrait.report.blendshapes.tolist(), strict=True))
    if scores["mouthSmileLeft"] + scores["mouthSmileRight"] > 2 * _SMILES:
        return "mouth smiling"
    return "mouth open" if mouth.openness(portrait.report.landmarks) > 0 else "mouth closed"


def _judge() -> EmotionClassifier | None:
    """Return the judge of emotions, None if it has not been fetched."""
    try:
        return EmotionClassifier(wiring.weights().locate("emotions"))
    except WeightsMissing:
        Console(stderr=True).print(
            "emotions are left out: fetch their judge with `selfmoji weights pull --evaluation`"
        )
        return None


def _sober(real: Iterable[tuple[str, str, Portrait]]) -> list[tuple[str, Portrait]]:
    return [(person, portrait) for person, feeling, portrait in real if feeling == "neutral"]


def tried(
    portrait: Portrait,
    groups: tuple[str, ...],
    networks: Networks,
    classifier: EmotionClassifier | None,
    intensities: Sequence[float],
    units: Sequence[str],
    engine: Engine = ENGINES[DEFAULT],
) -> Trial:
    """Ask one face for every unit at every intensity, and for every named expression."""
    height = topology.face_height(portrait.report.landmarks)
    portrait = resized(portrait, round(len(portrait.alpha) * min(1.0, _FACE / height)))
    before = replace(portrait, image=portrait.foreground)

    def moved(name: str, amount: float) -> Portrait:
        image, alpha = run(engine(portrait, movement([Setting(name, amount)])), networks)
        return replace(portrait, image=image, alpha=alpha)

    zero = {name: _same(before, moved(name, 0.0)) for name in MIXES}
    spearman, slope, leakage = {}, {}, {}
    still = _look(before, networks)
    for unit in units:
        looks = [_look(moved(unit, amount), networks) if amount else still
                 for amount in intensities]  # fmt: skip
        strengths = np.array([signals.strength(unit, look) for look in looks])
        spearman[unit] = statistics.spearman(np.array(intensities), strengths)
        slope[unit] = float(np.polyfit(intensities, strengths, 1)[0])
        leakage[unit] = _leak(unit, still, looks[-1])

    who = identity.describe(before)
    alike, outside, hits = {}, {}, {}
    for name in NAMED:
        edited = moved(name, AMOUNT)
        outside[name] = _outside_db(before, edited)
        same = identity.cosine(who, identity.describe(edited))
        if same is not None:
            alike[name] = same
        if classifier is not None and name in WANTED:
            seen = classifier.classify(edited.image, _look(edited, networks).landmarks)
            hits[name] = float(seen == WANTED[name])
    return Trial(groups, spearman, slope, leakage, alike, outside, zero, hits)


def _same(before: Portrait, after: Portrait) -> float:
    unchanged = np.array_equal(before.image, after.image)
    return float(unchanged and np.array_equal(before.alpha, after.alpha))


def _look(portrait: Portrait, networks: Networks) -> signals.Seen:
    """Look at a picture anew, knowing only where the face was."""
    region = region_around(portrait.report.landmarks)
    found, _ = run(trace(portrait.image, region), networks)
    return signals.Seen(found, run(measure(found), networks))


def _leak(unit: str, still: signals.Seen, full: signals.Seen) -> float:
    """Mean absolute change of all scores that are none of the unit's business."""
    asked = (name for name, weight in MIXES[unit].items() if weight > 0)  # not what it takes back
    own = {name.removesuffix("Left").removesuffix("Right") for name in asked}
    judged = (*signals.BLENDSHAPES.get(unit, ()), *_SHARED.get(unit, ()))
    own |= {name.removesuffix("Left").removesuffix("Right") for name in judged}
    others = [
        place
        for place, name in enumerate(NAMES)
        if name != "_neutral" and name.removesuffix("Left").removesuffix("Right") not in own
    ]
    return float(np.abs(full.blendshapes - still.blendshapes)[others].mean())


def _outside_db(before: Portrait, after: Portrait) -> float:
    """PSNR, at most 100, away from the face."""
    oval = before.report.landmarks[list(topology.FACE_OVAL), :2]
    middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
    grown = np.rint(middle + (oval - middle) * _OUTSIDE).astype(np.int32)
    face = cv2.fillPoly(np.zeros_like(before.alpha), [grown], 1) > 0
    return statistics.psnr(before.image[~face], after.image[~face])


def _of_real(real: Iterable[tuple[str, str, Portrait]], classifier: EmotionClassifier) -> list[Row]:
    hits: dict[str, list[float]] = defaultdict(list)
    for _, feeling, portrait in real:
        seen = classifier.classify(portrait.image, portrait.report.landmarks)
        hits[feeling].append(float(seen == feeling))
    return [estimate("real", f"emotion_hit_{name}", some, "share") for name, some in hits.items()]


Part = Callable[[Trial], Mapping[str, float]]

_PARTS: Mapping[str, tuple[Part, str]] = {
    "spearman": (lambda trial: trial.spearman, "rho"),
    "slope": (lambda trial: trial.slope, "per 1"),
    "emotion_hit": (lambda trial: trial.hits, "share"),
    "leakage": (lambda trial: trial.leakage, "score"),
    "identity": (lambda trial: trial.identity, "cosine"),
    "psnr_outside_db": (lambda trial: trial.outside, "dB"),
    "zero_edit": (lambda trial: trial.zero, "share"),
}
_BY_NAME = ("spearman", "slope", "emotion_hit")  # one row for each unit or expression
_OVERALL = (
    "spearman",
    "slope",
    "emotion_hit",
    "leakage",
    "identity",
    "psnr_outside_db",
    "zero_edit",
)


def rows(trials: Sequence[Trial], engine: str = DEFAULT) -> list[Row]:
    """Sum trials up: each unit over all faces; the rest over faces and by groups of people."""
    result = []
    for metric in _BY_NAME:
        part, unit = _PARTS[metric]
        for name in part(trials[0]):
            values = [part(trial)[name] for trial in trials]
            result.append(estimate(engine, f"{metric}_{name}", values, unit))
    groups = sorted({group for trial in trials for group in trial.groups})
    for group in (None, *groups):
        subject = engine if group is None else f"{engine}, {group}"
        members = [trial for trial in trials if group is None or group in trial.groups]
        for metric in _OVERALL:
            part, unit = _PARTS[metric]
            means = [float(np.mean(list(part(trial).values()))) for trial in members if part(trial)]
            if not means:
                continue
            result.append(estimate(subject, metric, means, unit))
            if metric == "identity":
                drops = [1 - mean for mean in means]
                result.append(estimate(subject, "identity_drop", drops, unit))
    return result
