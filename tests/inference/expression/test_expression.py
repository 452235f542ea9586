"""The expression family on a real photo: what moves, what stays, what opens and shuts."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from inference.errors import UnknownSetting
from inference.expression import COMPARED, OFFERED, displacements, eyesight, eyewear, limits, mouth
from inference.expression.engine import express, move
from inference.expression.mixes import INSIDE, MIXES, TURNS, movement
from inference.expression.serving import ENGINES, Expression
from inference.expression.similarity import estimate
from inference.expression.splines import surface
from inference.expression.warp import flow
from inference.face import blendshapes, topology
from inference.face.landmarks import Region, region_around, trace
from inference.face.pose import head_pose
from inference.face.report import Colours, FaceReport, Hair, Portrait, Quality
from inference.layers import mouths, pieces
from inference.pictures.images import to_lab
from storage.contract.kinds import EXPRESSION, Setting
from tests.inference.making import answered, make

Image = NDArray[np.uint8]
Landmarks = NDArray[np.float32]
SIDE = 512


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    """Give the astronaut, who shows her teeth, as the face analysis would."""
    photo = skimage.data.astronaut()[0:300, 80:380]
    image = np.asarray(cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)
    found, _ = answered(trace(image, Region(245, 190, 400, 0.0)))
    found, _ = answered(trace(image, region_around(found)))
    grey = (60.0, 10.0, 12.0)
    report = FaceReport(
        found,
        answered(blendshapes.measure(found)),
        head_pose(found),
        Quality(120.0, 500.0, 60.0, 5.0, 1.0),
        Colours(grey, grey, grey, grey, None, None),
        Hair("long", 0.2, 0.0, covered=False, volume=1.4),
    )
    opaque = np.full((SIDE, SIDE), 255, np.uint8)
    return Portrait(image, opaque, np.zeros_like(opaque), report)


def edited(portrait: Portrait, *settings: Setting) -> Image:
    """Return the picture with other expressions."""
    image, _ = express(portrait.image, portrait.alpha, portrait.report, settings)
    return image


def look_again(image: Image, portrait: Portrait) -> Landmarks:
    """Find the landmarks of an edited picture anew."""
    found, _ = answered(trace(image, region_around(portrait.report.landmarks)))
    return found


def closed(portrait: Portrait) -> Portrait:
    """Let the landmarks say that the lips touch."""
    found = portrait.report.landmarks.copy()
    middle = (found[list(topology.INNER_UPPER_LIP)] + found[list(topology.INNER_LOWER_LIP)]) / 2
    found[list(topology.INNER_UPPER_LIP)] = middle
    found[list(topology.INNER_LOWER_LIP)] = middle
    return replace(portrait, report=replace(portrait.report, landmarks=found))


def eye_distance(found: Landmarks) -> float:
    """Distance of the outer eye corners."""
    return float(np.linalg.norm(found[33, :2] - found[263, :2]))


def mouth_width(found: Landmarks) -> float:
    """Distance of the mouth's corners in eye distances."""
    return float(np.linalg.norm(found[61, :2] - found[291, :2])) / eye_distance(found)


def brow_height(found: Landmarks) -> float:
    """Height of both brows over the eye corners in eye distances."""
    height = found[[33, 263, 133, 362], 1].mean() - found[[105, 334, 66, 296], 1].mean()
    return float(height) / eye_distance(found)


def lid_opening(found: Landmarks) -> float:
    """Height of both openings between the lids in eye distances."""
    return float((found[[145, 374], 1] - found[[159, 386], 1]).mean()) / eye_distance(found)


def test_every_setting_of_the_vocabulary_has_its_mix() -> None:
    """What the bot offers is what the engine knows; one engine more is for comparing alone."""
    assert set(MIXES) == set(EXPRESSION.settings) - {*EXPRESSION.beside, *EXPRESSION.two_photos}
    assert EXPRESSION.beside == OFFERED
    assert tuple(ENGINES) == COMPARED


def test_every_blendshape_of_a_mix_is_in_the_table() -> None:
    """A mix never names a movement that the table lacks."""
    table = displacements.load()
    for name in MIXES:
        for amount in (-1.0, 1.0):
            table.mixed(movement([Setting(name, amount)]).weights)


