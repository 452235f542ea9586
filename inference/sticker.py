"""Die-cut stickers: trimmed, fitted to 512 px, a smooth white outline, a soft shadow below."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import regions

Image = NDArray[np.uint8]
"""(H, W, 4) sRGB uint8 with straight alpha."""

SIDE = 512
OUTLINE = 8.0  # px
SHADOW_BLUR = 4.0
SHADOW_DROP = 3
SHADOW_OPACITY = 0.3
MARGIN = (11, 11, 18, 11)  # top, right, bottom, left: what outline and shadow need

_SOLID = 48  # alpha from which a pixel belongs inside the outline; fainter strands float above it
_BRIDGE = 9.0  # px: strands closer than twice this share one outline
_HOLE = 0.02  # of the sticker's area: smaller holes are filled with the outline's white
_SPECK = 0.012  # of the sticker's area: smaller islands are dropped
_SHOULDERS = (
    1.5,
    1.05,
)  # half width about the face's middle and depth below the chin, face heights
_FLAT = 0.15  # of the width: a lowest row wider than this is a cut, not a natural end
_TIP = 0.05  # of the width: radius to which a cut body's spikes are rounded
_ROUND = 4.0  # exponent of the curve that rounds a cut body: 2 an ellipse, more is squarer


def head_and_shoulders(rgba: Image, landmarks: NDArray[np.float32]) -> Image:
    """Crop a portrait so that the face stays large: hair whole, body down to the chest.

    rgba: (S, S, 4). landmarks: (478, 2 or 3) px. Returns (H, W, 4), a view.
    """
    return rgba[bust(landmarks)]


def bust(landmarks: NDArray[np.float32]) -> tuple[slice, slice]:
    """Rows and columns of ``head_and_shoulders``. landmarks: (478, 2 or 3) px."""
    unit = regions.face_height(landmarks)
    wide, deep = (share * unit for share in _SHOULDERS)
    middle = float(landmarks[[regions.FOREHEAD_MIDDLE, regions.CHIN], 0].mean())
    bottom = float(landmarks[regions.CHIN, 1]) + deep
    left, right = max(0, round(middle - wide)), round(middle + wide)
    return slice(0, max(1, round(bottom))), slice(left, max(left + 1, right))


def die_cut(rgba: Image) -> Image:
    """Make a sticker of a cut-out.

    rgba: (H, W, 4) straight alpha, with colours that hold beyond the edge of the alpha. Where the
    content runs into the picture's lower border it is cut along a gentle curve.
    Returns (512, 512, 4) with the content's longer side filling it.

    Raises:
        ValueError: everything is transparent.
    """
    return die_cut_frames([rgba])[0]


def die_cut_frames(frames: Sequence[Image]) -> tuple[Image, ...]:
    """Make stickers of the frames of one animation, all placed and scaled alike; see ``die_cut``.

    Raises:
        ValueError: everything is transparent, or the frames differ in size.
    """
    alpha = np.maximum.reduce([frame[..., 3] for frame in frames])
    covered = np.where(_specks(alpha), np.uint8(0), alpha)
    rows, columns = (np.flatnonzero((covered >= _SOLID).any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        raise ValueError("nothing but transparency")
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    shape = _rounded(covered[box])
    shape[(covered == 0)[box]] = 0
    return tuple(_sticker(frame[box], shape) for frame in frames)


def _specks(alpha: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Small islands, with the haze around them."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((alpha >= _SOLID).astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    small = areas < _SPECK * areas[1:].sum(initial=0)
    small[0] = False
    return cv2.dilate(small[parts].astype(np.uint8), np.ones((7, 7), np.uint8)) > 0


def _rounded(alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (H, W) 0..1: 1, save for a curved lower edge where the photo cut the body off."""
    height, width = alpha.shape
    solid = alpha >= _SOLID
    if solid[-1].mean() < _FLAT:  # the content ends by itself
        return np.ones((height, width), np.float32)
    below = np.flatnonzero(solid[height // 2 :].any(axis=0))
    middle, half = (below[0] + below[-1] + 1) / 2, (below[-1] - below[0] + 1) / 2
    x = np.abs(np.arange(width) + 0.5 - middle) / half
    y = np.clip(2 * (np.arange(height) + 0.5) / height - 1, 0, None)
    curve = (x[None] ** _ROUND + y[:, None] ** _ROUND) ** (1 / _ROUND)
    curve[: height // 2] = 0
    inside = curve <= 1
    # where a shoulder meets the curve stands a spike: round it as scissors would
    radius = max(1.0, _TIP * width)
    blunt = _distance_to(_distance_to(~(solid & inside)) > radius) <= radius
    near_cut = _distance_to(~inside) < 2 * radius
    near_cut[: height // 2] = False
    kept = inside & (blunt | ~near_cut)
    return np.asarray(cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 0.8), np.float32)


def _sticker(frame: Image, shape: NDArray[np.float32]) -> Image:
    """Fit one trimmed frame into the square and put outline and shadow under it."""
    cut = frame.astype(np.float32)
    cut[..., 3] *= shape / 255
    cut[..., :3] *= cut[..., 3:]
    height, width = shape.shape
    top, right, bottom, left = MARGIN
    room = SIDE - left - right, SIDE - top - bottom
    scale = min(room[0] / width, room[1] / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = np.zeros((SIDE, SIDE, 4), np.float32)  # premultiplied from here on
    x, y = left + (room[0] - size[0]) // 2, top + (room[1] - size[1]) // 2
    canvas[y : y + size[1], x : x + size[0]] = cv2.resize(cut, size, interpolation=method)
    if method == cv2.INTER_CUBIC:  # which overshoots at edges
        canvas /= np.maximum(canvas[..., 3:], 1)
        canvas[..., 3] = np.maximum(canvas[..., 3], 0)
        np.clip(canvas[..., :3], 0, 255 * canvas[..., 3:], out=canvas[..., :3])

    outline = _outline(canvas[..., 3])
    canvas *= outline[..., None]
    colour, alpha = canvas[..., :3], canvas[..., 3]
    under = outline * (1 - alpha)
    colour += 255 * under[..., None]
    alpha += under
    shadow = cv2.GaussianBlur(np.roll(outline, SHADOW_DROP, axis=0), (0, 0), SHADOW_BLUR)
    alpha += SHADOW_OPACITY * shadow * (1 - alpha)
    rim = alpha < 1
    colour[rim] /= np.maximum(alpha[rim], 1e-4)[:, None]  # straight alpha again
    alpha *= 255
    return np.asarray(np.clip(np.rint(canvas, out=canvas), 0, 255, out=canvas), np.uint8)


def _outline(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (H, W) 0..1: everything inside the sticker's edge, smooth and antialiased."""
    solid = alpha >= _SOLID / 255
    bridged = _distance_to(solid) <= _BRIDGE
    closed = (_distance_to(~bridged) > _BRIDGE) | solid
    _, parts, stats, _ = cv2.connectedComponentsWithStats((~closed).astype(np.uint8))
    filled = closed | (stats[:, cv2.CC_STAT_AREA] < _HOLE * closed.sum())[parts]
    smooth = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 3) > 0.5
    distance = cv2.GaussianBlur(_distance_to(smooth | solid), (0, 0), 1.5)
    return np.asarray(np.clip(OUTLINE + 0.5 - distance, 0, 1), np.float32)


def _distance_to(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Pixels from everywhere to the nearest true one."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away, np.float32)
