"""Several avatars on one picture: nobody is hidden, and everybody is there."""

from itertools import islice

import numpy as np
import pytest

from inference.avatars.synthetic import random_avatars
from inference.avatars.together.arranging import arrange, hidden
from inference.avatars.together.figures import figure
from inference.avatars.together.portrait import portrait
from inference.avatars.together.scenes import SCENES
from inference.emoji.together_serving import Together
from inference.errors import UnknownSetting, UnsuitableSubject
from inference.pictures.die_cut import SIDE
from storage.contract.avatars import AvatarSpec
from storage.contract.kinds import EMOJI, TOGETHER, Setting
from tests.inference.making import make


def people(count: int, seed: int, styles: tuple[str, ...] = EMOJI.settings) -> list[AvatarSpec]:
    return list(islice(random_avatars(seed, styles), count))


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12, 20, 30])
def test_nobodys_face_is_hidden(count: int) -> None:
    """However many there are and whatever their hair: at most a hundredth of a face is covered."""
    for seed in range(3):
        arranged = arrange([figure(spec, 40) for spec in people(count, seed)])
        shares = [hidden(arranged.places, at) for at in range(count)]
        assert max(shares) < 0.01


def test_afros_make_room_for_each_other() -> None:
    """Where all hair is wide, faces stand further apart."""
    (bald,) = people(1, 5, ("avataaars",))
    bald = bald.changed({"top": "none", "facialHair": "none"})
    afro = bald.changed({"top": "fro"})
    wide = arrange([figure(afro, 40)] * 4)
    narrow = arrange([figure(bald, 40)] * 4)
    assert max(hidden(wide.places, at) for at in range(4)) < 0.01
    assert max(wide.width, wide.height) > max(narrow.width, narrow.height)


def test_the_tall_stand_behind() -> None:
    """Who has the highest hair is never in the front row."""
    (plain,) = people(1, 5, ("avataaars",))
    plain = plain.changed({"top": "none"})
    tall = figure(plain.changed({"top": "fro"}), 40)
    arranged = arrange([*(figure(plain, 40) for _ in range(7)), tall])
    rows = sorted({round(place.y, 3) for place in arranged.places})
    assert len(rows) > 1
    assert next(p.y for p in arranged.places if p.figure is tall) < rows[-1]


def test_everybody_is_on_the_portrait() -> None:
    """Leaving one out draws another picture, as does giving one another hat."""
    specs = people(6, 11, ("avataaars",))
    whole = portrait(specs)
    changed = [*specs[:-1], specs[-1].changed(colours={"clothes": "#00ff7f"})]
    assert whole.shape[2] == 4
    assert portrait(specs[:-1]).shape != whole.shape or (portrait(specs[:-1]) != whole).any()
    redrawn = portrait(changed)
    assert redrawn.shape == whole.shape
    assert 0 < (redrawn != whole).any(axis=2).mean() < 0.2


@pytest.mark.parametrize("name", TOGETHER.settings)
@pytest.mark.parametrize("style", EMOJI.settings)
def test_every_scene_is_a_sticker_in_every_style(name: str, style: str) -> None:
    """512 px, nothing but a shadow at its edges, and everybody on it."""
    fewest, _ = TOGETHER.gathers[name]
    specs = tuple(people(fewest, 3, (style,)))
    (sticker,) = make(Together(), specs, Setting(name)).frames
    assert sticker.shape == (SIDE, SIDE, 4)
    edges = (sticker[0], sticker[:, 0], sticker[:, -1])
    assert all((edge[..., 3] < 80).all() for edge in edges)
    assert (sticker[..., 3] == 255).mean() > 0.2
    other = people(1, 4, (style,))[0]
    for at in range(fewest):
        others = (*specs[:at], other, *specs[at + 1 :])
        (changed,) = make(Together(), others, Setting(name)).frames
        assert (changed != sticker).any()


def test_one_may_come_alone() -> None:
    """A birthday takes the avatar as it was kept."""
    (spec,) = people(1, 3)
    alone = make(Together(), spec, Setting("birthday"))
    listed = make(Together(), (spec,), Setting("birthday"))
    assert (alone.frames[0] == listed.frames[0]).all()
    assert alone.facts["style"] == spec.style
    assert np.asarray(SCENES["birthday"]([spec])).shape == (640, 640, 4)


@pytest.mark.parametrize(
    ("name", "count"),
    [("family", 1), ("family", 31), ("hug", 1), ("versus", 3), ("birthday", 2)],
)
def test_too_few_or_too_many_are_refused(name: str, count: int) -> None:
    """A hug is of two, a family of two to thirty."""
    with pytest.raises(UnsuitableSubject):
        make(Together(), tuple(people(count, 1)), Setting(name))


def test_only_known_scenes_are_drawn() -> None:
    """Something else, or two things at once, is refused."""
    specs = tuple(people(2, 1))
    with pytest.raises(UnknownSetting):
        make(Together(), specs, Setting("fight"))
    with pytest.raises(UnknownSetting):
        make(Together(), specs, Setting("hug"), Setting("versus"))
