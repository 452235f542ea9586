"""How well sliders do what they say: on target, off target, identity, background, and back again.

Every portrait is edited at both ends of every slider and between, looked at anew from its pixels,
and read by a judge that took no part in anything (``judge``), or measured where the slider moves
landmarks (``outlines``). Who is light, medium or dark
is told by the lightness of the skin in the photo.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import PhotoError
from inference.face import analysis, topology
from inference.face.report import Portrait
from inference.latent.editing import Editor, sliders
from inference.latent.evaluation import judge
from inference.latent.evaluation.judge import Judge
from inference.latent.evaluation.outlines import TARGETS, Outlines
from inference.latent.evaluation.reading import Reader, Target
from inference.latent.generator import Textures
from inference.latent.model import load
from inference.latent.training import attributes
from inference.measuring import identity
from inference.measuring.people import portraits
from inference.measuring.photos import named
from inference.measuring.statistics import Row, estimate, psnr
from inference.models.calls import run
from inference.models.networks import Networks

STRENGTHS = (-1.0, -0.5, 0.5, 1.0)
_ALL = (0.0, *STRENGTHS)
_OUTSIDE = 1.8  # multiples of the face oval beyond which nothing may change
_CALM = 99.0  # dB of a picture that is the same
_BACK = 0.5  # strength of an edit that is then taken back
_TONES = {"light": 62.0, "medium": 46.0, "dark": 0.0}  # least L* of the skin


@dataclass(frozen=True, slots=True)
class Seen:
    """One edit, looked at.

    features: (F,) of the reader. same: cosine of identity, or None. tone: of the skin. back_db: of
    an edit that was taken back by its opposite, on the head; None at other strengths.
    """

    slider: str
    strength: float
    features: NDArray[np.float32]
    same: float | None
    outside_db: float
    tone: str = "medium"
    back_db: float | None = None


def evaluate(
    judging: Judge, outlines: Outlines, faces: Path | None, networks: Networks
) -> list[Row]:
    """Measure the learned sliders and those that move landmarks.

    Args:
        judging: see ``fitted``.
        outlines: see ``fitted``.
        faces: a folder of photos, or None for the sample people.
        networks: what finds faces, in photos and in edits.
    """
    people = [portrait for _, portrait in portraits(named(faces), networks)]
    rows = []
    learned, moving = sorted(sliders() & set(judging.names)), list(TARGETS)
    for reader, asked in ((judging, learned), (outlines, moving)):
        seen = [one for person in people for one in look(person, reader, asked, networks)]
        rows += summarise(reader, seen)
        if reader is judging:
            rows += with_locks(people, judging, seen, networks)
    return rows


@dataclass(frozen=True, slots=True)
class Fitted:
    """What judges. agreement: how far the judge agrees with annotators on faces it never saw.

    unseen: those faces, (N, S, S, 4).
    """

    judge: Judge
    outlines: Outlines
    agreement: list[Row]
    unseen: Textures


def fitted(work: Path) -> Fitted:
    """Fit judges on the training split.

    Args:
        work: where ``selfmoji train latent`` keeps its faces.

    Raises:
        click.ClickException: the training has not run in ``work``.
    """
    path = work / "judging.npz"
    if not path.exists():
        raise click.ClickException(f"no {path.name} in {work}: run `selfmoji train latent` there")
    with np.load(path, allow_pickle=False) as kept:
        rgba, shapes, features = kept["rgba"], kept["shapes"], kept["features"]
        training = kept["training"]
    names = tuple(feature.name for feature in attributes.learned())
    made = judge.fit(names, rgba[training], shapes[training], features[training])
    read = made.read(rgba[~training], shapes[~training])
    agreed = judge.agreement(made, read, features[~training])
    count = int((~training).sum())
    rows = [
        Row("judge", f"correlation_{name}", value, None, None, count, "r")
        for name, value in zip(names, agreed, strict=True)
    ]
    return Fitted(made, Outlines.over(shapes[training]), rows, rgba[~training])


def look(
    portrait: Portrait,
    reader: Reader,
    asked: Sequence[str],
    networks: Networks,
    locked: frozenset[str] = frozenset(),
) -> Iterator[Seen]:
    """Edit one portrait at both ends of each slider and look at the results."""
    editor, frame = Editor(portrait), load().frame
    who = identity.describe(portrait)
    outside = _outside(portrait)
    light = portrait.report.colours.skin[0]
    tone = next(name for name, least in _TONES.items() if light >= least)
    for slider in asked:
        for strength in _ALL:
            picture = editor.edit({slider: strength}, locked)
            try:
                landmarks = run(analysis.find(picture), networks).faces[0].landmarks
            except PhotoError:
                continue
            shape, _ = frame.shape(landmarks)
            rgba = frame.texture(np.dstack([picture, portrait.alpha]), landmarks)
            edited = replace(
                portrait, image=picture, report=replace(portrait.report, landmarks=landmarks)
            )
            same = identity.cosine(who, identity.describe(edited))
            decibels = psnr(picture[outside], portrait.image[outside], _CALM)
            features = reader.read(rgba[None], shape[None])[0]
            back = _there_and_back(editor, slider) if strength == _BACK else None
            yield Seen(slider, strength, features, same, decibels, tone, back)


def summarise(reader: Reader, seen: Sequence[Seen]) -> list[Row]:
    """From looks to rows; see the metrics' names in each."""
    rows = []
    by_tone: dict[str, list[float]] = {}
    for slider in dict.fromkeys(one.slider for one in seen):
        target = reader.target(slider)
        mine = [one for one in seen if one.slider == slider]
        moved = _moved(mine)
        right = moved[:, target.own] * target.way
        usual = max(abs(float(right.mean())), 1e-6)
        off = np.abs(moved[:, target.still]).mean(1) / usual
        rows += [
            estimate(slider, f"on_target_{slider}", (right > 0).tolist(), "share"),
            estimate(slider, "change", right.tolist(), "sd"),
            estimate(slider, "off_target", off.tolist(), "ratio"),
            estimate(slider, "psnr_outside_db", [one.outside_db for one in mine], "dB"),
            estimate(slider, "rising", _rising(mine, target), "share"),
        ]
        back = [one.back_db for one in mine if one.back_db is not None]
        if back:
            rows.append(estimate(slider, "there_and_back_db", back, "dB"))
        tones = [one.tone for one in _at(mine, 1.0)]
        for tone, share in zip(tones, (right / usual).tolist(), strict=True):
            by_tone.setdefault(tone, []).append(share)
        same = [one.same for one in mine if abs(one.strength) == 1 and one.same is not None]
        if same:
            rows.append(estimate(slider, "identity", same, "cosine"))
    rows += [
        estimate(f"{tone} skin", f"change_of_usual_{reader.kind}", by_tone[tone], "ratio")
        for tone in _TONES
        if tone in by_tone
    ]
    return rows


