"""From the trained generator to an ONNX file, compared with PyTorch (torch)."""

from pathlib import Path

import torch
from torch import Tensor, nn

from inference.cartoon import condition
from inference.cartoon.network import TwinGenerator, one_hot
from inference.training.onnx_export import export


class Drawing(nn.Module):
    """Photos to drawings alone, as served."""

    def __init__(self, generator: TwinGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, photos: Tensor, told: Tensor) -> Tensor:
        """(N, 3, S, S) RGB 0..1 and (N, 7) of ``condition.of`` -> (N, 3, S, S) 0..1."""
        features = self.generator.encode(photos * 2 - 1, one_hot("photo", 1))
        drawn = self.generator.decode(features, one_hot("drawing", 1), told)
        return (drawn + 1) / 2


def export_generator(generator: TwinGenerator, path: Path) -> float:
    """Write ``photos``, ``conditions`` -> ``drawings``; returns the difference to torch.

    Raises:
        ValueError: the file doesn't compute what torch does.
    """
    side = generator.architecture.side
    inputs = {
        "photos": torch.rand(1, 3, side, side),
        "conditions": torch.zeros(1, condition.LENGTH),
    }
    return export(Drawing(generator), inputs, ("drawings",), path)
