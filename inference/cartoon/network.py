"""TwinGAN's generator: one network between photos, drawings and cats (torch).

Li, "Twin-GAN: unpaired cross-domain image translation with weight-sharing GANs", 2018. An encoder
that mirrors the generator, joined by skips, everything shared between the domains but the
normalisation's scales and shifts, which choose the domain (as Dumoulin et al., 2017, choose a
style); the character's features (``condition``) join at the bottleneck. Ours works on
pixel-unshuffled planes and joins skips up to 64 px only: small networks spend most of their time
at full size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.cartoon import condition
from inference.cartoon.condition import DOMAINS


@dataclass(frozen=True, slots=True)
class Architecture:
    """side: px of pictures. channels: at 1/2, 1/4, 1/8 and 1/16 of it. embedding: numbers."""

    side: int = 128
    channels: tuple[int, int, int, int] = (32, 64, 128, 192)
    embedding: int = 64


class DomainScale(nn.Module):
    """A scale and shift of each channel, the domain's own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(len(DOMAINS), channels))
        self.shift = nn.Parameter(torch.zeros(len(DOMAINS), channels))

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """(N, C, H, W) to the same. domain: (N, D), the weight of each, usually 0 or 1."""
        scale, shift = domain @ self.scale, domain @ self.shift
        return x * scale[..., None, None] + shift[..., None, None]


class DomainNorm(DomainScale):
    """Instance normalisation whose scale and shift are the domain's own."""

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """Normalise (N, C, H, W). domain: see ``DomainScale``."""
        centred = x - x.mean((2, 3), keepdim=True)
        normal = centred * torch.rsqrt(centred.square().mean((2, 3), keepdim=True) + 1e-5)
        return super().forward(normal, domain)


class Block(nn.Module):
    """A residual block: depthwise to look around, pointwise to think, normalised by domain."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm = DomainNorm(channels)
        self.wide = nn.Conv2d(channels, 2 * channels, 1)
        self.narrow = nn.Conv2d(2 * channels, channels, 1)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor, domain: Tensor) -> Tensor:
        """(N, C, H, W) to the same."""
        y = self.norm(self.around(x), domain)
        return x + cast("Tensor", self.narrow(functional.silu(self.wide(y))))


class TwinGenerator(nn.Module):
    """Encoder and generator of both domains."""

    def __init__(self, architecture: Architecture | None = None) -> None:
        super().__init__()
        self.architecture = architecture or Architecture()
        c = self.architecture.channels
        low = self.architecture.side // 16
        self.stem = nn.Conv2d(3 * 4, c[0], 3, padding=1)
        self.encoders = nn.ModuleList(Block(n) for n in c)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairwise(c))
        self.embed = nn.Linear(c[3] * (low // 4) ** 2, self.architecture.embedding)
        self.told = nn.Linear(condition.LENGTH, c[3])
        self.middle = nn.ModuleList((Block(c[3]), Block(c[3])))
        self.ups = nn.ModuleList(nn.Conv2d(b, a, 3, padding=1) for a, b in pairwise(c))
        self.skips = nn.ModuleList(DomainScale(n) for n in c[:3])
        self.joins = nn.ModuleList(nn.Conv2d(2 * n, n, 1) for n in c[:3])
        self.decoders = nn.ModuleList(Block(n) for n in c[:3])
        self.colours = nn.ModuleList(nn.Linear(condition.LENGTH, n) for n in c[:3])
        self.head = nn.Conv2d(c[0], 3 * 4, 3, padding=1)

    def encode(self, pictures: Tensor, domain: Tensor) -> list[Tensor]:
        """Features at four scales.

        Args:
            pictures: (N, 3, S, S) RGB in -1..1.
            domain: (N, D) of where they come from.

        Returns:
            (N, C0, S/2, S/2), (N, C1, S/4, S/4), (N, C2, S/8, S/8), (N, C3, S/16, S/16).
        """
        x = self.stem(functional.pixel_unshuffle(pictures, 2))  # (N, C0, S/2, S/2)
        found = []
        for index, block in enumerate(self.encoders):
            x = block(x, domain)
            found.append(x)
            if index < len(self.downs):
                x = self.downs[index](x)  # half the size
        return found

    def embedding(self, features: Sequence[Tensor]) -> Tensor:
        """What a picture is of, whichever its domain, (N, E) of unit length."""
        low = functional.avg_pool2d(features[-1], 4)
        return functional.normalize(self.embed(low.flatten(1)), dim=1)

    def decode(self, features: Sequence[Tensor], domain: Tensor, told: Tensor) -> Tensor:
        """A picture of a domain.

        Args:
            features: of ``encode``.
            domain: (N, D) of where the picture shall belong.
            told: (N, 7) of ``condition.of``.

        Returns:
            (N, 3, S, S) RGB in -1..1.
        """
        x = features[-1] + self.told(told)[..., None, None]  # (N, C3, S/16, S/16)
        for block in self.middle:
            x = block(x, domain)
        for index in (2, 1, 0):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = self.ups[index](x)
            skipped = self.skips[index](features[index], domain)
            x = self.joins[index](torch.cat([x, skipped], 1))
            x = x + self.colours[index](told)[..., None, None]
            x = self.decoders[index](x, domain)
        return torch.tanh(functional.pixel_shuffle(self.head(x), 2))  # (N, 3, S, S)

    def forward(self, pictures: Tensor, source: Tensor, target: Tensor, told: Tensor) -> Tensor:
        """Carry pictures (N, 3, S, S) from one domain to another; see ``encode``, ``decode``."""
        return self.decode(self.encode(pictures, source), target, told)


def one_hot(name: str, count: int) -> Tensor:
    """The weights (N, D) of a domain by name."""
    return torch.from_numpy(condition.domain(name)).expand(count, -1)
