"""The expression family on a real photo: what moves, what stays, what it costs."""

import itertools

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.expression import displacements, landmarks
from inference.expression.engine import express, moved
from inference.expression.fit import fit
from inference.expression.mixes import MIXES, movement
from inference.expression.serving import Expression
from inference.expression.splines import surface
from inference.expression.warp import flow
from inference.face import blendshapes
from inference.face.landmarks import Region, region_around, trace
from inference.face.pose import head_pose
from inference.face.report import Colours, FaceReport, Hair, Portrait, Quality
from storage.kinds import EXPRESSION, Setting

Image = NDArray[np.uint8]
Landmarks = NDArray[np.float32]


@pytest.fixture(scope="module")
def portrait() -> tuple[Image, Image, Landmarks]:
    """Give the astronaut's face at 512 px, an opaque alpha, and her landmarks."""
    photo = skimage.data.astronaut()[0:300, 80:380]
    image = np.asarray(cv2.resize(photo, (512, 512), interpolation=cv2.INTER_CUBIC), np.uint8)
    found, _ = trace(image, Region(245, 190, 400, 0.0))
    found, _ = trace(image, region_around(found))
    return image, np.full(image.shape[:2], 255, np.uint8), found


def look_again(image: Image, near: Landmarks) -> Landmarks:
    """Find the landmarks of an edited picture anew."""
    found, _ = trace(image, region_around(near))
    return found


def mouth_width(found: Landmarks) -> float:
    """Distance of the mouth's corners over that of the outer eye corners."""
    across = np.linalg.norm(found[61, :2] - found[291, :2])
    return float(across / np.linalg.norm(found[33, :2] - found[263, :2]))


def brow_height(found: Landmarks) -> float:
    """Height of both brows over the eye corners, in eye distances."""
    height = found[[33, 263, 133, 362], 1].mean() - found[[105, 334, 66, 296], 1].mean()
    return float(height / np.linalg.norm(found[33, :2] - found[263, :2]))


def lid_opening(found: Landmarks) -> float:
    """Height of both openings between the lids, in eye distances."""
    opening = (found[[145, 374], 1] - found[[159, 386], 1]).mean()
    return float(opening / np.linalg.norm(found[33, :2] - found[263, :2]))


def test_every_setting_of_the_vocabulary_has_its_mix() -> None:
    """What the bot offers is what the engine knows, no more and no less."""
    assert set(MIXES) == set(EXPRESSION.settings)


def test_every_blendshape_of_a_mix_is_in_the_table() -> None:
    """A mix never names a movement that the table lacks."""
    table = displacements.load()
    for name in MIXES:
        for amount in (-1.0, 1.0):
            table.mixed(movement([Setting(name, amount)]).weights)


@pytest.mark.parametrize("name", sorted(MIXES))
def test_zero_edit_is_the_input_bit_for_bit(
    name: str, portrait: tuple[Image, Image, Landmarks]
) -> None:
    """Amount 0 changes nothing at all."""
    image, alpha, found = portrait
    edited, edited_alpha = express(image, alpha, found, [Setting(name, 0.0)])
    assert np.array_equal(edited, image)
    assert np.array_equal(edited_alpha, alpha)


@pytest.mark.parametrize("name", sorted(MIXES))
def test_nothing_changes_far_from_the_face(
    name: str, portrait: tuple[Image, Image, Landmarks]
) -> None:
    """At full strength the picture outside the grown face oval stays as it was (PSNR >= 40 dB)."""
    image, alpha, found = portrait
    edited, _ = express(image, alpha, found, [Setting(name, 1.0)])
    assert not np.array_equal(edited, image)
    oval = found[list(landmarks.FACE_OVAL), :2]
    middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(middle + (oval - middle) * 1.3).astype(np.int32)], 1)
    error = (edited[inside == 0].astype(np.float64) - image[inside == 0]) ** 2
    assert error.mean() <= 255**2 / 10**4


