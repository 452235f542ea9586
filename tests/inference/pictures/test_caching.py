import numpy as np
import pytest
from numpy.typing import NDArray

from inference.avatars import synthetic
from inference.avatars.compose import render
from inference.pictures.caching import PictureCache


class Painter:
    """Paints squares and counts them."""

    def __init__(self) -> None:
        self.painted = 0

    def __call__(self, side: int, grey: int = 0) -> NDArray[np.uint8]:
        self.painted += 1
        return np.full((side, side, 4), grey, np.uint8)


def test_what_was_asked_for_lately_is_kept() -> None:
    """The same picture comes again undrawn, however its arguments are given in order of use."""
    painter = Painter()
    cache = PictureCache(painter, 3 * 400)
    first = cache(10, grey=1)
    cache(10, grey=2)
    cache(10, grey=3)
    assert cache(10, grey=1) is first
    cache(10, grey=4)  # no room: 2 goes, which was asked for longest ago
    assert (cache(10, grey=1) is first, painter.painted, cache.held) == (True, 4, 1200)
    cache(10, grey=2)
    assert painter.painted == 5


def test_pictures_larger_than_the_bound_are_drawn_anew() -> None:
    """A cache never holds more than its bound, not even one picture."""
    painter = Painter()
    cache = PictureCache(painter, 399)
    assert np.array_equal(cache(10), cache(10))
    assert (painter.painted, cache.held) == (2, 0)


def test_kept_pictures_are_nobodys_to_change() -> None:
    """What is kept is read-only, and gone after clearing."""
    cache = PictureCache(Painter(), 1 << 20)
    with pytest.raises(ValueError, match="read-only"):
        cache(10)[0, 0] = 1
    cache.clear()
    assert cache.held == 0


def test_drawn_avatars_take_a_bounded_room() -> None:
    """However many avatars are drawn, their pictures take 32 MiB at most."""
    avatars = synthetic.random_avatars(0)
    for _ in range(40):
        render(next(avatars), 512)
    assert 30 << 20 < render.held <= 32 << 20
