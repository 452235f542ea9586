"""Paint on faces: where it belongs, in the face's own light, on every skin."""

import cv2
import numpy as np
import pytest

from inference.face import topology
from inference.latent import painting
from inference.latent.editing import Editor
from inference.pictures.images import to_lab


def inside(portrait, *polygons):
    return topology.fill(portrait.alpha.shape, portrait.report.landmarks, *polygons)


@pytest.mark.parametrize("name", sorted(painting.NAMES))
def test_paint_stays_on_the_face(portrait_of, name):
    """It changes the face, nothing far from it, and not the open eyes and the teeth."""
    portrait = portrait_of("P007")
    painted = Editor(portrait).edit({name: 1.0})
    changed = np.abs(painted.astype(int) - portrait.image).max(2) > 8
    assert changed.any()
    face = inside(portrait, topology.FACE_OVAL).astype(np.uint8)
    near = cv2.dilate(face, np.ones((3, 3)), iterations=round(0.2 * np.sqrt(face.sum())))
    assert not changed[near == 0].any()
    iris = inside(portrait, *(one[1:] for one in topology.IRISES))
    assert changed[iris].mean() < 0.4


@pytest.mark.parametrize("person", ["P001", "P006", "P010"])
def test_paint_takes_on_the_light(portrait_of, person):
    """White paint is darker where the skin lies in shadow, on light and on dark skin."""
    portrait = portrait_of(person)
    light = cv2.GaussianBlur(to_lab(portrait.image)[..., 0], (0, 0), 4)
    painted = to_lab(Editor(portrait).edit({"Skull_Paint": 1.0}))[..., 0]
    forehead = inside(portrait, topology.FOREHEAD)
    both = np.corrcoef(light[forehead], painted[forehead])[0, 1]
    assert both > 0.5
    assert np.median(painted[forehead]) > np.median(light[forehead]) + 10


def test_less_paint_covers_less(portrait_of):
    """Half of it lies between none and all."""
    editor = Editor(portrait_of("P002"))
    none, half, whole = (editor.edit({"Flag_japan": v}).astype(int) for v in (0.0, 0.5, 1.0))
    there = np.abs(whole - none).max(2) > 40
    assert there.sum() > 100
    between = np.abs(half - none).sum(2) / np.maximum(np.abs(whole - none).sum(2), 1)
    assert 0.4 < np.median(between[there]) < 0.6


@pytest.mark.parametrize(("name", "channel", "way"), [("Blue_Eyes", 2, -1), ("Brown_Eyes", 2, 1)])
def test_irises_take_a_colour_alone(portrait_of, name, channel, way):
    """The iris goes blue or brown; the white of the eye and the lids stay."""
    portrait = portrait_of("P009")
    before, after = (to_lab(Editor(portrait).edit({name: v}))[..., channel] for v in (0.0, 1.0))
    moved = way * (after - before)
    iris = inside(portrait, *(one[1:] for one in topology.IRISES))
    eyes = inside(portrait, *topology.EYES)
    around = cv2.dilate(iris.astype(np.uint8), np.ones((5, 5)), iterations=3) > 0
    assert moved[iris & eyes].mean() > 2
    assert np.abs(moved[~around]).max() < 1
