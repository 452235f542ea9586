"""What wardrobes show: avatars on opaque grounds, alone, compared, and side by side."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.avatars.spec import parse_subject
from inference.emoji.preview import Lineup, Preview
from inference.errors import UnknownAvatar, UnknownSetting, UnsuitableSubject
from inference.face.report import Portrait
from inference.family import Subject
from storage.contract.avatars import NONE
from storage.contract.kinds import Setting
from tests.bot.dressing import CAT, MATCHED
from tests.inference.making import make

ALONE, COMPARE = Setting("alone"), Setting("compare")
BALD = MATCHED.changed({"top": NONE})


def drawn(family: Preview | Lineup, subject: Subject, *settings: Setting) -> np.ndarray:
    (frame,) = make(family, subject, *settings).frames
    assert frame.dtype == np.uint8
    assert (frame[..., 3] == 255).all()
    return frame


def test_a_wardrobe_shows_the_avatar_in_hand() -> None:
    """One square picture of it, or two: on the left what it was."""
    alone = drawn(Preview(), MATCHED, ALONE)
    bald = drawn(Preview(), BALD, ALONE)
    both = drawn(Preview(), (MATCHED, BALD), COMPARE)
    assert alone.shape == (512, 512, 4)
    assert (both == np.hstack([alone, bald])).all()
    assert (alone != bald).any()


def test_avatars_stand_side_by_side() -> None:
    """Each has its own cell, in the order given."""
    one = drawn(Lineup(), (MATCHED,))
    two = drawn(Lineup(), (MATCHED, CAT))
    nine = drawn(Lineup(), (CAT,) * 9)
    assert one.shape == two.shape == (344, 3 * 344, 4)
    assert nine.shape == (3 * 344, 3 * 344, 4)
    assert (one[:, :344] == two[:, :344]).all()
    assert (one[:, 344:688] != two[:, 344:688]).any()


def test_a_job_brings_one_avatar_or_more() -> None:
    """One, one with what it was before, or a list, each in the form in which it was kept."""
    matched, bald = MATCHED.to_json(), BALD.to_json()
    assert parse_subject(matched) == MATCHED
    assert parse_subject({**bald, "before": matched}) == (MATCHED, BALD)
    assert parse_subject({"avatars": [matched, bald]}) == (MATCHED, BALD)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {**MATCHED.to_json(), "style": "oil"},
        {**MATCHED.to_json(), "before": {}},
        {**MATCHED.to_json(), "before": "bald"},
        {"avatars": "all"},
        {"avatars": [MATCHED.to_json(), "me"]},
    ],
)
def test_what_is_no_avatar_is_refused(form: dict[str, object]) -> None:
    """Malformed avatars are an error before anything is drawn."""
    with pytest.raises(UnknownAvatar):
        parse_subject(form)


@pytest.mark.parametrize("subject", [(), (CAT,) * 10, CAT, None])
def test_a_page_has_one_to_nine_avatars(subject: Subject) -> None:
    """None, ten, or one that is no list is refused."""
    with pytest.raises(UnsuitableSubject):
        make(Lineup(), subject)


def test_comparing_needs_both_and_a_known_view() -> None:
    """Without what it was, or as something else, nothing is drawn."""
    with pytest.raises(UnsuitableSubject):
        make(Preview(), MATCHED, COMPARE)
    with pytest.raises(UnknownSetting):
        make(Preview(), MATCHED, Setting("behind"))


def test_no_photo_is_taken(portrait_of: Callable[[str], Portrait]) -> None:
    """A portrait alone is refused: wardrobes hold avatars."""
    with pytest.raises(UnsuitableSubject):
        make(Preview(), portrait_of("P001"), ALONE)
    with pytest.raises(UnsuitableSubject):
        make(Lineup(), portrait_of("P001"))
