"""Photos of photos that lie on their side: the page around the face says nothing."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from inference.face import analysis
from inference.pictures.images import decode
from tests.inference.making import answered

PEOPLE = ["P001", "P002", "P003", "P004", "P006", "P007", "P009", "P010"]


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("ground", [255, 10])
@pytest.mark.parametrize("person", PEOPLE)
def test_a_print_on_a_plain_page_stands_upright(
    selfie_of: Callable[[str], bytes], person: str, ground: int, turns: int
) -> None:
    """A small photo on a wide plain page is turned as its face says, however the page lay."""
    photo = cv2.resize(decode(selfie_of(person)), (430, 640), interpolation=cv2.INTER_AREA)
    page = np.full((1280, 1032, 3), ground, np.uint8)
    page[20:660, 20:450] = photo
    report = answered(analysis.find(np.ascontiguousarray(np.rot90(page, turns))))
    assert (report.quarter_turns + turns) % 4 == 0
