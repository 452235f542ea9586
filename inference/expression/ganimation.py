"""The network's engine: what GANimation answers, applied at the photo's own size."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import eyewear, gaze, turning
from inference.expression.engine import Moved, as_seen, move
from inference.expression.mixes import Movement
from inference.expression.placing import SIDE, WINDOW, changes
from inference.face import topology
from inference.face.alignment import alignment_transform
from inference.face.report import Portrait
from inference.models.calls import Call, Calls

MODEL = "ganimation"

_ROOM = 1.12  # of the face's oval: how far the network has a say
_SOFT = 4.0  # px of the network's picture over which its say fades

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Edit:
    """What the network says of its window.

    flow: (SIDE, SIDE, 2) in shares of the side. attention: (SIDE, SIDE) 0..1. residual:
    (SIDE, SIDE, 3), of RGB in -1..1.
    """

    flow: Plane
    attention: Plane
    residual: Plane


def express(
    portrait: Portrait, asked: Movement
) -> Calls[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Return picture (S, S, 3) RGB and alpha (S, S) with another expression.

    No movement gives back the very input.
    """
    image, alpha, report = portrait.foreground, portrait.alpha, portrait.report
    asked = as_seen(image, report, asked)
    image = gaze.turn(image, report.landmarks, asked.look_left, asked.look_right)
    moved = None
    if asked.moves:
        moved = move(report, asked, eyewear.worn(image, report.landmarks, report.colours.skin))
    found = yield from edit(replace(portrait, image=image), asked, moved)
    points = report.landmarks if moved is None else moved.after
    if found is not None:
        image, alpha = applied(image, alpha, report.landmarks, found)
    return turning.turn(image, alpha, points, asked.turn, asked.nod)


def edit(portrait: Portrait, asked: Movement, moved: Moved | None) -> Calls[Edit | None]:
    """Ask the network what to do with a face, None where nothing is asked of it.

    Args:
        portrait: a studied face, its image free of the background's colours.
        asked: what to do.
        moved: what that means for its landmarks, None where only lids slide.
    """
    change = yield from changes(portrait.report, asked, moved)
    if not change.any():
        return None
    place = placement(portrait.report.landmarks)
    outputs = yield Call(MODEL, {"photo": seen(portrait.image, place), "change": change[None]})
    flow, attention, residual = (
        np.ascontiguousarray(outputs[name][0].transpose(1, 2, 0)).astype(np.float32)
        for name in ("flow", "attention", "residual")
    )
    return Edit(flow, attention, residual)


def seen(image: NDArray[np.uint8], place: NDArray[np.float64]) -> Plane:
    """Return what the network sees of a picture (H, W, 3) RGB: (1, 3, SIDE, SIDE) in -1..1.

    place: see ``placement``.
    """
    photo = cv2.warpAffine(
        image, place, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray((photo.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1))[None]


def placement(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Find where the network's picture lies in a portrait.

    Args:
        landmarks: (478, 2 or 3) px of the portrait.

    Returns:
        (2, 3), from the portrait's pixels to those of the network's picture.
    """
    left, top, side = WINDOW
    transform = alignment_transform(landmarks).astype(np.float64)
    transform[:, 2] -= (left, top)
    return np.asarray(transform * (SIDE / side))


def applied(
    image: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    landmarks: NDArray[np.float32],
    edit: Edit,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Move and repaint a picture (H, W, 3) RGB and its alpha (H, W); far from the face nothing."""
    size = (image.shape[1], image.shape[0])
    large = spread(alpha.shape, landmarks, edit)
    moves = np.abs(large).max(axis=2) > 0.01
    x = np.arange(size[0], dtype=np.float32)[None, :] + large[..., 0]
    y = np.arange(size[1], dtype=np.float32)[:, None] + large[..., 1]
    both = cv2.remap(
        np.dstack([image, alpha]), x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    painted = np.clip(np.rint(both[..., :3] + large[..., 2:]), 0, 255).astype(np.uint8)
    new_alpha = np.where(moves, both[..., 3], alpha).astype(np.uint8)
    return np.where(moves[..., None], painted, image).astype(np.uint8), new_alpha


def spread(
    shape: tuple[int, int], landmarks: NDArray[np.float32], edit: Edit
) -> NDArray[np.float32]:
    """Bring an edit to a picture's own size.

    Args:
        shape: height and width of the picture.
        landmarks: (478, 2 or 3) px of it.
        edit: what the network says.

    Returns:
        (H, W, 5): x and y to the source in px, and what is added to red, green and blue.
    """
    place = placement(landmarks)
    say = reach(landmarks, place)[..., None]
    # the network's pixels are not the picture's: a flow turns and scales back with the place
    back = np.linalg.inv(place[:, :2]) * SIDE
    offset = (edit.flow * say) @ back.T.astype(np.float32)
    added = (1 - edit.attention.reshape(SIDE, SIDE, 1)) * edit.residual * say * 127.5
    size = (shape[1], shape[0])
    large = cv2.warpAffine(
        np.dstack([offset, added]).astype(np.float32), place, size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )  # fmt: skip
    return np.asarray(large, np.float32)


def reach(landmarks: NDArray[np.float32], place: NDArray[np.float64]) -> Plane:
    """Return where a network has a say.

    Args:
        landmarks: (478, 2 or 3) px of the portrait.
        place: see ``placement``.

    Returns:
        (SIDE, SIDE): 1 in the face, fading to 0 around it and at the picture's edge.
    """
    oval = landmarks[list(topology.FACE_OVAL), :2] @ place[:, :2].T + place[:, 2]
    middle = (oval.min(axis=0) + oval.max(axis=0)) / 2
    grown = np.rint(middle + (oval - middle) * _ROOM).astype(np.int32)
    face = cv2.fillPoly(np.zeros((SIDE, SIDE), np.float32), [grown], 1.0)
    edge = np.zeros((SIDE, SIDE), np.float32)
    rim = round(3 * _SOFT)
    edge[rim:-rim, rim:-rim] = 1
    soft = np.asarray(cv2.GaussianBlur(face * edge, (0, 0), _SOFT), np.float32)
    return np.where(soft < 0.02, 0, soft).astype(np.float32)
