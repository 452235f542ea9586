"""Ink: where a draughtsman would put a line, how they simplify tones, and where paper has grain."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""(H, W) float32."""
Lab = NDArray[np.float32]
"""(H, W, 3) float32, L*a*b*."""

_WIDER = 1.6  # ratio of the two Gaussians: near the Laplacian


def ink(lightness: Plane, width: float, least: float, full: float) -> Plane:
    """Dark lines along edges and creases.

    Difference of Gaussians with a soft threshold: Winnemoeller et al., "Real-time video
    abstraction", SIGGRAPH 2006.

    Args:
        lightness: (H, W) float32, L* 0..100.
        width: sigma of a line in px.
        least: contrast in L* at which ink appears.
        full: contrast in L* at which ink covers.

    Returns:
        (H, W) float32, 0 (paper) to 1 (ink).
    """
    narrow = cv2.GaussianBlur(lightness, (0, 0), width)
    wide = cv2.GaussianBlur(lightness, (0, 0), width * _WIDER)
    return smoothstep((wide - narrow - least) / (full - least))


def along(plane: Plane, lightness: Plane, steps: int = 4) -> Plane:
    """Smooth a plane along the edges of a picture, which joins broken lines.

    One line integral convolution over the field of smoothed edge tangents: Kang et al.,
    "Coherent line drawing", NPAR 2007.

    Args:
        plane: (H, W) float32.
        lightness: (H, W) float32, L* of the picture.
        steps: to either side, px.

    Returns:
        (H, W) float32.
    """
    x, y = tangents(lightness)
    height, width = plane.shape
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    total = plane.copy()
    for step in range(1, steps + 1):
        for reach in (-step, step):
            total += cv2.remap(
                plane,
                columns + reach * x,
                rows + reach * y,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
    return np.asarray(total / (2 * steps + 1), np.float32)


def tangents(lightness: Plane, spread: float = 4.0) -> tuple[Plane, Plane]:
    """Find the directions of edges, from the smoothed structure tensor.

    It is so smooth that half the resolution is enough to find it.

    Args:
        lightness: (H, W) float32, L*.
        spread: of the smoothing, px.

    Returns:
        x and y of unit vectors, (H, W) float32 each.
    """
    size = lightness.shape[1::-1]
    half = cv2.resize(lightness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    across = cv2.Sobel(half, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(half, cv2.CV_32F, 0, 1)
    xx, yy, xy = (
        cv2.GaussianBlur(product, (0, 0), spread / 2)
        for product in (across * across, down * down, across * down)
    )
    _, angle = cv2.cartToPolar(xx - yy, 2 * xy)
    turned = angle / 2 + np.float32(np.pi / 2)
    x, y = (cv2.resize(part, size) for part in (np.cos(turned), np.sin(turned)))
    length = cv2.magnitude(x, y) + np.float32(1e-6)
    return np.asarray(x / length, np.float32), np.asarray(y / length, np.float32)


def few_tones(lightness: Plane, step: float, anchor: float, sharpness: float) -> Plane:
    """Draw L* together to few tones, with soft steps.

    Args:
        lightness: (H, W) float32.
        step: L* between tones.
        anchor: L* of one of them.
        sharpness: of the steps.

    Returns:
        (H, W) float32.
    """
    nearest = np.rint((lightness - anchor) / step) * step + anchor
    pulled = np.tanh(sharpness / step * (lightness - nearest)) / np.tanh(sharpness / 2)
    return np.asarray(nearest + step / 2 * pulled, np.float32)


def hatched(lab: Lab, screen: Plane, lighter: float, darker: float) -> Lab:
    """Resolve L* into marks on lighter paper, such that the mean stays what it was.

    Args:
        lab: (H, W, 3) float32.
        screen: (H, W) 0..1, the darkness from which a place is marked, evenly distributed.
        lighter: L* of paper above the broad tone.
        darker: L* of marks below the broad tone.

    Returns:
        (H, W, 3) float32.
    """
    light = lab[..., 0]
    small = cv2.resize(light, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    broad = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3), light.shape[::-1])
    tone = 0.45 * light + 0.55 * broad
    paper = np.minimum(tone + lighter, 97)
    marks = np.maximum(tone - darker, 4)
    covered = np.clip((paper - light) / (paper - marks), 0, 1)
    mark = smoothstep((covered - screen) * 3.0 + 0.5)
    result = lab.copy()
    result[..., 0] = paper + (marks - paper) * mark
    return result


def drawn_lines(lightness: Plane, strength: float) -> Plane:
    """Draw ink lines of two widths, joined along edges.

    Args:
        lightness: (H, W) float32, L*.
        strength: of the lines, 0..1.

    Returns:
        (H, W) float32, 0 (paper) to 1 (ink).
    """
    fine = ink(lightness, 1.0, 1.3, 4.5)
    broad = ink(lightness, 2.2, 2.2, 6.5)
    joined = along(np.maximum(0.8 * fine, broad), lightness, 3)
    return np.asarray(np.clip(1.4 * strength * joined, 0, 1), np.float32)


def even(plane: Plane) -> Plane:
    """Spread values so that each of 0..1 is equally frequent.

    Args:
        plane: (H, W) float32.

    Returns:
        (H, W) float32, read-only.
    """
    ranks = np.argsort(np.argsort(plane, axis=None)).reshape(plane.shape)
    result = (ranks / plane.size).astype(np.float32)
    result.setflags(write=False)
    return result


def smoothstep(value: Plane) -> Plane:
    """Step smoothly: 0 below 0, 1 above 1.

    Args:
        value: (H, W) float32.

    Returns:
        (H, W) float32.
    """
    clipped = np.clip(value, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), np.float32)


@cache
def grain(side: int, size: float, octaves: int, seed: int) -> Plane:
    """Make fractal noise of mean 0 and standard deviation 1.

    The same arguments always give the same noise, so that a request repeated gives the same
    picture. Treat the result as read-only.

    Args:
        side: of the picture, px.
        size: of its largest spots, px.
        octaves: how often spots are halved.
        seed: of all chance.

    Returns:
        (side, side) float32, read-only.
    """
    chance = np.random.default_rng(seed)
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        cells = max(2, round(side / size * 2**octave))
        coarse = chance.standard_normal((cells, cells)).astype(np.float32)
        total += cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC) / 2**octave
    even: Plane = ((total - total.mean()) / total.std()).astype(np.float32)
    even.setflags(write=False)
    return even
