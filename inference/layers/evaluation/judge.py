"""A judge of hair length, beards and glasses that has never seen an edited picture.

Beards: see ``beard_judge``. Hair and glasses: linear classifiers by ridge
regression (Rifkin et al., "Regularized least-squares classification", 2003) on histograms of
oriented gradients (Dalal and Triggs, CVPR 2005), colours and the outline of a person cut out of the
background. Only used for measuring, never in making.

``python -m inference.layers.evaluation.judge --data DIR`` trains it on the annotated faces.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from inference import wiring
from inference.face import topology
from inference.face.masks import person_and_hair
from inference.layers.evaluation import beard_judge
from inference.layers.planes import split
from inference.models.calls import run
from inference.models.networks import Networks
from inference.pictures import gradients
from inference.pictures.compositing import flattened, resize, warp
from inference.pictures.images import decode

PATH = Path(__file__).with_name("judge.npz")

SIDE = 160
"""px: of what the judge looks at, the eyes 32 px apart."""

GREY = (128, 128, 128)
"""Behind the person."""

_EYES = np.array([[64.0, 77.0], [96.0, 77.0]])
_COARSE = 20  # cells a side
_RIDGE = {"hair_length": 100.0, "glasses": 30.0}

QUESTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "hair_length": {
        "shorn": ("bald", "buzz"), "short": ("short",), "long": ("medium", "long"),
    },
    "facial_hair": {"none": ("none",), "some": ("beard", "goatee", "mustache")},
    "glasses": {"none": ("none",), "some": ("clear", "sun")},
}  # fmt: skip
"""What is judged, and which of the annotators' words each answer stands for."""


