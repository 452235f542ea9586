"""Photos in photos: what is cut off, and what never is."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.face import analysis, own_frame, topology
from inference.face.framing import head_and_shoulders, one_shape, without_haze
from inference.face.report import Portrait
from inference.pictures.images import decode
from tests.inference.making import answered

PEOPLE = ["P001", "P002", "P005", "P006", "P008", "P009", "P010"]
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def tight(portrait_of: Callable[[str], Portrait]) -> Callable[[str], Picture]:
    """A function from a name to that person's head in a photo 500 px wide that ends close to it."""

    def cut(person: str) -> Picture:
        portrait = portrait_of(person)
        points = portrait.report.landmarks[list(topology.FACE_OVAL), :2]
        unit = topology.face_height(portrait.report.landmarks)
        left, top = np.maximum(points.min(axis=0) - 0.55 * unit, 0).astype(int)
        right, bottom = np.add(points.max(axis=0), (0.55 * unit, 0.45 * unit)).astype(int)
        photo = portrait.image[top:bottom, left:right]
        size = (500, round(500 * photo.shape[0] / photo.shape[1]))
        return cv2.resize(photo, size, interpolation=cv2.INTER_AREA)

    return cut


def on_a_page(photo: Picture, ground: int) -> tuple[Picture, NDArray[np.bool_]]:
    """A photo on a page with lines of text, and where it lies."""
    height, width = photo.shape[:2]
    page = np.full((height + 700, width + 300, 3), ground, np.uint8)
    lines = [*range(20, 160, 28), *range(height + 240, height + 670, 28)]
    for number, row in enumerate(lines):
        page[row : row + 10, 40 : 300 + 37 * number % (width - 60)] = 255 - ground
    where = np.s_[200 : 200 + height, 150 : 150 + width]
    page[where] = photo
    own = np.zeros(page.shape[:2], np.bool_)
    own[where] = True
    return page, own


def as_a_print(photo: Picture) -> tuple[Picture, NDArray[np.bool_]]:
    """A photo on a white card that lies askew on a table, and where it lies."""
    height, width = photo.shape[:2]
    card = np.full((height + 150, width + 60, 3), 245, np.uint8)
    own = np.zeros(card.shape[:2], np.uint8)
    card[30 : 30 + height, 30 : 30 + width] = photo
    own[30 : 30 + height, 30 : 30 + width] = 1
    askew = cv2.getRotationMatrix2D((card.shape[1] / 2, card.shape[0] / 2), 4, 1)
    askew[:, 2] += (150, 110)
    size = (card.shape[1] + 300, card.shape[0] + 220)
    table = cv2.warpAffine(card, askew, size, borderValue=(120, 96, 70))
    return table, cv2.warpAffine(own, askew, size) > 0


def cut_out(photo: Picture) -> tuple[NDArray[np.bool_] | None, Picture]:
    """What belongs to the picture of the largest face, and that person's cut-out."""
    report = answered(analysis.find(photo))
    face = report.faces[0]
    portrait = answered(analysis.study(photo, report, face))
    own = own_frame.inside(analysis.turned(photo, report), face.landmarks)
    return own, head_and_shoulders(portrait.image, portrait.alpha, portrait.report.landmarks)


@pytest.mark.parametrize("ground", [255, 20])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_about_a_photo_is_left_out(
    tight: Callable[[str], Picture], person: str, ground: int
) -> None:
    """Of a screenshot only the photo counts, whole but for its rim."""
    page, where = on_a_page(tight(person), ground)
    own, _ = cut_out(page)
    assert own is not None
    assert (own & ~where).sum() < 0.02 * where.sum()
    assert (where & ~own).sum() < 0.06 * where.sum()


@pytest.mark.parametrize("person", PEOPLE)
def test_a_print_lying_askew_is_cut_along_its_own_edge(
    tight: Callable[[str], Picture], person: str
) -> None:
    """The white card below a photographed print is no part of the person's body."""
    table, where = as_a_print(tight(person))
    own, _ = cut_out(table)
    assert own is not None
    below = np.zeros_like(where)
    below[int(np.flatnonzero(where.any(axis=1))[-1]) - 40 :] = True
    assert (own & ~where & below).sum() < 0.005 * where.sum()
    assert (where & ~own).sum() < 0.1 * where.sum()


@pytest.mark.parametrize("person", PEOPLE)
def test_an_ordinary_photo_has_no_frame_of_its_own(
    selfie_of: Callable[[str], bytes], person: str
) -> None:
    """Walls, doors and windows behind somebody are no page."""
    photo = decode(selfie_of(person))
    report = answered(analysis.find(photo))
    assert own_frame.inside(photo, report.faces[0].landmarks) is None


COLLAGES = [
    (("P001", "P009"), 2, 12, 12),
    (("P005", "P008"), 2, 0, 0),
    (("P003", "P006"), 1, 8, 0),
    (("P001", "P005", "P009", "P010"), 2, 10, 10),
    (("P002", "P006", "P003", "P008"), 2, 0, 0),
]


