"""Soft edges: fit coarse masks to the photo, and free their rim of the old background's colour."""

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""(H, W) float32, 0..1."""

_SHRINK = 2  # the guided filter's linear models are fitted at half size, applied at full size
_SURE = np.maximum(255 * (np.arange(256) / 255) ** 4, np.arange(256) > 0).astype(np.float32)
"""How far a coarse pixel is to be believed: pure ones far more than mixed ones."""

_COARSE = 4  # colours far from the edge are spread at quarter size


def guided_filter(
    guide: NDArray[np.uint8], *masks: Plane, radius: int, epsilon: float = 1e-4
) -> tuple[Plane, ...]:
    """Let masks follow the edges of a colour photo.

    He, Sun and Tang, "Guided Image Filtering", ECCV 2010; He and Sun, "Fast Guided Filter", 2015.

    Args:
        guide: (H, W, 3) uint8.
        radius: of the window, in pixels.
        epsilon: the variance (of 0..1 colours) below which a window counts as flat.
        masks: each (H, W) float32 0..1.
    """
    height, width = guide.shape[:2]
    small = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    window = (2 * max(1, radius // _SHRINK) + 1,) * 2
    full = np.multiply(guide, np.float32(1 / 255), dtype=np.float32)
    planes = cv2.split(full)
    channels = cv2.split(cv2.resize(full, small, interpolation=cv2.INTER_AREA))
    means = [cv2.blur(c, window) for c in channels]

    def spread(i: int, j: int) -> MatLike:
        product = cv2.blur(cv2.multiply(channels[i], channels[j]), window)
        return product - means[i] * means[j]

    rr, gg, bb = (spread(i, i) + epsilon for i in range(3))
    rg, rb, gb = spread(0, 1), spread(0, 2), spread(1, 2)
    # the inverse of the symmetric 3x3 covariance of colours, by cofactors
    i_rr, i_gg, i_bb = gg * bb - gb * gb, rr * bb - rb * rb, rr * gg - rg * rg
    i_rg, i_rb, i_gb = rb * gb - rg * bb, rg * gb - rb * gg, rg * rb - rr * gb
    scale = 1 / (rr * i_rr + rg * i_rg + rb * i_rb)

    fitted = []
    smooth = np.empty((height, width), np.float32)  # fresh memory costs more than what fills it
    for mask in masks:
        p = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
        mean = cv2.blur(p, window)
        r, v, b = (
            cv2.blur(cv2.multiply(c, p), window) - m * mean
            for c, m in zip(channels, means, strict=True)
        )
        slopes = [
            (i_rr * r + i_rg * v + i_rb * b) * scale,
            (i_rg * r + i_gg * v + i_gb * b) * scale,
            (i_rb * r + i_gb * v + i_bb * b) * scale,
        ]
        offset = mean - sum(s * m for s, m in zip(slopes, means, strict=True))
        value = cv2.resize(cv2.blur(offset, window), (width, height))
        for slope, plane in zip(slopes, planes, strict=True):
            cv2.resize(cv2.blur(slope, window), (width, height), dst=smooth)
            cv2.accumulateProduct(smooth, plane, value)
        fitted.append(np.clip(value, 0, 1, out=value).astype(np.float32, copy=False))
    return tuple(fitted)


def foreground(image: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the person's own colour where they mix with what was behind.

    Blur-fusion, coarse then fine: Forte, "Approximate Fast Foreground Colour Estimation", ICIP
    2021. The coarse pass runs at quarter size, and what it finds of the background is so smooth
    that the fine pass keeps it; only the rim's pixels are worked in floats.

    Args:
        image: (H, W, 3) uint8.
        alpha: (H, W) uint8.

    Returns:
        (H, W, 3) uint8: the photo itself where alpha is 255, elsewhere colours that carry no trace
        of the background.
    """
    height, width = alpha.shape
    small = (max(1, width // _COARSE), max(1, height // _COARSE))
    little = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    little_alpha = cv2.resize(alpha, small, interpolation=cv2.INTER_AREA)
    window = (2 * max(1, round(0.07 * max(small))) + 1,) * 2
    fore, back = (
        cv2.resize(_spread(little, cv2.LUT(weight, _SURE), window), (width, height))
        for weight in (little_alpha, 255 - little_alpha)
    )

    rim = np.flatnonzero((alpha > 0) & (alpha < 255))
    photo, behind = (picture.reshape(-1, 3)[rim].astype(np.float32) for picture in (image, back))
    a = alpha.reshape(-1, 1)[rim] * np.float32(1 / 255)
    result = np.asarray(cv2.copyTo(image, (alpha == 255).astype(np.uint8), fore), np.uint8)
    pixels = result.reshape(-1, 3)
    pixels[rim] = _solve(photo, a, pixels[rim], behind)
    total, count = _blurred(result, alpha, (7, 7))
    near = total.reshape(-1, 3)[rim] / np.maximum(count.reshape(-1, 1)[rim], np.float32(1))
    pixels[rim] = _solve(photo, a, near, behind)
    return result


def _spread(image: MatLike, weight: MatLike, window: tuple[int, int]) -> MatLike:
    """Blur (H, W, 3) uint8 colours, each pixel counting as much as its (H, W) weight."""
    total, count = _blurred(image, weight, window)
    share = np.maximum(count, np.float32(1e-3))
    return cv2.divide(total, cv2.merge([share] * 3), dtype=cv2.CV_8U)


def _blurred(image: MatLike, weight: MatLike, window: tuple[int, int]) -> tuple[MatLike, MatLike]:
    """Blur colours multiplied by their weights, and the weights.

    Weights in bytes are blurred as 16-bit integers, which takes half the memory and time.
    """
    depth = cv2.CV_16U if weight.dtype == np.uint8 else cv2.CV_32F
    total = cv2.blur(cv2.multiply(image, cv2.merge([weight] * 3), dtype=depth), window)
    return total, cv2.blur(weight, window)


def _solve(photo: MatLike, a: MatLike, fore: MatLike, back: MatLike) -> MatLike:
    """The foreground colour nearest to a guess that explains the photo: I = a F + (1 - a) B."""
    solved: MatLike = np.rint(np.clip(fore + a * (photo - a * fore - (1 - a) * back), 0, 255))
    return solved
