"""What of a photo is one person: the square around their head, their bust, their pixels."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.face import topology
from inference.pictures.compositing import resize, shrink
from inference.pictures.images import Image

MIN_SIDE, MAX_SIDE = 384, 640

_ROOM = 2.4  # side of the square, in face heights
_LOWER = 0.07  # how far below the face's middle the square's middle lies, in face heights
_ASPECT = 1.3  # height over width of a face seen straight on; nodding heads look shorter
_SOLID = 48  # alpha from which pixels hang together, as in die-cut stickers
_SURE = 200  # alpha from which a network has really seen somebody
_WISPS = (0.07, 0.10)  # face heights from there at which haze begins to be nobody's, and is
_STRAND = 0.0008  # area of a loose strand at most, squared face heights
_BRIDGE = 0.08  # face heights: what hangs on less is not the person's ...
_LUMP = 0.012  # ... if it is larger than this inside, squared face heights: earrings are not
_NEAR = 0.04  # face heights from the person at which loose strands and haze are theirs
_BUST = (1.5, 1.05)  # half width about the face's middle and depth below the chin, face heights


@dataclass(frozen=True, slots=True)
class Crop:
    """A level square of a photo and its size as a portrait.

    left, top, length: px of the photo, possibly outside it. side: px of the portrait.
    """

    left: int
    top: int
    length: int
    side: int

    def cut(self, image: Image) -> tuple[Image, NDArray[np.bool_]]:
        """Cut out a portrait.

        Args:
            image: (H, W, 3) RGB uint8, the photo.

        Returns:
            The portrait, (S, S, 3) RGB uint8 with the photo's edges repeated, and where it shows
            the photo, (S, S) bool.
        """
        height, width = image.shape[:2]
        right, bottom = self.left + self.length, self.top + self.length
        part = image[max(self.top, 0) : bottom, max(self.left, 0) : right]
        square = cv2.copyMakeBorder(
            part,
            max(-self.top, 0),
            max(bottom - height, 0),
            max(-self.left, 0),
            max(right - width, 0),
            cv2.BORDER_REPLICATE,
        )
        whole, size = np.asarray(square, np.uint8), (self.side, self.side)
        larger = self.length < self.side
        portrait = resize(whole, size, cv2.INTER_CUBIC) if larger else shrink(whole, size)
        ticks = (np.arange(self.side) + 0.5) * self.length / self.side
        rows = (ticks + self.top >= 0) & (ticks + self.top <= height)
        columns = (ticks + self.left >= 0) & (ticks + self.left <= width)
        if not (rows.all() and columns.all()):  # rounding must not tell a repeated edge apart
            portrait = portrait[np.ix_(_within(rows), _within(columns))]
        return portrait, rows[:, None] & columns[None]

    def place(self, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring landmarks from the photo into the portrait.

        Args:
            landmarks: (478, 3) px of the photo.

        Returns:
            (478, 3) float32 px of the portrait.
        """
        scale = self.side / self.length
        return ((landmarks - (self.left, self.top, 0)) * scale).astype(np.float32)


