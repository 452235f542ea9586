"""Sliders of the face as settings of ``/edit``."""

import numpy as np
import pytest

from inference.edit.serving import Edit
from inference.edit.sliders import SLIDERS, changes
from inference.face import topology
from inference.face.resizing import resized
from inference.latent import editing
from storage.contract.kinds import EDIT, Setting, group_of
from tests.inference.making import make

PIECES = {"hair", "colour", "beard", "glasses", "hat"}


@pytest.fixture(scope="module")
def small(portrait_of):
    """A selfie at 240 px."""
    return resized(portrait_of("P007"), 240)


def test_every_setting_of_a_face_moves_sliders_that_there_are():
    """What people may ask of a face is what the engine can do, no more and no less."""
    faces = {name for name in EDIT.settings if group_of(name) not in PIECES}
    assert SLIDERS.keys() == faces
    assert {slider for moved in SLIDERS.values() for slider in moved} <= editing.sliders()


def test_strengths_of_several_settings_add_up():
    """Two settings that move one slider move it together."""
    asked = (Setting("weight:slim", 0.5), Setting("face:narrow-face", 0.5), Setting("hair:bob"))
    assert changes(asked) == {"Chubby": -0.4, "Slim_Face": pytest.approx(0.7)}


@pytest.mark.parametrize("name", SLIDERS)
def test_every_setting_of_a_face_shows_on_the_sticker(small, name):
    """At full strength a setting changes the sticker, and leaves most of it as it was."""
    before = make(Edit(), small).frames[0].astype(int)
    after = make(Edit(), small, Setting(name, 1.0)).frames[0].astype(int)
    assert after.shape == before.shape
    assert (np.abs(after - before).max(2) > 2).any()


def test_masks_and_landmarks_move_with_the_face(small):
    """A slimmer face is slimmer in the person's mask and in the landmarks, too."""
    slim = editing.edited(small, {"Slim_Face": 1.0})
    oval = list(topology.FACE_OVAL)
    widths = [np.ptp(one.report.landmarks[oval, 0]) for one in (slim, small)]
    assert widths[0] < 0.97 * widths[1]
    assert (slim.alpha != small.alpha).any()


def test_nothing_asked_for_is_nothing_changed(small):
    """Strength 0 gives the portrait itself."""
    assert editing.edited(small, changes([Setting("age:older", 0.0)])) is small
