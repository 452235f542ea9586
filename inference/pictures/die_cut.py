"""Die-cut stickers: trimmed, fitted to 512 px, a smooth outline, a soft shadow below.

Colour and width of the outline are those of the finish (``inference.pictures.finishing``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.pictures.compositing import resampling
from inference.pictures.finishing import current, rgb
from storage.contract.finishing import USUAL_WIDTH, Finish

Image = NDArray[np.uint8]
"""(H, W, 4) sRGB uint8 with straight alpha."""

Plane = NDArray[np.uint8]
"""(H, W) uint8: of 255 parts, how many are there."""

SIDE = 512
SHADOW_BLUR = 4.0
SHADOW_DROP = 3
SHADOW_OPACITY = 0.3
OUTLINE = USUAL_WIDTH  # px
SHADOW_ROOM = (3, 3, 10, 3)  # px beyond the outline: top, right, bottom, left
MARGIN = tuple(round(OUTLINE) + room for room in SHADOW_ROOM)

_WHITE = (255, 255, 255)
_SOLID = 48  # alpha from which a pixel belongs inside the outline; fainter strands float above it
_BRIDGE = 9.0  # px: strands closer than twice this share one outline
_HOLE = 0.02  # of the sticker's area: smaller holes are filled with the outline's white
_SPECK = 0.012  # of the sticker's area: smaller islands are dropped
_TIP = 0.05  # of the width: radius to which a cut body's spikes are rounded


@dataclass(frozen=True, slots=True)
class _Border:
    """How content is rounded that runs into a border of its picture.

    turns: by a quarter, counter-clockwise, that bring the border down. flat: of the width; an
    outermost row wider than this is a cut, not a natural end. even: least width of that row by the
    width a little further in: crowns widen fast. exponent: of the curve, 2 is an ellipse, more is
    squarer. depth: of the curve, of the height, and of the cut's width at most.
    """

    turns: int
    flat: float
    even: float
    exponent: float
    depth: tuple[float, float]


_BORDERS = (
    _Border(0, flat=0.15, even=0.0, exponent=4.0, depth=(0.5, 9.0)),
    _Border(2, flat=0.3, even=0.85, exponent=2.4, depth=(0.5, 0.3)),
    _Border(1, flat=0.3, even=0.85, exponent=2.4, depth=(0.5, 0.15)),
    _Border(3, flat=0.3, even=0.85, exponent=2.4, depth=(0.5, 0.15)),
)
_INWARD = 0.02  # of the height: where ``even`` looks


def die_cut(rgba: Image, *, drawn: bool = False, whole: bool = False) -> Image:
    """Make a sticker of a cut-out.

    Where the content runs into the picture's border it is cut along a gentle curve.

    Args:
        rgba: (H, W, 4) RGBA uint8, straight alpha, with colours that hold beyond the edge of the
            alpha.
        drawn: nothing in it is an accident, so small islands stay.
        whole: no photo cut its sides or its top, however straight they are.

    Returns:
        (512, 512, 4) with the content's longer side filling it.

    Raises:
        ValueError: everything is transparent.
    """
    alpha = np.asarray(cv2.extractChannel(rgba, 3), np.uint8)
    return Cutter(alpha, drawn=drawn, whole=whole).cut(rgba)


def die_cut_frames(frames: Sequence[Image], *, drawn: bool = False) -> tuple[Image, ...]:
    """Make stickers of the frames of one animation, all placed and scaled alike.

    Args:
        frames: (H, W, 4) RGBA uint8 each, see ``die_cut``.
        drawn: see ``die_cut``.

    Returns:
        (512, 512, 4) RGBA uint8 each.

    Raises:
        ValueError: everything is transparent, or the frames differ in size.
    """
    alphas = [np.asarray(cv2.extractChannel(frame, 3), np.uint8) for frame in frames]
    cutter = Cutter(np.maximum.reduce(alphas), drawn=drawn)
    return tuple(cutter.cut(frame) for frame in frames)


class Cutter:
    """Makes stickers of frames one by one, all placed and scaled alike."""

    def __init__(self, union: Plane, *, drawn: bool = False, whole: bool = False) -> None:
        """Find where they lie.

        Args:
            union: (H, W) uint8, the greatest alpha of all frames.
            drawn: see ``die_cut``.
            whole: see ``die_cut``.

        Raises:
            ValueError: everything is transparent.
        """
        self._finish = current()
        self._specks = None if drawn else _specks(union)
        union = self._without_specks(union)
        left, top, width, height = cv2.boundingRect((union >= _SOLID).astype(np.uint8))
        if not width:
            raise ValueError("nothing but transparency")
        self._box = np.s_[top : top + height, left : left + width]
        borders = _BORDERS[:1] if whole else _BORDERS
        self._kept = _rounded(_placed(union[self._box], self._finish), borders)
        self._mounts: dict[bytes, _Mount] = {}  # what moves inside its silhouette needs but one

    def cut(self, frame: Image) -> Image:
        """Make a sticker of a frame.

        Args:
            frame: (H, W, 4) RGBA uint8, see ``die_cut``.

        Returns:
            (512, 512, 4) RGBA uint8.
        """
        alpha = self._without_specks(np.asarray(cv2.extractChannel(frame, 3), np.uint8))[self._box]
        silhouette = alpha.tobytes()
        if silhouette not in self._mounts:
            self._mounts[silhouette] = _mount(alpha, self._kept, self._finish)
        return _mounted(frame[self._box], alpha, self._mounts[silhouette], self._finish)

    def placed(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Bring points of the frames onto the stickers.

        Args:
            points: (N, 2) px of the frames.

        Returns:
            (N, 2) px of the stickers.
        """
        rows, columns = self._box
        width, height = columns.stop - columns.start, rows.stop - rows.start
        x, y, across, down = _fitted(width, height, self._finish)
        shifted = np.asarray(points, np.float64) - (columns.start, rows.start)
        return np.asarray(shifted * (across / width, down / height) + (x, y))

    def _without_specks(self, alpha: Plane) -> Plane:
        if self._specks is None:
            return alpha
        return np.where(self._specks > 0, np.uint8(0), alpha)


