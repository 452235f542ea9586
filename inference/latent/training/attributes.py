"""What annotators saw, as numbers: the features to learn, and what has to be held still."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_HELD = ("glasses", "hair_colour", "hair_length", "texture", "bangs", "headwear", "receding")


@dataclass(frozen=True, slots=True)
class Feature:
    """One learned slider: see ``learned.toml``."""

    name: str
    column: str
    values: Mapping[str, float]
    strength: float

    def of(self, words: Sequence[str]) -> NDArray[np.float64]:
        """A column's words as numbers (N,), NaN where they say nothing."""
        return np.array([self.values.get(word, np.nan) for word in words], np.float64)


def learned() -> tuple[Feature, ...]:
    """All features that are learned from annotators."""
    with Path(__file__).with_name("learned.toml").open("rb") as file:
        return tuple(Feature(name=name, **row) for name, row in tomllib.load(file).items())


def targets(labels: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
    """The learned features of N faces, (N, F)."""
    return np.stack([feature.of(labels[feature.column]) for feature in learned()], 1)


def held_still(
    labels: Mapping[str, Sequence[str]], landmarks: NDArray[np.floating]
) -> NDArray[np.float64]:
    """What goes along with features but must not become part of their axes, (N, C).

    Hair, glasses and hats as words; the head's pose as lengths that turning changes.

    Args:
        labels: attribute -> N words.
        landmarks: (N, 478, 3).
    """
    words = [one_hot(labels[name]) for name in _HELD]
    return np.column_stack([*words, turns(landmarks)])


def one_hot(values: Sequence[str]) -> NDArray[np.float64]:
    """A column of words as 0 or 1 per word but the first, (N, words - 1)."""
    words = sorted(set(values))[1:]
    return np.array([[value == word for word in words] for value in values], np.float64).reshape(
        len(values), -1
    )


def turns(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """Yaw, pitch and roll of heads as slopes of landmarks (N, 478, 3); (N, 3)."""
    across = landmarks[:, 454] - landmarks[:, 234]
    down = landmarks[:, 152] - landmarks[:, 10]
    return np.stack(
        [
            across[:, 2] / np.linalg.norm(across[:, :2], axis=1),
            down[:, 2] / np.linalg.norm(down[:, :2], axis=1),
            across[:, 1] / np.linalg.norm(across[:, :2], axis=1),
        ],
        1,
    ).astype(np.float64)
