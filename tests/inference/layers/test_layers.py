"""Pieces of the library, and how they lie on real faces."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.errors import UnknownSetting
from inference.face import masks, topology
from inference.face.resizing import resized
from inference.layers import beard, glasses, hair, hat, head_map, pieces
from inference.layers.building import catalogue
from inference.layers.building.quilting import quilt
from inference.layers.filling import spread, texture
from inference.layers.outfit import dress
from inference.layers.palette import COLOURS
from inference.layers.placing import dyed
from inference.layers.planes import join, split
from inference.pictures.images import to_lab
from storage.contract.kinds import EDIT, Setting
from tests.inference.making import answered

KINDS = ("hair", "beard", "hat", "scalp", "mouths")
PIECES = [(kind, name) for kind in KINDS for name in pieces.index(kind)]


@pytest.fixture(scope="module")
def small(portrait_of):
    """A smiling face with short curls, 320 px."""
    return resized(portrait_of("P001"), 320)


@pytest.fixture(scope="module")
def long_haired(portrait_of):
    """A face with long hair over both shoulders, 320 px."""
    return resized(portrait_of("P008"), 320)


def moved(before, after):
    """The landmarks of a portrait and how far dressing shifted them: (x, y) px."""
    return np.rint((after.report.landmarks - before.report.landmarks)[0, :2]).astype(int)


def outside_db(before, after, touched):
    """PSNR of what was not touched, where both show the person."""
    x, y = moved(before, after)
    side = len(before.alpha)
    box = np.s_[y : y + side, x : x + side]
    kept = ~touched & (before.alpha == 255)
    difference = after.image[box][kept].astype(float) - before.image[kept]
    assert kept.sum() > 1000
    return 10 * np.log10(255**2 / max(np.mean(difference**2), 1e-9))


@pytest.mark.parametrize(("kind", "name"), PIECES, ids=lambda value: str(value))
def test_every_piece_loads(kind, name):
    """Each has a matte that is neither empty nor all of the picture, and tags to be found by."""
    piece = pieces.load(kind, name)
    height, width, channels = piece.image.shape
    assert height == width >= 320
    assert channels == 4
    assert 0.001 < (piece.image[..., 3] > 128).mean() < 0.8
    assert piece.tags
    assert np.isfinite(piece.points).all()
    assert abs(piece.yaw) < 25


@pytest.mark.parametrize("name", ["afro", "big-afro"])
def test_afros_are_coils_all_over(name):
    """No patch of an afro is flat, and its crown is as round as its sides: nothing cut it off."""
    piece = pieces.load("hair", name)
    solid = piece.image[..., 3] > 200
    light = split(piece.image)[0]
    mean = cv2.blur(light, (17, 17))
    spread = np.sqrt(np.maximum(cv2.blur(light * light, (17, 17)) - mean * mean, 0))
    inside = cv2.erode(solid.astype(np.uint8), np.ones((17, 17))) > 0
    assert inside.sum() > 10_000
    assert spread[inside].min() > 1.5
    crown = np.argmax(solid, axis=0)[solid.any(axis=0)]
    middle = len(crown) // 2
    assert crown[middle] < crown[middle // 2] - 8
    assert crown[middle] > 4


def test_a_quilt_is_made_of_its_sample():
    """Upper blocks come from the sample's rim, the others from below it; nothing else appears."""
    chance = np.random.default_rng(1)
    sample = chance.random((40, 60, 1)).astype(np.float32)
    sample[:6] += 5
    made = quilt(sample, np.ones((40, 60), np.bool_), (50, 90), 12, 4)
    assert made.shape == (50, 90, 1)
    assert (made[:6] >= 5).all()
    assert (made[14:] <= 1).all()
    assert np.isin(made[16:], sample).mean() > 0.8  # all but the seams


def test_only_synthetic_people_lend_pieces():
    """Every piece that is cut names its licence and one of two sets of made-up people."""
    for kind in set(KINDS) - {"beard"}:
        for row in json.loads((pieces.ROOT / kind / "index.json").read_text("utf-8")):
            assert row["licence"] in {"MIT", "CC0", "CC0-1.0"}, row["name"]
            assert row["origin"].rpartition(", ")[2].startswith(("sfhq_t2i-", "faker-")), row


