"""A discriminator that looks through frozen features (torch).

Projected GANs (Sauer et al., 2021): features of several depths are mixed across channels and
scales by fixed random convolutions, small spectrally normalised heads judge each, the hinge loss
sums them. It needs an order of magnitude fewer pictures than a discriminator from nothing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from inference.training.features import CHANNELS


class Projection(nn.Module):
    """Fixed random mixing of features across channels and, from deep to shallow, across scales."""

    deviations: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.across = nn.ModuleList(nn.Conv2d(channels, width, 1) for channels in CHANNELS)
        self.scales = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in CHANNELS)
        for convolution in (*self.across, *self.scales):
            nn.init.kaiming_normal_(convolution.weight)
        self.register_buffer("deviations", torch.ones(len(CHANNELS)))
        self.requires_grad_(False)

    def calibrate(self, features: Sequence[Tensor]) -> None:
        """Scale so that these features come out with unit deviation at each depth."""
        self.deviations.fill_(1)
        self.deviations.copy_(torch.stack([mixed.std() for mixed in self(features)]))

    def forward(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Features of ``FrozenFeatures`` -> the same sizes with ``width`` channels each."""
        mixed: list[Tensor] = []
        deep: Tensor | None = None
        for depth in reversed(range(len(features))):
            x = self.across[depth](features[depth])
            if deep is not None:
                size = list(x.shape[-2:])
                x = x + functional.interpolate(deep, size, mode="bilinear")
            deep = self.scales[depth](x) * 0.7
            mixed.append(deep)
        return [x / deviation for x, deviation in zip(mixed[::-1], self.deviations, strict=True)]


class Heads(nn.Module):
    """One small judge per depth, each of many patches."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.heads = nn.ModuleList(
            _head(width, hidden, strides=max(0, 2 - depth)) for depth in range(len(CHANNELS))
        )

    def forward(self, projected: Sequence[Tensor]) -> list[Tensor]:
        """Mixed features of four depths -> scores (N, 1, h, w) each, high for real ones."""
        return [head(x) for head, x in zip(self.heads, projected, strict=True)]


def _head(width: int, hidden: int, strides: int) -> nn.Sequential:
    """Shrink by 2 ** strides, then look at three by three."""
    layers: list[nn.Module] = []
    for _ in range(strides):
        layers += [_normalised(nn.Conv2d(width, hidden, 4, 2, 1)), nn.LeakyReLU(0.2)]
        width = hidden
    layers += [_normalised(nn.Conv2d(width, hidden, 3, padding=1)), nn.LeakyReLU(0.2)]
    layers.append(_normalised(nn.Conv2d(hidden, 1, 1)))
    return nn.Sequential(*layers)


def _normalised(convolution: nn.Conv2d) -> nn.Module:
    return parametrizations.spectral_norm(convolution)


def judged(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Hinge loss of the discriminator, averaged over depths."""
    each = [
        functional.relu(1 - r.float()).mean() + functional.relu(1 + f.float()).mean()
        for r, f in zip(real, fake, strict=True)
    ]
    return torch.stack(each).mean()


def fooled(fake: Sequence[Tensor]) -> Tensor:
    """Loss of the generator against the hinge, averaged over depths."""
    return -torch.stack([f.float().mean() for f in fake]).mean()
