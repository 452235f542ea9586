"""What trains the emoji encoders: networks learn, and their ONNX files compute the same."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from inference.emoji.autoencoder_network import Autoencoder, loss
from inference.emoji.network import CrossDomain
from inference.emoji.training import classifiers
from inference.emoji.training.classifiers import fit_hats
from inference.emoji.training.exporting import export_autoencoder, export_crossdomain
from inference.face.appearance_features import BLOCKS
from inference.training.onnx_export import TOLERANCE

HATS = Path(classifiers.__file__).with_name("hats.toml")
KINDS = [{"glasses": ("none", "clear")}, {"hair": ("short", "long", "bald")}, {"smile": ("0", "1")}]


@pytest.mark.parametrize(
    ("make", "export", "shape"),
    [
        (lambda: CrossDomain(KINDS), export_crossdomain, (3, 3, 3, 64, 64)),
        (Autoencoder, export_autoencoder, (3, 3, 288, 288)),
    ],
    ids=["crossdomain", "autoencoder"],
)
def test_an_exported_network_computes_what_torch_does(
    make: Callable[[], torch.nn.Module],
    export: Callable[[torch.nn.Module, Path], None],
    shape: tuple[int, ...],
    tmp_path: Path,
) -> None:
    """ONNX Runtime and PyTorch agree on a batch size and on pictures the export never saw."""
    torch.manual_seed(1)
    network = make().eval()
    path = tmp_path / "network.onnx"
    export(network, path)
    crops = torch.rand(shape)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {"crops": crops.numpy()})
    with torch.no_grad():
        wanted = network(crops)
    for mine, theirs in zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        assert torch.allclose(torch.from_numpy(mine), theirs, rtol=TOLERANCE, atol=TOLERANCE)


def test_kinds_of_hats_are_learned_from_the_heads_that_wear_any() -> None:
    """Faces that nobody named a hat of say nothing; without two kinds there is nothing to learn."""
    said = tomllib.loads(HATS.read_text("utf-8"))
    chance = np.random.default_rng(0)
    ids = ["bare", *said["knit"][:8], *said["veil"][:8]]
    features = chance.normal(size=(len(ids), sum(BLOCKS))).astype(np.float32)
    features[9:, :40] += 3
    hats = fit_hats(features, ids)
    assert hats is not None
    guesses = (features[1:] @ hats.weights + hats.offsets).argmax(axis=1)
    assert [hats.kinds[guess] for guess in guesses] == ["knit"] * 8 + ["veil"] * 8
    assert fit_hats(features[:9], ids[:9]) is None


@pytest.mark.slow
def test_the_autoencoder_learns() -> None:
    """A few steps on two crops bring the rebuilt picture nearer."""
    torch.manual_seed(1)
    network, crops = Autoencoder(), torch.rand(2, 3, 1, 1).expand(2, 3, 288, 288)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    errors = []
    for _ in range(6):
        error = loss(network, crops)
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        errors.append(float(error.detach()))
    assert errors[-1] < errors[0]
