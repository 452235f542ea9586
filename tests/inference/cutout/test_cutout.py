"""The cut-out family on real photos."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.cutout.serving import Cutout
from inference.errors import UnknownSetting
from inference.face.report import Portrait
from inference.pictures.images import to_lab
from storage.contract.kinds import KINDS, Setting
from tests.inference.making import make

Studied = Callable[[str], Portrait]


def test_the_family_serves_its_kind() -> None:
    """Its name is in the vocabulary."""
    assert Cutout.kind in KINDS


@pytest.mark.parametrize("person", ["P001", "P005", "P008"])
def test_a_selfie_becomes_a_sticker(portrait_of: Studied, person: str) -> None:
    """One still 512 px frame, clear at the corners, with the person's own colours inside."""
    portrait = portrait_of(person)
    (sticker,) = make(Cutout(), portrait).frames
    assert sticker.shape == (512, 512, 4)
    assert sticker[:6, :6, 3].max() == 0
    assert 0.3 < (sticker[..., 3] == 255).mean() < 0.95
    skin = np.array(portrait.report.colours.skin)
    near = np.linalg.norm(to_lab(sticker[..., :3]) - skin, axis=2) < 12
    assert (near & (sticker[..., 3] == 255)).mean() > 0.02


def test_the_background_does_not_show(portrait_of: Studied) -> None:
    """A wall painted bright green leaves no green in the sticker, not even in curls."""
    portrait = portrait_of("P007")
    share = portrait.alpha[..., None] / 255
    photo = np.rint(share * portrait.image + (1 - share) * (0, 255, 0)).astype(np.uint8)
    walled = Portrait(photo, portrait.alpha, portrait.hair_mask, portrait.report)
    (sticker,) = make(Cutout(), walled).frames
    (plain,) = make(Cutout(), portrait).frames
    shown = sticker[..., 3] > 128
    lab, reference = to_lab(sticker[..., :3]), to_lab(plain[..., :3])
    assert np.abs(lab - reference)[shown][:, 1].mean() < 1.0
    assert (lab[shown][:, 1] < -40).mean() < 0.001


def test_settings_are_refused(portrait_of: Studied) -> None:
    """A cut-out has nothing to set."""
    with pytest.raises(UnknownSetting):
        make(Cutout(), portrait_of("P001"), Setting("smile", 0.5))
