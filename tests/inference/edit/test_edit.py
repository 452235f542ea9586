"""The edit family on a real face: every setting, alone and together."""

import cv2
import numpy as np
import pytest

from inference.edit.serving import Edit
from inference.edit.try_on import TryOn
from inference.errors import PhotoError, UnknownSetting
from inference.face import analysis, topology
from inference.face.resizing import resized
from inference.layers.outfit import dress
from inference.layers.palette import COLOURS
from inference.pictures.images import decode, to_lab
from storage.contract.failures import Failure
from storage.contract.kinds import EDIT, KINDS, Setting
from tests.inference.making import answered, make


@pytest.fixture(scope="module")
def small(portrait_of):
    """A selfie at 200 px."""
    return resized(portrait_of("P007"), 200)


@pytest.mark.parametrize("name", EDIT.settings)
def test_every_setting_dresses(small, name):
    """Each word of the vocabulary has a piece or a colour behind it and leaves a person."""
    dressed = dress(small, {name.partition(":")[0]: Setting(name)})
    assert dressed.image.shape[:2] == dressed.alpha.shape
    assert dressed.image.dtype == dressed.alpha.dtype == np.uint8
    assert (dressed.alpha > 128).sum() > 0.5 * (small.alpha > 128).sum()


def test_the_family_serves_its_kind(small):
    """One still sticker of 512 px."""
    assert EDIT.name in KINDS
    settings = (Setting("hair:bob"), Setting("colour:red"), Setting("beard:short", 0.7))
    (sticker,) = make(Edit(), small, *settings).frames
    assert sticker.shape == (512, 512, 4)
    assert sticker[:4, :4, 3].max() == 0
    assert 0.15 < (sticker[..., 3] == 255).mean() < 0.95


def test_unknown_settings_are_refused(small):
    """What is not in the vocabulary is no look."""
    for name in ("hair:mullet", "smile", "hair", "../hair:bob"):
        with pytest.raises(UnknownSetting):
            make(Edit(), small, Setting(name))


def test_who_looks_young_already_is_told(portrait_of):
    """Younger alone is refused where nothing adult is left of it; beside others it is left out."""
    with pytest.raises(PhotoError) as refusal:
        make(Edit(), portrait_of("P006"), Setting("age:younger", 1.0))
    assert refusal.value.failure is Failure.YOUNG_ALREADY
    asked = Setting("makeup:lipstick", 1.0)
    (both,) = make(Edit(), portrait_of("P006"), Setting("age:younger", 1.0), asked).frames
    (alone,) = make(Edit(), portrait_of("P006"), asked).frames
    assert np.abs(both.astype(int) - alone).max() <= 2


def veiled(photo):
    """The person in a headscarf: cloth in folds all about the face."""
    landmarks = answered(analysis.find(photo)).faces[0].landmarks
    unit = topology.face_height(landmarks)
    oval = topology.fill(photo.shape[:2], landmarks, topology.FACE_OVAL)
    away = cv2.distanceTransform((~oval).astype(np.uint8), cv2.DIST_L2, 5)
    cloth = (away > 0) & (away < 0.34 * unit)
    folds = 12 * np.sin(40 * away / unit)
    worn = photo.copy()
    worn[cloth] = np.clip(np.array((40, 90, 170)) + folds[cloth][:, None], 0, 255)
    return worn


@pytest.mark.parametrize("name", ["hair:bald", "hair:bob", "hat:beanie"])
def test_a_headscarf_stays_on(selfie_of, name):
    """No hair and no hat takes it off; a sentence says so. Glasses are put on."""
    portrait = answered(analysis.portrait(veiled(decode(selfie_of("P006")))))
    with pytest.raises(PhotoError) as refusal:
        make(Edit(), portrait, Setting(name))
    assert refusal.value.failure is Failure.HEADSCARF
    with pytest.raises(PhotoError) as refusal:
        make(TryOn(), portrait, Setting("hair"))
    assert refusal.value.failure is Failure.HEADSCARF
    (worn,) = make(Edit(), portrait, Setting("glasses:round")).frames
    assert (worn[..., 3] > 0).any()


def test_of_two_of_one_sort_the_last_counts(small):
    """Asking for a bob and then an afro gives the afro."""
    (both,) = make(Edit(), small, Setting("hair:bob"), Setting("hair:afro")).frames
    (afro,) = make(Edit(), small, Setting("hair:afro")).frames
    assert (both == afro).all()


@pytest.mark.parametrize("name", ["blond", "green"])
def test_new_hair_takes_the_colour(small, name):
    """A worn piece is dyed as asked; ``original`` leaves it as its owner had it."""
    worn = dress(small, {"hair": Setting("hair:sleek"), "colour": Setting(f"colour:{name}")})
    solid = worn.hair_mask == 255
    reached = np.median(to_lab(worn.image)[solid], axis=0)
    assert np.linalg.norm(reached - np.array(COLOURS[name])) < 15
    plain = dress(small, {"hair": Setting("hair:sleek"), "colour": Setting("colour:original")})
    assert np.linalg.norm(np.median(to_lab(plain.image)[solid], axis=0) - reached) > 20


def test_new_hair_is_the_wearers_own_colour(small):
    """Unless a colour is asked for, a blond piece turns as dark as the person's own hair."""
    own = small.report.colours.hair
    worn = dress(small, {"hair": Setting("hair:pixie")})
    reached = np.median(to_lab(worn.image)[worn.hair_mask == 255], axis=0)
    assert abs(reached[0] - own[0]) < 10


def test_the_photo_itself_is_not_touched(small):
    """Dressing makes new pictures; a portrait may be shared by several jobs."""
    before = small.image.copy(), small.alpha.copy(), small.hair_mask.copy()
    dress(small, {name.partition(":")[0]: Setting(name) for name in
                  ("hair:afro", "beard:full", "glasses:round", "hat:cap")})  # fmt: skip
    after = small.image, small.alpha, small.hair_mask
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
