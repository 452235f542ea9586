"""What is known of a portrait is found once, however many stickers are made of it."""

import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import numpy as np
import pytest

from inference.cartoon.portrait import sitter
from inference.cutout.serving import Cutout
from inference.edit.serving import Edit
from inference.emoji import traits
from inference.emoji.mood_serving import Mood, MoodSheet
from inference.emoji.serving import Emoji
from inference.expression.serving import Expression
from inference.face import alignment, analysis, attributes
from inference.face.report import Portrait
from inference.family import Family
from inference.pictures import images
from storage.contract.kinds import Setting
from tests.inference.making import answered, make

STICKERS: tuple[tuple[Family, str], ...] = (
    (Cutout(), ""), (Emoji(), "avataaars"), (Emoji(), "big-ears"), (Emoji(), "cat"),
    (Mood(), "happy"), (MoodSheet(), ""), (Expression(), "smile"), (Edit(), "hair:afro"),
)  # fmt: skip


def test_one_photo_is_converted_and_classified_once(
    selfie_of: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight stickers and a drawing of one photo share one Lab, one alignment and one set of traits.

    They are all made at the same time, as the worker does.
    """
    calls: Counter[str] = Counter()

    def counted(module: object, name: str) -> None:
        original = getattr(module, name)

        def counting(*args: object, **options: object) -> object:
            calls[name] += 1
            return original(*args, **options)

        monkeypatch.setattr(module, name, counting)

    counted(traits, "_observe")
    counted(attributes, "_classify")
    counted(alignment, "_align")
    shapes: list[tuple[int, ...]] = []

    def to_lab(image: images.Image) -> object:
        shapes.append(image.shape)
        return original(image)

    original = images.to_lab
    for module in [module for name, module in sys.modules.items() if name.startswith("inference.")]:
        if getattr(module, "to_lab", None) is original:
            monkeypatch.setattr(module, "to_lab", to_lab)

    photo = images.decode(selfie_of("P009"))
    portrait = answered(analysis.portrait(photo))
    with ThreadPoolExecutor(3) as threads:
        made = [
            threads.submit(make, family, portrait, *([Setting(name)] if name else []))
            for family, name in STICKERS
        ]
        drawn = threads.submit(sitter.sit, portrait)
    assert all(future.result().frames for future in made)
    assert drawn.result().landmarks.any()
    assert calls == {"_observe": 1, "_classify": 1, "_align": 1}
    assert shapes.count(portrait.image.shape) == 1


def test_whoever_comes_second_waits(portrait_of: Callable[[str], Portrait]) -> None:
    """Two threads that ask at once get the same object; a failure is forgotten."""
    portrait = replace(portrait_of("P001"))
    both = Barrier(2)
    found: list[object] = []

    def measure(_: Portrait) -> object:
        found.append(object())
        if len(found) == 1:
            raise ValueError("once")
        return found[-1]

    with pytest.raises(ValueError, match="once"):
        portrait.once(measure)

    def ask() -> object:
        both.wait()
        return portrait.once(measure)

    with ThreadPoolExecutor(2) as threads:
        one, other = (future.result() for future in [threads.submit(ask), threads.submit(ask)])
    assert one is other
    assert len(found) == 2


def test_another_portrait_is_measured_anew(portrait_of: Callable[[str], Portrait]) -> None:
    """A portrait with another image keeps nothing of the first."""
    portrait = replace(portrait_of("P001"))
    darker = replace(portrait, image=portrait.image // 2)
    assert not np.array_equal(alignment.align(portrait).image, alignment.align(darker).image)
