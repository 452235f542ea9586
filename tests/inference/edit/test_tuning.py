"""The picture above sliders: one frame for all changes, small while they move; locks hold."""

import json
from importlib.resources import files

import numpy as np
import pytest

from inference.edit import correlations
from inference.edit.sliders import changes, locked
from inference.edit.tuning import DRAFT_SIDE, Tuning
from inference.latent import locks
from inference.latent.model import load
from storage.contract.kinds import EDIT, Setting
from tests.inference.making import make

OLDER, DRAFT = Setting("age:older", 1.0), Setting("draft")


@pytest.fixture(scope="module")
def portrait(portrait_of):
    """A selfie."""
    return portrait_of("P007")


def test_every_picture_has_the_same_frame(portrait):
    """Before, after and wide or slim: what is far from the face stands at the same pixels."""
    plain, *others = (
        make(Tuning(), portrait, *settings).frames[0]
        for settings in ((Setting("chin:long-chin", 0.0),), (OLDER,), (Setting("weight:slim"),))
    )
    assert max(plain.shape[:2]) == 512
    for other in others:
        assert other.shape == plain.shape
        np.testing.assert_array_equal(other[-40:, :40], plain[-40:, :40])
        assert (other != plain).any()


def test_a_draft_shows_the_same_in_small(portrait):
    """A quarter of the pixels, the same picture."""
    (full,) = make(Tuning(), portrait, OLDER).frames
    (draft,) = make(Tuning(), portrait, DRAFT, OLDER).frames
    assert max(draft.shape[:2]) == DRAFT_SIDE
    step = full[::2, ::2][: len(draft), : draft.shape[1]].astype(float)
    solid = (step[..., 3] > 250) & (draft[: len(step), : step.shape[1], 3] > 250)
    apart = np.abs(step - draft[: len(step), : step.shape[1]])[solid]
    assert apart.mean() < 9


def test_less_than_nothing_is_the_opposite():
    """A slider dragged below nothing does what the other word does."""
    for more, less in (scale for scale in EDIT.scales if len(scale) == 2):
        assert changes([Setting(more, -0.4)]) == changes([Setting(less, 0.4)])
        assert changes([Setting(less, -0.4)]) == changes([Setting(more, 0.4)])


@pytest.mark.parametrize("kept", ["nose:wide-nose", "lips:full-lips", "weight:chubby"])
def test_a_kept_slider_holds_still_while_others_move(kept):
    """Age moves neither weight nor the landmarks of a nose that is kept."""
    model = load()
    held = locked([Setting(kept, 0.0, kept=True), OLDER])
    assert held
    names = locks.parted(held)
    free, bound = (axes.move({"Young": -1.0}) for axes in (model.axes, model.axes.without(*names)))
    directions = [model.axes.readouts[model.axes.names.index(one)] for one in names[0]]
    for direction in (*directions, *names[1]):
        assert abs(free @ direction) > 0.02
        assert abs(bound @ direction) < 1e-3
    assert np.linalg.norm(bound) > 0.8 * np.linalg.norm(free)
    np.testing.assert_allclose(
        model.texture_change(bound),
        model.faces.texture.moved(bound[: len(model.faces.texture.deviation)]),
        atol=0.02,
    )


def test_the_page_draws_what_moves_what():
    """The map that is shipped with the page is that of the shipped axes."""
    shipped = (files("bot.frontends.web.page") / "moves.json").read_text("utf-8")
    names, shares = correlations.matrix()
    kept = json.loads(shipped)
    assert tuple(kept["names"]) == names
    np.testing.assert_allclose(kept["shares"], shares.clip(-1, 1), atol=0.02)
    np.testing.assert_allclose(np.diag(shares), 1, atol=1e-6)