@dataclass(frozen=True, slots=True)
class _Mount:
    """All of a sticker but its colours: planes of (512, 512).

    ink: how much of the picture's colours over the paper counts, None for all. light: what the
    shadow leaves of them. alpha: the sticker's.
    """

    ink: MatLike | None
    light: MatLike
    alpha: MatLike


def _specks(alpha: Plane) -> Plane:
    """Small islands, with the haze around them: (H, W), not 0 there."""
    solid = (alpha >= _SOLID).astype(np.uint8)
    islands, _ = cv2.findContours(solid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    areas = [cv2.contourArea(island) for island in islands]
    least = _SPECK * sum(areas)
    small = [island for island, area in zip(islands, areas, strict=True) if area < least]
    specks = cv2.drawContours(np.zeros_like(alpha), small, -1, 1, cv2.FILLED)
    return np.asarray(cv2.dilate(specks, np.ones((7, 7), np.uint8)), np.uint8)


def _placed(picture: MatLike, finish: Finish, ground: tuple[int, int, int] = (0, 0, 0)) -> MatLike:
    """Place a trimmed picture, of one channel or three, in the square on an even ground."""
    height, width = picture.shape[:2]
    x, y, across, down = _fitted(width, height, finish)
    border = y, SIDE - down - y, x, SIDE - across - x
    fitted = cv2.resize(picture, (across, down), interpolation=resampling(across / width))
    return cv2.copyMakeBorder(fitted, *border, cv2.BORDER_CONSTANT, value=ground)


def _fitted(width: int, height: int, finish: Finish) -> tuple[int, int, int, int]:
    """Where a trimmed picture lies in the square: left, top, width and height, px."""
    edge = round(finish.width)
    top, right, bottom, left = (edge + room for room in SHADOW_ROOM)
    room = SIDE - left - right, SIDE - top - bottom
    scale = min(room[0] / width, room[1] / height)
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    return left + (room[0] - across) // 2, top + (room[1] - down) // 2, across, down


def _rounded(alpha: MatLike, borders: Sequence[_Border]) -> Plane | None:
    """Cut content off along curves where the photo did along its borders.

    alpha: (512, 512), fitted. Returns what to keep, (512, 512), or None: it ends by itself.
    """
    solid = np.asarray(alpha >= _SOLID)
    kept: Plane | None = None
    for border in borders:
        curved = _curved(np.rot90(solid, border.turns), border)
        if curved is not None:
            curved = np.rot90(curved, -border.turns)
            kept = curved if kept is None else np.minimum(kept, curved)
    return kept


def _curved(solid: NDArray[np.bool_], border: _Border) -> Plane | None:
    """What to keep, (512, 512), of content whose lowest row may be a cut."""
    left, top, width, height = cv2.boundingRect(solid.astype(np.uint8))
    bottom = top + height
    inward = bottom - 1 - round(_INWARD * height)
    outermost, inner = solid[bottom - 1].sum(), solid[inward].sum()
    if outermost < border.flat * width or outermost < border.even * inner:
        return None
    share, of_cut = border.depth
    depth = max(1, round(min(share * height, of_cut * outermost)))
    lower = np.s_[bottom - depth : bottom, left : left + width]
    body = solid[lower]
    below = np.flatnonzero(body.any(axis=0))
    middle, half = (below[0] + below[-1] + 1) / 2, (below[-1] - below[0] + 1) / 2
    x = np.abs(np.arange(width) + 0.5 - middle) / half
    y = (np.arange(depth)[:, None] + 0.5) / depth
    inside = x**border.exponent + y**border.exponent <= 1
    # where a shoulder meets the curve stands a spike: round it as scissors would
    radius = max(1.0, _TIP * width)
    blunt = _distance_to(_distance_to(~(body & inside)) > radius) <= radius
    near_cut = _distance_to(~inside) < 2 * radius
    left_over = np.where(inside & (blunt | ~near_cut), np.uint8(255), np.uint8(0))
    kept = np.full(solid.shape, 255, np.uint8)
    kept[lower] = cv2.GaussianBlur(left_over, (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)
    return kept


def _mount(alpha: Plane, kept: Plane | None, finish: Finish) -> _Mount:
    """Put outline and shadow under a trimmed silhouette. kept: see ``_rounded``."""
    share = _placed(alpha.astype(np.float32), finish)
    ink: MatLike | None = kept
    if share.max() > 255:  # cubic sampling overshoots at edges, in colour as in alpha
        ink = cv2.convertScaleAbs(255 * 255 / np.maximum(share, 255))
        ink = ink if kept is None else cv2.multiply(ink, kept, scale=1 / 255)
    share = cv2.convertScaleAbs(np.maximum(share, 0))
    inside = share if kept is None else cv2.multiply(share, kept, scale=1 / 255)
    outline = _outline(inside, finish.width) if finish.width else inside
    small = cv2.resize(outline, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    shadow = cv2.resize(cv2.GaussianBlur(small, (0, 0), SHADOW_BLUR / 2), (SIDE, SIDE))
    shadow = np.roll(shadow, SHADOW_DROP, axis=0)
    beyond = cv2.multiply(shadow, cv2.bitwise_not(outline), scale=SHADOW_OPACITY / 255)
    total = cv2.add(outline, beyond)
    return _Mount(ink, cv2.divide(outline, total, scale=255), total)


def _mounted(frame: Image, alpha: Plane, mount: _Mount, finish: Finish) -> Image:
    """Fit a trimmed frame into the square, on its mount. alpha: the frame's without its specks."""
    paper = rgb(finish.outline)
    colour: MatLike = cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB)
    if finish.width:  # else nothing shows through: the colours hold beyond their edge
        colour = _over(colour, alpha, paper)
    colour = _placed(colour, finish, paper)
    if mount.ink is not None and finish.width:
        colour = _over(colour, mount.ink, paper)
    colour = cv2.multiply(colour, cv2.merge([mount.light] * 3), scale=1 / 255)
    return np.asarray(cv2.merge([colour, mount.alpha]), np.uint8)


def _over(colour: MatLike, alpha: MatLike, paper: tuple[int, int, int]) -> MatLike:
    """Lay (H, W, 3) straight colours over the paper, which is all that shows through a sticker."""
    share = cv2.merge([alpha] * 3)
    if paper == _WHITE:
        return cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(colour), share, scale=1 / 255))
    ink = cv2.multiply(colour, share, scale=1 / 255)
    below = cv2.multiply(np.full_like(colour, paper), cv2.bitwise_not(share), scale=1 / 255)
    return cv2.add(ink, below)


