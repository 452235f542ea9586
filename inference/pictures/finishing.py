"""What a sticker's maker chose of its finish: read by whatever cuts it, laid behind what was cut.

The outline belongs to the cutting, deep inside families that know nothing of it; so the finish
travels beside their calls, in a context variable that holds while one of their steps runs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import overload

import cv2
import numpy as np

from inference.pictures.compositing import over
from inference.pictures.images import Image
from storage.contract.finishing import USUAL, Finish

_current: ContextVar[Finish] = ContextVar("finish", default=USUAL)

_CORNER = 72  # px: radius of a card's corners


@contextmanager
def finished_with(finish: Finish) -> Iterator[None]:
    """Cut every sticker in the block with this finish."""
    token = _current.set(finish)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Finish:
    """Return the finish of what is being cut."""
    return _current.get()


def rgb(colour: str) -> tuple[int, int, int]:
    """Return 0..255 each of "#rrggbb"."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


class OnCard(Sequence[Image]):
    """The frames of a film or a still on a card of one colour, made when they are asked for."""

    def __init__(self, frames: Sequence[Image], colour: str) -> None:
        """Draw the card.

        Args:
            frames: (H, W, 4) RGBA uint8 each, of one size.
            colour: "#rrggbb".
        """
        self._frames = frames
        height, width = frames[0].shape[:2]
        corner = min(_CORNER, height // 4, width // 4)
        mask = np.zeros((2 * height, 2 * width), np.uint8)
        across, down, round_ = 2 * width - 1, 2 * height - 1, 2 * corner
        cv2.rectangle(mask, (round_, 0), (across - round_, down), 255, cv2.FILLED)
        cv2.rectangle(mask, (0, round_), (across, down - round_), 255, cv2.FILLED)
        for x in (round_, across - round_):
            for y in (round_, down - round_):
                cv2.circle(mask, (x, y), round_, 255, cv2.FILLED)
        alpha = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
        plain = np.full((height, width, 3), rgb(colour), np.uint8)
        self._card = np.asarray(cv2.merge([*cv2.split(plain), alpha]), np.uint8)

    def __len__(self) -> int:
        """How many frames."""
        return len(self._frames)

    @overload
    def __getitem__(self, at: int) -> Image: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Image]: ...

    def __getitem__(self, at: int | slice) -> Image | Sequence[Image]:
        """Return frames on the card: RGBA uint8."""
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return over(self._frames[at], self._card)
