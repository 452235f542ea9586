"""What wardrobes show: avatars on opaque grounds, alone, compared, and side by side."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.emoji.fitting import Fitting, Lineup
from inference.errors import UnknownAvatar, UnknownSetting
from inference.face.report import Portrait
from storage.contract.avatars import NONE
from storage.contract.kinds import Setting
from tests.bot.dressing import CAT, MATCHED

MIRROR, COMPARE = (Setting("alone"),), (Setting("compare"),)
BALD = {**MATCHED.to_json(), "parts": {**MATCHED.parts, "top": NONE}}


def drawn(family: Fitting | Lineup, avatar: dict[str, object], *settings: Setting) -> np.ndarray:
    picture = family.finish(family.prepare_avatar(avatar, settings), None)
    (frame,) = picture.frames
    assert frame.dtype == np.uint8
    assert (frame[..., 3] == 255).all()
    return frame


def test_a_wardrobe_shows_the_avatar_in_hand() -> None:
    """One square picture of it, or two: on the left what it was."""
    alone = drawn(Fitting(), MATCHED.to_json(), *MIRROR)
    bald = drawn(Fitting(), BALD, *MIRROR)
    both = drawn(Fitting(), {**BALD, "before": MATCHED.to_json()}, *COMPARE)
    assert alone.shape == (512, 512, 4)
    assert (both == np.hstack([alone, bald])).all()
    assert (alone != bald).any()


def test_avatars_stand_side_by_side() -> None:
    """Each has its own cell, in the order given."""
    one = drawn(Lineup(), {"avatars": [MATCHED.to_json()]})
    two = drawn(Lineup(), {"avatars": [MATCHED.to_json(), CAT.to_json()]})
    nine = drawn(Lineup(), {"avatars": [CAT.to_json()] * 9})
    assert one.shape == two.shape == (344, 3 * 344, 4)
    assert nine.shape == (3 * 344, 3 * 344, 4)
    assert (one[:, :344] == two[:, :344]).all()
    assert (one[:, 344:688] != two[:, 344:688]).any()


@pytest.mark.parametrize(
    ("family", "avatar"),
    [
        (Fitting, {}),
        (Fitting, {**MATCHED.to_json(), "style": "oil"}),
        (Lineup, {"avatars": []}),
        (Lineup, {"avatars": "all"}),
        (Lineup, {"avatars": [MATCHED.to_json(), "me"]}),
        (Lineup, {"avatars": [CAT.to_json()] * 10}),
    ],
)
def test_what_is_no_avatar_is_refused(
    family: type[Fitting] | type[Lineup], avatar: dict[str, object]
) -> None:
    """Malformed avatars are an error before anything is drawn."""
    with pytest.raises(UnknownAvatar):
        family().prepare_avatar(avatar, MIRROR)


def test_comparing_needs_both_and_a_known_view() -> None:
    """Without what it was, or as something else, nothing is drawn."""
    with pytest.raises(UnknownAvatar):
        Fitting().prepare_avatar(MATCHED.to_json(), COMPARE)
    with pytest.raises(UnknownSetting):
        Fitting().prepare_avatar(MATCHED.to_json(), (Setting("behind"),))


def test_no_photo_is_taken(portrait_of: Callable[[str], Portrait]) -> None:
    """A portrait alone is refused: wardrobes hold avatars."""
    for family in (Fitting(), Lineup()):
        with pytest.raises(UnknownAvatar):
            family.prepare(portrait_of("P001"), ())
