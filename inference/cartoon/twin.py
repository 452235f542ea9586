"""What the trained network draws of a person: TwinGAN's way from photos to drawings and cats.

It sees the person alone on a flat ground, as in training, at 128 px, and is told the colours of
hair and eyes and whether there are glasses. What it paints is smoothed between its edges and
enlarged, soft edges made lines; where it left the ground bare is where the drawing ends.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.cartoon import condition, tensors
from inference.cartoon.portrait import palette
from inference.cartoon.portrait.options import AS_IT_IS, Options
from inference.cartoon.portrait.sitter import Sitter
from inference.family import Image
from inference.models.calls import Call, Calls
from inference.pictures.die_cut import SIDE as STICKER
from inference.pictures.images import from_lab, to_lab
from inference.pictures.shock import shocked

NAME = "twin"
"""The model."""

STYLES = {"twin": "drawing", "twin-cat": "cat"}
"""Settings, and the domain (``condition.DOMAINS``) that each carries a photo to."""

SIDE = 128
"""Pixels of a side that the network sees and draws."""

GROUND = 214
"""The flat gray behind everybody: the network never sees a background."""

_ROOM = 0.82  # of a side that a person takes who becomes a cat
_BARE, _DRAWN = 4.0, 12.0  # Lab distance to the ground up to which it is bare, from which not
_INSIDE = 5  # px of the network's picture from the photo's edge that are surely the person
_SMOOTH, _EDGE = 10.0, 0.22  # px and share of the range: what is smoothed, what is an edge
_CRISP, _RADIUS = 0.6, 2.0  # how much edges gain, over so many px


def seen(person: Sitter) -> NDArray[np.uint8]:
    """Return the photo as it lies on the drawing's canvas, (128, 128, 4) RGBA."""
    alpha = np.rint(person.person * 255).astype(np.uint8)
    rgba = np.dstack([from_lab(person.lab), alpha])
    return np.asarray(cv2.resize(rgba, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _with_room(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a photo (S, S, 4) smaller on its lower edge: a cat has a tail beside it."""
    side = round(_ROOM * SIDE)
    small = cv2.resize(rgba, (side, side), interpolation=cv2.INTER_AREA)
    left = (SIDE - side) // 2
    edges = SIDE - side, 0, left, SIDE - side - left
    return np.asarray(cv2.copyMakeBorder(small, *edges, cv2.BORDER_CONSTANT), np.uint8)


def mirrored(person: Sitter) -> bool:
    """Whether a person looks to the picture's left, where no cat does."""
    return person.pose.yaw < 0


def laid(rgba: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Lay a picture (S, S, 4) RGBA on the flat ground, (S, S, 3) RGB 0..255."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.asarray(rgba[..., :3] * alpha + GROUND * (1 - alpha), np.float32)


def draw(person: Sitter, wishes: Options = AS_IT_IS, domain: str = "drawing") -> Calls[Image]:
    """Draw the sitter, (512, 512, 4) RGBA. domain: one of ``condition.DOMAINS``."""
    cat = domain == "cat"
    photo = _with_room(seen(person)) if cat else seen(person)
    turned = cat and mirrored(person)
    if turned:
        photo = np.ascontiguousarray(photo[:, ::-1])
    outputs = yield _call(photo, "photo", domain, person, wishes)
    drawing = tensors.to_picture(outputs["drawings"][0])
    whole = np.zeros_like(photo[..., 3]) if cat else photo[..., 3]
    drawn = enlarged(drawing, figure(drawing, whole, pierced=cat))
    return np.ascontiguousarray(drawn[:, ::-1]) if turned else drawn


def embedded(
    person: Sitter, picture: NDArray[np.uint8] | None = None, domain: str = "photo"
) -> Calls[NDArray[np.float32]]:
    """Where the sitter, or a picture of them in some domain, is among photos and drawings.

    picture: (128, 128, 4) RGBA. Returns (E,) of unit length.
    """
    rgba = seen(person) if picture is None else picture
    outputs = yield _call(rgba, domain, domain, person, AS_IT_IS)
    return np.asarray(outputs["embeddings"][0], np.float32)


def _call(
    rgba: NDArray[np.uint8], source: str, target: str, person: Sitter, wishes: Options
) -> Call:
    """Ask the network.

    It takes ``pictures`` (1, 3, 128, 128) RGB 0..1, ``sources`` and ``targets`` (1, D) of
    ``condition.domain``, and ``conditions`` (1, 7) of ``condition.of``, and gives ``drawings``
    (1, 3, 128, 128) RGB 0..1 and ``embeddings`` (1, E).
    """
    told = condition.of(
        palette.grown(person.colours, wishes), person.chance("glasses", "clear", "sun")
    )
    inputs = {
        "pictures": tensors.to_planes(np.rint(laid(rgba)).astype(np.uint8)),
        "sources": condition.domain(source),
        "targets": condition.domain(target),
        "conditions": told,
    }
    return Call(NAME, {name: planes[None] for name, planes in inputs.items()})


def enlarged(drawing: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> Image:
    """Enlarge the network's picture to a sticker's size, edges kept.

    Args:
        drawing: (128, 128, 3) RGB.
        alpha: (128, 128), where it is.

    Returns:
        (512, 512, 4) RGBA.
    """
    half, whole = (STICKER // 2, STICKER // 2), (STICKER, STICKER)
    wide = cv2.resize(drawing, half, interpolation=cv2.INTER_CUBIC)
    calm = cv2.edgePreservingFilter(wide, flags=cv2.RECURS_FILTER, sigma_s=_SMOOTH, sigma_r=_EDGE)
    large = cv2.resize(shocked(np.asarray(calm, np.uint8)), whole, interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(large, (0, 0), _RADIUS)
    crisp = cv2.addWeighted(large, 1 + _CRISP, soft, -_CRISP, 0)
    edge = cv2.resize(alpha, whole, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    steep = np.clip((cv2.GaussianBlur(edge, (0, 0), _RADIUS) - 0.5) * 3 + 0.5, 0, 1)
    return np.asarray(np.dstack([crisp, np.rint(steep * 255).astype(np.uint8)]), np.uint8)


def figure(
    drawing: NDArray[np.uint8], photographed: NDArray[np.uint8], *, pierced: bool = False
) -> NDArray[np.uint8]:
    """Find what is drawn: all but the ground that hangs together with the picture's border.

    Args:
        drawing: (S, S, 3) RGB.
        photographed: (S, S), the alpha of what it was made of, whose middle is never ground, be
            its clothes as gray as they may.
        pierced: whether the ground shows within, too, as between a cat and its tail.

    Returns:
        (S, S) alpha.
    """
    ground = to_lab(np.full((1, 1, 3), GROUND, np.uint8))[0, 0]
    calm = np.asarray(cv2.GaussianBlur(drawing, (0, 0), 0.8), np.uint8)
    away = np.linalg.norm(to_lab(calm) - ground, axis=2)
    drawn = np.clip((away - _BARE) / (_DRAWN - _BARE), 0, 1)
    core = cv2.erode(photographed, np.ones((2 * _INSIDE + 1,) * 2, np.uint8), borderValue=255)
    drawn = np.maximum(drawn, core.astype(np.float32) / 255)
    if pierced:
        return np.asarray(np.rint(drawn * 255), np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats((drawn < 0.5).astype(np.uint8))
    side = drawn.shape[0]
    for part in range(1, count):
        left, top, width, _height, _area = stats[part]
        if left > 0 and top > 0 and left + width < side:  # a gap within, not the ground
            drawn[parts == part] = 1
    return np.asarray(np.rint(drawn * 255), np.uint8)
