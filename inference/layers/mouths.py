"""Put the inside of another mouth between a person's own, opened lips.

The lips stay the person's: teeth, tongue and depth come from a synthetic face, warped from its
inner lips onto the person's, its light matched by the skin of both, and never lighter than what is
lightest in the picture: dim light is not dark skin.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.face import topology
from inference.face.report import Lab
from inference.layers import pieces
from inference.layers.pieces import Piece
from inference.layers.thin_plate import backward_map
from inference.pictures.compositing import resize, warp
from inference.pictures.images import to_lab

KIND = "mouths"

CONTOUR = topology.INNER_UPPER_LIP + topology.INNER_LOWER_LIP
"""Landmarks of the inner lips from the picture's left to its right, above and below."""

_MIRRORED = tuple(range(10, -1, -1)) + tuple(range(21, 10, -1))
_STRETCH = 40.0  # L* that e times as wide an opening counts for when a mouth is chosen
_ROOM = 0.9  # of the mouth's width: how far around the opening a tongue may reach
_LIGHT = (0.72, 1.2)  # bounds of the gain in L*
_WARMTH = 0.3  # share of the difference in skin colour that teeth take on
_TINT = 5.0  # bound of that in a and b
_DIM = 10.0  # L* by which teeth are lighter than skin in any light
_GRAYEST = 0.85  # of what skin and light make expect: least of the lightest teeth
_WHITE = (28.0, 60.0, 86.0)  # teeth are at most so much lighter than skin in L*; bounds of that


def opened(contour: NDArray[np.floating]) -> float:
    """Measure how far lips part.

    Args:
        contour: (22, 2) px, ``CONTOUR``.

    Returns:
        The widest gap between the lips over the mouth's width.
    """
    apart = np.linalg.norm(contour[:11] - contour[11:], axis=1).max()
    return float(apart / max(float(np.linalg.norm(contour[10] - contour[0])), 1e-6))


def suited(tag: str, skin: Lab, yaw: float, gap: float) -> Piece:
    """Choose the mouth of a kind: "teeth", "laugh", "round", "shout" or "tongue".

    It is open about as far, so that teeth are not stretched; its owner's skin is near in lightness,
    its head turned alike, mirrored if need be.

    Args:
        tag: of the kind.
        skin: of the wearer.
        yaw: of the wearer's head, degrees.
        gap: see ``opened``.

    Raises:
        KeyError: there is no such kind.
    """
    rows = [row for row in pieces.index(KIND).values() if tag in row["tags"]]  # type: ignore[operator]
    if not rows:
        raise KeyError(tag)

    def distance(row: dict[str, object]) -> float:
        lightness = abs(float(row["skin"][0]) - skin[0])  # type: ignore[index]
        own = opened(np.array(row["points"], np.float64))
        return (
            lightness
            + 0.5 * abs(abs(float(row["yaw"])) - abs(yaw))  # type: ignore[arg-type]
            + _STRETCH * abs(float(np.log(max(gap, 0.02) / own)))
        )

    piece = pieces.load(KIND, str(min(rows, key=distance)["name"]))
    return pieces.mirrored(piece, _MIRRORED) if piece.yaw * yaw < 0 else piece


