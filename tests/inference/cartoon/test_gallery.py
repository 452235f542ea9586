"""Sheets of cartoon styles to choose from."""

import numpy as np
import pytest

from inference.cartoon.gallery import SHOWN, Gallery
from inference.errors import UnknownSetting
from inference.pictures import sheet
from storage.contract.kinds import CARTOON, GALLERY, Setting
from tests.inference.making import make


def made(portrait, page):
    return make(Gallery(), portrait, Setting("styles", page=page))


def test_a_page_shows_nine_styles(portrait_of):
    """One opaque picture whose nine cells hold the same person, each in another style."""
    picture = made(portrait_of("P009"), 1)
    (frame,) = picture.frames
    assert frame.shape == (1032, 1032, 4)
    assert frame[..., 3].min() == 255
    cells = frame[..., :3].reshape(3, sheet.CELL, 3, sheet.CELL, 3).swapaxes(1, 2)
    cells = cells.reshape(9, sheet.CELL, sheet.CELL, 3).astype(int)
    person = np.s_[80:300, 90:260]  # no badge
    for one in range(9):
        for other in range(one):
            assert np.abs(cells[one][person] - cells[other][person]).mean() > 4


def test_pages_name_every_style_once(portrait_of):
    """All that needs neither a scene nor a second picture; a page beyond is the last."""
    pages = [made(portrait_of("P001"), page) for page in (1, 2, 3, 9)]
    assert [page.facts["page"] for page in pages] == [1, 2, 3, 3]
    assert {page.facts["pages"] for page in pages} == {sheet.pages(len(SHOWN))} == {3}
    named = [name for page in pages[:3] for name in page.facts["names"]]
    assert sorted(named) == sorted(CARTOON.offered)
    assert len(pages[0].facts["names"]) == 9
    assert pages[3].facts == pages[2].facts
    assert pages[2].frames[0].shape == (688, 1032, 4)


def test_what_no_page_shows_is_refused(portrait_of):
    """A style of its own, two settings at once, and a page from nowhere."""
    portrait = portrait_of("P001")
    for settings in (
        (Setting("munch", 1.0),),
        (Setting("styles"), Setting("styles", page=2)),
        (Setting("styles", page=0),),
        (Setting("styles", page=GALLERY.pages + 1),),
    ):
        with pytest.raises(UnknownSetting):
            make(Gallery(), portrait, *settings)