def _outline(alpha: MatLike, width: float) -> MatLike:
    """Everything inside the sticker's edge, (512, 512), smooth and antialiased.

    What is bridged, filled and smoothed is found at half size.
    """
    half = cv2.resize(alpha, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    solid = (half >= _SOLID).astype(np.uint8)
    filled = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _disc(_BRIDGE / 2))
    edges, _ = cv2.findContours(filled, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    small = [edge for edge in edges if cv2.contourArea(edge) < _HOLE * filled.sum()]
    cv2.drawContours(filled, small, -1, 1, cv2.FILLED)
    smooth = cv2.GaussianBlur(filled * np.uint8(255), (0, 0), 1.5)
    inside = (cv2.resize(smooth, (SIDE, SIDE)) > 127) | (alpha >= _SOLID)
    away = cv2.GaussianBlur(_distance_to(inside), (0, 0), 1.5)
    full, fall = 255 * (width + 0.5), -255
    return cv2.addWeighted(away, fall, away, 0, full, dtype=cv2.CV_8U)


def _disc(radius: float) -> NDArray[np.uint8]:
    reach = int(radius)
    y, x = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    return (np.hypot(x, y) <= radius).astype(np.uint8)


def _distance_to(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Pixels from everywhere to the nearest true one, to a fiftieth."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(away, np.float32)
