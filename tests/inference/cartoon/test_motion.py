"""Drawn people whose moods move."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inference.cartoon.portrait import composing, motion, options, sitter
from inference.cartoon.portrait.sitter import Sitter
from inference.cartoon.serving import Cartoon
from inference.errors import UnknownSetting
from inference.expression.serving import portrayed
from inference.face import topology
from inference.face.report import Portrait
from inference.family import Image
from inference.pictures.images import to_lab
from storage.contract.kinds import CARTOON, MOODS, Setting
from tests.inference.making import make

MOVING = Setting("motion:moving")


@pytest.mark.parametrize("look", ["ink", "chibi"])
def test_a_mood_moves_in_a_loop_without_a_seam(
    look: str, portrait_of: Callable[[str], Portrait]
) -> None:
    """Hearts rise over a swaying head; from the last frame to the first is a step like others."""
    film = _film(portrait_of("P006"), Setting(look), Setting("mood:love"), MOVING)
    assert len(film) == 48
    steps = [_apart(one, other) for one, other in zip(film, [*film[1:], film[0]], strict=True)]
    assert min(steps) > 0
    assert steps[-1] < 2 * max(steps[:-1])


def test_without_a_mood_eyes_close_and_open(portrait_of: Callable[[str], Portrait]) -> None:
    """Where the eyes are, white is seen in most frames and in some is not."""
    portrait = portrait_of("P006")
    film = motion.film("ink", options.of([]), _expressed(portrait))
    landmarks = composing.bent_landmarks(portrait.once(sitter.sit), "ink")
    shifted = landmarks + np.array([motion.ROOM, 2 * motion.ROOM])
    eyes = topology.fill(film[0].shape[:2], shifted, *topology.EYES)
    near = cv2.dilate(eyes.astype(np.uint8), np.ones((15, 15))) > 0
    white = [float((to_lab(np.ascontiguousarray(one[..., :3]))[near][:, 0] > 90).mean())
             for one in film]  # fmt: skip
    shut = np.array(white) < 0.3 * max(white)
    assert 0.1 < shut.mean() < 0.4
    assert not shut[0]
    assert not shut[-1]


def test_the_ground_stands_still(portrait_of: Callable[[str], Portrait]) -> None:
    """What lies behind a person is the same in every frame, in its far corners."""
    film = motion.film("flat", options.of(["mood:party"]), _expressed(portrait_of("P006")))
    left = [one[400:500, 60:100] for one in film]
    assert left[0][..., 3].max() == 255
    assert all(np.array_equal(left[0], one) for one in left)


@pytest.mark.parametrize("mood", [*MOODS, "grin", "scared"])
def test_every_mood_moves(mood: str, portrait_of: Callable[[str], Portrait]) -> None:
    """Also those that avatars do not have."""
    scene = motion._Scene("ink", options.of([f"mood:{mood}"]), _expressed(portrait_of("P006")))
    assert _apart(scene.frame(0.1), scene.frame(0.35)) > 0


def test_paintings_do_not_move(portrait_of: Callable[[str], Portrait]) -> None:
    """Nor do drawings where nobody changes expressions."""
    assert all("motion" in CARTOON.suited[look] for look in CARTOON.vectors)
    assert all(
        "motion" not in groups
        for style, groups in CARTOON.suited.items()
        if style not in CARTOON.vectors
    )
    with pytest.raises(UnknownSetting):
        make(Cartoon(), portrait_of("P006"), Setting("ink"), MOVING)


def _film(portrait: Portrait, *settings: Setting) -> list[Image]:
    picture = make(Cartoon(portrayed), portrait, *settings)
    assert picture.frames_per_second == 20
    assert picture.drawing == ""
    return list(picture.frames)


def _expressed(portrait: Portrait) -> Callable[[tuple[Setting, ...]], Sitter]:
    return lambda face: (portrayed(portrait, face) if face else portrait).once(sitter.sit)


def _apart(one: Image, other: Image) -> float:
    """How much of the picture differs visibly."""
    return float((np.abs(one.astype(int) - other).max(axis=2) > 40).mean())