@pytest.mark.parametrize("name", sorted(MIXES))
def test_zero_edit_is_the_input_bit_for_bit(name: str, portrait: Portrait) -> None:
    """Amount 0 changes nothing at all."""
    image, alpha = express(portrait.image, portrait.alpha, portrait.report, [Setting(name, 0.0)])
    assert np.array_equal(image, portrait.image)
    assert np.array_equal(alpha, portrait.alpha)


@pytest.mark.parametrize("name", sorted(MIXES.keys() - TURNS.keys()))
def test_nothing_changes_far_from_the_face(name: str, portrait: Portrait) -> None:
    """At full strength the picture outside the grown face oval stays as it was (PSNR >= 40 dB)."""
    image = edited(portrait, Setting(name, 1.0))
    assert not np.array_equal(image, portrait.image)
    oval = portrait.report.landmarks[list(topology.FACE_OVAL), :2]
    middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(middle + (oval - middle) * 1.3).astype(np.int32)], 1)
    outside = inside == 0
    error = (image[outside].astype(np.float64) - portrait.image[outside]) ** 2
    assert error.mean() <= 255**2 / 10**4


@pytest.mark.parametrize(
    ("name", "measure", "sign"),
    [("smile", mouth_width, 1), ("AU2", brow_height, 1), ("AU43", lid_opening, -1)],
)
def test_asking_for_more_gives_more(
    name: str, measure: Callable[[Landmarks], float], sign: int, portrait: Portrait
) -> None:
    """Landmarks found anew on the edited picture move on with every step of the request."""
    seen = [
        sign * measure(look_again(edited(portrait, Setting(name, amount)), portrait))
        for amount in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert all(later > earlier for earlier, later in itertools.pairwise(seen)), seen


def test_a_negative_smile_narrows_the_mouth(portrait: Portrait) -> None:
    """Negative amounts take an expression away."""
    before = mouth_width(look_again(portrait.image, portrait))
    assert mouth_width(look_again(edited(portrait, Setting("smile", -0.8)), portrait)) < before


def test_several_settings_add_up(portrait: Portrait) -> None:
    """A smile and a wink in one request close one eye and widen the mouth."""
    before = look_again(portrait.image, portrait)
    after = look_again(edited(portrait, Setting("smile", 0.6), Setting("wink", 1.0)), portrait)
    assert mouth_width(after) > mouth_width(before)
    assert after[374, 1] - after[386, 1] < 0.5 * (before[374, 1] - before[386, 1])


def test_a_sad_face_shuts_a_mouth_that_smiled(portrait: Portrait) -> None:
    """Moods that a grin contradicts take it away: the teeth disappear."""
    assert mouth.openness(portrait.report.landmarks) > 0.5
    after = look_again(edited(portrait, Setting("sad", 1.0)), portrait)
    assert mouth.openness(after) < 0.2


def test_alpha_follows_the_picture(portrait: Portrait) -> None:
    """A matte moves with the pixels that it cuts out; eyes that widen fold nothing."""
    matte = np.asarray(cv2.cvtColor(portrait.image, cv2.COLOR_RGB2GRAY), np.uint8)
    grey = np.repeat(matte[..., None], 3, axis=2)
    image, alpha = express(grey, matte, portrait.report, [Setting("AU5", 1.0)])
    assert np.array_equal(image[..., 0], alpha)


@pytest.mark.parametrize("name", ["AU24", "frown", "angry", "AU12"])
def test_closed_lips_stay_closed(name: str, portrait: Portrait) -> None:
    """Lips that touch move together, so no slit opens between them."""
    after = move(closed(portrait).report, movement([Setting(name, 1.0)])).after
    assert mouth.gap(after) < 1e-3


def test_frames_of_glasses_are_seen_and_hardly_bend(portrait: Portrait) -> None:
    """A frame drawn over the eyes is noticed, and raised brows no longer carry it along."""
    found = portrait.report.landmarks
    drawn = portrait.image.copy()
    size = round(0.22 * eye_distance(found))
    middles = [
        np.round(found[list(pair), :2].mean(axis=0)).astype(int) for pair in topology.EYE_CORNERS
    ]
    for middle in middles:
        cv2.circle(drawn, (int(middle[0]), int(middle[1])), size, (20, 20, 20), 4)
    ends = [(int(x), int(found[168, 1])) for x in (middles[0][0] + size, middles[1][0] - size)]
    cv2.line(drawn, ends[0], ends[1], (20, 20, 20), 5)
    assert eyewear.detect(portrait.image, found) < 0.2
    assert eyewear.detect(drawn, found) > 0.9
    asked = movement([Setting("AU6", 1.0)])
    free, held = (move(portrait.report, asked, glasses) for glasses in (0.0, 1.0))
    lids = [145, 374]
    assert (
        np.abs(held.after - held.before)[lids].max()
        < 0.3 * np.abs(free.after - free.before)[lids].max()
    )


@pytest.mark.parametrize("name", ["surprised", "laugh", "angry"])
def test_sunglasses_stay_as_they_are(portrait: Portrait, name: str) -> None:
    """Dark lenses without a frame over the nose move by less than 2% of the eyes' distance."""
    points = portrait.report.landmarks
    middles = [points[list(corners), :2].mean(axis=0) for corners in topology.EYE_CORNERS]
    apart = float(np.linalg.norm(middles[1] - middles[0]))
    dark = portrait.image.copy()
    for x, y in middles:
        size = (int(0.4 * apart), int(0.34 * apart))
        cv2.ellipse(dark, (int(x), int(y)), size, 0, 0, 360, (18, 18, 22), -1, cv2.LINE_AA)
    worn = replace(portrait, image=dark)
    assert eyewear.detect(dark, points) < 0.5
    before, after = ((one < 40).all(axis=2) for one in (dark, edited(worn, Setting(name, 1.0))))
    for x, y in middles:
        near = np.zeros(before.shape, np.uint8)
        cv2.circle(near, (int(x), int(y)), int(0.46 * apart), 1, -1)
        boxes = [cv2.boundingRect((lens & (near > 0)).astype(np.uint8)) for lens in (before, after)]
        assert np.abs(np.subtract(*boxes)).max() < 0.02 * apart + 1


@pytest.mark.parametrize("name", sorted(INSIDE))
def test_an_opened_mouth_shows_what_is_inside(name: str, portrait: Portrait) -> None:
    """Between parting lips comes a piece of the library, and the more the wider it was asked."""
    shut = closed(portrait)
    gaps = [
        mouth.gap(move(shut.report, movement([Setting(name, amount)])).after)
        for amount in (0.2, 0.6, 1.0)
    ]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 0.06
    with_inside = edited(shut, Setting(name, 1.0))
    after = move(shut.report, movement([Setting(name, 1.0)]))
    field = flow(after.before, after.after, SIDE, SIDE)
    assert not np.array_equal(with_inside, field.applied(portrait.image))


def test_pieces_are_synthetic_and_licensed() -> None:
    """Every mouth names its licence and comes from a face that nobody has."""
    rows = pieces.index(mouths.KIND).values()
    assert len(rows) >= 12
    assert {tag for row in rows for tag in row["tags"]} == set(INSIDE.values())  # type: ignore[attr-defined]
    for row in rows:
        assert row["licence"] in {"MIT", "CC0-1.0"}
        assert "sfhq_t2i" in str(row["origin"]) or "faker" in str(row["origin"])


@pytest.mark.parametrize("yaw", [-20.0, 20.0])
def test_a_mouth_turns_with_the_head(yaw: float) -> None:
    """A piece whose owner looked the other way is mirrored, its contour still left to right."""
    piece = mouths.suited("laugh", (60.0, 10.0, 12.0), yaw, 0.4)
    assert piece.yaw * yaw >= 0
    assert piece.points[0, 0] < piece.points[10, 0]
    assert piece.points[11, 0] < piece.points[21, 0]


def test_the_opening_chooses_the_mouth() -> None:
    """Of two laughs, lips that part widely show the one that was open wider."""
    skin = (77.0, 10.0, 12.0)
    little, wide = (mouths.suited("laugh", skin, 0.0, gap) for gap in (0.25, 0.7))
    assert mouths.opened(little.points) < mouths.opened(wide.points)


def test_a_smile_smooths_a_frown_and_fear_keeps_it(portrait: Portrait) -> None:
    """Of what a face does already, that goes which the new expression does not ask for."""
    scores = portrait.report.blendshapes.copy()
    scores[blendshapes.NAMES.index("browDownLeft")] = 0.8
    frowning = replace(portrait.report, blendshapes=scores)
    for name, lowered in (("smile", False), ("scared", True)):
        asked = movement([Setting(name, 1.0)])
        weight = move(frowning, asked).weights["browDownLeft"]
        assert (weight > 0) is lowered
        assert weight == asked.weights["browDownLeft"] if lowered else weight < 0


def test_brows_that_are_raised_already_rise_less() -> None:
    """What a face does already leaves less to do; what it does not, all of it."""
    calm = np.zeros(len(blendshapes.NAMES), np.float32)
    raised = calm.copy()
    raised[blendshapes.NAMES.index("browInnerUp")] = 0.6
    asked = {"browInnerUp": 2.0, "jawOpen": 1.0}
    assert limits.left_to_do(asked, calm) == asked
    left = limits.left_to_do(asked, raised)
    assert left["browInnerUp"] < 1.0
    assert left["jawOpen"] == 1.0


@pytest.mark.parametrize("name", ["laugh", "shout", "tongue", "open", "surprised", "AU26"])
def test_no_mouth_is_torn_open(name: str, portrait: Portrait) -> None:
    """A mouth that is open already opens no further than any mouth of that kind does."""
    once = move(portrait.report, movement([Setting("open", 1.0)])).after
    gaping = replace(portrait.report, landmarks=once.astype(np.float32))
    limit = max(limits.WIDEST[INSIDE[name]], mouth.gap(once))
    for report in (portrait.report, gaping):
        assert mouth.gap(move(report, movement([Setting(name, 1.0)])).after) <= limit + 0.02


@pytest.mark.parametrize("opened", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("also", [[], [Setting("AU24", 0.5)]], ids=["alone", "pressed"])
def test_lips_that_come_together_touch_and_go_no_further(
    opened: float, also: list[Setting], portrait: Portrait
) -> None:
    """However much opening is taken away, no lip passes the other or turns inside out."""
    points = move(portrait.report, movement([Setting("open", opened)])).after
    report = replace(portrait.report, landmarks=points.astype(np.float32))
    asked = [Setting("AU25", -1.0), Setting("AU26", -1.0), *also]
    after = move(report, movement(asked)).after
    assert -0.03 < mouth.signed_gap(after) <= max(mouth.signed_gap(points), 0.0) + 0.01
    top, inner = after[topology.LIPS_TOP, 1], after[topology.LIPS_MIDDLE[0], 1]
    low, bottom = after[topology.LIPS_MIDDLE[1], 1], after[topology.LIPS_BOTTOM, 1]
    assert top < inner
    assert low < bottom


def test_a_smiling_face_has_less_to_smile(portrait: Portrait) -> None:
    """The same request moves the corners of a smiling mouth less than those of a sober one."""
    asked = movement([Setting("AU12", 1.0)])
    wider = []
    for score in (0.0, 1.0):
        scores = portrait.report.blendshapes.copy()
        scores[[blendshapes.NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]] = score
        moved = move(replace(portrait.report, blendshapes=scores), asked)
        wider.append(np.abs(moved.after[[61, 291], 0] - moved.before[[61, 291], 0]).mean())
    assert 0.2 * wider[0] < wider[1] < 0.6 * wider[0]


def test_the_head_is_laid_over_a_turned_face() -> None:
    """The fit recovers scale, rotation and shift of a posed head."""
    base = displacements.load().base
    angle = np.radians(25)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    found = estimate(base, 14.0 * base @ turn.T + (250, 260, 3))
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


def test_the_flow_is_zero_on_the_edge_of_its_box(portrait: Portrait) -> None:
    """What moves blends into what stays."""
    moved = move(portrait.report, movement([Setting("shout", 1.0)]))
    offset = flow(moved.before, moved.after, SIDE, SIDE).offset
    for edge in (offset[0], offset[-1], offset[:, 0], offset[:, -1]):
        assert not edge.any()


def test_the_family_makes_a_sticker(portrait: Portrait) -> None:
    """One 512 px RGBA frame that differs from the unedited one."""
    (rest,), (smiling,) = (
        make(Expression(), portrait, Setting("smile", amount)).frames for amount in (0.0, 0.8)
    )
    assert smiling.shape == (512, 512, 4)
    assert smiling.dtype == np.uint8
    assert not np.array_equal(rest, smiling)


def test_an_unknown_setting_is_refused(portrait: Portrait) -> None:
    """A name that no mix has is an error before any work is done."""
    with pytest.raises(UnknownSetting):
        make(Expression(), portrait, Setting("moustache", 1.0))


def iris_at(found: Landmarks, iris: int, inner: int, outer: int) -> float:
    """Where an iris stands between the corners of its eye, 0..1 from the picture's left."""
    along = found[outer, :2] - found[inner, :2]
    return float((found[iris, :2] - found[inner, :2]) @ along / (along @ along))


@pytest.mark.parametrize(("name", "moves"), [("AU61", (1, 1)), ("AU62-left", (0, -1))])
def test_eyes_look_where_they_are_told(
    name: str, moves: tuple[int, int], portrait: Portrait
) -> None:
    """Both irises move to the person's left, or one alone; everything but the eyes stays."""
    image = edited(portrait, Setting(name, 1.0))
    eyes = ((468, 33, 133), (473, 362, 263))
    before, after = look_again(portrait.image, portrait), look_again(image, portrait)
    for eye, way in zip(eyes, moves, strict=True):
        went = iris_at(after, *eye) - iris_at(before, *eye)
        assert went * way > 0.04 if way else abs(went) < 0.04
    openings = topology.fill((SIDE, SIDE), portrait.report.landmarks, *topology.EYES)
    around = cv2.dilate(openings.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.array_equal(image[~around], portrait.image[~around])


def test_one_brow_rises_alone(portrait: Portrait) -> None:
    """What faces do in pairs they also do on one side: the other brow stays."""
    moved = move(portrait.report, movement([Setting("AU2-left", 1.0)]))
    rises = (moved.before - moved.after)[:, 1]
    left, right = (rises[list(brow)].mean() for brow in topology.BROWS_ABOVE[::-1])
    assert left > 3
    assert abs(right) < 0.2 * left


def test_a_neutral_face_no_longer_smiles(portrait: Portrait) -> None:
    """Neutral brings a grin to rest: lips meet, and the network reads no smile."""
    after = look_again(edited(portrait, Setting("neutral", 1.0)), portrait)
    shapes = dict(zip(blendshapes.NAMES, answered(blendshapes.measure(after)), strict=True))
    assert mouth.openness(after) < 0.3
    assert shapes["mouthSmileLeft"] < 0.3


@pytest.mark.parametrize(
    ("name", "axis", "sign"), [("AU51", "yaw", 1), ("AU52", "yaw", -1), ("AU53", "pitch", 1)]
)
def test_a_head_turns_by_parallax(name: str, axis: str, sign: int, portrait: Portrait) -> None:
    """A full turn is read as several degrees, and the picture's edge stays where it is."""
    image = edited(portrait, Setting(name, 1.0))
    before = getattr(head_pose(look_again(portrait.image, portrait)), axis)
    after = getattr(head_pose(look_again(image, portrait)), axis)
    assert 4 < sign * (after - before) < 18
    assert np.array_equal(image[-40:], portrait.image[-40:])


def test_eyes_behind_dark_glasses_stay_untouched(portrait: Portrait) -> None:
    """Where no eye is seen none is closed, turned or opened."""
    image = portrait.image.copy()
    points = portrait.report.landmarks
    for corners in topology.EYE_CORNERS:
        middle = np.rint(points[list(corners), :2].mean(axis=0)).astype(int)
        cv2.ellipse(image, middle.tolist(), (44, 38), 0, 0, 360, (18, 16, 20), -1)
    cheeks = topology.fill((SIDE, SIDE), points, *topology.CHEEKS)
    skin = to_lab(portrait.image)[cheeks].mean(axis=0)
    tone = (float(skin[0]), float(skin[1]), float(skin[2]))
    report = replace(portrait.report, colours=replace(portrait.report.colours, skin=tone))
    for name in ("AU43", "AU61", "AU5"):
        after, _ = express(image, portrait.alpha, report, [Setting(name, 1.0)])
        assert np.array_equal(after, image), name
    assert eyesight.seen(portrait.image, points, tone) == (1.0, 1.0)
