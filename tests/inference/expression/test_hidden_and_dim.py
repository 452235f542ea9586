"""What expressions leave alone, and teeth in the light of the face."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.expression import eyesight, mouth_sight
from inference.expression.engine import express
from inference.face import analysis, topology
from inference.face.report import Portrait
from inference.pictures.images import to_lab
from storage.contract.kinds import Setting
from tests.inference.making import answered

Picture = NDArray[np.uint8]
Studied = Callable[[str], Portrait]


def _behind_a_hand(portrait: Portrait, side: int = 0) -> Picture:
    """The portrait with fingers of its own skin over the right eye (0) or the left (1)."""
    image = portrait.image.copy()
    points = portrait.report.landmarks[:, :2]
    eye = points[list(topology.EYES[side])]
    from_side = np.array([1.0 - 2 * side, 1.0])
    middle, width = eye.mean(axis=0), float(np.ptp(eye[:, 0]))
    cheek = topology.fill(image.shape[:2], points, topology.CHEEKS[side])
    skin = np.median(image[cheek], axis=0)
    for finger in range(4):
        start = middle + width * from_side * np.array([-1.3, (finger - 1.5) * 0.50])
        end = middle + width * from_side * np.array([0.9, (finger - 1.5) * 0.42])
        for thick, shade in ((0.5, 0.75), (0.4, 1.0)):
            ends = np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist()
            cv2.line(image, *ends, (skin * shade).tolist(), round(thick * width))
    return image


@pytest.mark.parametrize("person", ["P003", "P006", "P009"])
def test_a_hand_before_an_eye_stays_as_it_is(portrait_of: Studied, person: str) -> None:
    """No lid is drawn on fingers, and no brow moves them; the other eye closes."""
    portrait = portrait_of(person)
    image, report = _behind_a_hand(portrait), portrait.report
    points = report.landmarks[:, :2]
    left, right = eyesight.seen(image, points, report.colours.skin)
    assert (left, right) == (1.0, 0.0)
    hidden, other = (topology.fill(image.shape[:2], points, eye) for eye in topology.EYES)
    for name in ("AU43", "AU1", "AU5"):
        after, _ = express(image, portrait.alpha, report, [Setting(name, 1.0)])
        assert np.abs(after[hidden].astype(int) - image[hidden]).mean() < 1.0, name
        if name == "AU43":
            assert np.abs(after[other].astype(int) - image[other]).mean() > 5.0


@pytest.mark.parametrize("person", ["P003", "P006", "P009"])
def test_whoever_shall_wink_with_a_hidden_eye_winks_the_other(
    portrait_of: Studied, person: str
) -> None:
    """A wink that nobody sees is none."""
    portrait = portrait_of(person)
    report, shape = portrait.report, portrait.alpha.shape
    image = _behind_a_hand(portrait, 1)  # a wink is the left eye's
    right, left = (topology.fill(shape, report.landmarks, eye) for eye in topology.EYES)
    after, _ = express(image, portrait.alpha, report, [Setting("wink", 1.0)])
    assert np.abs(after[right].astype(int) - image[right]).mean() > 5.0
    assert np.abs(after[left].astype(int) - image[left]).mean() < 2.0


@pytest.mark.parametrize("person", ["P003", "P005", "P006", "P009"])
def test_no_mouth_is_drawn_on_a_hand(portrait_of: Studied, person: str) -> None:
    """Eyes and brows act alone, and fingers stay straight; a mouth that is seen moves."""
    portrait = portrait_of(person)
    image, points = portrait.image.copy(), portrait.report.landmarks[:, :2]
    ends = points[list(topology.MOUTH_CORNERS)]
    middle, width = ends.mean(axis=0), float(np.linalg.norm(ends[1] - ends[0]))
    cheek = topology.fill(image.shape[:2], points, topology.CHEEKS[0])
    skin = np.median(image[cheek], axis=0)
    for finger in range(5):
        reach = [
            np.rint(middle + width * np.array([(finger - 2) * 0.45 + lean, height])).astype(int)
            for height, lean in ((1.6, 0.1), (-0.7, 0.0))
        ]
        for thick, shade in ((0.48, 0.75), (0.4, 1.0)):
            first, last = (one.tolist() for one in reach)
            cv2.line(image, first, last, (skin * shade).tolist(), round(thick * width))
    assert mouth_sight.seen(portrait.image, points)
    assert not mouth_sight.seen(image, points)
    lips = topology.fill(image.shape[:2], points, topology.LIPS_OUTER)
    for name in ("laugh", "smile", "surprised", "AU26", "neutral"):
        after, _ = express(image, portrait.alpha, portrait.report, [Setting(name, 1.0)])
        assert np.abs(after[lips].astype(int) - image[lips]).mean() < 2.5, name


@pytest.mark.parametrize("light", [1.0, 0.7, 0.42])
@pytest.mark.parametrize("person", ["P003", "P006", "P010"])
def test_teeth_are_as_light_as_the_face_makes_them(
    portrait_of: Studied, person: str, light: float
) -> None:
    """In any light teeth are lighter than the skin and no lighter than the picture's whites."""
    portrait = portrait_of(person)
    dim = np.rint(portrait.image * light).astype(np.uint8)
    report = answered(analysis.find(dim))
    lit = answered(analysis.study(dim, report, report.faces[0]))
    calm, _ = express(lit.image, lit.alpha, lit.report, [Setting("neutral", 1.0)])
    found = answered(analysis.find(calm)).faces[0]
    shut = answered(analysis.study(calm, answered(analysis.find(calm)), found))
    after, _ = express(shut.image, shut.alpha, shut.report, [Setting("grin", 1.0)])
    grinning = answered(analysis.find(after)).faces[0].landmarks
    inner = topology.fill(after.shape[:2], grinning, topology.LIPS_INNER)
    assert inner.sum() > 50
    lightness = to_lab(after)[..., 0]
    teeth = float(np.percentile(lightness[inner], 80))
    skin = shut.report.colours.skin[0]
    most = float(np.percentile(to_lab(shut.image)[..., 0], 99))
    assert skin + 3 < teeth < max(most, skin + 12) + 1


