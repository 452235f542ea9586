"""Over, resize and warp, against their definitions."""

import cv2
import numpy as np
import pytest

from inference.pictures.compositing import flattened, over, rescale, resize, warp

LEVELS = np.arange(256, dtype=np.uint8)


def test_over_an_opaque_ground_is_rounded_correctly() -> None:
    """Every colour over every other at every alpha is the nearest of 256 levels."""
    top, ground = np.meshgrid(LEVELS, LEVELS)
    for alpha in range(256):
        picture = np.dstack([top] * 3 + [np.full_like(top, alpha)])
        share = alpha / 255
        expected = np.rint(top * share + ground * (1 - share))
        laid = over(picture, np.dstack([ground] * 3))
        assert np.array_equal(laid, np.dstack([expected] * 3))


def test_over_a_translucent_ground_adds_up() -> None:
    """Alpha is what neither lets through, colours weigh as much as shows of them."""
    rng = np.random.default_rng(0)
    top, ground = rng.integers(0, 256, (2, 64, 64, 4), np.uint8)
    a, b = top[..., 3:] / 255, ground[..., 3:] / 255
    total = a + b * (1 - a)
    colours = (top[..., :3] * a + ground[..., :3] * b * (1 - a)) / np.maximum(total, 1e-9)
    laid = over(top, ground)
    assert np.abs(laid[..., 3:] - 255 * total).max() <= 0.5
    seen = total[..., 0] > 0.02
    assert np.abs(laid[seen][:, :3] - colours[seen]).max() <= 1


def test_a_flattened_picture_lies_on_its_colour() -> None:
    """Flattening is laying over a ground of one colour."""
    picture = np.random.default_rng(1).integers(0, 256, (32, 48, 4), np.uint8)
    ground = np.full((32, 48, 3), (229, 240, 247), np.uint8)
    assert np.array_equal(flattened(picture, (229, 240, 247)), over(picture, ground))


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_pictures_keep_their_type(kind: type) -> None:
    """A resized, rescaled or warped picture has the type of the given one."""
    picture = np.random.default_rng(2).integers(0, 256, (40, 60, 3)).astype(kind)
    moved = np.array([[1, 0, 5], [0, 1, -3]], np.float64)
    for result, shape in (
        (resize(picture, (30, 20), cv2.INTER_AREA), (20, 30, 3)),
        (rescale(picture, 0.25), (10, 15, 3)),
        (warp(picture, moved, (60, 40)), (40, 60, 3)),
    ):
        assert (result.shape, result.dtype) == (shape, kind)


def test_warping_there_and_back() -> None:
    """A backward matrix leads from the result to the picture; outside it is empty or repeated."""
    picture = np.random.default_rng(3).integers(1, 256, (20, 20), np.uint8)
    moved = np.array([[1, 0, 5], [0, 1, 0]], np.float64)
    there = warp(picture, moved, (20, 20))
    assert np.array_equal(there[:, 5:], picture[:, :15])
    assert not there[:, :5].any()
    back = warp(picture, moved, (20, 20), border=cv2.BORDER_REPLICATE, backward=True)
    assert np.array_equal(back[:, :15], picture[:, 5:])
    assert np.array_equal(back[:, 15:], np.repeat(picture[:, -1:], 5, axis=1))