def _within(seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For every line the nearest that is seen."""
    first, last = np.flatnonzero(seen)[[0, -1]]
    return np.clip(np.arange(len(seen)), first, last)


def around_head(landmarks: NDArray[np.float32]) -> Crop:
    """Choose the crop that leaves a head room for hair and shoulders.

    Args:
        landmarks: (478, 3) px of the photo.
    """
    x, y, unit = _head(landmarks)
    length = max(8, round(_ROOM * unit))
    side = int(np.clip(length, MIN_SIDE, MAX_SIDE))
    left, top = round(x - length / 2), round(y + _LOWER * unit - length / 2)
    return Crop(left, top, length, side)


def head_and_shoulders(
    image: Image, alpha: NDArray[np.uint8], landmarks: NDArray[np.float32]
) -> Image:
    """Crop a portrait so that the face stays large: hair whole, body down to the chest.

    Args:
        image: (S, S, 3) RGB uint8.
        alpha: (S, S) uint8.
        landmarks: (478, 2 or 3) px.

    Returns:
        (H, W, 4) RGBA uint8 with straight alpha.
    """
    box = bust(landmarks)
    # what hung together below the bust no longer does
    own = one_shape(alpha[box], landmarks[:, :2] - (box[1].start, box[0].start))
    return np.asarray(cv2.merge([image[box], own]), np.uint8)


def without_haze(alpha: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Drop of a mask what is only half seen beyond the reach of hair: walls and shrubs.

    Args:
        alpha: (H, W) uint8.
        landmarks: (478, 2 or 3) px of it.

    Returns:
        (H, W) uint8.
    """
    unit = topology.face_height(landmarks) / 2
    small = (alpha[::2, ::2] >= _SURE).astype(np.uint8)  # a soft gate needs no full size
    _, parts, found, _ = cv2.connectedComponentsWithStats(small)
    seen = found[:, cv2.CC_STAT_AREA] >= _LUMP * unit**2
    seen[0] = False
    if not seen.any():
        return alpha
    away = cv2.distanceTransform((~seen[parts]).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near, far = (reach * unit for reach in _WISPS)
    gate = np.asarray(np.clip((far - away) / (far - near), 0, 1), np.float32)
    return np.asarray(np.rint(alpha * resize(gate, alpha.shape[::-1])), np.uint8)


def one_shape(alpha: NDArray[np.uint8], landmarks: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Keep of a mask what hangs together with the face, and the haze and strands close to that.

    Somebody else's half face, a hand from nowhere and dots beside the head are dropped, also where
    a thin bridge of haze leads to them.

    Args:
        alpha: (H, W) uint8.
        landmarks: (478, 2 or 3) px of it.

    Returns:
        (H, W) uint8.
    """
    face = topology.fill(alpha.shape, landmarks, topology.FACE_OVAL)
    unit = topology.face_height(landmarks)
    alpha = _without_lumps(alpha, face, unit)
    solid = (alpha >= _SOLID).view(np.uint8)
    if not _several(solid):
        return alpha
    count, parts, found, _ = cv2.connectedComponentsWithStats(solid)
    mine = int(np.bincount(parts[face], minlength=count)[1:].argmax()) + 1
    own = parts == mine
    away = cv2.distanceTransform((~own).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    near = away < _NEAR * unit
    bodies = found[:, cv2.CC_STAT_AREA] >= _STRAND * unit**2
    bodies[[0, mine]] = False
    for part in np.flatnonzero(bodies):
        near &= parts != part
    other = cv2.dilate((~near & (parts > 0)).view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.where((near & ~other) | own, alpha, np.uint8(0))


def _without_lumps(
    alpha: NDArray[np.uint8], face: NDArray[np.bool_], unit: float
) -> NDArray[np.uint8]:
    """Drop what is far larger than the bridge that leads to it, and the bridge."""
    solid = (alpha >= _SOLID).view(np.uint8)
    size = 2 * max(1, round(_BRIDGE * unit / 2)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    # what lies beyond the border is no gap
    thick = cv2.erode(solid, kernel, borderType=cv2.BORDER_REPLICATE)
    if not _several(thick):
        return alpha
    count, parts, found, _ = cv2.connectedComponentsWithStats(thick)
    mine = int(np.bincount(parts[face], minlength=count)[1:].argmax()) + 1
    lumps = found[:, cv2.CC_STAT_AREA] >= _LUMP * unit**2
    lumps[[0, mine]] = False
    if not lumps.any():
        return alpha
    other = cv2.dilate(lumps[parts].view(np.uint8), kernel, iterations=2) > 0
    own = cv2.dilate((parts == mine).view(np.uint8), kernel, iterations=1) > 0
    return np.where(other & ~own, np.uint8(0), alpha)


def _several(mask: MatLike) -> bool:
    """Whether a mask has more than one part; statistics of them take five times as long."""
    return cv2.connectedComponents(mask)[0] > 2  # the ground and one part


def bust(landmarks: NDArray[np.float32]) -> tuple[slice, slice]:
    """Choose the rows and columns of ``head_and_shoulders``.

    Args:
        landmarks: (478, 2 or 3) px.
    """
    unit = topology.face_height(landmarks)
    wide, deep = (share * unit for share in _BUST)
    middle = float(landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], 0].mean())
    bottom = float(landmarks[topology.CHIN, 1]) + deep
    left, right = max(0, round(middle - wide)), round(middle + wide)
    return slice(0, max(1, round(bottom))), slice(left, max(left + 1, right))


def belongs(
    side: int, landmarks: NDArray[np.float32], others: Iterable[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """How much each pixel of a portrait belongs to one person rather than to others.

    Each pixel goes to the bust it is nearest to, in face heights of that bust's owner, since
    whoever looks larger stands in front.

    Args:
        side: of the portrait, px.
        landmarks: (478, 3) of the person, px of the portrait.
        others: the same of other faces.

    Returns:
        (side, side) float32 0..1, soft over a few pixels.
    """
    share = np.ones((side, side), np.float32)
    others = tuple(others)
    if not others:
        return share
    mine = _distance(side, landmarks)
    edge = max(1.0, 0.015 * _head(landmarks)[2])
    for other in others:
        margin = (_distance(side, other) - mine) * _head(landmarks)[2]
        share = np.minimum(share, np.clip(0.5 + margin / (2 * edge), 0, 1))
    return share


def _head(landmarks: NDArray[np.float32]) -> tuple[float, float, float]:
    """Middle of a face and its height, px."""
    x, y = landmarks[[topology.FOREHEAD_MIDDLE, topology.CHIN], :2].mean(axis=0).tolist()
    left, right = topology.FACE_SIDES
    width = float(np.linalg.norm(landmarks[left, :2] - landmarks[right, :2]))
    return x, y, max(topology.face_height(landmarks), _ASPECT * width)


def _distance(side: int, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each pixel to a bust, in its face heights, (side, side) float32.

    The bust is the head's middle, and the line that falls from its neck; the line counts as half
    a face farther away, so that bodies do not claim faces in front of them.
    """
    x, y, unit = _head(landmarks)
    ticks = np.arange(side, dtype=np.float32) + 0.5
    across, down = (ticks[None] - x) / unit, (ticks[:, None] - y) / unit
    head = np.hypot(across, down)
    body = np.hypot(across, np.maximum(0.8 - down, 0)) + 0.5
    nearest: NDArray[np.float32] = np.minimum(head, body).astype(np.float32)
    return nearest
