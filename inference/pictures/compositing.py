"""Pixels laid over pixels, and pixels brought to another size or place."""

from typing import Any, TypeVar

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray
from PIL import Image as Pillow

from inference.pictures.images import Image

Number = TypeVar("Number", bound=np.integer[Any] | np.floating[Any])
Size = tuple[int, int]
"""Width and height, px."""

_FEW = 640 * 640  # px, of which the mean is soon taken
_SLIGHT = 0.7  # a scale above which bilinear sampling leaves nothing out


def over(top: Image, ground: Image) -> Image:
    """Lay a picture over another one: Porter and Duff's "over", rounded correctly.

    T. Porter, T. Duff, "Compositing digital images", SIGGRAPH 1984.

    Args:
        top: (H, W, 4) RGBA uint8 with straight alpha.
        ground: the same, or (H, W, 3) RGB, which is opaque.

    Returns:
        As many channels as the ground has.
    """
    below = Pillow.fromarray(ground).convert("RGBA")
    laid = Pillow.alpha_composite(below, Pillow.fromarray(top))
    return np.array(laid if ground.shape[2] == 4 else laid.convert("RGB"))


def flattened(picture: Image, colour: tuple[int, int, int]) -> Image:
    """Lay a picture over one even colour.

    Args:
        picture: (H, W, 4) RGBA uint8 with straight alpha.
        colour: RGB 0..255.

    Returns:
        (H, W, 3) RGB uint8.
    """
    size = picture.shape[1], picture.shape[0]
    ground = Pillow.new("RGBA", size, (*colour, 255))
    return np.array(Pillow.alpha_composite(ground, Pillow.fromarray(picture)).convert("RGB"))


def resampling(scale: float) -> int:
    """Choose OpenCV's way of resizing that is sharp, leaves nothing out, and is quick."""
    if scale > 1:
        return cv2.INTER_CUBIC
    return cv2.INTER_LINEAR if scale > _SLIGHT else cv2.INTER_AREA


def resize(picture: NDArray[Number], size: Size, method: int = cv2.INTER_LINEAR) -> NDArray[Number]:
    """Bring a picture to another size.

    Args:
        picture: (H, W) or (H, W, C), of any type that OpenCV knows.
        size: width and height of the result.
        method: OpenCV's, such as ``cv2.INTER_AREA`` or what ``resampling`` chooses.
    """
    return np.asarray(cv2.resize(picture, size, interpolation=method), picture.dtype)


def shrink(picture: NDArray[Number], size: Size) -> NDArray[Number]:
    """Make a picture smaller; none of its pixels is left out.

    It is halved as often as it can be, and then four neighbours are enough, or all pixels where
    there are few: that takes a tenth of the time of ``cv2.INTER_AREA`` alone, which is quick for
    whole factors only.

    Args:
        picture: (H, W) or (H, W, C), of any type that OpenCV knows.
        size: width and height of the result; what is larger is filled in between pixels.
    """
    width, height = size
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height:
        half = (picture.shape[1] + 1) // 2, (picture.shape[0] + 1) // 2
        picture = resize(picture, half)
    few = picture.shape[0] * picture.shape[1] < _FEW and width < picture.shape[1]
    return resize(picture, size, cv2.INTER_AREA if few else cv2.INTER_LINEAR)


def rescale(picture: NDArray[Number], scale: float) -> NDArray[Number]:
    """Make a picture so many times as large; see ``shrink``.

    Args:
        picture: (H, W) or (H, W, C), of any type that OpenCV knows.
        scale: new width over old.
    """
    height, width = picture.shape[:2]
    return shrink(picture, (max(1, round(width * scale)), max(1, round(height * scale))))


def warp(
    picture: NDArray[Number],
    matrix: MatLike,
    size: Size,
    method: int = cv2.INTER_LINEAR,
    border: int = cv2.BORDER_CONSTANT,
    *,
    backward: bool = False,
) -> NDArray[Number]:
    """Move a picture by an affine map.

    Args:
        picture: (H, W) or (H, W, C), of any type that OpenCV knows.
        matrix: (2, 3), from px of the picture to px of the result, centres of pixels at whole
            numbers.
        size: width and height of the result.
        method: OpenCV's interpolation.
        border: OpenCV's way of going on outside of the picture; a constant is 0.
        backward: whether the matrix leads from the result to the picture instead.
    """
    flags = method | cv2.WARP_INVERSE_MAP if backward else method
    warped = cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=border)
    return np.asarray(warped, picture.dtype)
