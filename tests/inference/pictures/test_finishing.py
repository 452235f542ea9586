"""The finish that a person likes: the outline's colour and width, and a card behind."""

import numpy as np
import pytest

from inference.pictures.die_cut import SIDE, die_cut, die_cut_frames
from inference.pictures.finishing import OnCard, covering, current, finished_with, rgb
from inference.pictures.images import Image
from storage.contract.finishing import USUAL, WIDTHS, Finish

PINK = "#e78fb3"


def disc() -> Image:
    y, x = np.mgrid[:400, :400]
    picture = np.zeros((400, 400, 4), np.uint8)
    picture[..., :3] = (20, 60, 200)
    picture[..., 3] = np.where(np.hypot(x - 200, y - 200) < 150, 255, 0)
    return picture


def row(sticker: Image) -> Image:
    return np.asarray(sticker[SIDE // 2], np.uint8)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_outline_is_as_wide_as_asked(width: float) -> None:
    """In the asked colour, up to the sticker's own picture; none at all at 0."""
    with finished_with(Finish(PINK, width)):
        sticker = row(die_cut(disc()))
    pink = (np.abs(sticker[:, :3].astype(int) - rgb(PINK)).max(axis=1) < 12) & (sticker[:, 3] > 250)
    assert abs(pink[: SIDE // 2].sum() - width) <= 1.5
    assert tuple(sticker[SIDE // 2, :3]) == (20, 60, 200)


def test_the_usual_finish_is_white_and_as_ever() -> None:
    """Nothing said is the same, to the pixel, as the usual finish."""
    plain = die_cut(disc())
    with finished_with(USUAL):
        assert np.array_equal(die_cut(disc()), plain)
    assert (row(plain)[:, :3].min(axis=1) > 250).any()


def test_a_finish_holds_for_its_block_alone() -> None:
    """What is cut after it, or beside it, is as usual again."""
    with finished_with(Finish(PINK)):
        assert current() == Finish(PINK)
    assert current() == USUAL
    frames = die_cut_frames([disc(), disc()])
    assert np.array_equal(frames[0], frames[1])


def test_a_card_lies_behind_every_frame() -> None:
    """Its corners are round and clear, its middle is whole; the sticker lies on top."""
    sticker = die_cut(disc())
    card = OnCard([sticker, sticker], PINK)
    assert len(card) == len(card[:]) == 2
    frame = card[1]
    assert frame[0, 0, 3] == 0
    assert (frame[SIDE // 2, :, 3] == 255).all()
    assert tuple(frame[40, 40, :3]) == rgb(PINK)
    assert tuple(frame[SIDE // 2, SIDE // 2, :3]) == (20, 60, 200)


@pytest.mark.parametrize("shape", [(300, 900, 3), (900, 300, 3), (40, 30, 3)])
def test_a_picture_covers_the_card_from_its_middle(shape: tuple[int, int, int]) -> None:
    """Whatever its shape, nothing is stretched and no edge stays bare."""
    picture = np.zeros(shape, np.uint8)
    height, width = shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    picture[top : top + side, left : left + side] = (200, 100, 50)
    ground = covering(picture, (SIDE, SIDE))
    assert ground.shape == (SIDE, SIDE, 3)
    assert (ground == (200, 100, 50)).all()
    frame = OnCard([die_cut(disc())], picture)[0]
    assert (frame[SIDE // 2, :, 3] == 255).all()
    assert frame[0, 0, 3] == 0
    assert tuple(frame[40, 40, :3]) == (200, 100, 50)
    assert tuple(frame[SIDE // 2, SIDE // 2, :3]) == (20, 60, 200)
