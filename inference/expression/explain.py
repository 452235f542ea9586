"""What an engine did to a face, beside the result: flow, attention A and colours C of the paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.expression import engine, eyewear, ganimation, ganimation_original
from inference.expression.mixes import Movement
from inference.face import topology
from inference.face.report import Portrait
from inference.models.calls import Calls, without_calls
from inference.pictures.images import Image

CELL = 320
"""px: side of one picture."""

TITLES = ("photo", "flow", "attention A", "colours C", "result")

_ROOM = 1.5  # of the face's height: side of what is shown
_FULL = 48.0  # of a colour value: a change by which A is 0
_BAR = 30  # px of a title


@dataclass(frozen=True, slots=True)
class Explained:
    """An edit taken apart, all of one size.

    flow: (H, W, 2) px to the source. attention: (H, W) 0..1, how much of the moved photo stays.
    colours: (H, W, 3) what is painted where it does not. result: (H, W, 3) RGB.
    """

    flow: NDArray[np.float32]
    attention: NDArray[np.float32]
    colours: Image
    result: Image


@without_calls
def geometric(portrait: Portrait, asked: Movement) -> Explained:
    """Take the geometric engine's edit apart; A and C are what it changed beside moving skin."""
    image, report = portrait.foreground, portrait.report
    done = engine.expressed(image, portrait.alpha, report, asked, hair=portrait.hair_mask)
    flow = np.zeros((*portrait.alpha.shape, 2), np.float32)
    moved = image
    if done.flow is not None:
        left, top, right, bottom = done.flow.box
        flow[top:bottom, left:right] = done.flow.offset
        moved = done.flow.applied(image)
    painted = np.abs(done.image.astype(np.float32) - moved).max(axis=2) / _FULL
    attention = 1 - np.clip(painted, 0, 1)
    colours = np.where(painted[..., None] > 0.02, done.image, 128).astype(np.uint8)
    return Explained(flow, attention.astype(np.float32), colours, done.image)


def network(portrait: Portrait, asked: Movement) -> Calls[Explained]:
    """Take the network's edit apart; colours are what it adds, grey for nothing."""
    image, report = portrait.foreground, portrait.report
    moved = None
    if asked.moves:
        glasses = eyewear.worn(image, report.landmarks, report.colours.skin)
        moved = engine.move(report, asked, glasses)
    edit = yield from ganimation.edit(replace(portrait, image=image), asked, moved)
    if edit is None:
        return _untouched(image)
    spread = ganimation.spread(portrait.alpha.shape, report.landmarks, edit)
    result, _ = ganimation.applied(image, portrait.alpha, report.landmarks, edit)
    place = ganimation.placement(report.landmarks)
    attention = cv2.warpAffine(
        edit.attention, place, portrait.alpha.shape[::-1],
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=(1.0,),
    )  # fmt: skip
    colours = np.clip(np.rint(128 + spread[..., 2:]), 0, 255).astype(np.uint8)
    return Explained(spread[..., :2], np.asarray(attention, np.float32), colours, result)


def original(portrait: Portrait, asked: Movement) -> Calls[Explained]:
    """Take the original network's edit apart; it moves nothing, and paints its colours whole."""
    image, report = portrait.foreground, portrait.report
    moved = None
    if asked.moves:
        moved = engine.move(report, asked, eyewear.detect(image, report.landmarks))
    found = yield from ganimation_original.paint(replace(portrait, image=image), asked, moved)
    if found is None:
        return _untouched(image)
    colours = np.rint(found.colours).clip(0, 255).astype(np.uint8)
    return replace(
        _untouched(image), attention=found.attention, colours=colours, result=found.over(image)
    )


EXPLANATIONS: Mapping[str, Callable[[Portrait, Movement], Calls[Explained]]] = {
    "geometric": geometric,
    "ganimation": network,
    "ganimation-original": original,
}
"""Of each engine (``serving.ENGINES``)."""


def _untouched(image: Image) -> Explained:
    size = image.shape[:2]
    return Explained(
        np.zeros((*size, 2), np.float32), np.ones(size, np.float32), np.full_like(image, 128), image
    )


def draw(portrait: Portrait, found: Explained) -> Image:
    """Draw the photo, the flow, A, C and the result side by side.

    Args:
        portrait: of whom it is.
        found: what an engine did.

    Returns:
        (H, W, 3) RGB.
    """
    grey = np.rint(found.attention * 255).astype(np.uint8)
    planes = (
        portrait.foreground, _wheel(found.flow), np.dstack([grey] * 3), found.colours, found.result,
    )  # fmt: skip
    return np.hstack(
        [
            titled(framed(plane, portrait.report.landmarks, CELL), title)
            for plane, title in zip(planes, TITLES, strict=True)
        ]
    )


def framed(picture: Image, landmarks: NDArray[np.floating], side: int) -> Image:
    """Cut the face out of a portrait's picture (S, S, 3), as a square of this side."""
    middle = landmarks[:, :2].mean(axis=0)
    length = _ROOM * topology.face_height(landmarks)
    scale = side / length
    matrix = np.array([[scale, 0, side / 2 - middle[0] * scale],
                       [0, scale, side / 2 - middle[1] * scale]])  # fmt: skip
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    found = cv2.warpAffine(
        picture, matrix, (side, side), flags=method, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.uint8)


def titled(picture: Image, title: str) -> Image:
    """Put a bar with a title over a picture (H, W, 3)."""
    bar = np.full((_BAR, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(
        bar, title, (8, _BAR - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (38, 38, 46), 1, cv2.LINE_AA
    )
    return np.vstack([bar, picture])


def _wheel(flow: NDArray[np.float32]) -> Image:
    """Colour a flow: its direction as hue, its length as saturation."""
    length, angle = cv2.cartToPolar(flow[..., 0], flow[..., 1], angleInDegrees=True)
    most = max(1.0, float(length.max()))
    hsv = np.dstack([angle / 2, 255 * length / most, np.full_like(length, 255)])
    return np.asarray(cv2.cvtColor(np.rint(hsv).astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)
