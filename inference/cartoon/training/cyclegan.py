"""CycleGAN between photos and drawings, for comparison (torch).

Zhu et al., "Unpaired image-to-image translation using cycle-consistent adversarial networks", 2017:
two residual generators, two judges of patches by least squares, a way back that costs ten times as
much, pictures that stay as they are in their own domain, and a pool of what was made before.
Narrower than theirs, with four residual blocks for 64 px.
"""

import itertools
from collections.abc import Iterable
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.cartoon.training.twins import Twins
from inference.training.stepping import follow

_BACK, _SAME = 10.0, 5.0
_RATE, _BETAS = 2e-4, (0.5, 0.999)
_WIDTH, _BLOCKS, _JUDGING = 24, 4, 32
_POOL = 50


class Residual(nn.Module):
    """Two convolutions beside the way through."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *_layer(channels, channels), nn.Conv2d(channels, channels, 3, padding=1),
            nn.InstanceNorm2d(channels),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same."""
        return x + cast("Tensor", self.layers(x))


def generator() -> nn.Sequential:
    """From pictures (N, 3, S, S) of one domain to those of the other, -1..1."""
    w = _WIDTH
    return nn.Sequential(
        nn.Conv2d(3, w, 7, padding=3, padding_mode="reflect"), nn.InstanceNorm2d(w), nn.ReLU(),
        *_layer(w, 2 * w, 2), *_layer(2 * w, 4 * w, 2),
        *(Residual(4 * w) for _ in range(_BLOCKS)),
        *_wider(4 * w, 2 * w), *_wider(2 * w, w),
        nn.Conv2d(w, 3, 7, padding=3, padding_mode="reflect"), nn.Tanh(),
    )  # fmt: skip


def judge() -> nn.Sequential:
    """From pictures (N, 3, S, S) to how real each patch is, (N, 1, h, w)."""
    w = _JUDGING
    return nn.Sequential(
        nn.Conv2d(3, w, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(w, 2 * w, 4, 2, 1), nn.InstanceNorm2d(2 * w), nn.LeakyReLU(0.2),
        nn.Conv2d(2 * w, 4 * w, 4, 1, 1), nn.InstanceNorm2d(4 * w), nn.LeakyReLU(0.2),
        nn.Conv2d(4 * w, 1, 4, 1, 1),
    )  # fmt: skip


def _layer(a: int, b: int, stride: int = 1) -> tuple[nn.Module, ...]:
    return nn.Conv2d(a, b, 3, stride, 1), nn.InstanceNorm2d(b), nn.ReLU()


def _wider(a: int, b: int) -> tuple[nn.Module, ...]:
    return nn.ConvTranspose2d(a, b, 3, 2, 1, output_padding=1), nn.InstanceNorm2d(b), nn.ReLU()


class Pool:
    """What a judge saw before: half of what it is shown, so that it does not forget."""

    def __init__(self) -> None:
        self._kept: list[Tensor] = []

    def shown(self, made: Tensor, chance: np.random.Generator) -> Tensor:
        """Take new pictures (N, 3, S, S) in; returns as many, some of them older."""
        found = []
        for picture in made.detach():
            if len(self._kept) < _POOL:
                self._kept.append(picture)
            elif chance.random() < 0.5:
                place = int(chance.integers(_POOL))
                self._kept[place], picture = picture, self._kept[place]
            found.append(picture)
        return torch.stack(found)


class CycleGan:
    """Both generators, both judges, and their optimisers."""

    def __init__(self, twins: Twins, size: int) -> None:
        """size: of a batch."""
        torch.manual_seed(0)
        self.twins, self.size, self.step = twins, size, 0
        self.drawing, self.back = generator(), generator()  # to drawings, to photos
        self.judges = nn.ModuleList((judge(), judge()))  # of drawings, of photos
        self.pools = Pool(), Pool()
        made = itertools.chain(self.drawing.parameters(), self.back.parameters())
        self.for_generators = torch.optim.Adam(made, _RATE, _BETAS)
        self.for_judges = torch.optim.Adam(self.judges.parameters(), _RATE, _BETAS)

    def advance(self) -> dict[str, float]:
        """Do one step on photos and drawings of different people."""
        chance = np.random.default_rng([1, self.step])
        batch = self.twins.batch(chance, self.size)
        photos, drawings = batch.photos, batch.drawings.roll(1, 0)
        drawn, pictured = self.drawing(photos), self.back(drawings)
        self.judges.requires_grad_(False)
        losses = {
            "fooled": _sum(
                _squared(judging(made), 1.0)
                for judging, made in zip(self.judges, (drawn, pictured), strict=True)
            ),
            "back": _BACK
            * (_apart(self.back(drawn), photos) + _apart(self.drawing(pictured), drawings)),
            "same": _SAME
            * (_apart(self.drawing(drawings), drawings) + _apart(self.back(photos), photos)),
        }
        follow(_sum(losses.values()), self.for_generators)
        self.judges.requires_grad_(True)
        losses["judged"] = _sum(
            (_squared(judging(real), 1.0) + _squared(judging(pool.shown(made, chance)), 0.0)) / 2
            for judging, pool, real, made in zip(
                self.judges, self.pools, (drawings, photos), (drawn, pictured), strict=True
            )
        )
        follow(losses["judged"], self.for_judges)
        self.step += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def draw(self, photos: Tensor, conditions: Tensor) -> Tensor:
        """Draw photos (N, 3, S, S); it cannot be told colours."""
        del conditions
        with torch.no_grad():
            return cast("Tensor", self.drawing(photos))


def _sum(losses: Iterable[Tensor]) -> Tensor:
    return torch.stack(list(losses)).sum()


def _squared(scores: Tensor, aim: float) -> Tensor:
    return (scores - aim).square().mean()


def _apart(one: Tensor, other: Tensor) -> Tensor:
    return functional.l1_loss(one, other)
