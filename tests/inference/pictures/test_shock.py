"""Soft edges made lines."""

import cv2
import numpy as np

from inference.pictures.images import Image
from inference.pictures.shock import shocked


def disc(blur: float) -> Image:
    """Draw a dark disc on a light ground, (96, 96, 3), blurred."""
    picture = np.full((96, 96, 3), 220, np.uint8)
    cv2.circle(picture, (48, 48), 30, (40, 60, 90), -1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.uint8)


def test_a_blurred_edge_becomes_steep_where_it_was() -> None:
    """Few pixels are left between dark and light, and half of the way stays at its place."""
    soft, sharp = (picture[48, :48, 0].astype(int) for picture in (disc(3.0), shocked(disc(3.0))))
    between = [int(np.sum((line > 70) & (line < 190))) for line in (soft, sharp)]
    assert between[1] <= between[0] / 2
    middles = [int(np.argmax(line < 130)) for line in (soft, sharp)]
    assert abs(middles[0] - middles[1]) <= 1


def test_flat_ground_stays_and_no_colour_is_new() -> None:
    """What has no edge has nothing to sharpen, and nothing overshoots."""
    flat = np.full((32, 32, 3), (10, 120, 250), np.uint8)
    assert np.array_equal(shocked(flat), flat)
    soft, sharp = disc(3.0), shocked(disc(3.0))
    assert sharp.min() >= soft.min()
    assert sharp.max() <= soft.max()
