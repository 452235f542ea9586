"""The judge of layers: what it is made of, and what it says of real faces."""

import numpy as np
import pytest

from inference.layers.evaluation import beard_judge, judge
from inference.pictures.compositing import flattened


@pytest.fixture(scope="module")
def seen(portrait_of):
    """A shaven woman's face as the judge sees it."""
    portrait = portrait_of("P009")
    rgba = np.dstack([portrait.image, portrait.alpha])
    return judge.aligned(rgba, portrait.report.landmarks)


def test_the_judge_sees_no_beard_where_there_is_none(seen):
    """A woman's bare face is answered with none, mirrored too."""
    assert judge.load().answer(seen, "facial_hair") == "none"
    assert judge.load().answer(np.ascontiguousarray(seen[:, ::-1]), "facial_hair") == "none"


def test_skin_tells_the_judge_nothing_of_beards(seen):
    """What it looks at is relative to the cheeks: another exposure changes next to nothing."""
    person = flattened(seen, judge.GREY)
    plain = beard_judge.planes(person)
    darker = beard_judge.planes(np.rint(person * 0.8).astype(np.uint8))
    assert plain.shape == (3, 82, 88)
    assert np.abs(plain[0] * 0.8 - darker[0]).mean() < 0.1


def test_the_judge_without_torch_computes_what_torch_does(seen):
    """Normalisation folded into convolutions, mirrored and averaged: the same score."""
    torch = pytest.importorskip("torch")
    from inference.layers.training.beard_judge import Network, folded

    torch.manual_seed(1)
    network = Network()
    planes = beard_judge.planes(flattened(seen, judge.GREY))
    batch = torch.from_numpy(np.stack([planes, planes[..., ::-1]]))
    network.train()
    with torch.no_grad():
        network(batch + torch.randn_like(batch))
        expected = float(network.eval()(batch).mean())
    weights = folded(network)
    assert beard_judge.score(planes, weights) == pytest.approx(expected, abs=1e-4)
