import numpy as np
import pytest

from inference.emoji import library, moods
from inference.emoji.compose import render
from inference.emoji.spec import AvatarSpec

AVATARS = {
    "avataaars": AvatarSpec(
        "avataaars",
        {"top": "bob", "eyes": "default", "eyebrows": "default", "mouth": "twinkle",
         "nose": "default", "clothes": "shirtCrewNeck"},
        {"skin": "#dca57c", "hair": "#3d2a21"},
    ),
    "big-ears": AvatarSpec(
        "big-ears",
        {"hair": "short20", "eyes": "variant05", "mouth": "variant0702", "nose": "variant01",
         "head": "variant10", "ears": "variant01", "facialHair": "beard"},
        {"skin": "#8e5b3c", "hair": "#1d1817", "facialHair": "#1d1817"},
    ),
    "cat": AvatarSpec(
        "cat", {"body": "smooth", "fur": "spots", "mouth": "content", "eyes": "round"},
        {"fur": "#5a3b29"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", library.STYLES)
def test_moods_differ_and_the_person_stays(style: str) -> None:
    """A pack is of one person in at least twelve moods, no two of which look alike."""
    avatar = AVATARS[style]
    drawn = {name: moods.draw(avatar, mood, 96) for name, mood in moods.load().items()}
    assert len(drawn) >= 12
    assert len({picture.tobytes() for picture in drawn.values()}) == len(drawn)
    plain = render(avatar, 96)
    for picture in drawn.values():
        same = (np.abs(picture.astype(int) - plain).max(axis=2) < 8).mean()
        assert same > 0.7


def test_every_mood_has_its_own_emoji() -> None:
    """Sticker sets need one emoji for each sticker."""
    emoji = [mood.emoji for mood in moods.load().values()]
    assert len(set(emoji)) == len(emoji)


def test_thin_brows_stay_thin() -> None:
    """A mood moves the brows but does not thicken them."""
    angry = moods.load()["angry"]
    thin, thick = AVATARS["avataaars"], AVATARS["avataaars"].changed({"eyebrows": "flatNatural"})
    assert moods.in_mood(thin, angry).parts["eyebrows"] == "angry"
    assert moods.in_mood(thick, angry).parts["eyebrows"] == "angryNatural"


def test_the_renderer_draws_what_the_drawings_say() -> None:
    """Faint lines, holes in beards and light on dark glasses are in the picture."""
    thumb = moods.draw(AVATARS["avataaars"], moods.load()["thumbs"], 560)
    assert thumb[382, 484, 0] > 200 > 150 > thumb[382, 490, 0] > 50
    goatee = render(AVATARS["big-ears"].changed({"facialHair": "goatee"}), 440)
    moustache, lip, chin = goatee[[321, 345, 378], 220, 0]
    assert moustache < 60 < 120 < lip
    assert chin < 60
    glasses = render(AVATARS["avataaars"].changed({"accessories": "wayfarers"}), 560)
    above, below = glasses[[198, 246], 235, 0].astype(int)
    assert above > below + 40