@pytest.mark.parametrize(("people", "columns", "gap", "rim"), COLLAGES)
def test_of_a_collage_only_the_photo_with_the_face_counts(
    selfie_of: Callable[[str], bytes], people: tuple[str, ...], columns: int, gap: int, rim: int
) -> None:
    """Whoever is chosen, neighbours are no body of theirs, and take nothing of their head."""
    width, height = 360, 420
    rows = len(people) // columns
    page = np.full(
        (rows * (height + gap) - gap + 2 * rim, columns * (width + gap) - gap + 2 * rim, 3), 255,
        np.uint8,
    )  # fmt: skip
    places = []
    for number, person in enumerate(people):
        photo = decode(selfie_of(person))
        size = (width, round(width * photo.shape[0] / photo.shape[1]))
        small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
        row, column = divmod(number, columns)
        top, left = rim + row * (height + gap), rim + column * (width + gap)
        page[top : top + height, left : left + width] = small[:height]
        places.append((left, top))
    report = answered(analysis.find(page))
    assert len(report.faces) == len(people)
    for face in report.faces:
        x, y = face.landmarks[:, :2].mean(axis=0).tolist()
        ((left, top),) = ((a, b) for a, b in places if a < x < a + width and b < y < b + height)
        others = [other.landmarks for other in report.faces if other is not face]
        own = own_frame.inside(page, face.landmarks, others)
        assert own is not None
        cell = np.zeros(page.shape[:2], np.bool_)
        cell[top : top + height, left : left + width] = True
        assert (own & ~cell).sum() < 0.02 * cell.sum()
        assert (cell & ~own).sum() < 0.13 * cell.sum()  # a white wall goes over into the page
        portrait = answered(analysis.study(page, report, face))
        head = topology.fill(portrait.alpha.shape, portrait.report.landmarks, topology.FACE_OVAL)
        assert (portrait.alpha[head] > 200).mean() > 0.97


def test_a_group_in_one_photo_is_no_collage(selfie_of: Callable[[str], bytes]) -> None:
    """Two people before one wall keep it all, also where its edge runs down between them."""
    photo = cv2.resize(decode(selfie_of("P006")), (430, 640), interpolation=cv2.INTER_AREA)
    ((face,),) = (answered(analysis.find(photo)).faces,)
    both = np.hstack([photo, photo[:, ::-1]])
    mirrored = face.landmarks * (-1, 1, 1) + (860, 0, 0)
    assert own_frame.inside(both, face.landmarks, [mirrored.astype(np.float32)]) is None


def test_what_does_not_hang_together_with_the_face_is_dropped(
    portrait_of: Callable[[str], Portrait],
) -> None:
    """Islands as large as a hand or as small as a dot go; the person stays as they are."""
    portrait = portrait_of("P006")
    points = portrait.report.landmarks
    alone = one_shape(portrait.alpha, points)
    assert np.array_equal(alone, portrait.alpha)
    unit = topology.face_height(points)
    crown = int(np.flatnonzero(portrait.alpha[:, int(points[10, 0])] > 200)[0])
    crowded = portrait.alpha.copy()
    x = int(points[topology.FOREHEAD_MIDDLE, 0] - 0.9 * unit)
    cv2.circle(crowded, (x, crown), round(0.15 * unit), 255, cv2.FILLED)
    cv2.circle(crowded, (x + round(0.4 * unit), crown), 3, 255, cv2.FILLED)
    assert not np.array_equal(crowded, portrait.alpha)
    assert np.array_equal(one_shape(crowded, points), portrait.alpha)


def _beside(portrait: Portrait) -> tuple[float, int, int]:
    """A face's height, the row of its forehead, and the column where the head begins there."""
    points = portrait.report.landmarks
    row = int(points[topology.FOREHEAD_MIDDLE, 1])
    return topology.face_height(points), row, int(np.flatnonzero(portrait.alpha[row] > 200)[0])


@pytest.mark.parametrize("person", ["P003", "P006", "P009"])
def test_what_hangs_on_the_person_by_a_thread_is_dropped(
    portrait_of: Callable[[str], Portrait], person: str
) -> None:
    """A bridge of haze to somebody's shoulder makes it nobody's; an earring on its hook stays."""
    portrait = portrait_of(person)
    points, alpha = portrait.report.landmarks, portrait.alpha
    unit, row, edge = _beside(portrait)
    for radius, stays in ((0.13, False), (0.05, True)):
        joined = alpha.copy()
        lump = edge - round((0.1 + radius) * unit), row
        cv2.line(joined, lump, (edge + 2, row), 255, max(1, round(0.03 * unit)))
        cv2.circle(joined, lump, round(radius * unit), 255, cv2.FILLED)
        kept = one_shape(joined, points)
        assert (kept[row, lump[0]] == 255) == stays
        mine = alpha == 255
        assert (kept[mine] == 255).mean() > 0.995


@pytest.mark.parametrize("person", ["P003", "P006", "P009"])
def test_what_is_only_half_seen_beyond_the_hair_is_dropped(
    portrait_of: Callable[[str], Portrait], person: str
) -> None:
    """A wall's ghost beside the head is nobody; strands as far as strands reach stay."""
    portrait = portrait_of(person)
    points, alpha = portrait.report.landmarks, portrait.alpha
    unit, row, edge = _beside(portrait)
    ghost, strand = (np.zeros_like(alpha) for _ in range(2))
    middle = edge - round(0.25 * unit), row
    cv2.circle(ghost, middle, round(0.25 * unit), 140, cv2.FILLED)
    cv2.line(strand, (edge - round(0.06 * unit), row), (edge, row), 140, 1)
    kept = without_haze(np.maximum(alpha, ghost), points)
    assert kept[row, middle[0]] == 0
    assert (kept[alpha > 0] >= alpha[alpha > 0]).mean() > 0.995
    fine = without_haze(np.maximum(alpha, strand), points)
    assert fine[row, edge - round(0.05 * unit)] >= 135
