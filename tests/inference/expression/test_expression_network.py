"""The small GANimation, its inventors' own, and their training."""

from pathlib import Path

import numpy as np
import pytest
import torch

from inference.expression import original_network as original
from inference.expression.network import Architecture, Edit, FlowGenerator, composed, moved
from inference.expression.placing import MOVEMENTS, SIDE
from inference.expression.training import gan
from inference.expression.training import original as inventors
from inference.expression.training.gan import learn
from inference.expression.units import SHOWN, UNITS, strengths
from inference.face.blendshapes import NAMES
from inference.models.weights import shipped
from inference.training import checkpoints
from inference.training.onnx_export import TOLERANCE, compare
from tests.inference.making import networks

SMALL = Architecture(side=32, movements=5, widths=(8, 8, 8), style=8, tail=4)


def test_the_condition_is_of_known_movements() -> None:
    """Every movement that the network is told of is a blendshape."""
    assert set(MOVEMENTS) <= set(NAMES)


def test_a_kept_picture_is_the_photo() -> None:
    """Without flow and with full attention the photo comes back."""
    photo = torch.rand(2, 3, 16, 16) * 2 - 1
    edit = Edit(torch.zeros(2, 2, 16, 16), torch.ones(2, 1, 16, 16), torch.rand(2, 3, 16, 16))
    torch.testing.assert_close(composed(photo, edit), photo)


def test_flow_says_where_pixels_come_from() -> None:
    """A flow of a quarter to the right fetches what stood a quarter further right."""
    photo = torch.rand(1, 3, 16, 16)
    flow = torch.zeros(1, 2, 16, 16)
    flow[:, 0] = 0.25
    torch.testing.assert_close(moved(photo, flow)[..., :12], photo[..., 4:])


def test_attention_gives_way_to_the_paper_s_colours() -> None:
    """Where attention is none, what is added makes the picture C."""
    photo = torch.zeros(1, 3, 8, 8)
    edit = Edit(torch.zeros(1, 2, 8, 8), torch.zeros(1, 1, 8, 8), torch.full((1, 3, 8, 8), 0.5))
    torch.testing.assert_close(composed(photo, edit), torch.full((1, 3, 8, 8), 0.5))


def test_an_untrained_network_moves_nothing() -> None:
    """Flow begins at zero, whatever is asked."""
    torch.manual_seed(0)
    edit = FlowGenerator(SMALL)(torch.rand(2, 3, 32, 32), torch.rand(2, 5))
    assert not edit.flow.any()
    assert edit.attention.shape == (2, 1, 32, 32)


def test_the_original_s_losses_teach_critic_and_generator() -> None:
    """One step of each reaches every weight."""
    torch.manual_seed(0)
    generator = original.Generator(units=3, width=4, blocks=1)
    critic = original.Critic(units=3, width=4)
    photo = torch.rand(2, 3, SIDE, SIDE) * 2 - 1
    units, wanted = torch.rand(2, 3), torch.rand(2, 3)
    fake = original.composed(photo, *generator(photo, wanted))
    torch.autograd.backward(original.critic_loss(critic, photo, fake, units, original.Weights()))
    assert all(p.grad is not None and p.grad.any() for p in critic.parameters())
    loss = original.generator_loss(generator, critic, photo, units, wanted, original.Weights())
    torch.autograd.backward(loss)
    assert all(p.grad is not None for p in generator.parameters())


def test_units_are_read_off_blendshapes() -> None:
    """A unit has its full strength where its blendshapes do what few faces do, and never more."""
    shapes = np.zeros((2, len(NAMES)), np.float32)
    for name in SHOWN["AU12"][0]:
        shapes[1, NAMES.index(name)] = 1.0
    found = strengths(shapes)
    assert not found[0].any()
    assert [name for name, value in zip(UNITS, found[1], strict=True) if value] == ["AU12"]
    assert found.max() == 1.0


@pytest.mark.slow
def test_the_inventors_training_goes_on_and_is_exported(
    labelled_faces: Path, tmp_path: Path
) -> None:
    """A run of a moment leaves what the next goes on from, and a file that answers alike."""
    steps = inventors.learn(labelled_faces, tmp_path, 0.02, "dry").step
    assert steps > 0
    training = inventors.learn(labelled_faces, tmp_path, 0.001, "dry")
    assert training.step > steps
    assert (tmp_path / f"samples_{training.step:06d}.png").exists()
    assert inventors.export_network(training, tmp_path) < TOLERANCE
    begun = inventors.learn(
        labelled_faces, tmp_path / "anew", 0.0, "dry", begin=tmp_path / "ganimation_original.onnx"
    )
    for name, weight in begun.generator.state_dict().items():
        torch.testing.assert_close(weight, training.average.state_dict()[name], atol=1e-3, rtol=0)


@pytest.mark.slow
def test_a_dry_run_leaves_a_checkpoint_and_samples(labelled_faces: Path, tmp_path: Path) -> None:
    """A run of a moment goes through pairs and adversary, and the next goes on from it."""
    training = learn(labelled_faces, tmp_path, 0.05, networks, "dry")
    steps = training.step
    assert steps > 0
    assert (tmp_path / "expression.pt").exists()
    assert (tmp_path / f"samples_{steps:06d}.png").exists()
    assert training.generator.usual.weight.any()
    losses = training.advance(adversarial=True)
    assert {"pixels", "flow", "condition", "back", "D", "G"} <= set(losses)
    assert all(np.isfinite(value) for value in losses.values())
    assert training.pool[0].photo.shape == (SIDE, SIDE, 3)
    assert learn(labelled_faces, tmp_path, 0.001, networks, "dry").step > steps


def test_a_training_goes_on_with_the_network_that_is_shipped() -> None:
    """The kept checkpoint holds no weights: they are read from the exported file."""
    network = FlowGenerator()
    kept = Path(gan.__file__).with_name("expression.pt")
    counters = checkpoints.resume(kept, {"generator": network}, gan.exported)
    assert counters["step"] > 17_000
    torch.manual_seed(0)
    photo, movements = torch.rand(2, 3, SIDE, SIDE) * 2 - 1, torch.rand(2, len(MOVEMENTS))
    inputs = {"photo": photo, "change": movements}
    assert compare(network.eval(), inputs, shipped("ganimation")) < TOLERANCE
