"""The expression of one face on another."""

from collections.abc import Callable

import numpy as np
import pytest
from skimage import data

from inference.errors import PhotoError, UnknownSetting
from inference.expression.mimic import like
from inference.expression.serving import MIMIC, Expression
from inference.face.blendshapes import NAMES
from inference.face.report import Portrait
from inference.pictures import images
from storage.contract.failures import Failure
from storage.contract.kinds import Setting
from tests.inference.making import make

PortraitOf = Callable[[str], Portrait]


def test_a_face_mimics_itself_by_staying_as_it_is(portrait_of: PortraitOf) -> None:
    """No difference, no movement."""
    asked = like(portrait_of("P006").report, portrait_of("P006").report, 1.0)
    assert not asked.moves
    assert asked.close_left == asked.close_right == asked.turn == asked.nod == 0
    assert asked.look_left == asked.look_right == (0, 0)


def test_a_grin_goes_over_to_another_face(portrait_of: PortraitOf) -> None:
    """Who smiles less than the other is to smile, and the other is to smile less."""
    one, other = portrait_of("P006").report, portrait_of("P002").report
    smile = NAMES.index("mouthSmileLeft")
    assert other.blendshapes[smile] > one.blendshapes[smile]
    assert like(one, other, 1.0).weights["mouthSmileLeft"] > 0
    assert like(other, one, 1.0).weights["mouthSmileLeft"] < 0
    assert not like(one, other, 0.0).moves


def test_a_second_photo_gives_the_expression(
    portrait_of: PortraitOf, astronaut: images.Image
) -> None:
    """The sticker differs from the sober one; a photo without a face is named as the cause."""
    portrait = portrait_of("P006")
    sober = make(Expression(), portrait, Setting("smile", 0.0)).frames[0]
    smiling = make(Expression(), portrait, Setting(MIMIC, 1.0), picture=astronaut).frames[0]
    assert smiling.shape == sober.shape
    assert np.abs(smiling.astype(int) - sober).mean() > 0.5
    cup = np.asarray(data.coffee(), np.uint8)
    with pytest.raises(PhotoError) as raised:
        make(Expression(), portrait, Setting(MIMIC, 1.0), picture=cup)
    assert raised.value.failure is Failure.NO_FACE
    assert raised.value.detail == {"picture": True}
    with pytest.raises(UnknownSetting):
        make(Expression(), portrait, Setting(MIMIC, 1.0))


def test_a_setting_chooses_the_engine(portrait_of: PortraitOf) -> None:
    """By its name beside an expression, or alone with the usual one."""
    portrait = portrait_of("P006")
    asked = Setting("smile", 0.8), Setting("ganimation")
    (network,) = make(Expression("ganimation"), portrait, Setting("smile", 0.8)).frames
    assert np.array_equal(make(Expression(), portrait, *asked).frames[0], network)
    assert np.array_equal(make(Expression(), portrait, Setting("ganimation")).frames[0], network)
    (usual,) = make(Expression(), portrait, Setting("smile", 0.8)).frames
    assert not np.array_equal(usual, network)
