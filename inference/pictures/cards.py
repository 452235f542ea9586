"""White cards with labels: how pictures that explain something are laid out."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFilter, ImageFont

from inference.pictures.compositing import over, resize
from inference.pictures.images import Image

Colour = tuple[int, int, int]
"""RGB, 0..255."""
Box = tuple[int, int, int, int]
"""Left, top, width, height in px."""

GROUND: Colour = (240, 241, 246)
WHITE: Colour = (255, 255, 255)
INK: Colour = (30, 32, 44)
SOFT: Colour = (112, 117, 134)
"""For what is read second."""
FAINT: Colour = (230, 232, 240)
"""For rules and the unfilled part of bars."""
CORAL: Colour = (240, 98, 84)
BLUE: Colour = (58, 118, 232)
GREEN: Colour = (34, 168, 116)
AMBER: Colour = (240, 168, 44)
VIOLET: Colour = (142, 92, 222)
TEAL: Colour = (22, 162, 178)

RADIUS = 14
_FINE = 4  # shapes are drawn so many times larger and reduced


class Board:
    """A picture to lay cards, text and pictures on; coordinates in px from the upper left."""

    def __init__(self, width: int, height: int, ground: Colour = GROUND) -> None:
        self._picture = Pillow.new("RGB", (width, height), ground)
        self._pen = ImageDraw.Draw(self._picture)

    @property
    def pixels(self) -> Image:
        """A copy of what is drawn so far, (height, width, 3) RGB."""
        return np.array(self._picture)

    def copy(self) -> "Board":
        """A board to draw on while this one stays as it is."""
        other = Board(1, 1)
        other._picture = self._picture.copy()
        other._pen = ImageDraw.Draw(other._picture)
        return other

    def card(self, box: Box, title: str = "", note: str = "") -> None:
        """A white card with a soft shadow; its title at the left, a note at the right."""
        left, top, width, height = box
        shadow = Pillow.new("L", (width + 32, height + 32), 0)
        shadow.paste(30, (16, 19), _rounded(width, height, RADIUS))
        shadow = shadow.filter(ImageFilter.GaussianBlur(6))
        self._picture.paste((44, 48, 84), (left - 16, top - 16), shadow)
        self.plate(box, WHITE, RADIUS)
        if title:
            self.text((left + 18, top + 15), title, 18)
        if note:
            self.text((left + width - 18, top + 18), note, 14, SOFT, anchor="ra")

    def plate(self, box: Box, colour: Colour, radius: int = 6) -> None:
        """A rounded rectangle of one colour."""
        left, top, width, height = box
        if width > 0 and height > 0:
            radius = min(radius, width // 2, height // 2)
            self._picture.paste(colour, (left, top), _rounded(width, height, radius))

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float = 15,
        colour: Colour = INK,
        anchor: str = "la",
    ) -> None:
        """A line of text; anchor as Pillow has it: "la" upper left, "ra" upper right, "mm" ..."""
        self._pen.text(at, text, font=_font(size), fill=colour, anchor=anchor)

    def picture(self, pixels: Image, box: Box, radius: int = 8) -> None:
        """Fit a picture (H, W, 3) into a box, the whole box filled, the rest cut off evenly.

        Args:
            pixels: (H, W, 3) RGB uint8.
            box: left, top, width, height in px.
            radius: of the corners, px.
        """
        left, top, width, height = box
        fitted = Pillow.fromarray(covering(pixels, width, height))
        self._picture.paste(fitted, (left, top), _rounded(width, height, radius))

    def bar(self, box: Box, share: float, colour: Colour) -> None:
        """A horizontal bar, filled from the left.

        Args:
            box: left, top, width, height in px.
            share: 0..1.
            colour: of the filled part.
        """
        left, top, width, height = box
        self.plate(box, FAINT, height // 2)
        filled = round(width * float(np.clip(share, 0, 1)))
        if filled:
            self.plate((left, top, max(filled, height), height), colour, height // 2)

    def line(self, points: NDArray[np.floating], colour: Colour, width: int = 1) -> None:
        """Draw straight lines from point to point.

        Args:
            points: (N, 2) px.
            colour: RGB.
            width: px.
        """
        self._pen.line([(float(x), float(y)) for x, y in points], colour, width, joint="curve")

    def rectangle(self, box: Box, colour: Colour) -> None:
        """A sharp rectangle, for plots."""
        left, top, width, height = box
        if width > 0 and height > 0:
            self._pen.rectangle((left, top, left + width - 1, top + height - 1), colour)


def covering(pixels: Image, width: int, height: int) -> Image:
    """Cut the middle out of a picture, resized so that it fills a box.

    Args:
        pixels: (H, W, 3) RGB uint8.
        width: of the box, px.
        height: of the box, px.

    Returns:
        (height, width, 3) RGB uint8.
    """
    tall, wide = pixels.shape[:2]
    scale = max(width / wide, height / tall)
    size = max(width, round(wide * scale)), max(height, round(tall * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = resize(pixels, size, method)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return resized[y : y + height, x : x + width].copy()


def on_checkers(pixels: Image, alpha: NDArray[np.uint8], square: int = 16) -> Image:
    """Show a picture as far as its alpha goes, on the pattern for "nothing".

    Args:
        pixels: (H, W, 3) RGB uint8.
        alpha: (H, W) uint8.
        square: of the pattern, px.

    Returns:
        (H, W, 3) RGB uint8.
    """
    rows, columns = np.indices(alpha.shape) // square
    pattern = np.where((rows + columns) % 2, 255, 234).astype(np.uint8)
    return over(np.dstack([pixels, alpha]), np.dstack([pattern] * 3))


def tinted(pixels: Image, mask: NDArray[np.uint8], colour: Colour, strength: float) -> Image:
    """Lay a colour over a picture where a mask is.

    Args:
        pixels: (H, W, 3) RGB uint8.
        mask: (H, W) uint8.
        colour: RGB 0..255.
        strength: 0..1.

    Returns:
        (H, W, 3) RGB uint8.
    """
    share = mask[..., None].astype(np.float32) * (strength / 255)
    paint = np.array(colour, np.float32)
    return np.asarray(np.rint(pixels * (1 - share) + paint * share), np.uint8)


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@lru_cache(maxsize=256)
def _rounded(width: int, height: int, radius: int) -> Pillow.Image:
    """The mask of a rounded rectangle, its edge smooth."""
    mask = Pillow.new("L", (width * _FINE, height * _FINE), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width * _FINE - 1, height * _FINE - 1), radius * _FINE, fill=255
    )
    return mask.resize((width, height), Pillow.Resampling.BOX)
