"""Die-cut stickers from shapes whose right answer is known."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.pictures.die_cut import MARGIN, OUTLINE, SIDE, Cutter, die_cut, die_cut_frames

Image = NDArray[np.uint8]
BLUE = (40, 90, 200)


def _canvas(height: int = 300, width: int = 300) -> Image:
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., :3] = BLUE
    return picture


def _disc(radius: int = 80, centre: tuple[int, int] = (150, 140)) -> Image:
    picture = _canvas()
    alpha = np.zeros((300, 300), np.uint8)
    cv2.circle(alpha, centre, radius, 255, cv2.FILLED)
    picture[..., 3] = alpha
    return picture


def _white(sticker: Image) -> NDArray[np.bool_]:
    white = (sticker[..., :3] > 250).all(axis=2)
    return np.asarray(white & (sticker[..., 3] == 255))


def _ink(sticker: Image) -> NDArray[np.bool_]:
    blue = np.abs(sticker[..., :3].astype(int) - BLUE).max(axis=2) < 8
    return np.asarray(blue & (sticker[..., 3] == 255))


def test_a_sticker_fills_its_square() -> None:
    """512 px square, the content trimmed and grown until it meets the margins."""
    sticker = die_cut(_disc())
    assert sticker.shape == (SIDE, SIDE, 4)
    top, _, bottom, _ = MARGIN
    rows = np.flatnonzero(_ink(sticker).any(axis=1))
    assert rows[0] == pytest.approx(top, abs=2)
    assert rows[-1] == pytest.approx(SIDE - bottom - 1, abs=2)


def test_the_outline_is_white_even_and_antialiased() -> None:
    """All around a disc runs a white ring of the stated width, with half-covered pixels outside."""
    sticker = die_cut(_disc())
    rings = _white(sticker)
    middle = int(np.flatnonzero(_ink(sticker).any(axis=1)).mean())
    row = rings[middle]
    for half in (row[: SIDE // 2], row[SIDE // 2 :]):
        assert half.sum() == pytest.approx(OUTLINE, abs=2)
    alpha = sticker[: SIDE // 2, :, 3]
    assert ((alpha > 100) & (alpha < 250)).any()


def test_a_soft_shadow_lies_below() -> None:
    """Beyond the outline's lower edge it is dark and faint; above the upper edge fainter still."""
    sticker = die_cut(_disc())
    column = sticker[:, SIDE // 2]
    opaque = np.flatnonzero(column[:, 3] == 255)
    below, above = column[opaque[-1] + 3], column[opaque[0] - 3]
    assert 10 < below[3] < 120
    assert above[3] < below[3]
    assert below[:3].max() < 140


def test_close_strands_share_one_outline() -> None:
    """Thin strands side by side keep their ink, and white fills the gaps between them."""
    picture = _disc()
    for x in (132, 141, 150, 159, 168):
        picture[20:90, x : x + 3, 3] = 255
    sticker = die_cut(picture)
    rows = np.flatnonzero(_ink(sticker).any(axis=1))
    strands = sticker[rows[0] + 40]
    opaque = np.flatnonzero(strands[:, 3] == 255)
    assert (strands[opaque[0] : opaque[-1], 3] > 250).all()
    assert _ink(sticker)[rows[0] + 40].sum() >= 10


def test_small_holes_are_filled_and_large_ones_stay() -> None:
    """A gap of a few pixels becomes white, one an arm could pass through stays open."""
    picture = _disc(radius=100)
    cv2.circle(alpha := np.ascontiguousarray(picture[..., 3]), (120, 140), 6, 0, cv2.FILLED)
    cv2.circle(alpha, (185, 140), 35, 0, cv2.FILLED)
    picture[..., 3] = alpha
    sticker = die_cut(picture)
    assert (sticker[..., 3] == 0).sum() > 0
    _, parts, stats, _ = cv2.connectedComponentsWithStats((sticker[..., 3] < 128).astype(np.uint8))
    assert len(stats) - 1 == 2  # outside, and the large hole
    assert parts[SIDE // 2, 0] != 0


def test_a_cut_body_ends_in_a_curve() -> None:
    """Where shoulders leave the picture the lower corners are rounded off."""
    picture = _disc(radius=60)
    picture[200:, 40:260, 3] = 255
    ink = _ink(die_cut(picture))
    rows = np.flatnonzero(ink.any(axis=1))
    widths = ink[rows].sum(axis=1)
    assert widths[-2] < 0.8 * widths.max()
    assert (np.diff(widths[-12:]) <= 0).all()


@pytest.mark.parametrize("border", ["top", "left", "right"])
def test_a_cut_head_ends_in_a_curve(border: str) -> None:
    """Where a head leaves the picture above or aside, no corners are left."""
    turns = {"top": 0, "left": 1, "right": 3}[border]
    cut = _disc(100, (150, 130))
    cut[:80, :, 3] = 0  # the upper half of its upper half
    sticker = np.rot90(die_cut(np.ascontiguousarray(np.rot90(cut, turns))), -turns)
    ink = _ink(sticker)
    widths = ink.sum(axis=1)[ink.any(axis=1)]
    assert widths[0] < 0.7 * widths[len(widths) // 10]
    assert (np.diff(widths[: len(widths) // 10]) >= 0).all()


def test_what_no_photo_cut_keeps_its_straight_sides() -> None:
    """Bodies in rows end upright at the side, with a head above their edge."""
    picture = _canvas()
    picture[120:280, 40:260, 3] = 255
    picture[60:120, 48:100, 3] = 255
    crossed, whole = (_ink(die_cut(picture, whole=whole)) for whole in (False, True))
    head = np.s_[: SIDE // 4, : SIDE // 3]
    assert crossed[head].sum() < whole[head].sum()
    columns = np.flatnonzero(whole[head].any(axis=0))
    rows = np.flatnonzero(whole[head].any(axis=1))
    upright = whole[head][rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert upright[8:-8, 8:-8].all()


@pytest.mark.parametrize("radius", [40, 80, 130])
def test_a_whole_head_keeps_its_crown(radius: int) -> None:
    """What is round by itself is not rounded again."""
    ink = _ink(die_cut(_disc(radius)))
    ink = ink[ink.any(axis=1)]
    upper, lower = np.split(ink[: len(ink) // 2 * 2], 2)
    assert upper.sum() == pytest.approx(lower.sum(), rel=0.01)


def test_a_natural_end_is_left_alone() -> None:
    """A disc is not cut at its lower edge: it stays as tall as it is wide."""
    ink = _ink(die_cut(_disc()))
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)


def test_specks_are_swept_away() -> None:
    """An island of a few pixels neither shows nor shrinks the sticker."""
    picture = _disc()
    picture[5:11, 5:11, 3] = 255
    clean = die_cut(_disc())
    assert np.abs(die_cut(picture).astype(int) - clean).max() <= 1


def test_drawings_keep_their_islands() -> None:
    """Confetti is meant: it has its place on the sticker, and an edge of its own."""
    picture = _disc()
    picture[5:11, 5:11, 3] = 255
    kept = die_cut(picture, drawn=True)
    assert (kept[:60, :60, 3] == 255).any()
    assert np.abs(kept.astype(int) - die_cut(picture)).max() > 200


def test_frames_stay_in_place() -> None:
    """What does not move between two frames does not move between their stickers."""
    first, second = _disc(), _disc()
    second[130:150, 225:245, 3] = 255
    one, two = die_cut_frames([first, second])
    still = np.s_[:, : SIDE // 2 - 40]
    assert np.array_equal(one[still], two[still])
    assert not np.array_equal(one, two)


def test_frames_of_one_silhouette_differ_in_colour_alone() -> None:
    """Each is what it would be alone."""
    blue, red = _disc(), _disc()
    red[..., :3] = (200, 40, 30)
    assert all(
        np.array_equal(together, die_cut(alone))
        for together, alone in zip(die_cut_frames([blue, red]), (blue, red), strict=True)
    )


def test_an_empty_frame_stays_empty() -> None:
    """In an animation somebody may be away for a while."""
    there, away = die_cut_frames([_disc(), _canvas()])
    assert np.array_equal(there, die_cut(_disc()))
    assert not away[..., 3].any()


def test_growing_adds_no_seam() -> None:
    """An enlarged edge is no darker than the colour inside it."""
    picture = _disc(radius=40)
    sticker = die_cut(picture).astype(int)
    inside = cv2.erode((sticker[..., 3] == 255).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (sticker[inside, :3] >= np.array(BLUE) - 3).all()


def test_nothing_makes_no_sticker() -> None:
    """A wholly transparent picture is refused."""
    with pytest.raises(ValueError, match="transparency"):
        die_cut(_canvas())


def test_a_cutter_says_where_points_come_to_lie() -> None:
    """The disc's middle and rim are found on the sticker where they were brought to."""
    disc = _disc()
    cutter = Cutter(disc[..., 3])
    sticker = cutter.cut(disc)
    assert (sticker == die_cut(disc)).all()
    rows, columns = np.nonzero(_ink(sticker))
    middle, rim = cutter.placed(np.array([[150.0, 140.0], [230.0, 140.0]]))
    assert middle == pytest.approx([columns.mean(), rows.mean()], abs=3)
    assert rim[0] == pytest.approx(columns.max(), abs=3)
