from itertools import pairwise

import cv2
import numpy as np
import pytest

from inference.avatars import animation, moods, styles
from inference.avatars.compose import render
from storage.contract.avatars import AvatarSpec

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


@pytest.mark.parametrize("style", styles.STYLES)
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


def differences(one: np.ndarray, other: np.ndarray) -> float:
    """Return by how much two pictures differ where anything is seen."""
    seen = np.maximum(one[..., 3:], other[..., 3:]).astype(int)
    return float((np.abs(one.astype(int) - other) * (seen > 0)).sum() / max(1, (seen > 0).sum()))


@pytest.mark.parametrize(
    ("style", "name"),
    [("avataaars", "beam"), ("avataaars", "party"), ("big-ears", "cry"), ("cat", "blink")],
)
def test_a_film_has_no_seam(style: str, name: str) -> None:
    """From the last frame to the first it is as far as from any frame to the next."""
    frames = animation.film(AVATARS[style], moods.load()[name])
    steps = [differences(one, other) for one, other in pairwise(frames)]
    assert 0 < differences(frames[-1], frames[0]) <= 1.1 * max(steps)
    assert len(frames) <= 3 * animation.FRAMES_PER_SECOND


@pytest.mark.parametrize("style", styles.STYLES)
def test_a_blink_shuts_the_eyes_for_a_moment(style: str) -> None:
    """Three times, for less than half of the time together."""
    frames = animation.film(AVATARS[style], moods.load()["blink"])
    opened, shut = (
        render(moods.put_on(AVATARS[style], moods.table()["faces"][face][style]), 512)
        for face in ("awake", "shut")
    )
    eyes = np.abs(opened.astype(int) - shut).max(axis=2) > 60
    top, bottom = np.flatnonzero(eyes.any(axis=1))[[0, -1]]
    left, right = np.flatnonzero(eyes.any(axis=0))[[0, -1]]
    room, slack = animation.ROOM, 12
    where = np.s_[
        top + 2 * room - slack : bottom + 2 * room + slack,
        left + room - slack : right + room + slack,
    ]

    def likeness(frame: np.ndarray, face: np.ndarray) -> float:
        found = cv2.matchTemplate(
            np.ascontiguousarray(frame[where][..., :3]),
            np.ascontiguousarray(face[top:bottom, left:right, :3]),
            cv2.TM_CCOEFF_NORMED,
        )
        return float(found.max())

    blinking = [likeness(frame, shut) > likeness(frame, opened) for frame in frames]
    starts = [after and not before for before, after in pairwise(blinking)]
    assert sum(starts) == 3
    assert sum(blinking) < 0.4 * len(frames)


def test_every_mood_moves() -> None:
    """All that a mood names, drawings and faces, is there, in every style."""
    table = moods.table()
    for mood in moods.load().values():
        moving = table["moods"][mood.name]["moving"]
        assert 1 <= moving["seconds"] <= 3
        assert set(mood.overlays) <= set(table["motions"]) & set(table["overlays"])
        faces = {*moving.get("rest", ()), *(act["face"] for act in moving.get("acts", ()))}
        assert faces <= set(table["faces"]) | set(table["moods"])
        for style in styles.STYLES:
            for face in faces & set(table["faces"]):
                render(moods.put_on(AVATARS[style], table["faces"][face][style]), 32)
