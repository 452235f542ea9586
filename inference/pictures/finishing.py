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

from inference.pictures.compositing import Size, over, resampling, resize
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


def covering(picture: Image, size: Size) -> Image:
    """Bring a picture to a size that it covers whole, its middle in the middle.

    Args:
        picture: (h, w, 3) RGB uint8.
        size: width and height, px.

    Returns:
        (height, width, 3) RGB uint8.
    """
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    across, down = min(width, round(size[0] / scale)), min(height, round(size[1] / scale))
    left, top = (width - across) // 2, (height - down) // 2
    cut = np.ascontiguousarray(picture[top : top + down, left : left + across])
    return resize(cut, size, resampling(scale))


class OnCard(Sequence[Image]):
    """The frames of a film or a still on a card, made when they are asked for."""

    def __init__(self, frames: Sequence[Image], ground: str | Image) -> None:
        """Draw the card.

        Args:
            frames: (H, W, 4) RGBA uint8 each, of one size.
            ground: "#rrggbb", or a picture that covers the card, (h, w, 3) RGB uint8.
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
        if isinstance(ground, str):
            paper = np.full((height, width, 3), rgb(ground), np.uint8)
        else:
            paper = covering(ground, (width, height))
        self._card = np.asarray(cv2.merge([*cv2.split(paper), alpha]), np.uint8)

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