WINDOWS = {
    "hair_length": (0, 0, SIDE, SIDE),
    "glasses": (40, 56, 120, 104),
}
"""Where the linear ones look (left, top, right, bottom)."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The trained judge.

    weights: of each linear question (features + 1, answers) float32, the last row an offset; beside
    them those of ``beard_judge``.
    """

    weights: Mapping[str, NDArray[np.float32]]

    def answers(self, rgba: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> dict[str, str]:
        """Answer all questions.

        Args:
            rgba: (H, W, 4) a cut-out.
            landmarks: (478, 2 or 3) px in it.
        """
        seen = aligned(rgba, landmarks)
        return {question: self.answer(seen, question) for question in QUESTIONS}

    def answer(self, seen: NDArray[np.uint8], question: str) -> str:
        """Answer one question about an aligned cut-out.

        Args:
            seen: (SIDE, SIDE, 4) RGBA uint8.
            question: of ``QUESTIONS``.
        """
        if question == "facial_hair":
            found = beard_judge.score(beard_judge.planes(flattened(seen, GREY)), self.weights) > 0
            return "some" if found else "none"
        scores = np.append(features(seen, question), 1) @ self.weights[question]
        return list(QUESTIONS[question])[int(np.argmax(scores))]


@cache
def load() -> Judge:
    """Load the trained judge."""
    with np.load(PATH) as archive:
        return Judge({name: archive[name].astype(np.float32) for name in archive.files})


def aligned(rgba: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Turn and scale a cut-out so that its eyes lie as in training.

    Args:
        rgba: (H, W, 4) RGBA uint8.
        landmarks: (478, 2 or 3) px.

    Returns:
        (SIDE, SIDE, 4) RGBA uint8.
    """
    eyes = np.asarray(landmarks[list(topology.IRIS_CENTRES), :2], np.float64)
    across, wanted = eyes[1] - eyes[0], _EYES[1] - _EYES[0]
    turn = complex(*wanted) / complex(*across)
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    matrix = np.column_stack([linear, _EYES[0] - linear @ eyes[0]])
    blur = max(0.0, 0.5 / abs(turn) - 0.5)
    soft = cv2.GaussianBlur(rgba, (0, 0), blur) if blur > 0.3 else rgba
    return warp(np.asarray(soft, np.uint8), matrix, (SIDE, SIDE))


def features(rgba: NDArray[np.uint8], question: str) -> NDArray[np.float32]:
    """Describe what bears on a question: gradients and colours; for hair the outline, too.

    Colours are relative to the cheeks', so that they say nothing of skin.

    Args:
        rgba: (SIDE, SIDE, 4) RGBA uint8, an aligned cut-out.
        question: of ``WINDOWS``.

    Returns:
        (D,) float32.
    """
    left, top, right, bottom = WINDOWS[question]
    share = rgba[..., 3].astype(np.float32) / 255
    person = flattened(rgba, GREY)
    piece = person[top:bottom, left:right]
    planes = split(resize(piece, (_COARSE, _COARSE), cv2.INTER_AREA))
    if question == "hair_length":
        outline = resize(share, (_COARSE, _COARSE), cv2.INTER_AREA)
        parts = [plane.ravel() / 100 for plane in planes] + [0.7 * outline.ravel()]
    else:
        cheeks = split(np.concatenate([person[88:98, 52:66], person[88:98, 94:108]]))
        tone = [np.median(plane) for plane in cheeks]
        parts = [(plane - own).ravel() / 40 for plane, own in zip(planes, tone, strict=True)]
    return np.concatenate([_histograms(piece), *parts]).astype(np.float32)


def _histograms(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Nine orientations in each of 20x20 cells, relative to the energy around the cell."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    found = gradients.histograms(grey, (_COARSE, _COARSE))
    cells = np.ascontiguousarray(found.transpose(2, 0, 1))  # (9, 20, 20)
    energy = cv2.blur(cells.sum(axis=0), (3, 3))
    return np.asarray(np.sqrt(cells / (energy + 8)).ravel(), np.float32)


def train(
    pictures: NDArray[np.uint8], labels: Mapping[str, Sequence[str]]
) -> dict[str, NDArray[np.float32]]:
    """Fit the linear questions.

    Args:
        pictures: (N, SIDE, SIDE, 4) aligned cut-outs.
        labels: for each question the annotators' word about each picture; pictures with words that
            no answer stands for are left out.
    """
    both = [*pictures, *(np.ascontiguousarray(picture[:, ::-1]) for picture in pictures)]
    fitted = {}
    for question in WINDOWS:
        answers = QUESTIONS[question]
        seen = np.array([np.append(features(picture, question), 1) for picture in both])
        words = {word: place for place, group in enumerate(answers.values()) for word in group}
        given = np.array([words.get(word, -1) for word in labels[question]] * 2)
        known = given >= 0
        x, y = seen[known].astype(np.float64), np.eye(len(answers))[given[known]]
        balance = 1 / y.sum(axis=0)[given[known]]  # every answer counts the same
        x, y = x * balance[:, None] ** 0.5, (2 * y - 1) * balance[:, None] ** 0.5
        ridge = _RIDGE[question] * balance.mean() * np.eye(x.shape[1])
        ridge[-1, -1] = 1e-6
        fitted[question] = np.linalg.solve(x.T @ x + ridge, x.T @ y).astype(np.float32)
    return fitted


def read(
    data: Path, networks: Networks
) -> tuple[NDArray[np.uint8], dict[str, list[str]], list[str]]:
    """Read the annotated faces: (N, SIDE, SIDE, 4) cut-outs, labels, and the split of each.

    Labels are those of all questions, of ``male`` and of ``skin``.

    Args:
        data: a folder with ``faces``.
        networks: what finds masks.
    """
    faces = data / "faces"
    archive = np.load(faces / "labels.npz")
    landmarks = dict(zip(archive["ids"].tolist(), archive["landmarks"], strict=True))
    with (faces / "manifest.csv").open(encoding="utf-8") as stream:
        splits = {row["id"]: row["split"] for row in csv.DictReader(stream)}
    with (faces / "attributes.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["bad"] != "1"]
    pictures = []
    for row in track(rows, "cutting people out"):
        image = decode((faces / "images" / f"{row['id']}.webp").read_bytes())
        points = landmarks[row["id"]].astype(np.float32)
        alpha, _ = run(person_and_hair(image, points), networks)
        pictures.append(aligned(np.dstack([image, alpha]), points))
    labels = {name: [row[name] for row in rows] for name in (*QUESTIONS, "male", "skin")}
    return np.array(pictures), labels, [splits[row["id"]] for row in rows]


def _of_beards(
    pictures: NDArray[np.uint8], labels: Mapping[str, Sequence[str]]
) -> dict[str, NDArray[np.float32]]:
    """Fit the judge of beards; the rest of this module does without torch."""
    from inference.layers.training.beard_judge import train as taught

    words = QUESTIONS["facial_hair"]
    sides = {word: int(answer == "some") for answer in words for word in words[answer]}
    known = [place for place, word in enumerate(labels["facial_hair"]) if word in sides]
    seen = np.array([beard_judge.planes(flattened(pictures[place], GREY)) for place in known])
    answers = np.array([sides[labels["facial_hair"][place]] for place in known])
    return taught(seen, answers, [(labels["male"][i], labels["skin"][i]) for i in known])


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
def main(data: Path) -> None:
    """Train the judge, print how often it agrees with annotators on faces held back, keep it."""
    pictures, labels, splits = read(data, wiring.networks())
    taught = np.array([split == "train" for split in splits])
    chosen = {
        question: [word for word, keep in zip(words, taught, strict=True) if keep]
        for question, words in labels.items()
    }
    judge = Judge(train(pictures[taught], chosen) | _of_beards(pictures[taught], chosen))
    for question, answers in QUESTIONS.items():
        words = {word: answer for answer, group in answers.items() for word in group}
        right: dict[str, list[bool]] = {}
        for place in np.flatnonzero(~taught):
            truth = words.get(labels[question][place])
            if truth is None:
                continue
            right.setdefault(truth, []).append(judge.answer(pictures[place], question) == truth)
        shares = ", ".join(f"{name} {np.mean(hits):.3f}" for name, hits in right.items())
        overall = np.mean([hit for hits in right.values() for hit in hits])
        click.echo(f"{question}: {overall:.3f} ({shares})")
    np.savez_compressed(PATH, **{name: w.astype(np.float16) for name, w in judge.weights.items()})  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
