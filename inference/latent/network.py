"""The generator that makes a morphable model's picture sharp (torch).

A linear model decodes a latent to a blurred face in the shape-free frame, where eyes, nose and
mouth always stand at the same pixels; a small network adds what it lacks. It works at a quarter of
the side, on pixel-unshuffled planes.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

_HAZE, _SOLID = 0.25, 0.75  # of the linear model's alpha: nobody, and somebody


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of the generator.

    side: of the picture, px. planes: RGB premultiplied by alpha, and alpha. latent: components of
    texture and shape together. noise: channels of chance at a quarter of the side. place: learned
    channels that tell the network where it is. widths: channels at 1/4, 1/8, 1/16 and 1/32 of the
    side.
    """

    side: int = 128
    planes: int = 4
    latent: int = 316
    noise: int = 4
    place: int = 12
    style: int = 128
    widths: tuple[int, ...] = (48, 64, 96, 128)


class Block(nn.Module):
    """A residual block whose normalised features are scaled and shifted by the style."""

    def __init__(self, channels_in: int, channels_out: int, style: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = (
            nn.Conv2d(channels_in, channels_out, 1)
            if channels_in != channels_out
            else nn.Identity()
        )
        self.affine = nn.Linear(style, 2 * channels_out)
        nn.init.normal_(self.affine.weight, std=0.02)
        nn.init.zeros_(self.affine.bias)
        nn.init.normal_(self.second.weight, std=0.005)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """(N, in, H, W), (N, style) -> (N, out, H, W)."""
        h = self.first(functional.silu(x))
        h = h * torch.rsqrt(h.square().mean(1, keepdim=True) + 1e-4)
        scale, shift = self.affine(style)[:, :, None, None].chunk(2, 1)
        h = torch.addcmul(shift, h, 1 + scale)
        return cast("Tensor", self.skip(x) + self.second(functional.silu(h)))


class Generator(nn.Module):
    """The linear decoding and the latent to a sharp picture; a U-Net."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = a = architecture
        quarter = a.side // 4
        self.mapping = nn.Sequential(
            nn.Linear(a.latent, a.style), nn.SiLU(), nn.Linear(a.style, a.style), nn.SiLU()
        )
        self.place = nn.Parameter(torch.randn(1, a.place, quarter, quarter))
        self.head = nn.Conv2d(16 * a.planes + a.noise + a.place, a.widths[0], 3, padding=1)
        steps = list(pairwise(a.widths))
        self.down = nn.ModuleList(Block(i, o, a.style) for i, o in steps)
        self.up = nn.ModuleList(Block(o + i, i, a.style) for i, o in reversed(steps))
        self.out = nn.Conv2d(a.widths[0], 16 * a.planes, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(cast("Tensor", self.out.bias))

    def forward(self, decoded: Tensor, latent: Tensor, noise: Tensor) -> Tensor:
        """Sharpen.

        Args:
            decoded: (N, 4, S, S), the linear model's picture; RGB -1..1 times alpha, alpha 0..1.
            latent: (N, 316), whitened.
            noise: (N, 4, S/4, S/4), standard normal.

        Returns:
            (N, 4, S, S) like ``decoded``, within its ranges.
        """
        style = self.mapping(latent)
        base = matted(decoded)
        folded = functional.pixel_unshuffle(base, 4)  # (N, 64, S/4, S/4)
        place = self.place.expand(decoded.shape[0], -1, -1, -1)
        x = self.head(torch.cat([folded, noise, place], 1))
        skips = []
        for block in self.down:
            skips.append(x)
            x = block(functional.avg_pool2d(x, 2), style)
        for block in self.up:
            x = functional.interpolate(x, scale_factor=2.0)
            x = block(torch.cat([x, skips.pop()], 1), style)
        x = self.out(functional.silu(x))  # (N, 64, S/4, S/4)
        made = base + functional.pixel_shuffle(x, 4)
        return torch.cat([made[:, :3].clamp(-1, 1), made[:, 3:].clamp(0, 1)], 1)


def matted(decoded: Tensor) -> Tensor:
    """Clear the haze that a linear model leaves around a head; (N, 4, S, S) both."""
    alpha = decoded[:, 3:]
    share = ((alpha - _HAZE) / (_SOLID - _HAZE)).clamp(0, 1)
    matte = share * share * (3 - 2 * share)
    colour = (decoded[:, :3] / alpha.clamp(min=_HAZE)).clamp(-1, 1)
    return torch.cat([colour * matte, matte], 1)
