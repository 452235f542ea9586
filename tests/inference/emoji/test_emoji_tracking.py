from dataclasses import replace

from inference.emoji.tracking import Tracker
from inference.emoji.traits import Traits, expression
from inference.face.blendshapes import NAMES

STILL = expression(dict.fromkeys(NAMES, 0.0), {"0": 1.0})
WORDS = {
    "skin": "3", "hair_colour": "black", "hair_length": "short", "texture": "straight",
    "bangs": "0", "receding": "0", "facial_hair": "none", "smile": "0", "brows": "medium",
    "makeup": "0", "headwear": "none", "chubby": "0", "shape": "oval", "male": "1", "loose": "0",
    "tied": "0", "clothes": "plain", "hat": "knit", "beard": "full", "lips": "thin",
}  # fmt: skip


def somebody(glasses: float) -> Traits:
    """A person of whom only the glasses are in doubt."""
    words = {name: {value: 1.0} for name, value in WORDS.items()}
    words["glasses"] = {"clear": glasses, "none": 1 - glasses}
    return Traits(words, STILL, {"skin": (60.0, 14.0, 18.0)})


def test_doubt_does_not_flicker() -> None:
    """Glasses that are seen in every other frame stay as they were first taken."""
    tracker = Tracker("avataaars")
    worn = {tracker.follow(somebody(0.58 if i % 2 else 0.42)).parts["accessories"]
            for i in range(30)}  # fmt: skip
    assert len(worn) == 1


def test_what_is_put_on_is_seen() -> None:
    """Glasses put on in the middle of a film are worn within a second."""
    tracker = Tracker("avataaars")
    assert tracker.follow(somebody(0.01)).parts["accessories"] == "none"
    for _ in range(30):
        spec = tracker.follow(somebody(0.99))
    assert spec.parts["accessories"] != "none"


def test_a_smile_is_followed_quickly() -> None:
    """Expressions change within a few frames."""
    tracker = Tracker("avataaars")
    still = somebody(0.01)
    tracker.follow(still)
    smiling = replace(still, expression={**STILL, "smile": 0.9, "teeth": 1.0, "open": 0.25})
    for _ in range(5):
        spec = tracker.follow(smiling)
    assert spec.parts["mouth"] == "smile"
