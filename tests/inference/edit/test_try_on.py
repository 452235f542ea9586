"""Sheets of looks to choose from."""

import numpy as np
import pytest

from inference.edit.try_on import TryOn, looks
from inference.errors import UnknownSetting
from inference.layers import pieces
from inference.pictures import sheet
from storage.contract.kinds import EDIT, TRY_ON, Setting
from tests.inference.making import make


def made(portrait, shelf, page):
    return make(TryOn(), portrait, Setting(shelf, page=page))


@pytest.mark.parametrize("shelf", TRY_ON.settings)
def test_a_sheet_shows_nine(portrait_of, shelf):
    """One opaque picture of about 1024 px, its looks named in the order of their numbers."""
    picture = made(portrait_of("P009"), shelf, 1)
    (frame,) = picture.frames
    assert frame.shape == (1032, 1032, 4)
    assert frame[..., 3].min() == 255
    assert len(picture.facts["names"]) == 9
    assert set(picture.facts["names"]) <= set(EDIT.settings)
    assert picture.facts["page"] == 1
    cells = frame[..., :3].reshape(3, sheet.CELL, 3, sheet.CELL, 3).swapaxes(1, 2)
    cells = cells.reshape(9, sheet.CELL, sheet.CELL, 3).astype(int)
    faces = cells[:, 80:]
    for one in range(9):
        for other in range(one):
            assert np.abs(faces[one] - faces[other]).mean() > 0.1


@pytest.mark.parametrize("shelf", TRY_ON.settings)
def test_pages_show_everything_once(shelf):
    """All looks of the vocabulary come, each once."""
    named = [name for name in EDIT.settings if name.startswith(f"{shelf}:")]
    assert sorted(looks(shelf)) == sorted(named)
    assert sheet.pages(len(named)) <= TRY_ON.pages


def test_the_last_page_may_be_short(portrait_of):
    """Twelve glasses make a page of nine and one of three; a page beyond is the last."""
    picture = made(portrait_of("P001"), "glasses", 2)
    assert picture.facts["pages"] == 2
    assert len(picture.facts["names"]) == 3
    assert picture.frames[0].shape == (344, 1032, 4)
    assert made(portrait_of("P001"), "glasses", 9).facts["page"] == 2


def test_the_first_page_is_varied():
    """Nine hair styles of at least three lengths and three textures."""
    chosen = [
        pieces.load("hair", name.partition(":")[2])
        for name in looks("hair")[:9]
        if name != "hair:bald"
    ]
    tags = {tag for piece in chosen for tag in piece.tags}
    assert len(tags & {"buzz", "short", "medium", "long"}) >= 3
    assert len(tags & {"straight", "wavy", "curly", "coily"}) >= 3


def test_numbers_are_readable():
    """Each cell carries a dark number on a white disc."""
    empty = np.zeros((100, 80, 4), np.uint8)
    page = sheet.numbered([empty] * 9)
    for place in range(9):
        row, column = divmod(place, 3)
        badge = page[row * 344 + 10 : row * 344 + 68, column * 344 + 10 : column * 344 + 68, :3]
        assert badge.min() < 70
        assert (badge.min(axis=2) > 240).mean() > 0.5


def test_what_cannot_be_tried_on_is_refused(portrait_of):
    """Colours, several shelves at once and pages from nowhere."""
    portrait = portrait_of("P001")
    for settings in (
        (Setting("colour", 1.0),),
        (Setting("hair"), Setting("hat")),
        (Setting("hair", page=0),),
    ):
        with pytest.raises(UnknownSetting):
            make(TryOn(), portrait, *settings)
