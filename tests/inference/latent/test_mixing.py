"""Two people, and more, as one."""

from collections.abc import Callable

import numpy as np
import pytest

from inference.face import analysis
from inference.face.report import Portrait
from inference.latent.mixing import mix
from inference.latent.model import load
from tests.inference.making import answered


def test_a_mix_has_the_shape_in_between(portrait_of: Callable[[str], Portrait]) -> None:
    """The landmarks found on a mix lie between those of its two people."""
    pair = [portrait_of("P001"), portrait_of("P005")]
    frame = load().frame
    picture = mix(pair, (0.5, 0.5))
    assert picture.shape == (512, 512, 4)
    ground = np.full((512, 512, 3), 200, np.uint8)
    share = picture[..., 3:] / 255
    shown = np.rint(picture[..., :3] * share + ground * (1 - share)).astype(np.uint8)
    found, _ = frame.shape(answered(analysis.find(shown)).faces[0].landmarks)
    shapes = [frame.shape(one.report.landmarks)[0] for one in pair]
    apart = np.abs(shapes[0] - shapes[1]).mean()
    middle = np.abs(found - (shapes[0] + shapes[1]) / 2).mean()
    assert middle < 0.6 * apart


def test_all_of_one_is_that_one(portrait_of: Callable[[str], Portrait]) -> None:
    """A share of 1 shows one person alone, whoever else is named."""
    pair = [portrait_of("P001"), portrait_of("P005")]
    np.testing.assert_array_equal(mix(pair, (1, 0), 128), mix(pair[:1], (3,), 128))


def test_nobody_is_refused(portrait_of: Callable[[str], Portrait]) -> None:
    """Shares must fit the people and be above 0."""
    with pytest.raises(ValueError, match="share"):
        mix([], ())
    with pytest.raises(ValueError, match="share"):
        mix([portrait_of("P001")], (0.0,))