@pytest.mark.parametrize(
    ("name", "measure", "sign"),
    [("smile", mouth_width, 1), ("AU2", brow_height, 1), ("AU43", lid_opening, -1)],
)
def test_asking_for_more_gives_more(
    name: str, measure: object, sign: int, portrait: tuple[Image, Image, Landmarks]
) -> None:
    """Landmarks found anew on the edited picture move on with every step of the request."""
    assert callable(measure)
    image, alpha, found = portrait
    seen = [
        sign * measure(look_again(express(image, alpha, found, [Setting(name, amount)])[0], found))
        for amount in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(later > earlier for earlier, later in itertools.pairwise(seen)), seen


def test_a_negative_smile_narrows_the_mouth(portrait: tuple[Image, Image, Landmarks]) -> None:
    """Negative amounts take an expression away."""
    image, alpha, found = portrait
    edited, _ = express(image, alpha, found, [Setting("smile", -0.8)])
    assert mouth_width(look_again(edited, found)) < mouth_width(look_again(image, found))


def test_several_settings_add_up(portrait: tuple[Image, Image, Landmarks]) -> None:
    """A smile and a wink in one request close one eye and widen the mouth."""
    image, alpha, found = portrait
    edited, _ = express(image, alpha, found, [Setting("smile", 0.6), Setting("wink", 1.0)])
    before, after = look_again(image, found), look_again(edited, found)
    assert mouth_width(after) > mouth_width(before)
    left = after[374, 1] - after[386, 1], before[374, 1] - before[386, 1]
    assert left[0] < 0.5 * left[1]


def test_alpha_follows_the_picture(portrait: tuple[Image, Image, Landmarks]) -> None:
    """A matte moves with the pixels that it cuts out."""
    image, _, found = portrait
    matte = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    grey = np.repeat(matte[..., None], 3, axis=2)
    edited, edited_matte = express(grey, matte, found, [Setting("grin", 1.0)])
    assert np.array_equal(edited[..., 0], edited_matte)


def test_closed_lips_stay_closed(portrait: tuple[Image, Image, Landmarks]) -> None:
    """Lips that touch move together, so no slit opens between them."""
    _, _, found = portrait
    closed = found.copy()
    closed[list(landmarks.INNER_LOWER_LIP)] = closed[list(landmarks.INNER_UPPER_LIP)]
    after = moved(closed, movement([Setting("smile", 1.0)]).weights)
    upper, lower = after[list(landmarks.INNER_UPPER_LIP)], after[list(landmarks.INNER_LOWER_LIP)]
    np.testing.assert_allclose(upper, lower, atol=1e-6)


def test_the_head_is_laid_over_a_turned_face() -> None:
    """The fit recovers scale, rotation and shift of a posed head."""
    base = displacements.load().base
    angle = np.radians(25)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    found = fit(base, 14.0 * base @ turn.T + (250, 260, 3))
    assert found.scale == pytest.approx(14.0)
    np.testing.assert_allclose(found.rotation, turn, atol=1e-6)


def test_a_spline_surface_passes_through_its_points() -> None:
    """Multilevel B-splines come close to every scattered value and are smooth between them."""
    chance = np.random.default_rng(1)
    points = chance.uniform(20, 180, (60, 2))
    values = np.stack([np.sin(points[:, 0] / 40), np.cos(points[:, 1] / 50)], axis=1)
    dense = surface(points, values, 200, 200)
    at = np.floor(points).astype(int)
    assert np.abs(dense[at[:, 1], at[:, 0]] - values).max() < 0.05
    assert np.abs(np.diff(dense, axis=0)).max() < 0.2


def test_the_flow_is_zero_on_the_edge_of_its_box(
    portrait: tuple[Image, Image, Landmarks],
) -> None:
    """What moves blends into what stays."""
    _, _, found = portrait
    offset = flow(found, moved(found, {"jawOpen": 1.0}), 512, 512).offset
    for edge in (offset[0], offset[-1], offset[:, 0], offset[:, -1]):
        assert not edge.any()


def studied(portrait: tuple[Image, Image, Landmarks]) -> Portrait:
    """Wrap the picture as the face analysis would; the family reads pixels and landmarks only."""
    image, alpha, found = portrait
    grey = (60.0, 0.0, 0.0)
    report = FaceReport(
        found,
        blendshapes.measure(found),
        head_pose(found),
        Quality(120.0, 500.0, 60.0, 5.0, 1.0),
        Colours(grey, grey, grey, grey, None, None),
        Hair("long", 0.2, 0.0, covered=False, volume=1.4),
    )
    return Portrait(image, alpha, np.zeros_like(alpha), report)


def test_the_family_makes_a_sticker(portrait: tuple[Image, Image, Landmarks]) -> None:
    """Through prepare and finish comes one 512 px RGBA frame that differs from the unedited one."""
    family = Expression()

    def made(amount: float) -> Image:
        prepared = family.prepare(studied(portrait), (Setting("smile", amount),))
        assert prepared.inputs is None
        (frame,) = family.finish(prepared, None).frames
        return frame

    rest, smiling = made(0.0), made(0.8)
    assert smiling.shape == (512, 512, 4)
    assert smiling.dtype == np.uint8
    assert not np.array_equal(rest, smiling)


def test_an_unknown_setting_is_refused(portrait: tuple[Image, Image, Landmarks]) -> None:
    """A name that no mix has is an error before any work is done."""
    with pytest.raises(UnknownSetting):
        Expression().prepare(studied(portrait), (Setting("moustache", 1.0),))
