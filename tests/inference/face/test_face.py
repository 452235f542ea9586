import cv2
import numpy as np
import pytest
from skimage import data

from inference.errors import PhotoError
from inference.face import analysis, blendshapes, quality, topology
from inference.face.detect import Detection, detect, suppress
from inference.face.evaluation.uprightness import cut, rows
from inference.face.framing import Crop, around_head, belongs
from inference.face.landmarks import region_around, region_of, trace
from inference.face.pose import head_pose
from inference.pictures.images import decode
from storage.contract.failures import Failure
from tests.inference.making import answered

PEOPLE = ["P001", "P002", "P004", "P005", "P006", "P007", "P008", "P009", "P010"]


@pytest.fixture(scope="module")
def selfie(selfie_of):
    """A decoded selfie at the size that chats send."""
    return cv2.resize(decode(selfie_of("P001")), (860, 1280), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def group(selfie_of):
    """Eight people side by side, 1280x960 px."""
    tiles = [
        cv2.resize(decode(selfie_of(person)), (320, 480), interpolation=cv2.INTER_AREA)
        for person in PEOPLE[:8]
    ]
    return np.vstack([np.hstack(tiles[:4]), np.hstack(tiles[4:])])


def failure_of(image, face=None):
    with pytest.raises(PhotoError) as caught:
        analysis.choose(answered(analysis.find(image)), face)
    return caught.value.failure


def eye_distance(face):
    return face.quality.eye_distance


@pytest.mark.parametrize("person", PEOPLE)
def test_selfies(selfie_of, person):
    """Every selfie has one face, upright, looking at the camera, good enough for a sticker."""
    report = answered(analysis.find(decode(selfie_of(person))))
    (face,) = report.faces
    assert report.quarter_turns == 0
    assert analysis.choose(report, None) is face
    assert abs(face.pose.yaw) < 20
    assert abs(face.pose.pitch) < 20
    assert face.quality.photographic > 0.9


def test_astronaut(astronaut):
    """A small smiling face in an old photo is found where it is."""
    (face,) = answered(analysis.find(astronaut)).faces
    assert face.landmarks[4, :2] == pytest.approx((224, 130), abs=15)  # tip of the nose
    assert face.landmarks.shape == (478, 3)
    assert face.blendshapes.shape == (len(blendshapes.NAMES),)
    smile = face.blendshapes[blendshapes.NAMES.index("mouthSmileLeft")]
    assert smile > 0.5


@pytest.mark.parametrize("person", ["P001", "P006", "P010"])
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_photos_lying_on_their_side(selfie_of, person, turns):
    """A sideways or upside-down photo without EXIF is turned until its face stands upright."""
    photo = cv2.resize(decode(selfie_of(person)), (860, 1280), interpolation=cv2.INTER_AREA)
    report = answered(analysis.find(np.ascontiguousarray(np.rot90(photo, -turns))))
    assert report.quarter_turns == turns
    assert (report.height, report.width) == photo.shape[:2]
    assert abs(report.faces[0].pose.roll) < 15


@pytest.mark.parametrize("angle", [-45, -25, 25, 45])
def test_tilted_heads(selfie, angle):
    """A head tilted by up to 45 degrees stays so, and its roll is known."""
    height, width = selfie.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 0.8)
    tilted = cv2.warpAffine(selfie, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    report = answered(analysis.find(tilted))
    level = answered(analysis.find(selfie)).faces[0].pose.roll
    assert report.quarter_turns == 0
    assert report.faces[0].pose.roll - level == pytest.approx(angle, abs=4)


def test_group(group):
    """All faces of a group photo are found, largest first, each once."""
    faces = answered(analysis.find(group)).faces
    assert len(faces) == 8
    sizes = [eye_distance(face) for face in faces]
    assert sizes == sorted(sizes, reverse=True)
    cells = {tuple((face.landmarks[4, :2] // (320, 480)).astype(int)) for face in faces}
    assert len(cells) == 8


def test_small_faces(group):
    """Faces that fill a hundredth of a large photo are found, too."""
    scene = np.full((1400, 1900, 3), 120, np.uint8)
    scene[300:780, 700:1340] = cv2.resize(group, (640, 480), interpolation=cv2.INTER_AREA)
    assert len(answered(analysis.find(scene)).faces) == 8


def test_which_face(group):
    """Comparable faces are asked about, any can be chosen, one beyond them is asked again."""
    report = answered(analysis.find(group))
    with pytest.raises(PhotoError) as caught:
        analysis.choose(report, None)
    assert caught.value.failure is Failure.TOO_MANY_FACES
    assert caught.value.detail == {"faces": 8}
    for index in range(8):
        assert analysis.choose(report, index) is report.faces[index]
    with pytest.raises(PhotoError, match="too_many_faces"):
        analysis.choose(report, 8)


def test_people_in_the_background(selfie):
    """One clearly largest face needs no question."""
    scene = selfie.copy()
    scene[:320, :215] = cv2.resize(selfie, (215, 320), interpolation=cv2.INTER_AREA)
    report = answered(analysis.find(scene))
    assert analysis.choose(report, None) is report.faces[0]
    assert eye_distance(report.faces[0]) > 100


def test_no_face():
    """A photo without a face says so."""
    for photo in (data.coffee(), data.rocket(), data.chelsea()):
        assert failure_of(np.asarray(photo)) is Failure.NO_FACE


def test_nothing_to_see():
    """A black photo is too dark, a white one too bright, on a plain ground is nobody."""
    assert failure_of(np.full((600, 800, 3), 4, np.uint8)) is Failure.TOO_DARK
    assert failure_of(np.full((600, 800, 3), 255, np.uint8)) is Failure.TOO_BRIGHT
    assert failure_of(np.full((600, 800, 3), 128, np.uint8)) is Failure.NO_FACE


def test_too_small(selfie):
    """A face of a few pixels is too small rather than missing."""
    scene = np.full((900, 1200, 3), 140, np.uint8)
    scene[300:510, 500:641] = cv2.resize(selfie, (141, 210), interpolation=cv2.INTER_AREA)
    assert failure_of(scene) is Failure.FACE_TOO_SMALL


def test_too_blurry(selfie):
    """A face out of focus is too blurry; the same at the edge of sharpness is not."""
    distance = eye_distance(answered(analysis.find(selfie)).faces[0])
    assert failure_of(cv2.GaussianBlur(selfie, (0, 0), 0.07 * distance)) is Failure.TOO_BLURRY
    soft = cv2.GaussianBlur(selfie, (0, 0), 0.02 * distance)
    analysis.choose(answered(analysis.find(soft)), None)


@pytest.mark.parametrize("person", ["P001", "P004", "P008"])
def test_too_dark(selfie_of, person):
    """A face in the dark is too dark, whatever the skin; the same in dim light is not."""
    photo = cv2.resize(decode(selfie_of(person)), (860, 1280), interpolation=cv2.INTER_AREA)
    assert failure_of((photo * 0.15).astype(np.uint8)) is Failure.TOO_DARK
    analysis.choose(answered(analysis.find((photo * 0.5).astype(np.uint8))), None)


@pytest.mark.parametrize("person", ["P001", "P004", "P008"])
def test_too_bright(selfie_of, person):
    """A burnt-out face is too bright, no drawing; the same in much light is taken."""
    photo = cv2.resize(decode(selfie_of(person)), (860, 1280), interpolation=cv2.INTER_AREA)
    burnt = np.clip(photo * 4.0, 0, 255).astype(np.uint8)
    assert failure_of(burnt) is Failure.TOO_BRIGHT
    bright = np.clip(photo * 1.5, 0, 255).astype(np.uint8)
    analysis.choose(answered(analysis.find(bright)), None)


def test_turned_away(selfie):
    """Beyond 50 degrees a head is turned away."""
    report = answered(analysis.find(selfie))
    away = turned_by(report.faces[0].landmarks, 65)
    assert abs(head_pose(away).yaw) > quality.MAX_YAW


def turned_by(landmarks, degrees):
    """Landmarks of the same head turned about its vertical axis."""
    angle = np.radians(degrees)
    rotation = np.array(
        [[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]]
    )
    centre = landmarks.mean(axis=0)
    return ((landmarks - centre) @ rotation.T + centre).astype(np.float32)


@pytest.mark.parametrize("degrees", [-45, -20, 0, 20, 45])
def test_pose_follows_the_head(astronaut, degrees):
    """Turning a head by some degrees turns its estimated yaw by as many."""
    landmarks = answered(analysis.find(astronaut)).faces[0].landmarks
    before = head_pose(landmarks).yaw
    after = head_pose(turned_by(landmarks, degrees)).yaw
    assert after - before == pytest.approx(degrees, abs=2)


def test_signs_of_the_pose(astronaut):
    """A mirrored head has the opposite yaw and roll and the same pitch."""
    face = answered(analysis.find(astronaut)).faces[0].pose
    mirrored = answered(analysis.find(np.ascontiguousarray(astronaut[:, ::-1]))).faces[0].pose
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=3)
    assert mirrored.roll == pytest.approx(-face.roll, abs=3)
    assert mirrored.pitch == pytest.approx(face.pitch, abs=3)


def pencil_drawing(image):
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    blurred = cv2.GaussianBlur(255 - grey, (0, 0), 8)
    sketch = cv2.divide(grey, 255 - blurred, scale=256)
    return np.repeat(sketch[..., None], 3, axis=2)


@pytest.mark.parametrize("style", ["avataaars", "big-ears"])
def test_drawn_faces(style):
    """Rendered avatars are no photos, as drawn and as recompressed by a chat."""
    import json
    from importlib.resources import files

    import dicebear

    from inference.pictures.svg import raster

    drawing = dicebear.Style(json.loads((files("dicebear_styles") / f"{style}.json").read_text()))
    for seed in ("Ada", "Grace", "Joan"):
        options = {"seed": seed, "size": 512, "backgroundColor": ["#b6e3f4"]}
        svg = str(dicebear.Avatar(drawing, options))
        image = raster(svg, 512)[..., :3]
        assert failure_of(image) is Failure.NOT_A_PHOTO
        _, jpeg = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
        assert failure_of(decode(jpeg.tobytes())) is Failure.NOT_A_PHOTO


def test_sketched_faces(selfie):
    """A pencil sketch of a face is no photo; a gray photo of it is one."""
    assert failure_of(pencil_drawing(selfie)) is Failure.NOT_A_PHOTO
    grey = cv2.cvtColor(selfie, cv2.COLOR_RGB2GRAY)
    analysis.choose(answered(analysis.find(np.repeat(grey[..., None], 3, axis=2))), None)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("border", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize(
    ("person", "share"),
    [*((person, 0.3) for person in PEOPLE), *((person, 0.45) for person in ("P002", "P008"))],
)
def test_faces_cut_by_a_border(selfie_of, person, share, border, turns):
    """A face of which a border took much stands upright in the sticker, however the photo lay."""
    photo = cv2.resize(decode(selfie_of(person)), (860, 1280), interpolation=cv2.INTER_AREA)
    part = cut(photo, answered(analysis.find(photo)).faces[0].landmarks, border, share)
    report = answered(analysis.find(np.ascontiguousarray(np.rot90(part, turns))))
    assert (report.quarter_turns + turns) % 4 == 0


def test_how_often_cut_faces_lie_is_told_by_border_and_group():
    """Upright photos that are turned, lying ones that are righted, and those without a face."""
    outcomes = [("left 30%", 0, 0), ("left 30%", 0, 1), ("left 30%", 3, 0), ("skin 5", 1, None)]
    found = {(row.subject, row.metric): (row.value, row.n) for row in rows(outcomes)}
    assert found == {
        ("left 30%", "askew"): (0.5, 2), ("left 30%", "righted"): (1.0, 1),
        ("left 30%", "faceless"): (0.0, 3), ("skin 5", "faceless"): (1.0, 1),
    }  # fmt: skip


def test_second_look_is_steadier(selfie):
    """Landmarks move less between slightly shifted photos when traced a second time."""
    first, second = [], []
    height, width = selfie.shape[:2]
    for shift, angle in ((0, 0), (7, 8), (-9, -7), (13, 4)):
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.9)
        matrix[:, 2] += shift
        moved = cv2.warpAffine(selfie, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        back = cv2.invertAffineTransform(matrix)
        once, _ = answered(trace(moved, region_of(answered(detect(moved, 0))[0])))
        twice, presence = answered(trace(moved, region_around(once)))
        assert presence > 0.99
        first.append(once[:, :2] @ back[:, :2].T + back[:, 2])
        second.append(twice[:, :2] @ back[:, :2].T + back[:, 2])
    jitter = [np.std(looks, axis=0).mean() for looks in (first, second)]
    left, right = topology.IRIS_CENTRES
    irises = np.linalg.norm(second[0][left] - second[0][right])
    assert jitter[1] < jitter[0]
    assert jitter[1] < 0.01 * irises


def test_suppression():
    """Overlapping boxes of one face become one, weighted by score; others stay."""
    points = np.zeros((6, 2), np.float32)
    one = Detection((100, 100, 50, 50), points, 0.9)
    same = Detection((110, 100, 50, 50), points, 0.6)
    other = Detection((200, 100, 50, 50), points, 0.7)
    merged = suppress([same, other, one])
    assert [detection.score for detection in merged] == [0.9, 0.7]
    assert merged[0].box == pytest.approx((104, 100, 50, 50))
    assert merged[1].box == pytest.approx(other.box)


def test_report_survives_storage(group):
    """A report read back from its bytes is equal to the one written."""
    report = answered(analysis.find(group))
    again = analysis.from_bytes(analysis.to_bytes(report))
    assert (again.width, again.height, again.quarter_turns) == (1280, 960, 0)
    for read, face in zip(again.faces, report.faces, strict=True):
        assert (read.landmarks == face.landmarks).all()
        assert (read.blendshapes == face.blendshapes).all()
        assert (read.pose, read.quality) == (face.pose, face.quality)


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04 half an archive"])
def test_unreadable_reports(data):
    """What is no report is refused, so that the faces are found again."""
    with pytest.raises(ValueError, match="not a report"):
        analysis.from_bytes(data)


@pytest.mark.parametrize("person", PEOPLE[:3])
def test_portraits(portrait_of, person):
    """A portrait is square, at most 640 px, the face in its middle, the masks on the person."""
    portrait = portrait_of(person)
    side = portrait.image.shape[0]
    assert portrait.image.shape == (side, side, 3)
    assert 384 <= side <= 640
    assert portrait.alpha.shape == portrait.hair_mask.shape == (side, side)
    nose = portrait.report.landmarks[4, :2] / side
    assert nose == pytest.approx((0.5, 0.5), abs=0.1)
    x, y = portrait.report.landmarks[4, :2].astype(int)
    assert portrait.alpha[y, x] == 255
    assert portrait.hair_mask[y, x] == 0


def test_portrait_beyond_the_photo(selfie):
    """Where a portrait leaves the photo, its edge is repeated and nobody is there."""
    report = answered(analysis.find(selfie))
    face = report.faces[0]
    low = face.landmarks[:, 0].min()
    cut = np.ascontiguousarray(selfie[:, int(low) - 10 :])
    report = answered(analysis.find(cut))
    portrait = answered(analysis.study(cut, report, analysis.choose(report, None)))
    side = portrait.image.shape[0]
    assert (portrait.alpha[:, : side // 8] == 0).all()
    assert (portrait.image[:, 0] == portrait.image[:, side // 8]).all()


def test_portrait_of_a_turned_photo(selfie):
    """A sideways photo gives the same portrait as the upright one."""
    sideways = np.ascontiguousarray(np.rot90(selfie))
    portraits = []
    for photo in (selfie, sideways):
        report = answered(analysis.find(photo))
        portraits.append(answered(analysis.study(photo, report, analysis.choose(report, None))))
    assert np.abs(portraits[0].image.astype(int) - portraits[1].image).mean() < 8


def test_portrait_of_one_among_others(group):
    """Of neighbours nothing is left: each head belongs to one portrait only."""
    report = answered(analysis.find(group))
    face = report.faces[0]
    others = [other for other in report.faces if other is not face]
    portrait = answered(analysis.study(group, report, face))
    square = around_head(face.landmarks)
    inside = 0
    for other in others:
        x, y = square.place(other.landmarks)[4, :2].astype(int)
        if 0 <= x < square.side and 0 <= y < square.side:
            inside += 1
            assert portrait.alpha[y, x] == 0
    share = belongs(square.side, square.place(face.landmarks), [])
    assert (share == 1).all()
    assert inside == 0 or portrait.alpha.any()


@pytest.mark.parametrize("length", [641, 1030, 1501])
def test_a_photos_edge_is_repeated_to_the_last_level(selfie, length):
    """Above and beside the photo, however much it is made smaller, a portrait has equal lines."""
    portrait, shown = Crop(-101, -103, length, 640).cut(np.ascontiguousarray(selfie[:length]))
    top, left = shown.any(axis=1).argmax(), shown.any(axis=0).argmax()
    assert min(top, left) > 20
    assert (portrait[:top] == portrait[top]).all()
    assert (portrait[:, :left] == portrait[:, left : left + 1]).all()
