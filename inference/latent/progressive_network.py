"""The progressive generator whose latent TL-GAN made transparent, for comparison (torch).

Karras et al., "Progressive Growing of GANs", ICLR 2018: weights scaled when they are used, features
normalised at each pixel, a critic that sees how much a batch varies, WGAN-GP; both networks grow
from 4 px, each new layer faded in. Narrower than theirs, and with four planes: RGB and alpha.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.latent.progressive import LATENT

FIRST = 4
"""px of the smallest pictures."""

_PENALTY, _DRIFT = 10.0, 0.001


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of both networks.

    latent: numbers of noise. planes: RGB premultiplied by alpha, and alpha. widths: channels at
    4, 8, 16 ... px; as many as there are sizes.
    """

    latent: int = LATENT
    planes: int = 4
    widths: tuple[int, ...] = (96, 96, 96, 64, 32)

    @property
    def side(self) -> int:
        """Of the largest pictures, px."""
        return FIRST << (len(self.widths) - 1)


class Scaled(nn.Module):
    """A convolution whose weights keep unit variance and are scaled where they are used."""

    def __init__(self, channels_in: int, channels_out: int, side: int, gain: float = 2.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels_out, channels_in, side, side))
        self.bias = nn.Parameter(torch.zeros(channels_out))
        self.scale = math.sqrt(gain / (channels_in * side * side))
        self.padding = side // 2

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) -> (N, out, H, W)."""
        # the input is scaled, not the weight, so that the weight is what an exported file holds
        return functional.conv2d(x * self.scale, self.weight, self.bias, padding=self.padding)


class Generator(nn.Module):
    """Noise -> picture."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = a = architecture
        widths = a.widths
        self.begin = Scaled(a.latent, widths[0] * FIRST * FIRST, 1, gain=2 / 16)
        self.first = Scaled(widths[0], widths[0], 3)
        self.blocks = nn.ModuleList(
            nn.ModuleList([Scaled(i, o, 3), Scaled(o, o, 3)]) for i, o in pairwise(widths)
        )
        self.planes = nn.ModuleList(Scaled(width, a.planes, 1, gain=1) for width in widths)

    def forward(self, latent: Tensor, level: int | None = None, share: float = 1.0) -> Tensor:
        """Draw.

        Args:
            latent: (N, latent), standard normal.
            level: how far it has grown, 0 at 4 px; None for whole.
            share: of the newest layer, 1 when it is faded in.

        Returns:
            (N, planes, S, S); RGB about -1..1 times alpha, alpha about 0..1, neither clipped.
        """
        level = len(self.blocks) if level is None else level
        x = self.begin(_normal(latent)[:, :, None, None])
        x = _active(x.reshape(-1, self.architecture.widths[0], FIRST, FIRST))
        x = before = _active(self.first(x))
        for block in list(self.blocks)[:level]:
            before, x = x, functional.interpolate(x, scale_factor=2.0)
            for convolution in cast("nn.ModuleList", block):
                x = _active(convolution(x))  # (N, widths[level], S, S)
        made: Tensor = self.planes[level](x)
        if share < 1 and level:
            old = functional.interpolate(self.planes[level - 1](before), scale_factor=2.0)
            made = torch.lerp(old, made, share)
        return made


class Critic(nn.Module):
    """Picture -> how real it is; the generator's mirror."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        widths = architecture.widths
        self.planes = nn.ModuleList(Scaled(architecture.planes, width, 1) for width in widths)
        self.blocks = nn.ModuleList(
            nn.ModuleList([Scaled(o, o, 3), Scaled(o, i, 3)]) for i, o in pairwise(widths)
        )
        self.last = Scaled(widths[0] + 1, widths[0], 3)
        self.hidden = Scaled(widths[0] * FIRST * FIRST, widths[0], 1)
        self.score = Scaled(widths[0], 1, 1, gain=1)

    def forward(self, pictures: Tensor, level: int, share: float = 1.0) -> Tensor:
        """(N, planes, S, S) of that level -> (N,); see ``Generator.forward``."""
        x = _leaky(self.planes[level](pictures))
        for at in reversed(range(level)):
            for convolution in cast("nn.ModuleList", self.blocks[at]):
                x = _leaky(convolution(x))
            x = functional.avg_pool2d(x, 2)
            if share < 1 and at == level - 1:
                old = _leaky(self.planes[at](functional.avg_pool2d(pictures, 2)))
                x = torch.lerp(old, x, share)
        varied = x.std(0, unbiased=False).mean().expand(len(x), 1, FIRST, FIRST)
        x = _leaky(self.last(torch.cat([x, varied], 1)))
        x = _leaky(self.hidden(x.reshape(len(x), -1, 1, 1)))
        scores: Tensor = self.score(x).flatten()
        return scores


def faded(pictures: Tensor, share: float) -> Tensor:
    """Real pictures as coarse as what is drawn while a layer fades in; (N, planes, S, S)."""
    if share >= 1:
        return pictures
    coarse = functional.interpolate(functional.avg_pool2d(pictures, 2), scale_factor=2.0)
    return torch.lerp(coarse, pictures, share)


def critic_loss(critic: Critic, real: Tensor, fake: Tensor, level: int, share: float) -> Tensor:
    """WGAN with gradient penalty, scores of real pictures kept from drifting away."""
    scores = critic(real, level, share)
    between = torch.lerp(real, fake, torch.rand(len(real), 1, 1, 1, device=real.device))
    between.requires_grad_()
    (slope,) = torch.autograd.grad(
        critic(between, level, share).sum(), between, create_graph=True
    )  # fmt: skip
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    loss: Tensor = (
        critic(fake, level, share).mean() - scores.mean()
        + _PENALTY * penalty + _DRIFT * scores.square().mean()
    )  # fmt: skip
    return loss


def generator_loss(critic: Critic, fake: Tensor, level: int, share: float) -> Tensor:
    """What the critic thinks of pictures, the other way round."""
    loss: Tensor = -critic(fake, level, share).mean()
    return loss


def _active(x: Tensor) -> Tensor:
    return _normal(_leaky(x))


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, 0.2)


def _normal(x: Tensor) -> Tensor:
    """Unit length of each pixel's features, in the mean."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)
