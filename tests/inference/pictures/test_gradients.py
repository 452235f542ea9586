import numpy as np
import pytest

from inference.pictures.gradients import histograms


def waves(degrees: float) -> np.ndarray:
    """A picture of waves that run in one direction."""
    y, x = np.mgrid[:40, :60].astype(np.float32)
    turn = np.radians(degrees)
    return np.sin(0.7 * (x * np.cos(turn) + y * np.sin(turn))).astype(np.float32)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("orientation", range(9))
def test_waves_are_found_in_their_direction(orientation: int, *, soft: bool) -> None:
    """Each cell of a picture of waves has most of its gradients where those run."""
    degrees = 20 * orientation + (0 if soft else 10)  # a soft bin is widest at its own direction
    found = histograms(waves(degrees), (6, 4), soft=soft)
    assert found.shape == (4, 6, 9)
    assert (found.argmax(axis=2) == orientation).mean() > 0.9


def test_soft_and_hard_bins_share_out_the_same() -> None:
    """However gradients are shared out to directions, their sum is their strength."""
    picture = np.random.default_rng(0).random((40, 60)).astype(np.float32)
    soft, hard = (histograms(picture, (6, 4), 8, soft=way).sum(axis=2) for way in (True, False))
    assert np.allclose(soft, hard, rtol=1e-4)