def with_locks(
    people: Sequence[Portrait], judging: Judge, seen: Sequence[Seen], networks: Networks
) -> list[Row]:
    """Lock of each slider what moves most with it, and measure how far that still moves.

    As a share of the slider's own usual change without the lock, as ``off_target`` is.
    """
    rows = []
    lockable = np.array([name in sliders() for name in judging.names])
    for slider in dict.fromkeys(one.slider for one in seen):
        target = judging.target(slider)
        free = _moved([one for one in seen if one.slider == slider])
        usual = abs(float(free[:, target.own].mean()))
        along = np.abs(free).mean(0) * lockable
        along[target.own] = 0
        most = int(along.argmax())
        locked = frozenset([judging.names[most]])
        looks = [
            one for person in people for one in look(person, judging, [slider], networks, locked)
        ]
        rows += [
            estimate(slider, f"{name}_{judging.names[most]}", shares.tolist(), "ratio")
            for name, moved in (("unlocked", free), ("locked", _moved(looks)))
            for shares in (np.abs(moved[:, most]) / max(usual, 1e-6),)
        ]
    return rows


def _moved(seen: Sequence[Seen]) -> NDArray[np.float32]:
    """From one end of a slider to the other, (N, F)."""
    ends = zip(_at(seen, -1.0), _at(seen, 1.0), strict=True)
    return np.array([high.features - low.features for low, high in ends])


def _rising(seen: Sequence[Seen], target: Target) -> list[bool]:
    """Whether each step from one strength to the next goes up, of every person."""
    steps = [
        [float(one.features[target.own]) * target.way for one in _at(seen, at)]
        for at in sorted(_ALL)
    ]
    return [
        after > before
        for low, high in itertools.pairwise(steps)
        for before, after in zip(low, high, strict=True)
    ]


def _there_and_back(editor: Editor, slider: str) -> float:
    """How near to the portrait an edit comes that is taken back by its opposite, dB on the head."""
    portrait = editor.portrait
    edited = editor.edited({slider: _BACK})
    again = Editor(edited).edit({slider: -_BACK})
    head = ~_outside(portrait)
    return float(psnr(again[head], portrait.image[head], _CALM))


def _at(seen: Sequence[Seen], strength: float) -> list[Seen]:
    return [one for one in seen if one.strength == strength]


def _outside(portrait: Portrait) -> NDArray[np.bool_]:
    """Far from the face, and no hair, which age grays."""
    oval = portrait.report.landmarks[list(topology.FACE_OVAL), :2]
    middle = (oval.min(0) + oval.max(0)) / 2
    inside = np.zeros(portrait.alpha.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(middle + (oval - middle) * _OUTSIDE).astype(np.int32)], 1)
    return np.asarray((inside == 0) & (portrait.hair_mask == 0))
