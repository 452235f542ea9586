"""A sheet of numbered pictures to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inference.errors import UnknownSetting
from inference.pictures.compositing import resize
from storage.contract.kinds import Kind, Setting

CELL = 344
"""px: side of one picture."""

COLUMNS = 3
PER_PAGE = COLUMNS**2

_GROUNDS = ((250, 238, 226), (229, 240, 247), (240, 233, 246))  # apricot, sky, lilac
_PLATE, _INK = (255, 255, 255, 235), (38, 38, 46, 255)
_BADGE = 58  # px
_INSET = 10


def pages(count: int) -> int:
    """How many pages so many pictures fill."""
    return max(1, -(-count // PER_PAGE))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what there is to choose from: what it shows, in order; numbers begin at 1."""

    names: tuple[str, ...]
    number: int
    pages: int

    def facts(self) -> dict[str, object]:
        """What a family tells of its sheet."""
        return {"names": list(self.names), "page": self.number, "pages": self.pages}


def asked(kind: Kind, settings: tuple[Setting, ...]) -> Setting:
    """Return the setting of a sheet: what is to be shown, and its page.

    Raises:
        UnknownSetting: several settings, one of another name, or no such page.
    """
    chosen, *more = settings or kind.default
    if more or chosen.name not in kind.settings:
        raise UnknownSetting(f"{kind.name}:{chosen.name}")
    if not 1 <= chosen.page <= kind.pages:
        raise UnknownSetting("no such page")
    return chosen


def page(every: tuple[str, ...], wanted: int) -> Page:
    """Return the page of this number, the last if there are fewer."""
    number = min(wanted, pages(len(every)))
    first = (number - 1) * PER_PAGE
    return Page(every[first : first + PER_PAGE], number, pages(len(every)))


def numbered(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Lay pictures out in rows of three, numbered from 1.

    Args:
        pictures: at most nine of any size, (H, W, 4) RGBA; each is fitted into its cell, standing
            on the cell's lower edge.

    Returns:
        (rows * CELL, 3 * CELL, 4) RGBA, opaque.
    """
    rows = -(-len(pictures) // COLUMNS)
    sheet = np.empty((rows * CELL, COLUMNS * CELL, 4), np.uint8)
    sheet[..., 3] = 255
    for place in range(rows * COLUMNS):
        row, column = divmod(place, COLUMNS)
        cell = sheet[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        cell[..., :3] = _GROUNDS[(row + column) % len(_GROUNDS)]
        if place < len(pictures):
            _stand(cell, pictures[place])
            _over(cell[_INSET : _INSET + _BADGE, _INSET : _INSET + _BADGE], _badge(place + 1))
    return sheet


def _stand(cell: NDArray[np.uint8], picture: NDArray[np.uint8]) -> None:
    """Fit a picture into a cell, above its lower edge."""
    height, width = picture.shape[:2]
    scale = CELL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    fitted = resize(picture, size, method)
    left = (CELL - size[0]) // 2
    _over(cell[CELL - size[1] :, left : left + size[0]], fitted)


def _over(ground: NDArray[np.uint8], picture: NDArray[np.uint8]) -> None:
    """Lay an RGBA picture over an opaque one of the same size."""
    share = picture[..., 3] * np.float32(1 / 255)
    colours = cv2.cvtColor(picture, cv2.COLOR_RGBA2RGB)
    under = np.ascontiguousarray(ground[..., :3])
    ground[..., :3] = cv2.blendLinear(colours, under, share, 1 - share)


@cache
def _badge(number: int) -> NDArray[np.uint8]:
    """(58, 58, 4): a number on a white disc, drawn large and reduced."""
    fine = 4
    side = _BADGE * fine
    disc = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    pen = ImageDraw.Draw(disc)
    pen.ellipse((0, 0, side - 1, side - 1), fill=_PLATE)
    font = ImageFont.load_default(side * 0.66)
    pen.text((side / 2, side / 2), str(number), font=font, fill=_INK, anchor="mm")
    return np.asarray(disc.resize((_BADGE, _BADGE), Image.Resampling.BOX), np.uint8)