def _lit(piece: Piece, image: NDArray[np.uint8], skin: Lab, most: float) -> NDArray[np.float32]:
    """Return the (H, W, 3) RGB of a piece as float in the wearer's light; most: L* of any white."""
    lab = to_lab(image)
    white = min(float(np.clip(skin[0] + _WHITE[0], *_WHITE[1:])), max(most, skin[0] + _DIM))
    lightest = max(float(np.percentile(lab[..., 0], 95)), 1.0)
    gain = float(np.clip((skin[0] / max(piece.skin[0], 1.0)) ** 0.6, *_LIGHT))
    lab[..., 0] *= max(min(gain, white / lightest), _GRAYEST * white / lightest)
    knee = 0.75 * white
    over = np.maximum(lab[..., 0] - knee, 0.0)
    lab[..., 0] -= over - (white - knee) * (1 - np.exp(-over / (white - knee)))
    for channel in (1, 2):
        shift = _WARMTH * (skin[channel] - piece.skin[channel])
        lab[..., channel] += np.clip(shift, -_TINT, _TINT)
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255, 0, 255).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Inside:
    """The inside of a mouth as it lies in a picture.

    left, top: px, where it begins. colour: (h, w, 3) float32 RGB. own: (h, w) float32 0..1, where
    the piece has something to show. hangs: whether it goes over the lip, as a tongue does.
    """

    left: int
    top: int
    colour: NDArray[np.float32]
    own: NDArray[np.float32]
    hangs: bool

    def shown(
        self,
        image: NDArray[np.uint8],
        contour: NDArray[np.floating],
        share: float,
        out: float = 1.0,
    ) -> NDArray[np.uint8]:
        """Show it between lips, which may be open less far than those it was laid between.

        Args:
            image: (H, W, 3) RGB uint8.
            contour: (22, 2) px, ``CONTOUR`` of the mouth as it is open now.
            share: 0..1, how much it covers what was there.
            out: 0..1, how far a tongue has come out from under the upper lip.

        Returns:
            (H, W, 3) RGB uint8.
        """
        width = float(np.linalg.norm(contour[10] - contour[0]))
        height, across = self.own.shape
        outline = np.concatenate([contour[:11], contour[20:11:-1]]) - (self.left, self.top)
        own, colour = self.own, self.colour
        if self.hangs:
            own, colour = self._drawn_in(1 - out)
            corners = [(across, outline[10, 1]), (across, height), (0, height), (0, outline[0, 1])]
            outline = np.concatenate([outline[:11], corners])  # all that lies below the upper lip
        opening = _filled(outline, own.shape, 0.012 * width)
        cover = opening * (own if self.hangs else np.minimum(own * 2, 1.0))
        result = image.copy()
        box = np.s_[self.top : self.top + height, self.left : self.left + across]
        under = image[box].astype(np.float32)
        mixed = under + (colour - under) * (share * cover)[..., None]
        result[box] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
        return result

    def _drawn_in(self, share: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Move it up by a share of its height; returns what it shows and its colours."""
        rows = np.flatnonzero((self.own > 0.5).any(axis=1))
        if share == 0 or not len(rows):
            return self.own, self.colour
        up = np.array([[1, 0, 0], [0, 1, share * (rows[0] - rows[-1])]], np.float32)
        size = self.own.shape[1], self.own.shape[0]
        return warp(self.own, up, size), warp(self.colour, up, size)


def fill(
    image: NDArray[np.uint8],
    contour: NDArray[np.floating],
    piece: Piece,
    skin: Lab,
    share: float,
    most: float = _WHITE[2],
) -> NDArray[np.uint8]:
    """Put a piece between lips.

    Args:
        image: (H, W, 3) RGB uint8.
        contour: (22, 2) px, ``CONTOUR`` of the opened mouth.
        piece: a mouth.
        skin: the wearer's.
        share: 0..1, how much the piece covers what was there.
        most: see ``laid``.

    Returns:
        (H, W, 3) RGB uint8.
    """
    return laid(image.shape, contour, piece, skin, most).shown(image, contour, share)


def laid(
    shape: tuple[int, ...],
    contour: NDArray[np.floating],
    piece: Piece,
    skin: Lab,
    most: float = _WHITE[2],
) -> Inside:
    """Lay a piece where a mouth is open.

    Args:
        shape: height and width of the picture, px.
        contour: (22, 2) px, ``CONTOUR`` of the opened mouth.
        piece: a mouth.
        skin: the wearer's.
        most: L* of the lightest there is in the wearer's picture.
    """
    width = float(np.linalg.norm(contour[10] - contour[0]))
    room = max(8.0, _ROOM * width)
    low = np.maximum(np.floor(contour.min(axis=0) - 0.3 * room), 0).astype(int)
    high = np.ceil(contour.max(axis=0) + np.array([0.3, 1.0]) * room).astype(int)
    left, top = int(low[0]), int(low[1])
    right, bottom = min(int(high[0]), shape[1]), min(int(high[1]), shape[0])
    side = max(right - left, bottom - top)
    target = np.asarray(contour, np.float64) - (left, top)
    x, y, across, down = cv2.boundingRect(piece.image[..., 3])
    cut = piece.image[y : y + down, x : x + across]
    points = piece.points - np.array([x, y]) - 0.5
    source = backward_map(target - 0.5, points, side)[: bottom - top, : right - left]

    lit = np.dstack([_lit(piece, cut[..., :3], skin, most), cut[..., 3].astype(np.float32)])
    lit[..., :3] *= lit[..., 3:] / 255
    fetched = cv2.remap(
        lit, source[..., 0], source[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    own = np.clip(fetched[..., 3:] / 255, 0.0, 1.0).astype(np.float32)
    colour = np.clip(fetched[..., :3] / np.maximum(own, 0.02), 0, 255).astype(np.float32)
    return Inside(left, top, colour, own[..., 0], "tongue" in piece.tags)


def _filled(
    outline: NDArray[np.float64], shape: tuple[int, ...], soft: float
) -> NDArray[np.float32]:
    """Return (h, w) 0..1, the inside of an outline with a soft edge."""
    fine = 4
    large = np.zeros((shape[0] * fine, shape[1] * fine), np.uint8)
    cv2.fillPoly(large, [np.rint(outline * fine).astype(np.int32)], 255)
    small = resize(large, (shape[1], shape[0]), cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(0.6, soft)).astype(np.float32) / 255
    return np.asarray(blurred, np.float32)
