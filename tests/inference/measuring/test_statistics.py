import numpy as np
import pytest

from inference.measuring.statistics import psnr, spearman


def test_rank_correlation_sees_any_rising_curve() -> None:
    """A curve that always rises correlates fully, one that falls the other way."""
    asked = np.linspace(0, 1, 7)
    assert spearman(asked, np.exp(5 * asked)) == pytest.approx(1)
    assert spearman(asked, -(asked**3)) == pytest.approx(-1)


def test_equal_values_share_their_rank() -> None:
    """Ties count half, as in the textbook's example; what never changes correlates with nothing."""
    one, other = np.array([1.0, 2.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0])
    assert spearman(one, other) == pytest.approx(0.9486833)
    assert spearman(np.arange(4.0), np.full(4, 0.3)) == 0


def test_noise_in_decibels() -> None:
    """One level of noise everywhere is 48.1 dB; what is the same has the most."""
    grey = np.full((8, 8, 3), 100, np.uint8)
    assert psnr(grey, grey + np.uint8(1)) == pytest.approx(48.1308, abs=1e-3)
    assert psnr(grey, grey - np.uint8(1)) == pytest.approx(48.1308, abs=1e-3)
    assert psnr(grey, grey) == 100
    assert psnr(grey[:0], grey[:0], 99.0) == 99
