"""How well layers do: on target, without changing who it is or what lies outside.

Rows (``inference.measuring.statistics``): ``on_target_hair_length``, ``on_target_beard``,
``on_target_glasses`` (a judge trained without any edited picture answers as asked), ``identity``
and ``identity_drop`` (cosine of face descriptors before and after), ``psnr_outside_db``. Subjects:
the sort of layer, and with it what is special about the face: ``hair, turned``, ``beard, side-
lit``, ``hair, skin 5``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from inference.face import topology
from inference.face.report import Portrait
from inference.layers.evaluation import judge
from inference.layers.outfit import dress
from inference.measuring import identity, people, photos
from inference.measuring.statistics import Row, estimate, psnr
from inference.models.networks import Networks
from storage.contract.kinds import Setting

TRIALS: Mapping[str, tuple[str, str]] = {
    "hair:bald": ("hair_length", "shorn"), "hair:spikes": ("hair_length", "short"),
    "hair:crop": ("hair_length", "short"), "hair:quiff": ("hair_length", "short"),
    "hair:side-part": ("hair_length", "short"), "hair:page-bob": ("hair_length", "long"),
    "hair:sleek-lob": ("hair_length", "long"), "hair:sleek": ("hair_length", "long"),
    "hair:waves": ("hair_length", "long"), "hair:brunette": ("hair_length", "long"),
    "beard:full": ("facial_hair", "some"), "beard:short": ("facial_hair", "some"),
    "beard:boxed": ("facial_hair", "some"),
    "beard:circle": ("facial_hair", "some"), "beard:handlebar": ("facial_hair", "some"),
    "glasses:round": ("glasses", "some"), "glasses:square": ("glasses", "some"),
    "glasses:sunglasses": ("glasses", "some"),
}  # fmt: skip
"""What is put on, and what the judge should then answer to which question."""

_METRIC = {
    "hair_length": "on_target_hair_length",
    "facial_hair": "on_target_beard",
    "glasses": "on_target_glasses",
}
_TURNED = 15.0  # degrees of yaw from which a head counts as turned
_SIDE_LIT = 18.0  # difference of L* between cheeks from which light counts as from the side


@dataclass(frozen=True, slots=True)
class Trial:
    """One look on one face.

    groups: what is special about the face. hit: None where the judge said so of the photo already.
    """

    setting: str
    groups: tuple[str, ...]
    hit: bool | None
    identity: float | None
    outside: float


def measure(faces: Path | None, networks: Networks, labels: Path | None = None) -> list[Row]:
    """Return all rows for a folder of photos; those without one clear face are left out.

    Args:
        faces: a folder of photos; None for the sample people.
        networks: what finds faces.
        labels: a CSV for ``people.labels`` with any of ``people.GROUPS``.

    Raises:
        click.ClickException: no photo could be used.
    """
    known = people.labels(labels)
    trials: list[Trial] = []
    shown = track(photos.named(faces), "dressing people", console=Console(stderr=True))
    for name, portrait in people.portraits(shown, networks):
        trials += _tried(portrait, people.groups(known.get(name, {})))
    if not trials:
        raise click.ClickException("no photo with one clear face")
    return rows(trials)


def rows(trials: Sequence[Trial]) -> list[Row]:
    """Sum trials up, by sort of layer and for hard cases."""
    groups: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        sort = trial.setting.partition(":")[0]
        groups[sort].append(trial)
        for group in trial.groups:
            groups[f"{sort}, {group}"].append(trial)
    result = []
    for subject, members in groups.items():
        metric = _METRIC[TRIALS[members[0].setting][0]]
        hits = [float(trial.hit) for trial in members if trial.hit is not None]
        if hits:
            result.append(estimate(subject, metric, hits, "share"))
        alike = [trial.identity for trial in members if trial.identity is not None]
        if alike:
            result.append(estimate(subject, "identity", alike, "cosine"))
            result.append(estimate(subject, "identity_drop", [1 - x for x in alike], "cosine"))
        outside = [trial.outside for trial in members]
        result.append(estimate(subject, "psnr_outside_db", outside, "dB"))
    return result


def _tried(portrait: Portrait, groups: tuple[str, ...]) -> list[Trial]:
    if abs(portrait.report.pose.yaw) > _TURNED:
        groups += ("turned",)
    if portrait.report.quality.contrast > _SIDE_LIT:
        groups += ("side-lit",)
    answers = judge.load()
    clean = replace(portrait, image=portrait.foreground)
    before = answers.answers(_rgba(clean), clean.report.landmarks)
    who = identity.describe(clean)
    trials = []
    for setting, (question, wanted) in TRIALS.items():
        dressed = dress(clean, {setting.partition(":")[0]: Setting(setting)})
        after = answers.answers(_rgba(dressed), dressed.report.landmarks)
        known = question != "hair_length" and before[question] == wanted
        trials.append(
            Trial(
                setting=setting,
                groups=groups,
                hit=None if known else after[question] == wanted,
                identity=identity.cosine(who, identity.describe(dressed)),
                outside=_outside_db(clean, dressed, setting),
            )
        )
    return trials


def _rgba(portrait: Portrait) -> NDArray[np.uint8]:
    return np.dstack([portrait.image, portrait.alpha])


def _outside_db(before: Portrait, after: Portrait, setting: str) -> float:
    """PSNR, at most 100, of what the layer has no business with."""
    sort = setting.partition(":")[0]
    landmarks, side = before.report.landmarks, len(before.alpha)
    x, y = np.rint((after.report.landmarks - landmarks)[0, :2]).astype(int)
    box = np.s_[y : y + side, x : x + side]
    unit = topology.face_height(landmarks)
    reach = np.ones((2 * round(0.2 * unit) + 1,) * 2, np.uint8)
    if sort == "hair":
        touched = np.maximum(before.hair_mask, after.hair_mask[box])
        if setting == "hair:bald":
            touched = before.hair_mask
    else:
        points = cv2.convexHull(np.rint(landmarks[list(topology.FACE_OVAL), :2]).astype(np.int32))
        touched = cv2.fillConvexPoly(np.zeros_like(before.alpha), points, 255)
        reach = np.ones((2 * round(0.35 * unit) + 1,) * 2, np.uint8)
    rows_below = np.arange(side)[:, None] > landmarks[list(topology.BROW_TOPS), 1].mean()
    kept = (cv2.dilate(touched, reach) == 0) & (before.alpha == 255) & rows_below
    return psnr(before.image[kept], after.image[box][kept])