def test_the_library_is_small_and_rich():
    """At least 24 hair styles, 16 beards, 12 mouths, 10 glasses, 10 hats; below 8 MB together."""
    least = {"hair": 24, "beard": 16, "mouths": 12, "hat": 10, "scalp": 4}
    assert all(len(pieces.index(kind)) >= count for kind, count in least.items())
    assert len(glasses.names()) >= 10
    files = [path for path in pieces.ROOT.rglob("*") if path.suffix in {".webp", ".svg"}]
    assert sum(path.stat().st_size for path in files) < 8_000_000


@pytest.mark.slow
def test_the_catalogue_shows_every_piece(small):
    """Each piece has a cell of its own, and no two cells are alike."""
    names = [name for sort in catalogue.looks().values() for name in sort]
    assert set(names) <= set(EDIT.settings)
    assert len(names) > 80
    picture = catalogue.draw(dict.fromkeys(catalogue.MODELS, small))
    (width, height), columns = (136, 152), 11
    assert picture.shape == (-(-len(names) // columns) * height, columns * width, 3)
    cells = {
        picture[y : y + height, x : x + width].tobytes()
        for y in range(0, picture.shape[0], height)
        for x in range(0, picture.shape[1], width)
    }
    assert len(cells) == len(names) + (len(names) % columns != 0)


def test_unknown_pieces_are_refused(small):
    """No file outside the library can be asked for."""
    with pytest.raises(UnknownSetting):
        pieces.load("hair", "../hat/beanie")
    with pytest.raises(UnknownSetting):
        glasses.put_on(small, "monocle")


@pytest.mark.parametrize("name", ["quiff", "afro", "bob", "loose-waves"])
def test_new_hair_leaves_the_face_alone(small, name):
    """Eyes, nose, mouth and clothes away from all hair stay as they were."""
    worn = hair.wear(small, pieces.load("hair", name))
    x, y = moved(small, worn)
    side = len(small.alpha)
    near = np.maximum(small.hair_mask, worn.hair_mask[y : y + side, x : x + side]) > 0
    unit = topology.face_height(small.report.landmarks)
    reach = 2 * round(0.2 * unit) + 1
    touched = cv2.dilate(near.astype(np.uint8), np.ones((reach, reach))) > 0
    assert outside_db(small, worn, touched) >= 40


@pytest.mark.parametrize(
    "change",
    [
        lambda portrait: beard.grow(portrait, pieces.load("beard", "full")),
        lambda portrait: glasses.put_on(portrait, "square"),
        lambda portrait: hair.dye(portrait, COLOURS["red"]),
    ],
    ids=["beard", "glasses", "dye"],
)
def test_other_layers_leave_the_rest_alone(small, change):
    """A beard stays below the eyes, glasses about them, dye in the hair."""
    done = change(small)
    landmarks = small.report.landmarks
    unit = topology.face_height(landmarks)
    touched = small.hair_mask > 0
    points = landmarks[list(topology.FACE_OVAL), :2]
    hull = cv2.convexHull(np.rint(points).astype(np.int32))
    face = cv2.fillConvexPoly(np.zeros_like(small.alpha), hull, 1)
    touched |= cv2.dilate(face, np.ones((2 * round(0.35 * unit) + 1,) * 2)) > 0
    assert outside_db(small, done, touched) >= 40


def test_a_bare_head_has_no_hair(portrait_of):
    """Looked at again, a shaved head shows hardly any of its hair, over shoulders neither."""
    for person in ("P001", "P008"):
        portrait = resized(portrait_of(person), 400)
        bald = hair.shave(portrait)
        shown = bald.alpha[..., None] / 255
        picture = np.rint(bald.image * shown + 200 * (1 - shown)).astype(np.uint8)
        _, found = answered(masks.person_and_hair(picture, bald.report.landmarks))
        assert (found > 128).sum() < 0.12 * (portrait.hair_mask > 128).sum()
        assert bald.hair_mask.max() == 0


def test_hair_that_hung_over_shoulders_is_gone(long_haired):
    """Where it was, the body goes on: as wide as before, without holes, and not hair-coloured."""
    short = hair.wear(long_haired, pieces.load("hair", "crop"))
    x, y = moved(long_haired, short)
    side = len(long_haired.alpha)
    alpha = short.alpha[y : y + side, x : x + side]
    unit = topology.face_height(long_haired.report.landmarks)
    below = round(long_haired.report.landmarks[topology.CHIN, 1] + 0.45 * unit)
    was = long_haired.alpha[below:] > 200
    assert (alpha[below:][was] > 200).mean() > 0.9


def test_room_is_made_for_big_hair(portrait_of):
    """An afro that would leave the picture makes it larger, square and empty there."""
    portrait = resized(portrait_of("P002"), 320)
    worn = hair.wear(portrait, pieces.load("hair", "big-afro"))
    assert worn.image.shape[0] == worn.image.shape[1] > 320
    assert worn.alpha.shape == worn.hair_mask.shape == worn.image.shape[:2]
    assert worn.alpha[0].max() == 0


def test_hats_lie_over_hair_and_hold_it_down(long_haired):
    """Nothing of the person's own shows above the brim beside the hat."""
    worn = hat.put_on(long_haired, pieces.load("hat", "beanie"))
    piece = pieces.load("hat", "beanie")
    placed, laid = head_map.place(long_haired, piece)
    cover = laid.fetch(piece.image, piece, len(placed.alpha)).share(len(placed.alpha)) > 0.5
    rows = np.flatnonzero(cover.any(axis=1))
    upper = rows[0] + (rows[-1] - rows[0]) // 3
    assert (worn.alpha[:upper][~cover[:upper]] > 128).sum() < 0.02 * cover.sum()


def test_glasses_go_under_hair(small):
    """Where hair hangs over them, a frame does not show."""
    landmarks = small.report.landmarks
    fringe = np.zeros_like(small.hair_mask)
    middle = round(float(landmarks[topology.NOSE_BRIDGE[0], 0]))
    fringe[:, :middle] = 255
    worn = glasses.put_on(replace(small, hair_mask=fringe), "square")
    changed = np.abs(worn.image.astype(int) - small.image).max(axis=2) > 40
    assert changed[:, middle:].sum() > 100
    assert changed[:, : middle - 2].sum() == 0


@pytest.mark.parametrize("name", ["black", "blond", "pink", "blue"])
def test_dye_reaches_the_colour(small, name):
    """The hair's median becomes the asked colour, the rest of the picture keeps its own."""
    done = hair.dye(small, COLOURS[name])
    solid = small.hair_mask == 255
    reached = np.median(to_lab(done.image)[solid], axis=0)
    assert np.linalg.norm(reached - np.array(COLOURS[name])) < 14
    assert (done.image[small.hair_mask == 0] == small.image[small.hair_mask == 0]).all()


@pytest.mark.parametrize("name", ["pink", "blond", "platinum"])
def test_dyed_black_hair_keeps_its_strands(portrait_of, name):
    """Bleached black hair is no flat patch: its strands differ as those of light hair do."""
    portrait = portrait_of("P009")
    solid = cv2.erode(portrait.hair_mask, np.ones((9, 9))) > 250
    unit = topology.face_height(portrait.report.landmarks)

    def apart(image):
        light = to_lab(image)[..., 0]
        return np.median(np.abs(light - cv2.GaussianBlur(light, (0, 0), 0.02 * unit))[solid])

    assert apart(hair.dye(portrait, COLOURS[name]).image) > 2 * apart(portrait.image)


def test_half_the_dye_is_half_the_way(small):
    """The amount is a share of the way to the colour; none of it changes nothing."""
    solid = small.hair_mask == 255
    light = [
        np.median(to_lab(hair.dye(small, COLOURS["platinum"], amount).image)[solid][:, 0])
        for amount in (0.0, 0.5, 1.0)
    ]
    assert light[0] < light[1] < light[2]
    assert (hair.dye(small, COLOURS["red"], 0.0).image == small.image).all()


@pytest.mark.parametrize("name", ["P004", "P006", "P008"])
def test_a_shaved_head_keeps_no_line_of_its_old_hair(portrait_of, name):
    """About the old hairline nothing is darker than what surrounds it: no shadow, no strand."""
    shaved = hair.shave(resized(portrait_of(name), 320))
    landmarks = shaved.report.landmarks
    unit = topology.face_height(landmarks)
    light = split(shaved.image)[0]
    fine, coarse = (cv2.GaussianBlur(light, (0, 0), size * unit) for size in (0.01, 0.05))
    x, y = np.rint(landmarks[topology.FOREHEAD_MIDDLE, :2]).astype(int)
    about = np.zeros_like(shaved.alpha)
    cv2.circle(about, (int(x), int(y)), round(0.2 * unit), 1, -1)
    inside = (about > 0) & (shaved.alpha == 255)
    assert inside.sum() > 1000
    assert (coarse - fine)[inside].max() < 3


def test_hair_throws_its_shadow_on_the_clothes(small):
    """Close below long hair the clothes get darker; farther away they stay."""
    worn = hair.wear(small, pieces.load("hair", "sleek"))
    x, y = moved(small, worn)
    box = np.s_[y : y + len(small.alpha), x : x + len(small.alpha)]
    before, after = split(small.image)[0], split(worn.image[box])[0]
    unit = topology.face_height(small.report.landmarks)
    below = np.arange(len(small.alpha))[:, None] > small.report.landmarks[topology.CHIN, 1]
    clear = worn.hair_mask[box] == 0
    away = cv2.distanceTransform(clear.astype(np.uint8), cv2.DIST_L2, 3) / unit
    body = below & clear & (small.alpha == 255) & (small.hair_mask == 0)
    near, far = body & (away < 0.03), body & (away > 0.25)
    assert (before - after)[near].mean() > 2
    assert np.abs(before - after)[far].max() < 1


def test_turned_heads_get_turned_pieces():
    """A piece that looks the other way is mirrored, colours and landmarks alike."""
    piece = replace(pieces.load("hair", "undercut"), yaw=9.0)
    assert pieces.turned(piece, 20.0) is piece
    other = pieces.turned(piece, -20.0)
    assert other.yaw == -9.0
    assert (other.image == piece.image[:, ::-1]).all()
    assert np.abs(other.points.mean(axis=0) + piece.points.mean(axis=0) - 320).max() < 320
    assert np.ptp(other.points, axis=0) == pytest.approx(np.ptp(piece.points, axis=0))


def test_a_piece_meets_the_outline(small):
    """The map takes each point of the wearer's outline to the piece's, nearly."""
    piece = pieces.load("hair", "bob")
    placed, laid = head_map.place(small, piece)
    side = len(placed.alpha)
    positions = laid.positions((0, 0, side, side))
    outline = placed.report.landmarks[list(topology.FACE_OVAL), :2]
    reached = cv2.remap(positions, outline[None].astype(np.float32), None, cv2.INTER_LINEAR)[0]
    assert np.linalg.norm(reached - piece.points, axis=1).max() < 6


def test_spread_keeps_what_is_trusted_and_fills_with_what_is_near():
    """Known pixels stay; a hole between red and blue is redder near the red."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, :20], image[:, 44:] = (255, 0, 0), (0, 0, 255)
    known = np.zeros((64, 64), np.float32)
    known[:, :20] = known[:, 44:] = 1
    filled = spread(image, known)
    assert np.abs(filled - image)[known > 0].max() < 1e-3
    assert filled[32, 22, 0] > 200
    assert filled[32, 41, 2] > 200


def test_texture_is_reflected_at_the_border():
    """Stripes go on beyond the edge of what is known, flat cloth stays flat."""
    known = np.zeros((40, 80), np.bool_)
    known[:, :40] = True
    stripes = np.zeros((40, 80, 3), np.uint8)
    stripes[::4] = 200
    assert texture(stripes, known, 3.0)[:, 44:60].std() > 40
    assert np.abs(texture(np.full_like(stripes, 90), known, 3.0)).max() < 2


def test_planes_come_back():
    """Lab at 8 bits and back is within three grey levels."""
    colours = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    assert np.abs(join(split(colours)).astype(int) - colours).mean() < 3


def test_dye_keeps_strands():
    """Lighter strands stay lighter than darker ones under any dye."""
    light = np.linspace(5, 60, 32, dtype=np.float32)[None]
    lab = light, np.full_like(light, 8), np.full_like(light, 12)
    for colour in COLOURS.values():
        assert (np.diff(dyed(lab, (30.0, 8.0, 12.0), colour)[0]) >= 0).all()


def test_layers_lie_in_their_order(small):
    """A hat shows over new hair, glasses do not show over a hat."""
    names = ("hair:long-fringe", "glasses:square", "hat:beanie")
    look = {name.partition(":")[0]: Setting(name) for name in names}
    whole = dress(small, look)
    bareheaded = dress(small, {key: look[key] for key in ("hair", "glasses")})
    top = np.flatnonzero((whole.alpha > 128).any(axis=1))[0]
    x, y = (moved(bareheaded, whole)).tolist()
    assert whole.image.shape >= bareheaded.image.shape or (x, y) != (0, 0)
    crown = whole.image[top + 6 : top + 30][whole.alpha[top + 6 : top + 30] > 250]
    pink = pieces.load("hat", "beanie").colour
    assert abs(np.median(to_lab(crown[None])[0][:, 1]) - pink[1]) < 15
