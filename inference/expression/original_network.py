"""GANimation in the configuration of its inventors, for comparison (torch).

Pumarola et al., ECCV 2018. 128 px, 17 action units in 0..1 as absolute targets; generator: two
strided convolutions, six residual blocks, two transposed ones, two 7x7 heads; critic: a PatchGAN of
six layers with a head that reads the units; WGAN-GP.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from inference.expression.placing import SIDE
from inference.expression.units import UNITS


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the losses, as published; ``critic``: its steps for one of the generator."""

    condition: float = 4000.0
    cycle: float = 10.0
    mask: float = 0.1
    smoothness: float = 1e-5
    penalty: float = 10.0
    critic: int = 5


class Residual(nn.Module):
    """Two convolutions with instance normalisation around a skip."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.InstanceNorm2d(channels, affine=True),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.InstanceNorm2d(channels, affine=True),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        out: Tensor = x + self.body(x)
        return out


class Generator(nn.Module):
    """Photo and units -> colours and the attention mask."""

    def __init__(self, units: int = len(UNITS), width: int = 64, blocks: int = 6) -> None:
        super().__init__()
        layers: list[nn.Module] = _layer(nn.Conv2d(3 + units, width, 7, 1, 3, bias=False), width)
        for k in (1, 2):
            down = nn.Conv2d(width * k, 2 * width * k, 4, 2, 1, bias=False)
            layers += _layer(down, 2 * width * k)  # (N, 2 k width, S / 2k, S / 2k)
        layers += [Residual(4 * width) for _ in range(blocks)]
        for k in (2, 1):
            up = nn.ConvTranspose2d(2 * width * k, width * k, 4, 2, 1, bias=False)
            layers += _layer(up, width * k)
        self.body = nn.Sequential(*layers)
        self.colour = nn.Sequential(nn.Conv2d(width, 3, 7, 1, 3, bias=False), nn.Tanh())
        self.attention = nn.Sequential(nn.Conv2d(width, 1, 7, 1, 3, bias=False), nn.Sigmoid())

    def forward(self, photo: Tensor, units: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, S, S) RGB -1..1 and (N, units) -> colours (N, 3, S, S), attention (N, 1, S, S)."""
        planes = units[:, :, None, None].expand(-1, -1, *photo.shape[-2:])
        x = self.body(torch.cat([photo, planes], 1))  # (N, width, S, S)
        return self.colour(x), self.attention(x)


class Critic(nn.Module):
    """Picture -> realness of its patches, and the units that it shows."""

    def __init__(self, units: int = len(UNITS), width: int = 64, layers: int = 6) -> None:
        super().__init__()
        body: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.01)]
        for _ in range(1, layers):
            body += [nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.01)]
            width *= 2
        self.body = nn.Sequential(*body)  # (N, 2048, S/64, S/64)
        self.real = nn.Conv2d(width, 1, 3, 1, 1, bias=False)
        self.units = nn.Conv2d(width, units, SIDE // 2**layers, bias=False)

    def forward(self, photo: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, S, S) -> scores (N, 1, S/64, S/64), units (N, units)."""
        x = self.body(photo)
        return self.real(x), self.units(x).flatten(1)


def _layer(convolution: nn.Module, channels: int) -> list[nn.Module]:
    return [convolution, nn.InstanceNorm2d(channels, affine=True), nn.ReLU()]


def composed(photo: Tensor, colour: Tensor, attention: Tensor) -> Tensor:
    """The paper's equation: what attention keeps is the photo itself."""
    return attention * photo + (1 - attention) * colour


def critic_loss(
    critic: Critic, photo: Tensor, fake: Tensor, units: Tensor, weights: Weights
) -> Tensor:
    """WGAN with gradient penalty, and the critic's own reading of the photo's units."""
    real, seen = critic(photo)
    lie, _ = critic(fake.detach())
    share = torch.rand(len(photo), 1, 1, 1, device=photo.device)
    between = (share * photo + (1 - share) * fake.detach()).requires_grad_()
    score, _ = critic(between)
    (slope,) = torch.autograd.grad(score.sum(), between, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    condition = (seen - units).square().mean()
    loss: Tensor = (
        lie.mean() - real.mean() + weights.penalty * penalty + weights.condition * condition
    )
    return loss


def generator_loss(
    generator: Generator, critic: Critic, photo: Tensor, units: Tensor, wanted: Tensor,
    weights: Weights,
) -> Tensor:  # fmt: skip
    """Adversary, wanted units, the way back to the photo, and a mask neither full nor rough."""
    colour, attention = generator(photo, wanted)
    fake = composed(photo, colour, attention)
    score, seen = critic(fake)
    colour_back, attention_back = generator(fake, units)
    back = composed(fake, colour_back, attention_back)
    # saturation is of the share that is painted: 1 - attention
    masks = sum(((1 - a).mean() * weights.mask + weights.smoothness * _rough(a))
                for a in (attention, attention_back))  # fmt: skip
    loss: Tensor = (
        -score.mean()
        + weights.condition * (seen - wanted).square().mean()
        + weights.cycle * (back - photo).abs().mean()
        + masks
    )
    return loss


def _rough(mask: Tensor) -> Tensor:
    return (mask.diff(dim=2).square().sum() + mask.diff(dim=3).square().sum()) / len(mask)
