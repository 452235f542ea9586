"""Folds and light: where they fall, where they don't, and how they are learned."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from inference.expression import creases
from inference.expression.training import strokes
from inference.expression.training.creases import main, mean_face, read
from inference.face import topology
from inference.face.blendshapes import NAMES
from inference.face.report import Portrait

SMILE = {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}


@pytest.fixture
def person(portrait_of: Callable[[str], Portrait]) -> Portrait:
    """Give somebody with bare skin."""
    return portrait_of("P006")


def changed(person: Portrait, weights: dict[str, float]) -> NDArray[np.float64]:
    """Return (H, W): how much lighter each pixel became."""
    report = person.report
    lit = creases.lay(person.image, report.landmarks, weights, report.colours.skin)
    return (lit.astype(np.float64) - person.image).mean(axis=2)


def inside(person: Portrait, *polygons: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return (H, W): which pixels lie in some polygons of landmarks."""
    return topology.fill(person.alpha.shape, person.report.landmarks, *polygons)


def test_every_fold_belongs_to_a_blendshape() -> None:
    """The table's names are those of movements, without sides."""
    known = {name.removesuffix("Left").removesuffix("Right") for name in NAMES}
    assert set(creases.load().names) <= known


def test_a_smile_folds_cheeks_and_leaves_eyes_and_ground(person: Portrait) -> None:
    """Light changes on skin; eyes, lips and what is not the face keep their pixels."""
    change = np.abs(changed(person, SMILE))
    assert change[inside(person, *topology.CHEEKS)].mean() > 1
    still = inside(person, *topology.EYES, topology.LIPS_INNER)
    assert change[still].mean() < 0.3 * change[inside(person, *topology.CHEEKS)].mean()
    face = inside(person, topology.FACE_OVAL).astype(np.uint8)
    reach = round(0.05 * topology.face_height(person.report.landmarks))
    near = cv2.dilate(face, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    assert not change[near == 0].any()


def test_no_movement_changes_nothing(person: Portrait) -> None:
    """Without a weight the very picture comes back."""
    assert not changed(person, {}).any()
    assert not changed(person, {"mouthSmileLeft": 0.0, "jawOpen": 1.0}).any()


def test_raised_brows_crease_the_forehead_and_lowered_ones_do_not_smooth_it(
    person: Portrait,
) -> None:
    """Drawn lines come with a movement; its opposite was never seen."""
    brow = inside(person, topology.FOREHEAD)
    assert np.abs(changed(person, {"browInnerUp": 1.0}))[brow].mean() > 1
    assert not changed(person, {"browInnerUp": -1.0}).any()


def test_half_a_smile_folds_one_cheek(person: Portrait) -> None:
    """The person's left is the picture's right."""
    change = np.abs(changed(person, {"mouthSmileLeft": 1.0}))
    left_of_picture, right_of_picture = (
        change[inside(person, cheek)].mean() for cheek in topology.CHEEKS
    )
    assert right_of_picture > 5 * left_of_picture


def test_hair_over_the_face_gets_no_folds(person: Portrait) -> None:
    """What is far from the skin's colour is no skin."""
    report = person.report
    covered = person.image.copy()
    place = report.landmarks[topology.FOREHEAD_MIDDLE, :2]
    middle = (place + report.landmarks[topology.BROW_MIDDLE, :2]) / 2
    size = round(0.1 * topology.face_height(report.landmarks))
    spot = (round(float(middle[0])), round(float(middle[1])))
    cv2.circle(covered, spot, size, (20, 18, 16), -1)
    lit = creases.lay(covered, report.landmarks, {"browInnerUp": 1.0}, report.colours.skin)
    near = slice(spot[1] - size // 3, spot[1] + size // 3), slice(spot[0] - size // 3, spot[0])
    assert np.abs(lit[near].astype(int) - covered[near]).max() <= 1


def test_a_stroke_is_dark_with_light_beside_it() -> None:
    """Its bottom lies in shadow, the swelling beside it catches light, far away nothing changes."""
    path = np.stack([np.linspace(20, 80, 60), np.full(60, 50.0)], axis=1)
    plane = strokes.Stroke(path, 3.0, 0.3).laid(100)
    assert plane[49, 50] < -0.2
    assert plane[55, 50] > 0.02
    assert abs(float(plane[90, 50])) < 1e-3


@pytest.mark.slow
def test_the_table_is_built_from_faces(labelled_faces: Path, tmp_path: Path) -> None:
    """A folder of faces gives a table of the form that the engine reads, the same in a mirror."""
    out = tmp_path / "creases.npz"
    done = CliRunner().invoke(main, ["--data", str(labelled_faces), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with np.load(out) as built, np.load(creases.TABLE) as shipped:
        assert set(built) == set(shipped)
        assert built["names"].tolist() == shipped["names"].tolist()
        assert built["halves"].shape == shipped["halves"].shape
    points = mean_face(read(labelled_faces / "faces").landmarks)
    mirrored = points * (-1, 1) + (points[:, 0].min() + points[:, 0].max(), 0)
    apart = np.linalg.norm(points[:, None] - mirrored[None], axis=2).min(axis=1)
    assert apart.max() < 3
