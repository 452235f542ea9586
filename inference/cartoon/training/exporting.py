"""From the trained generator to an ONNX file, compared with PyTorch (torch)."""

from pathlib import Path

import torch
from torch import Tensor, nn

from inference.cartoon import condition
from inference.cartoon.network import TwinGenerator, one_hot
from inference.training.onnx_export import export


class Served(nn.Module):
    """From any domain to any, and what is embedded on the way."""

    def __init__(self, generator: TwinGenerator) -> None:
        super().__init__()
        self.generator = generator

    def forward(
        self, pictures: Tensor, sources: Tensor, targets: Tensor, told: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Carry pictures over.

        Args:
            pictures: (N, 3, S, S) RGB 0..1.
            sources: (N, D), the domain of each.
            targets: (N, D), where it shall belong.
            told: (N, 7) of ``condition.of``.

        Returns:
            (N, 3, S, S) 0..1, and embeddings (N, E) of unit length.
        """
        features = self.generator.encode(pictures * 2 - 1, sources)
        drawn = self.generator.decode(features, targets, told)
        return (drawn + 1) / 2, self.generator.embedding(features)


def export_generator(generator: TwinGenerator, path: Path) -> float:
    """Write the network as ``twin`` asks it; returns the difference to torch.

    Raises:
        ValueError: the file doesn't compute what torch does.
    """
    side = generator.architecture.side
    inputs = {
        "pictures": torch.rand(1, 3, side, side),
        "sources": one_hot("photo", 1),
        "targets": one_hot("drawing", 1),
        "conditions": torch.zeros(1, condition.LENGTH),
    }
    return export(Served(generator), inputs, ("drawings", "embeddings"), path)