def _with_strands(portrait: Portrait, side: int) -> tuple[Picture, Picture, Picture]:
    """The portrait with strands over half of an eye: image, hair mask, the strands alone."""
    points = portrait.report.landmarks[:, :2].astype(float)
    eye = points[list(topology.EYES[side])]
    middle, width = eye.mean(axis=0), float(np.ptp(eye[:, 0]))
    outwards = 1.0 if side else -1.0
    strands = np.zeros(portrait.alpha.shape, np.uint8)
    for strand in range(9):
        along = np.linspace(0, 1, 14)[:, None]
        across = outwards * (0.05 + 0.055 * strand - 0.5 * (1 - along) ** 2)
        line = middle + width * np.hstack([across, 2.4 * along - 1.3])
        thick = max(2, round(0.05 * width))
        cv2.polylines(strands, [np.rint(line).astype(np.int32)], False, 255, thick)
    image = np.where(strands[..., None] > 0, np.array([22, 17, 15], np.uint8), portrait.image)
    return image, np.maximum(portrait.hair_mask, strands), strands


@pytest.mark.parametrize("person", ["P003", "P007", "P009", "P010"])
def test_lids_close_under_the_hair_before_them(portrait_of: Studied, person: str) -> None:
    """Strands stay as they fall, no lid is drawn on them, and what is bare of the eye closes."""
    portrait = portrait_of(person)
    report = portrait.report
    image, hair, drawn = _with_strands(portrait, 1)
    after, _ = express(image, portrait.alpha, report, [Setting("AU43", 1.0)], hair)
    eye = topology.fill(image.shape[:2], report.landmarks, topology.EYES[1])
    inside = cv2.erode(drawn, np.ones((3, 3), np.uint8)) > 0
    assert (inside & eye).sum() > 10
    assert np.abs(after[inside].astype(int) - image[inside]).max() < 12
    bare = eye & (cv2.dilate(drawn, np.ones((5, 5), np.uint8)) == 0)
    assert np.abs(after[bare].astype(int) - image[bare]).mean() > 5.0


@pytest.mark.parametrize("person", ["P004", "P006", "P007"])
def test_an_eye_that_masks_take_for_hair_closes(portrait_of: Studied, person: str) -> None:
    """Lashes and irises below a fringe are no strands, whatever the hair's mask says."""
    portrait = portrait_of(person)
    report, shape = portrait.report, portrait.alpha.shape
    eyes = topology.fill(shape, report.landmarks, *topology.EYES)
    wide = cv2.dilate(eyes.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    hair = np.where(wide, 255, portrait.hair_mask).astype(np.uint8)
    after, _ = express(portrait.image, portrait.alpha, report, [Setting("AU43", 1.0)], hair)
    plain, _ = express(portrait.image, portrait.alpha, report, [Setting("AU43", 1.0)])
    assert np.abs(plain[eyes].astype(int) - portrait.image[eyes]).mean() > 5.0
    assert (after == plain).all()


def test_an_eye_in_deep_shadow_is_not_seen(portrait_of: Studied) -> None:
    """In a face that is lit, an eye without contrast is none; as dark as all of it, it is one."""
    portrait = portrait_of("P006")
    report, shape = portrait.report, portrait.alpha.shape
    points = report.landmarks[:, :2]
    low = points[list(topology.EYES[0])].mean(axis=0)
    shadow = np.zeros(shape, np.float32)
    reach = 0.9 * float(np.ptp(points[list(topology.EYES[0]), 0]))
    cv2.circle(shadow, np.rint(low).astype(int).tolist(), round(reach), 1.0, cv2.FILLED)
    soft = np.asarray(cv2.GaussianBlur(shadow, (0, 0), reach / 5))[..., None]
    dark = np.rint(portrait.image * (1 - 0.85 * soft)).astype(np.uint8)
    left, right = eyesight.seen(dark, points, report.colours.skin)
    assert left > eyesight.ENOUGH > right
